"""The queue's figures, each beside the same by somebody else, in one run on loopback against fal-local:
upload throughput beside `curl`, submit to result beside fal's Python client, and a thousand waiting subscriptions
beside that client's async half."""

import json
import os
import pathlib
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

from figures import BRIDGE, LOCAL, ROOT, machine, spread

KEY = "bench:key-of-fal-local"
JOB, RUNS, COUNT, WAIT = 0.33, 20, 1_000, 20
UPLOADS, ROUNDS = [(80, "one piece"), (1_024, "parts of 10 MiB")], 5


class Server:
    """fal-local whose jobs are played: quick ones of a fixed time, and slow ones."""

    def __init__(self, folder):
        schemas = folder / "schemas/test"
        schemas.mkdir(parents=True)
        sides = {"type": "object", "properties": {"input": {"type": "object"}, "output": {"type": "object"}}}
        (schemas / "echo.json").write_text(json.dumps(sides))
        (folder / "faults.json").write_text(json.dumps({"concurrent_jobs": COUNT, "jobs": [
            {"prompt": "quick", "run_seconds": JOB, "output": {"ok": 1}},
            {"prompt": "slow", "run_seconds": WAIT, "output": {"ok": 1}}]}))
        self.process = subprocess.Popen(
            [LOCAL, "--state-dir", folder / "state", "--listen", "127.0.0.1:0", "--faults", folder / "faults.json",
             "--schemas", folder / "schemas"], env={**os.environ, "FAL_LOCAL_KEY": KEY}, stderr=subprocess.PIPE, text=True)
        for line in self.process.stderr:
            found = re.search(r"listening (http://\S+)", line)
            if found:
                self.url = found[1]
                break
        threading.Thread(target=self.process.stderr.read, daemon=True).start()


class Bridge:
    def __init__(self, folder, queue, storage=None):
        environment = {k: v for k, v in os.environ.items() if not k.startswith("FAL_")}
        environment.update(FAL_KEY=KEY, FAL_BRIDGE_BACKEND="fal", FAL_QUEUE_URL=queue, FAL_REST_URL=storage or queue,
                           FAL_BRIDGE_STATE=str(folder))
        self.process = subprocess.Popen([BRIDGE, "--root", "/"], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def send(self, id, method, params):
        self.process.stdin.write(json.dumps({"jsonrpc": "2.0", "id": id, "method": method, "params": params}).encode() + b"\n")
        self.process.stdin.flush()

    def receive(self):
        return json.loads(self.process.stdout.readline())

    def call(self, method, params):
        self.send(1, method, params)
        while True:
            message = self.receive()
            if message.get("id") == 1:
                assert "result" in message, message
                return message["result"]

    def end(self):
        self.process.stdin.close()
        self.process.wait()

    def usage(self):
        """Seconds of the processor, and the peak of memory in MiB."""
        stat = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        peak = re.search(r"VmHWM:\s+(\d+)", pathlib.Path(f"/proc/{self.process.pid}/status").read_text())[1]
        return (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK"), int(peak) / 1024


class Sink:
    """A storage that throws the bytes away, as quickly as they come."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = "http://127.0.0.1:%d" % self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            connection, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        room = memoryview(bytearray(1 << 20))
        data = b""
        while True:
            while b"\r\n\r\n" not in data:
                got = connection.recv(65_536)
                if not got:
                    return
                data += got
            head, _, data = data.partition(b"\r\n\r\n")
            method, path = head.split(b" ")[:2]
            length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
            left = int(length[1]) - len(data) if length else 0
            data = b""
            while left > 0:
                left -= connection.recv_into(room, min(left, len(room)))
            if b"initiate" in path:
                body = json.dumps({"upload_url": self.url + "/put/x?t=1", "file_url": self.url + "/files/x"}).encode()
            else:
                number = re.search(rb"/x/(\d+)", path)
                body = json.dumps({"partNumber": int(number[1]) if number else 0, "etag": '"e"'}).encode()
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nETag: \"e\"\r\nContent-Length: %d\r\n\r\n%s"
                               % (len(body), body))


def uploads(folder):
    sink = Sink()
    print("\n| upload, MiB/s | curl | fal-bridge | ratio |\n|---|---|---|---|")
    for size, how in UPLOADS:
        file = folder / "upload.bin"
        theirs, ours = [], []
        for _ in range(ROUNDS):
            # Other bytes each time: the same would not be sent again. In the page cache for both.
            with open(file, "wb") as out:
                block = os.urandom(1 << 20)
                for n in range(size):
                    out.write(n.to_bytes(4, "big") + block[4:])
            start = time.perf_counter()
            subprocess.run(["curl", "-sS", "-H", "Expect:", "-o", "/dev/null", "-T", file, sink.url + "/put/x"], check=True)
            theirs.append(size / (time.perf_counter() - start))
            # In a process that is at work already, as it is for whoever spawned it; no bytes are known to it.
            bridge = Bridge(folder / f"upload-state-{size}-{len(ours)}", sink.url)
            bridge.call("upload", {"data": "AAAA"})
            start = time.perf_counter()
            bridge.call("upload", {"path": str(file)})
            ours.append(size / (time.perf_counter() - start))
            bridge.end()
        file.unlink()
        ratio = statistics.median(ours) / statistics.median(theirs)
        print(f"| {size} MiB, {how} | {spread(theirs, digits=0)} | {spread(ours, digits=0)} | {ratio:.2f} (goal 0.95) |")


def latency(server, folder):
    bridge = Bridge(folder / "latency-state", server.url)
    ours = []
    for n in range(RUNS + 1):
        start = time.perf_counter()
        bridge.call("subscribe", {"endpoint": "test/echo", "input": {"prompt": "quick", "n": n}})
        ours.append(time.perf_counter() - start)
    bridge.end()
    out = subprocess.run([sys.executable, ROOT / "Tests/bench/python_client.py", "latency", server.url, KEY, str(RUNS)],
                         check=True, capture_output=True, text=True).stdout
    ours, theirs = [t - JOB for t in ours[1:]], [t - JOB for t in json.loads(out)]
    print(f"\nsubmit to result, less the {JOB} s of the job: fal-bridge {spread(ours, 'ms', 1e3)}, fal's Python client "
          f"{spread(theirs, 'ms', 1e3)}; ratio {statistics.median(ours) / statistics.median(theirs):.2f} (goal 0.2)")


def waiting(server, folder):
    bridge = Bridge(folder / "waiting-state", server.url)
    for n in range(COUNT):
        bridge.send(n, "subscribe", {"endpoint": "test/echo", "input": {"prompt": "slow", "n": n}})
    done = 0
    while done < COUNT:
        message = bridge.receive()
        if "id" in message:
            assert "result" in message, message
            done += 1
    ours = bridge.usage()
    bridge.end()
    out = subprocess.run([sys.executable, ROOT / "Tests/bench/python_client.py", "waiting", server.url, KEY, str(COUNT)],
                         check=True, capture_output=True, text=True).stdout
    theirs = json.loads(out.splitlines()[-1])
    print(f"\n{COUNT} subscriptions of {WAIT} s at once: processor {ours[0]:.2f} s, fal's Python client {theirs['cpu']:.2f} s; "
          f"ratio {ours[0] / theirs['cpu']:.2f} (goal 0.1). Memory {ours[1]:.0f} MiB, {theirs['memory']:.0f} MiB; "
          f"ratio {ours[1] / theirs['memory']:.2f} (goal 0.3)")


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        server = Server(folder)
        print(machine())
        parts = sys.argv[1:] or ["uploads", "latency", "waiting"]
        try:
            if "uploads" in parts:
                uploads(folder)
            if "latency" in parts:
                latency(server, folder)
            if "waiting" in parts:
                waiting(server, folder)
        finally:
            server.process.kill()


main()
