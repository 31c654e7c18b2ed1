"""An engine program, driven as fal-local drives it."""

import json
import os
import pathlib
import queue
import shutil
import subprocess
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUNNY = ROOT / "Tests/media/bunny.mp4"


def program():
    return os.environ.get("FAL_ENGINE_STYLIZE") or shutil.which("fal-engine-stylize") or str(ROOT / ".build-engines/bin/fal-engine-stylize")


def frames(path, width=128, height=72, count=6, fps=8, source=BUNNY):
    """Raw rgb24 frames of a clip, in a file."""
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", str(source), "-vf", f"fps={fps},scale={width}:{height}", "-frames:v",
                    str(count), "-pix_fmt", "rgb24", "-f", "rawvideo", str(path)], check=True)
    return {"path": str(path), "width": width, "height": height, "count": count, "format": "rgb24", "fps": fps}


class Engine:
    def __init__(self, workdir, **env):
        self.workdir = pathlib.Path(workdir)
        self.process = subprocess.Popen([program()], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        env={"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **env})
        self.inbox = queue.Queue()
        self.heard = []
        self.next_id = 0
        threading.Thread(target=self._read, daemon=True).start()
        threading.Thread(target=self.process.stderr.read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.inbox.put(json.loads(line))  # anything but protocol on stdout fails here
        self.inbox.put(None)

    def send(self, text):
        self.process.stdin.write(text.encode() + b"\n")
        self.process.stdin.flush()

    def start(self, method, params=None):
        self.next_id += 1
        self.send(json.dumps({"jsonrpc": "2.0", "id": self.next_id, "method": method, "params": params or {}}))
        return self.next_id

    def notify(self, method, params):
        self.send(json.dumps({"jsonrpc": "2.0", "method": method, "params": params}))

    def receive(self, deadline=60):
        message = self.inbox.get(timeout=deadline)
        assert message is not None, "the engine ended"
        return message

    def answer(self, id, deadline=60):
        until = time.monotonic() + deadline
        while True:
            message = self.receive(max(0.01, until - time.monotonic()))
            if "method" in message:
                self.heard.append(message)
            elif message["id"] == id:
                return message

    def call(self, method, params=None):
        return self.answer(self.start(method, params))

    def initialize(self):
        return self.call("initialize", {"contract": 1, "workdir": str(self.workdir), "offline": True})["result"]

    def job(self, source, out="out.rgb", **more):
        return {"job": "j", "frames": source, "out": {"path": str(self.workdir / out)}, "prompt": "van gogh starry night",
                "negative_prompt": "", "steps": 25, "strength": 0.7, "guidance_scale": 7.5, "seed": 7, "motions": [], **more}

    def generate(self, source, out="out.rgb", **more):
        """The bytes that a job made."""
        answer = self.call("generate", self.job(source, out, **more))
        assert "result" in answer, answer
        return (self.workdir / out).read_bytes()

    def close(self):
        self.process.kill()
        self.process.wait()
