"""Run in a network and with mounts of its own (`unshare -rnm`), where two names lead to this machine: prints what a server
of agents that stands behind a proxy says to URLs, and what the proxy and this machine were asked for.
`proxied.py FOLDER COMMAND…` with a folder for a file of ours and the server's command line."""

import ctypes
import http.server
import json
import os
import pathlib
import subprocess
import sys
import threading

from apart import META, interface

HOSTS = "127.0.0.1 localhost inward.example direct.example\n"


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.seen.append(self.path)
        leads = {"/inward": "http://169.254.169.254/latest", "/slashes": "//10.0.0.1/x"}
        if to := leads.get(self.path.removeprefix("http://films.example")):
            self.send_response(302)
            self.send_header("Location", to)
            self.send_header("Content-Length", "0")
            return self.end_headers()
        self.send_response(200)
        self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write(b"film")

    def log_message(self, *_):
        pass


def serve():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.seen = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


interface("lo", 0x8914, flags=0x49)
hosts = pathlib.Path(sys.argv[1]) / "hosts"
hosts.write_text(HOSTS)
if ctypes.CDLL(None).mount(str(hosts).encode(), b"/etc/hosts", None, 4096, None) != 0:  # MS_BIND
    sys.exit("no mount")
proxy, machine = serve(), serve()
port = machine.server_address[1]
env = dict(os.environ, http_proxy=f"http://127.0.0.1:{proxy.server_address[1]}", no_proxy="direct.example")
process = subprocess.Popen(sys.argv[2:], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env)
said = {}
for url in ("http://films.example/film", "http://films.example/inward", "http://films.example/slashes",
            f"http://direct.example:{port}/x", f"https://inward.example:{port}/x"):
    params = {"name": "download", "arguments": {"url": url, "to": "got/"}, "_meta": META}
    process.stdin.write(json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}).encode() + b"\n")
    process.stdin.flush()
    result = json.loads(process.stdout.readline())["result"]
    said[url.replace(f":{port}", "")] = [result["isError"], result["content"][0]["text"]]
process.stdin.close()
process.wait()
print(json.dumps({"said": said, "proxy": proxy.seen, "machine": machine.seen}))
