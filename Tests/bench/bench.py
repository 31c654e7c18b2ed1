"""The first figures, side by side in one run: medians, with the spread from the first to the third quartile."""

import json
import os
import pathlib
import platform
import re
import signal
import statistics
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BRIDGE = ROOT / ".build/release/fal-bridge"
ROUNDS, PINGS, PIPED, JOBS = 15, 3000, 100_000, 10


def spread(values, unit, scale=1.0):
    low, middle, high = statistics.quantiles(values, n=4)
    return f"{middle * scale:.1f} {unit} ({low * scale:.1f} to {high * scale:.1f})"


def line(id):
    return json.dumps({"jsonrpc": "2.0", "id": id, "method": "ping", "params": {"n": id}}).encode() + b"\n"


class Peer:
    def __init__(self, name, words, headers=False):
        self.name, self.words, self.headers = name, words, headers
        self.starts, self.trips, self.piped, self.memory = [], [], [], []

    def frame(self, id):
        text = line(id)
        return b"Content-Length: %d\r\n\r\n" % (len(text) - 1) + text[:-1] if self.headers else text

    def read(self, out):
        if self.headers:
            size = int(out.readline().split(b":")[1])
            out.readline()
            return out.read(size)
        return out.readline()

    def spawn(self):
        return subprocess.Popen(self.words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={
            "PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "FAL_BRIDGE_BACKEND": "local"})

    def round(self):
        start = time.perf_counter()
        process = self.spawn()
        process.stdin.write(self.frame(0))
        process.stdin.flush()
        self.read(process.stdout)
        self.starts.append(time.perf_counter() - start)
        status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
        self.memory.append(int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024)
        for id in range(PINGS // ROUNDS):
            frame = self.frame(id)
            start = time.perf_counter()
            process.stdin.write(frame)
            process.stdin.flush()
            self.read(process.stdout)
            self.trips.append(time.perf_counter() - start)
        process.stdin.close()
        process.wait()

    def pipe(self, data):
        with tempfile.TemporaryFile() as source:
            source.write(data)
            source.seek(0)
            start = time.perf_counter()
            process = subprocess.Popen(self.words, stdin=source, stdout=subprocess.PIPE)
            while process.stdout.read1(1 << 20):
                pass
            process.wait()
            self.piped.append(PIPED / (time.perf_counter() - start))


def rpc():
    with tempfile.TemporaryDirectory() as folder:
        floor = f"{folder}/floor"
        subprocess.run(["cc", "-O2", str(ROOT / "Tests/bench/floor.c"), "-o", floor, "-ljansson"], check=True)
        peers = [Peer("C, getline and jansson", [floor]), Peer("fal-bridge, lines", [str(BRIDGE)]),
                 Peer("fal-bridge, headers", [str(BRIDGE)], headers=True)]
        for _ in range(ROUNDS):
            for peer in peers:
                peer.round()
        for peer in peers:
            data = b"".join(peer.frame(n) for n in range(PIPED))
            for _ in range(5):
                peer.pipe(data)
    print("| | spawn to first answer | ping round trip | piped calls a second | idle memory |\n|---|---|---|---|---|")
    for peer in peers:
        print(f"| {peer.name} | {spread(peer.starts, 'ms', 1e3)} | {spread(peer.trips, 'µs', 1e6)} | "
              f"{spread(peer.piped, 'k', 1e-3)} | {spread(peer.memory, 'MiB')} |")
    a, b = peers[0], peers[1]
    print(f"\nfal-bridge to the floor: round trip {statistics.median(b.trips) / statistics.median(a.trips):.2f}, "
          f"piped {statistics.median(b.piped) / statistics.median(a.piped):.2f}")


def end_local(state):
    """Ends the fal-local of a state folder, and waits until it is gone."""
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if words[0].endswith(b"fal-local") and state.encode() in words:
            os.kill(int(entry.name), signal.SIGTERM)
            while entry.exists():
                time.sleep(0.01)


def job():
    """A whole stylize job, upload to file, beside ONNX Runtime alone on the same frames."""
    with tempfile.TemporaryDirectory() as folder:
        raw = f"{folder}/in.rgb"
        subprocess.run(["ffmpeg", "-v", "error", "-i", str(ROOT / "Tests/media/bunny.mp4"), "-vf", "fps=8,scale=512:288",
                        "-frames:v", "24", "-pix_fmt", "rgb24", "-f", "rawvideo", raw], check=True)
        python = str(ROOT / ".build-engines/bin/python")
        whole, alone = [], []
        words = [str(BRIDGE), "run", "--backend", "local", "--state-dir", f"{folder}/s", "--input",
                 f"video_url={ROOT}/Tests/media/bunny.mp4", "--input", "prompt=van gogh starry night", "-o", f"{folder}/o.mp4", "--json"]
        for n in range(JOBS + 1):
            start = time.perf_counter()
            subprocess.run(words + ["--input", f"seed={n}"], check=True, stdout=subprocess.DEVNULL)
            whole.append(time.perf_counter() - start)
            out = subprocess.run([python, str(ROOT / "Sources/engines/tools/onnx_alone.py"), raw, "512", "288", "24"],
                                 check=True, capture_output=True, text=True).stdout
            alone.append(float(re.findall(r"\d+\.\d+", out)[0]))
        end_local(f"{folder}/s")
    cold, warm = whole[0], statistics.median(whole[1:])
    # Each job beside the run of ONNX Runtime that followed it: what else the machine does changes slower than that.
    low, ratio, high = statistics.quantiles([a / b for a, b in zip(whole[1:], alone[1:])], n=4)
    print(f"\nstylize, 24 frames of 512x288: first job {cold:.2f} s, further jobs {warm:.2f} s (upload to file on disk); "
          f"ONNX Runtime alone {statistics.median(alone):.2f} s; ratio {ratio:.2f} ({low:.2f} to {high:.2f})")


if __name__ == "__main__":
    model = re.search(r"model name\s*:\s*(.*)", pathlib.Path("/proc/cpuinfo").read_text())
    print(f"machine: {os.cpu_count()} cores of {model[1] if model else platform.machine()}, {platform.system()} {platform.release()}\n")
    rpc()
    job()
