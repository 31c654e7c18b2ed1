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

HOSTS = "127.0.0.1 localhost inward.example\n127.0.0.2 direct.example\n"
# What libcurl takes for another host, in however many ways it is written.
LEADS = {"/inward": "http://169.254.169.254/latest", "/slashes": "//10.0.0.1/x", "/slash": "http:/10.0.0.1/x",
         "/tab": "\x0b//10.0.0.1/x", "/feed": "\x0chttp:/10.0.0.1/x", "/joined": "//\uFE0F10.0.0.1/x",
         "/back": "/\\10.0.0.1/x"}


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.seen.append(self.path)
        path = self.path.removeprefix("http://films.example")
        if to := "/film?then=http://localhost/x" if path == "/onward" else LEADS.get(path):
            self.wfile.write(b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: %s\r\n\r\n" % to.encode())
            return
        self.send_response(200)
        self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write(b"film")

    def log_message(self, *_):
        pass


def serve(address, port=0):
    server = http.server.ThreadingHTTPServer((address, port), Handler)
    server.seen = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


interface("lo", 0x8914, flags=0x49)
hosts = pathlib.Path(sys.argv[1]) / "hosts"
hosts.write_text(HOSTS)
if ctypes.CDLL(None).mount(str(hosts).encode(), b"/etc/hosts", None, 4096, None) != 0:  # MS_BIND
    sys.exit("no mount")
# What stands at the proxy's own port elsewhere is not the proxy.
proxy = serve("127.0.0.1")
port = proxy.server_address[1]
machine = serve("127.0.0.2", port)
env = dict(os.environ, http_proxy=f"http://localhost:{port}", no_proxy="direct.example")
process = subprocess.Popen(sys.argv[2:], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env)
said = {}
for url in ("http://films.example/film", "http://films.example/onward", *("http://films.example" + path for path in LEADS),
            f"http://direct.example:{port}/x", f"https://inward.example:{port + 1}/x"):
    params = {"name": "download", "arguments": {"url": url, "to": "got/"}, "_meta": META}
    process.stdin.write(json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}).encode() + b"\n")
    process.stdin.flush()
    result = json.loads(process.stdout.readline())["result"]
    said[url] = [result["isError"], result["content"][0]["text"]]
process.stdin.close()
process.wait()
print(json.dumps({"said": said, "proxy": proxy.seen, "machine": machine.seen}))
