"""`fal-bridge mcp`, driven by the official SDK's clients, and line by line."""

import importlib.metadata
import json
import os
import pathlib
import queue
import shutil
import signal
import subprocess
import sys
import threading
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path += [str(ROOT / "Tests/wire"), str(pathlib.Path(__file__).parent)]

from fake_queue import FakeQueue  # noqa: E402
from lines import VERSION, Lines, check_log  # noqa: E402

BIN = pathlib.Path(os.environ.get("FAL_BRIDGE_BIN", ROOT / ".build/debug/fal-bridge"))
LOCAL = pathlib.Path(os.environ.get("FAL_LOCAL_BIN", ROOT / ".build/debug/fal-local"))
BUNNY = ROOT / "Tests/media/bunny.mp4"
MODERN = "2026-07-28"
V2V = "animatediff_video_to_video"
SDK = int(importlib.metadata.version("mcp").split(".")[0])
DEADLINE = 60.0
RUN = {"name": "run_model", "arguments": {"endpoint": "me/thing", "input": {"a": 1}}}


def pytest_ignore_collect(collection_path, config):
    """Each line of the SDK has its own tests; those by the line are run with the models of the newest."""
    name = collection_path.name
    return (name.startswith("test_") and name != f"test_client_{SDK}.py" and (SDK == 1 or name == "test_client_1.py")) or None


def environment(home, **more):
    """What hosts hand on, and no more."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
    kept.update(HOME=str(home / "home"), FAL_BRIDGE_STATE=str(home / "state"), FAL_LOCAL_BIN=str(LOCAL),
                FAL_BRIDGE_BACKEND="local")
    kept.update(more)
    return kept


class Home:
    """A folder of one test: the root with a clip in it, the state, the user's home."""

    def __init__(self, path):
        self.path = path
        self.root = path / "clips"
        for folder in (self.root, path / "home"):
            folder.mkdir()
        shutil.copy(BUNNY, self.root)

    def server(self, *args, **env):
        """Command, arguments and environment."""
        return str(BIN), ["mcp", "--root", str(self.root), *args], environment(self.path, **env)

    def tapped(self, *args, **env):
        """The same, with its lines kept."""
        command, words, variables = self.server(*args, **env)
        return sys.executable, [str(ROOT / "Tests/mcp/tap.py"), str(self.log), command, *words], variables

    @property
    def log(self):
        return self.path / "lines"

    def check(self):
        return check_log(self.log)

    def kill_local(self):
        for entry in pathlib.Path("/proc").iterdir():
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0") if entry.name.isdigit() else [b""]
            except OSError:
                continue
            if words[0].endswith(b"fal-local") and str(self.path / "state").encode() in words:
                os.kill(int(entry.name), signal.SIGKILL)


@pytest.fixture
def home(tmp_path):
    made = Home(tmp_path)
    yield made
    if made.log.exists():
        made.check()
    made.kill_local()


class Wire:
    """One server, spoken to by the line; what it writes is held against the models."""

    def __init__(self, home, *args, cwd="/", root=True, **env):
        command, words, variables = home.server(*args, **env)
        if not root:
            words = [word for word in words if word not in ("--root", str(home.root))]
        self.process = subprocess.Popen([command, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, cwd=cwd, env=variables)
        self.lines = Lines()
        self.lock = threading.Lock()
        self.inbox = queue.Queue()
        self.next_id = 1
        self.others = []
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            try:
                with self.lock:
                    message = self.lines.server(line.decode())
                self.inbox.put(message)
            except BaseException as error:  # noqa: BLE001
                self.inbox.put(error)
        self.inbox.put(None)

    def send(self, message):
        text = message if isinstance(message, str) else json.dumps(message)
        with self.lock:
            try:
                self.lines.client(text)
            except (ValueError, KeyError, TypeError, AttributeError):
                pass
        self.process.stdin.write(text.encode() + b"\n")
        self.process.stdin.flush()

    def receive(self, deadline=DEADLINE):
        message = self.inbox.get(timeout=deadline)
        if isinstance(message, BaseException):
            raise message
        assert message is not None, self.process.stderr.read().decode()
        return message

    def ask(self, method, params=None, tasks=False, capabilities=None, token=None, meta=True):
        """Sends a request of the modern era."""
        id, self.next_id = self.next_id, self.next_id + 1
        params = dict(params or {})
        if meta:
            capabilities = dict(capabilities or {})
            if tasks:
                capabilities["extensions"] = {"io.modelcontextprotocol/tasks": {}}
            params["_meta"] = {VERSION: MODERN, "io.modelcontextprotocol/clientCapabilities": capabilities,
                               "io.modelcontextprotocol/clientInfo": {"name": "by-line", "version": "1"}}
        if token is not None:
            params.setdefault("_meta", {})["progressToken"] = token
        self.send({"jsonrpc": "2.0", "id": id, "method": method, "params": params})
        return id

    def until(self, wanted, deadline=DEADLINE):
        end = time.monotonic() + deadline
        while True:
            message = self.receive(max(0.01, end - time.monotonic()))
            if wanted(message):
                return message
            self.others.append(message)

    def answer(self, id, deadline=DEADLINE):
        return self.until(lambda m: isinstance(m, dict) and m.get("id") == id and "method" not in m, deadline)

    def call(self, method, params=None, **more):
        return self.answer(self.ask(method, params, **more))

    def tool(self, name, arguments=None, **more):
        """The result of a tool."""
        answer = self.call("tools/call", {"name": name, "arguments": arguments or {}}, **more)
        assert "result" in answer, answer
        return answer["result"]

    def initialize(self, version="2025-11-25", capabilities=None):
        answer = self.call("initialize", {"protocolVersion": version, "capabilities": capabilities or {},
                                          "clientInfo": {"name": "by-line", "version": "1"}}, meta=False)
        self.send({"jsonrpc": "2.0", "method": "notifications/initialized"})
        return answer["result"]

    def close(self, deadline=20):
        if not self.process.stdin.closed:
            self.process.stdin.close()
        return self.process.wait(timeout=deadline)


def request_id(result):
    return result["structuredContent"]["request_id"]


def words(result):
    return "\n".join(block["text"] for block in result["content"] if block["type"] == "text")


@pytest.fixture
def wire(home):
    made = []

    def make(*args, **keywords):
        made.append(Wire(home, *args, **keywords))
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
