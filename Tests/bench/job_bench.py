"""A whole stylize job, upload to file, beside ONNX Runtime alone on the same frames: medians, with the quartiles."""

import os
import pathlib
import re
import signal
import statistics
import subprocess
import tempfile
import time

from figures import BRIDGE, ROOT, machine

JOBS = 10


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
    print(f"stylize, 24 frames of 512x288: first job {cold:.2f} s, further jobs {warm:.2f} s (upload to file on disk); "
          f"ONNX Runtime alone {statistics.median(alone):.2f} s; ratio {ratio:.2f} ({low:.2f} to {high:.2f})")


if __name__ == "__main__":
    print(machine() + "\n")
    job()
