"""The built programs, found and driven as any other program would drive them."""

import json
import os
import pathlib
import queue
import signal
import subprocess
import threading
import time

import pytest
import surface
from fake_queue import FakeQueue

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("FAL_BRIDGE_BIN", ROOT / ".build/debug/fal-bridge"))
LOCAL = pathlib.Path(os.environ.get("FAL_LOCAL_BIN", ROOT / ".build/debug/fal-local"))
BUNNY = ROOT / "Tests/media/bunny.mp4"
DEADLINE = 60.0
# Under a sanitizer, whose memory is no figure.
SANITIZED = "FAL_BRIDGE_SANITIZED" in os.environ


def environment(state, **more):
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("FAL_", "XDG_"))}
    kept.update(FAL_BRIDGE_STATE=str(state), FAL_LOCAL_BIN=str(LOCAL), FAL_BRIDGE_BACKEND="local")
    kept.update(more)
    return kept


def frame(message, framing):
    body = json.dumps(message).encode()
    return body + b"\n" if framing == "lines" else b"Content-Length: %d\r\n\r\n" % len(body) + body


class Bridge:
    """One fal-bridge; messages are read by a thread, so that every wait has a deadline. Whatever it says is held
    against schemas/rpc."""

    def __init__(self, state, *args, framing="lines", cwd=ROOT, **env):
        self.framing = framing
        self.next_id = 1
        self.process = subprocess.Popen(
            [str(BIN), *args], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            cwd=cwd, env=environment(state, **env))
        self.inbox = queue.Queue()
        self.notifications = []
        self.answers = {}
        # The method of each call that is made by start(); None where an id was taken twice.
        self.asked = {}
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        out = self.process.stdout
        while True:
            line = out.readline()
            if not line:
                break
            if self.framing == "headers":
                assert line.lower().startswith(b"content-length: "), line
                assert out.readline() == b"\r\n"
                line = out.read(int(line.split(b":")[1]))
            self.inbox.put(json.loads(line))
        self.inbox.put(None)

    def send(self, message):
        self.process.stdin.write(frame(message, self.framing))
        self.process.stdin.flush()

    def start(self, method, params=None, id=None):
        if id is None:
            id, self.next_id = self.next_id, self.next_id + 1
        self.asked[id] = None if id in self.asked else method
        self.send({"jsonrpc": "2.0", "id": id, "method": method, "params": params or {}})
        return id

    def receive(self, deadline=DEADLINE):
        message = self.inbox.get(timeout=deadline)
        assert message is not None, self.process.stderr.read().decode()
        if isinstance(message, dict) and "method" in message:
            surface.check_notification(message)
        elif isinstance(message, dict) and isinstance(message["id"], (int, str)):
            if method := self.asked.pop(message["id"], None):
                surface.check_answer(method, message)
        return message

    def answer(self, id, deadline=DEADLINE):
        """The answer to a call; notifications and other answers on the way are kept."""
        until = time.monotonic() + deadline
        while id not in self.answers:
            message = self.receive(max(0.01, until - time.monotonic()))
            if "method" in message:
                self.notifications.append(message)
            else:
                self.answers[message["id"]] = message
        return self.answers.pop(id)

    def call(self, method, params=None):
        return self.answer(self.start(method, params))

    def until(self, wanted, deadline=DEADLINE):
        """The first notification that fits."""
        end = time.monotonic() + deadline
        while True:
            message = self.receive(max(0.01, end - time.monotonic()))
            self.notifications.append(message)
            if wanted(message):
                return message

    def close(self):
        if self.process.stdin and not self.process.stdin.closed:
            self.process.stdin.close()
        return self.process.wait(timeout=10)


def kill_local(state):
    """Ends the fal-local of a state folder; returns whether there was one."""
    found = False
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if words[0].endswith(b"fal-local") and str(state).encode() in words:
            os.kill(int(entry.name), signal.SIGKILL)
            found = True
    return found


@pytest.fixture
def state(tmp_path):
    folder = tmp_path / "state"
    yield folder
    kill_local(folder)


@pytest.fixture
def bridge(state):
    made = []

    def make(*args, **keywords):
        made.append(Bridge(state, *args, **keywords))
        return made[-1]

    yield make
    for each in made:
        each.process.kill()
        each.process.wait()


@pytest.fixture
def fake():
    """Makes queues that do what a test tells them."""
    made = []

    def make(**answers):
        made.append(FakeQueue(**answers))
        return made[-1]

    yield make
    for each in made:
        each.close()
