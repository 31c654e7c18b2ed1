"""Drives an engine program through its stdin and stdout, with a deadline on every wait."""

from __future__ import annotations

import json
import os
import queue
import shutil
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

BUNNY = Path(__file__).parents[1] / "media/bunny.mp4"
FPS = 8
DEADLINE = 30.0  # seconds for any one line; far above what a line takes, so that only a hang reaches it


def program() -> str:
    found = os.environ.get("FAL_ENGINE_STYLIZE") or shutil.which("fal-engine-stylize")
    if not found:
        if os.environ.get("FAL_TEST_ALLOW_SKIP") == "1":
            pytest.skip("no fal-engine-stylize")
        pytest.fail("no fal-engine-stylize: run make engines, or set FAL_ENGINE_STYLIZE")
    return found


class Engine:
    """One running engine. Every line it writes must be JSON-RPC, or `line` fails."""

    def __init__(self, workdir: Path, **environment: str) -> None:
        self.workdir = workdir
        self.process = subprocess.Popen([program()], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, env={**os.environ, **environment})
        self._lines: queue.Queue[bytes] = queue.Queue()
        self._last_id = 0
        threading.Thread(target=self._pump, daemon=True).start()

    def _pump(self) -> None:
        for line in self.process.stdout:
            self._lines.put(line)
        self._lines.put(b"")

    def write(self, data: bytes) -> None:
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def send(self, **message: Any) -> None:
        self.write(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n")

    def line(self) -> dict[str, Any]:
        data = self._lines.get(timeout=DEADLINE)
        assert data, "the engine closed its stdout"
        assert data.endswith(b"\n")
        message = json.loads(data)
        assert message["jsonrpc"] == "2.0"
        return message

    def ask(self, method: str, params: dict[str, Any] | None = None) -> int:
        """Sends a request and returns its id, waiting for nothing."""
        self._last_id += 1
        self.send(id=self._last_id, method=method, params=params or {})
        return self._last_id

    def answer(self, request: int, notes: list[dict[str, Any]] | None = None) -> dict[str, Any]:
        """The answer to `request`; notifications before it go to `notes`."""
        while True:
            message = self.line()
            if "id" in message:
                assert message["id"] == request, message
                return message
            if notes is not None:
                notes.append(message)

    def call(self, method: str, params: dict[str, Any] | None = None, notes: list | None = None) -> dict[str, Any]:
        return self.answer(self.ask(method, params), notes)

    def start(self) -> Engine:
        self.hello = self.call("initialize", {"contract": 1, "workdir": str(self.workdir), "offline": True})["result"]
        return self

    def at_end(self) -> int:
        """Reads what is left and returns the exit status."""
        while self._lines.get(timeout=DEADLINE):
            pass
        return self.process.wait(DEADLINE)

    def close(self) -> None:
        self.process.stdin.close()
        try:
            self.process.wait(DEADLINE)
        finally:
            self.process.kill()
            self.process.wait()


def decode(width: int, height: int, count: int) -> bytes:
    return subprocess.run(
        ["ffmpeg", "-v", "error", "-nostdin", "-i", str(BUNNY), "-vf", f"fps={FPS},scale={width}:{height}", "-frames:v",
         str(count), "-f", "rawvideo", "-pix_fmt", "rgb24", "-"],
        check=True, capture_output=True, timeout=60,
    ).stdout


@dataclass
class Clip:
    """Frames in a file, and an engine that has been greeted."""

    engine: Engine
    path: Path
    width: int
    height: int
    count: int

    def params(self, **changes: Any) -> dict[str, Any]:
        """A whole set of params; `changes` replace members, `frames` and `out` only what they name."""
        frames = {"path": str(self.path), "width": self.width, "height": self.height, "count": self.count,
                  "format": "rgb24", "fps": FPS, **changes.pop("frames", {})}
        out = {"path": str(self.engine.workdir / "out.rgb"), **changes.pop("out", {})}
        return {"job": "j", "frames": frames, "out": out, "prompt": "van gogh starry night", "negative_prompt": "",
                "steps": 25, "strength": 0.7, "guidance_scale": 7.5, "seed": 7, "motions": [], **changes}

    def generate(self, notes: list | None = None, **changes: Any) -> tuple[dict[str, Any], bytes]:
        """The result and the bytes of the frames."""
        answer = self.engine.call("generate", self.params(**changes), notes)
        assert "result" in answer, answer
        return answer["result"], Path(answer["result"]["frames"]["path"]).read_bytes()

    def refuse(self, **changes: Any) -> dict[str, Any]:
        answer = self.engine.call("generate", self.params(**changes))
        assert "error" in answer, answer
        assert not list(self.engine.workdir.glob("*.part"))
        return answer["error"]
