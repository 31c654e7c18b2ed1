"""JSON-RPC over stdio, side by side in one run: medians, with the spread from the first to the third quartile.

The client is driver.c, which costs each peer the same and next to nothing. `ping` is each peer's cheapest call; it echoes
its params, but for deltachat-rpc-server, which answers a boolean, and the MCP SDK, which answers {}. Rounds take turns."""

import json
import os
import pathlib
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading

from figures import BRIDGE, ROOT, machine, spread

ROUNDS, TRIPS, UPDATES, BATCH, LARGE = 15, 400, 10_000, 1_000, 16 << 20
PYTHON, PEERS = ROOT / ".build-bench/bin/python", ROOT / "Tests/bench/peers"


def request(id, method, params):
    return {"jsonrpc": "2.0", "id": id, "method": method, "params": params}


class Queue:
    """A queue whose one request stands 10,000 times in another place of the line, told in one stream."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = "http://127.0.0.1:%d" % self.listener.getsockname()[1]
        events = ['data: {"status":"IN_QUEUE","request_id":"r","queue_position":%d}\n\n' % (UPDATES - n) for n in range(UPDATES)]
        events.append('data: {"status":"COMPLETED","request_id":"r"}\n\n')
        self.events = "".join(events).encode()
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            connection, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        data = b""
        while True:
            while b"\r\n\r\n" not in data:
                got = connection.recv(65_536)
                if not got:
                    return
                data += got
            head, _, data = data.partition(b"\r\n\r\n")
            path = head.split(b" ")[1]
            if b"/status/stream" in path:
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n" + self.events)
                return connection.close()
            body = b'{"status":"COMPLETED","request_id":"r"}' if b"/status" in path else b'{"ok":true}'
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))


class Peer:
    def __init__(self, name, words, framing="lines", ping="ping", params=lambda n: {"n": n}, large=lambda text: {"text": text},
                 greeting=(), before=None, updates=None, batch=False, piped=20_000, environment=None, rounds=ROUNDS):
        self.name, self.words, self.framing, self.ping, self.params, self.large = name, words, framing, ping, params, large
        self.greeting, self.before, self.updates, self.batch, self.piped = greeting, before, updates, batch, piped
        self.environment, self.rounds = environment or {}, rounds
        self.figures = {k: [] for k in ("start", "memory", "p50", "p99", "piped", "large", "peak", "batch", "updates", "frames")}

    def frame(self, message):
        body = json.dumps(message, separators=(",", ":")).encode()
        return b"Content-Length: %d\r\n\r\n%s" % (len(body), body) if self.framing == "headers" else body + b"\n"

    def play(self, folder, steps):
        """Runs the program through steps of (bytes, answers); seconds, frames, RSS of each, and the peak, in KiB."""
        script = pathlib.Path(folder) / "script"
        with open(script, "wb") as out:
            for data, answers in steps:
                out.write(b"%d %d\n" % (len(data), answers) + data)
        environment = {"PATH": os.environ["PATH"], "HOME": folder, "FAL_BRIDGE_BACKEND": "local", **self.environment}
        lines = subprocess.run([f"{folder}/driver", self.framing, script, *map(str, self.words)], env=environment, check=True,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE if "mcp" in self.name.lower() else None,
                               text=True).stdout.splitlines()
        rows = [(float(a), int(b), int(c)) for a, b, c in map(str.split, lines[:-1])]
        return rows, int(lines[-1].split()[1])

    def greet(self):
        """The steps until the peer takes calls; the first one is answered."""
        return [(self.frame(m), int("id" in m)) for m in self.greeting] or [(self.call(0), 1)]

    def call(self, n):
        return self.frame(request(n, self.ping, self.params(n)))

    def round(self, folder):
        greeting = self.greet()
        trips = TRIPS if self.piped > 5_000 else TRIPS // 4
        rows, _ = self.play(folder, greeting + [(self.call(n), 1) for n in range(1, trips + 1)])
        self.figures["start"].append(rows[0][0])
        self.figures["memory"].append(rows[0][2])
        seconds = sorted(row[0] for row in rows[len(greeting):])
        self.figures["p50"].append(statistics.median(seconds))
        self.figures["p99"].append(seconds[int(len(seconds) * 0.99)])

    def bulk(self, folder):
        greeting = self.greet()
        rows, _ = self.play(folder, greeting + [(b"".join(self.call(n) for n in range(1, self.piped + 1)), self.piped)])
        self.figures["piped"].append(self.piped / rows[-1][0])
        rows, peak = self.play(folder, greeting + [(self.frame(request(1, self.ping, self.large("x" * LARGE))), 1)])
        self.figures["large"].append(rows[-1][0])
        self.figures["peak"].append(peak)
        if self.batch:
            rows, _ = self.play(folder, greeting + [(self.frame([request(n, self.ping, self.params(n)) for n in range(BATCH)]), 1)])
            self.figures["batch"].append(rows[-1][0])
        if self.updates:
            before = [(self.frame(self.before), 1)] if self.before else []
            rows, _ = self.play(folder, greeting + before + [(self.frame(self.updates), 1)])
            self.figures["updates"].append(rows[-1][0])
            self.figures["frames"].append(rows[-1][1])

    def median(self, name):
        return statistics.median(self.figures[name])

    def row(self):
        f = self.figures
        cells = [self.name, spread(f["start"], "ms", 1e3), spread(f["p50"], "µs", 1e6), spread(f["p99"], "µs", 1e6, 0),
                 spread(f["piped"], "k", 1e-3), f"{self.median('memory') / 1024:.1f} MiB",
                 f"{self.median('large') * 1e3:.0f} ms, {self.median('peak') / 1024:.0f} MiB",
                 f"{self.median('batch') * 1e3:.1f} ms" if f["batch"] else "–",
                 f"{self.median('updates') * 1e3:.0f} ms" if f["updates"] else "–"]
        return "| " + " | ".join(cells) + " |"


def peers(folder, queue):
    subscribe = request(1, "subscribe", {"endpoint": "bench/updates", "request_id": "r", "mode": "streaming"})
    warm = request(0, "status", {"endpoint": "bench/updates", "request_id": "w"})
    ours = {"FAL_KEY": "bench:key", "FAL_BRIDGE_BACKEND": "fal", "FAL_QUEUE_URL": queue.url, "FAL_BRIDGE_STATE": f"{folder}/state"}
    update = request(1, "updates", {"count": UPDATES})
    bridge = dict(before=warm, updates=subscribe, batch=True, piped=100_000, environment=ours)
    mcp = [request(0, "initialize", {"protocolVersion": "2025-11-25", "capabilities": {},
                                     "clientInfo": {"name": "bench", "version": "1"}}),
           {"jsonrpc": "2.0", "method": "notifications/initialized"}]
    return [
        Peer("C, getline and jansson", [f"{folder}/floor"], batch=True, updates=update, piped=100_000),
        Peer("fal-bridge, lines", [BRIDGE], **bridge),
        Peer("fal-bridge, headers", [BRIDGE], framing="headers", **bridge),
        Peer("deltachat-rpc-server", [ROOT / ".build-bench/bin/deltachat-rpc-server"], ping="check_email_validity",
             params=lambda n: [f"a{n}@b.c"], large=lambda text: [text], piped=50_000,
             environment={"DC_ACCOUNTS_PATH": f"{folder}/accounts"}),
        Peer("python-lsp-jsonrpc", [PYTHON, PEERS / "pylsp_server.py"], framing="headers", updates=update),
        Peer("pygls", [PYTHON, PEERS / "pygls_server.py"], framing="headers", updates=update, piped=2_000, rounds=5),
        Peer("MCP Python SDK", [PYTHON, PEERS / "mcp_server.py"], greeting=mcp, params=lambda n: {},
             large=lambda text: {"_meta": {"text": text}}, piped=2_000, rounds=5,
             updates=request(1, "tools/call", {"name": "updates", "arguments": {"count": UPDATES}, "_meta": {"progressToken": 1}})),
    ]


def main():
    print(machine() + "\n")
    queue = Queue()
    with tempfile.TemporaryDirectory() as folder:
        for name, libraries in (("floor", ["-ljansson"]), ("driver", [])):
            subprocess.run(["cc", "-O2", ROOT / f"Tests/bench/{name}.c", "-o", f"{folder}/{name}", *libraries], check=True)
        chosen = [p for p in peers(folder, queue) if not sys.argv[1:] or any(word in p.name for word in sys.argv[1:])]
        for n in range(ROUNDS):
            for peer in chosen:
                shutil.rmtree(f"{folder}/accounts", ignore_errors=True)
                if n < peer.rounds:
                    peer.round(folder)
                if n < 5:
                    peer.bulk(folder)
    print("| | spawn to first answer | round trip, median | round trip, p99 | piped calls a second | memory then | 16 MiB message "
          "| batch of 1,000 | 10,000 updates |\n|---|---|---|---|---|---|---|---|---|")
    for peer in chosen:
        print(peer.row())
    named = {peer.name: peer for peer in chosen}
    floor, ours, delta = (named.get(n) for n in ("C, getline and jansson", "fal-bridge, lines", "deltachat-rpc-server"))
    if ours and delta and floor:
        def ratio(name, other):
            return f"{ours.median(name) / other.median(name):.2f}"
        print(f"\nfal-bridge to deltachat-rpc-server: start {ratio('start', delta)} (goal 1.0), memory {ratio('memory', delta)} (goal 1.0), "
              f"piped {ratio('piped', delta)} (goal 1.5 or more)\nfal-bridge to the floor: round trip {ratio('p50', floor)} (goal 1.5), "
              f"piped {ratio('piped', floor)} (goal 0.8 or more)")
    if ours:
        print(f"of 10,000 updates, {ours.median('frames') - 1:.0f} frames went out: what waits is merged")


main()
