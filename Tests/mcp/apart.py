"""Run in a network of its own (`unshare -rn`), in which one address of the wide world leads to this script: prints what a
server of agents says to URLs there. `apart.py COMMAND…` with the server's command line; its environment is the caller's."""

import fcntl
import http.server
import json
import pathlib
import socket
import struct
import subprocess
import sys
import threading

PUBLIC = "93.184.215.14"
MEDIA = (pathlib.Path(__file__).resolve().parents[1] / "media/bunny.mp4").read_bytes()
META = {"io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": {}}


def interface(name, request, flags=None, address=None):
    data = name.encode().ljust(16, b"\0")
    data += struct.pack("H", flags) if flags is not None else struct.pack("HH4s", socket.AF_INET, 0, socket.inet_aton(address))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        fcntl.ioctl(s, request, data.ljust(40, b"\0"))


class Handler(http.server.BaseHTTPRequestHandler):
    seen = []

    def do_GET(self):
        host = self.connection.getsockname()[0]
        Handler.seen.append(f"{host}{self.path}")
        if self.path in ("/inward.mp4", "/onward.mp4"):
            self.send_response(302)
            self.send_header("Location", "/clip.mp4?then=http://localhost/x" if self.path == "/onward.mp4"
                             else f"http://127.0.0.1:{self.server.server_address[1]}/secret.mp4")
            self.send_header("Content-Length", "0")
            return self.end_headers()
        self.send_response(200)
        self.send_header("Content-Type", "video/mp4")
        self.send_header("Content-Length", str(len(MEDIA)))
        self.end_headers()
        self.wfile.write(MEDIA)

    def log_message(self, *_):
        pass



def main():
    interface("lo", 0x8914, flags=0x49)  # SIOCSIFFLAGS: up, loopback, running
    interface("lo:1", 0x8916, address=PUBLIC)  # SIOCSIFADDR
    interface("lo:1", 0x8914, flags=0x49)
    server = http.server.ThreadingHTTPServer(("0.0.0.0", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://{PUBLIC}:{server.server_address[1]}"
    process = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    said = []
    for name, arguments in (
        ("download", {"url": base + "/clip.mp4", "to": "got.mp4"}),
        ("download", {"url": base + "/inward.mp4", "to": "not.mp4"}),
        ("download", {"url": base + "/onward.mp4", "to": "too.mp4"}),
        ("submit", {"endpoint": "fal-ai/fast-animatediff/video-to-video",
                    "input": {"video_url": base + "/clip.mp4", "prompt": "x", "first_n_seconds": 2}}),
        ("submit", {"endpoint": "fal-ai/fast-animatediff/video-to-video", "input": {"video_url": base + "/inward.mp4", "prompt": "x"}}),
    ):
        params = {"name": name, "arguments": arguments, "_meta": META}
        process.stdin.write(json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}).encode() + b"\n")
        process.stdin.flush()
        result = json.loads(process.stdout.readline())["result"]
        said.append([result["isError"], result["content"][0]["text"]])
    process.stdin.close()
    process.wait()
    print(json.dumps({"said": said, "seen": Handler.seen}))


if __name__ == "__main__":
    main()
