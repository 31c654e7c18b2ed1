"""`fal-bridge mcp` beside the Python SDK's server and fal-mcp-server: start, ping, tools/call, memory, in both eras."""

import json
import os
import pathlib
import re
import statistics
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BRIDGE = ROOT / ".build/release/fal-bridge"
ROUNDS, CALLS = 10, 300
META = {"io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": {},
        "io.modelcontextprotocol/clientInfo": {"name": "bench", "version": "1"}}
HELLO = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "bench", "version": "1"}}


class Peer:
    def __init__(self, name, words, modern, tool, arguments):
        self.name, self.words, self.modern = name, words, modern
        self.call = "tools/call", {"name": tool, "arguments": arguments}
        self.starts, self.pings, self.calls, self.memory = [], [], [], []

    def ask(self, id, method, params):
        if self.modern:
            params = {**params, "_meta": META}
        text = json.dumps({"jsonrpc": "2.0", "id": id, "method": method, "params": params}).encode() + b"\n"
        start = time.perf_counter()
        self.process.stdin.write(text)
        self.process.stdin.flush()
        while f'"id":{id}'.encode() not in (line := self.process.stdout.readline()).replace(b" ", b""):
            assert line, "it ended"
        return time.perf_counter() - start

    def round(self, folder):
        start = time.perf_counter()
        self.process = subprocess.Popen(self.words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={
            "PATH": os.environ["PATH"], "HOME": folder, "FAL_KEY": "bench-id:bench-secret", "FAL_BRIDGE_STATE": folder + "/s"}, cwd=folder)
        self.ask(0, *(("server/discover", {}) if self.modern else ("initialize", HELLO)))
        self.starts.append(time.perf_counter() - start)
        if not self.modern:
            self.process.stdin.write(b'{"jsonrpc":"2.0","method":"notifications/initialized"}\n')
        # There is no ping in the modern era; the question that costs a server as little is what it is.
        ping = ("server/discover", {}) if self.modern else ("ping", {})
        for kind, times, first in ((ping, self.pings, 1), (self.call, self.calls, 10_001)):
            for n in range(20):
                self.ask(first + n, *kind)
            times += [self.ask(first + 20 + n, *kind) for n in range(CALLS)]
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        self.memory.append(int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024)
        self.process.stdin.close()
        self.process.wait()


def figures(times):
    cuts = statistics.quantiles(times, n=100)
    return f"{cuts[49] * 1e6:.0f} µs | {cuts[98] * 1e6:.0f} µs"


def main():
    mine = [str(BRIDGE), "mcp"]
    echo = [str(ROOT / ".build-bench/bin/python"), str(ROOT / "Tests/bench/mcp_echo.py")]
    other = [str(ROOT / ".build-mcp-bench/bin/fal-mcp")]
    missing = "upload_file", {"path": "none.mp4"}
    peers = [Peer("fal-bridge, 2026-07-28", mine, True, *missing), Peer("fal-bridge, 2025-11-25", mine, False, *missing),
             Peer("Python SDK 2.3, 2026-07-28", echo, True, "echo", {"text": "none.mp4"}),
             Peer("Python SDK 2.3, 2025-11-25", echo, False, "echo", {"text": "none.mp4"}),
             Peer("fal-mcp-server 1.18, 2025-11-25", other, False, "upload_file", {"file_path": "none.mp4"})]
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(ROUNDS):
            for peer in peers:
                peer.round(folder)
    print("| | spawn to first answer | ping p50 | p99 | tools/call p50 | p99 | memory |\n|---|---|---|---|---|---|---|")
    for peer in peers:
        print(f"| {peer.name} | {statistics.median(peer.starts) * 1e3:.0f} ms | {figures(peer.pings)} | {figures(peer.calls)} | "
              f"{statistics.median(peer.memory):.0f} MiB |")
    print("\nping: `server/discover` where the revision has no ping. tools/call: a local tool, the SDK's an echo, the others' "
          "an upload of a file that is not there.")


if __name__ == "__main__":
    main()
