"""The n-th call of a kind fails, one n after the other, until no call is left to fail: the program never crashes, hangs,
tears a frame or answers wrongly. FAL_BRIDGE_TORTURE=all tries each n; without it some are left out."""

import json
import os
import pathlib
import shutil
import subprocess
import threading
import time

import pytest
from conftest import BIN, environment
from fake_queue import line, reply, say, stream

pytestmark = pytest.mark.skipif(not shutil.which("cc"), reason="no C compiler")
MODEL = "fal-ai/some-model"
LINES = ["first", "second", "third"]
MESSAGES = [
    {"jsonrpc": "2.0", "id": 1, "method": "ping", "params": {"small": [1, 2.5, "x", {"a": None}]}},
    {"jsonrpc": "2.0", "id": 2, "method": "ping", "params": {"large": "y" * 200_000}},
    [{"jsonrpc": "2.0", "id": "b%d" % n, "method": "ping", "params": {"n": n}} for n in range(3)],
    {"jsonrpc": "2.0", "id": 3, "method": "validate", "params": {"input": {"prompt": "x", "fps": 99}}},
    {"jsonrpc": "2.0", "id": 4, "method": "status", "params": {"endpoint": MODEL, "request_id": "r", "logs": True}},
    {"jsonrpc": "2.0", "id": 5, "method": "subscribe", "params": {"endpoint": MODEL, "input": {}, "logs": True}},
    {"jsonrpc": "2.0", "id": 6, "method": "ping", "params": {"last": True}},
]
IDS = {1, 2, "b0", "b1", "b2", 3, 4, 5, 6}
# What a call may come to where the fault is no passing one; never a wrong result.
ERRORS = {-32603, 1002, 1003, 1503}

PASSING = [("read", "EINTR"), ("read", "EAGAIN"), ("read", "short"), ("write", "EINTR"), ("write", "EAGAIN"),
           ("write", "short"), ("poll", "EINTR"), ("send", "EINTR"), ("send", "EAGAIN"), ("send", "short"),
           ("v", "EINTR"), ("v", "EAGAIN"), ("v", "short")]
LASTING = [("read", "EIO"), ("write", "EIO"), ("write", "EPIPE"), ("poll", "ENOMEM"), ("send", "ECONNRESET"),
           ("send", "EPIPE"), ("v", "ECONNRESET"), ("v", "end"), ("v", "ETIMEDOUT"), ("connect", "ECONNREFUSED"),
           ("connect", "ENOBUFS"), ("thread", "EAGAIN"), ("malloc", "ENOMEM"), ("malloc", "all")]


@pytest.fixture(scope="module")
def shim(tmp_path_factory):
    made = tmp_path_factory.mktemp("torture") / "torture.so"
    source = pathlib.Path(__file__).with_name("torture.c")
    subprocess.run(["cc", "-O1", "-shared", "-fPIC", "-o", made, source, "-ldl", "-lpthread"], check=True)
    return made


@pytest.fixture
def server(fake):
    accepted = {"status": "IN_QUEUE", "request_id": "r", "queue_position": 0}
    return fake(
        submit=lambda handler, seen: reply(handler, 200, accepted),
        status=say("COMPLETED", logs=[line(text, n) for n, text in enumerate(LINES)]),
        stream=stream({"status": "IN_QUEUE"}, *({"status": "IN_PROGRESS", "logs": [line(text, n)]}
                                                for n, text in enumerate(LINES)), {"status": "COMPLETED"}))


class Run:
    """One session with one fault."""

    def __init__(self, shim, server, folder, fault, messages=MESSAGES, ids=IDS):
        self.lines, self.ids, self.answered = [], ids, set()
        source, target = os.pipe()
        count = folder / "count"
        count.unlink(missing_ok=True)
        process = subprocess.Popen(
            [str(BIN)], stdin=subprocess.PIPE, stdout=target, stderr=subprocess.PIPE,
            env=environment(folder / "state", **server.environment, LD_PRELOAD=str(shim), TORTURE=fault,
                            TORTURE_COUNT=str(count), TORTURE_STDOUT=str(os.fstat(source).st_ino),
                            SWIFT_BACKTRACE="enable=no"))  # what looks at a crash would keep stderr open
        os.close(target)
        self.all = threading.Event()
        reader = threading.Thread(target=self.read, args=(source,))
        reader.start()
        try:
            for message in messages:
                process.stdin.write(json.dumps(message).encode() + b"\n")
                process.stdin.flush()
        except BrokenPipeError:
            pass
        # What is lost with a broken message or stream is not waited for.
        self.all.wait(20)
        try:
            process.stdin.close()
        except BrokenPipeError:
            pass
        self.code = process.wait(timeout=20)
        reader.join(20)
        self.stderr = process.stderr.read().decode(errors="replace")
        process.stderr.close()
        self.calls = int(count.read_text()) if count.exists() else None

    def read(self, source):
        with open(source, "rb") as out:
            for text in out:
                self.lines.append(text)
                try:
                    message = json.loads(text)
                except ValueError:
                    continue
                for each in message if isinstance(message, list) else [message]:
                    if "method" not in each:
                        self.answered.add(each["id"])
                # A batch that could not be read is answered by null.
                if self.ids <= self.answered or None in self.answered and self.ids - {"b0", "b1", "b2"} <= self.answered:
                    self.all.set()
        self.all.set()

    def messages(self, is_cut=False):
        lines = self.lines
        if is_cut and lines and not lines[-1].endswith(b"\n"):
            lines = lines[:-1]
        return [json.loads(text) for text in lines]

    def answers(self, is_cut=False):
        found = []
        for message in self.messages(is_cut):
            found += [m for m in (message if isinstance(message, list) else [message]) if "method" not in m]
        return found

    def log(self, is_cut=False):
        return [entry["message"] for m in self.messages(is_cut) if isinstance(m, dict) and m.get("method") == "queue/update"
                for entry in m["params"].get("logs") or []]


def numbers(count):
    """Which n are tried: each, or the first ones and some of the rest."""
    if os.environ.get("FAL_BRIDGE_TORTURE") == "all" or count <= 12:
        return range(1, count + 1)
    return sorted({*range(1, 5), *range(5, count + 1, max(1, count // 8)), count})


@pytest.mark.parametrize("kind, how", PASSING + LASTING, ids=lambda each: each)
def test_each_call_fails_once(shim, server, tmp_path, kind, how):
    clean = Run(shim, server, tmp_path, f"{kind}:{how}:0")
    assert clean.code == 0 and clean.stderr == "" and clean.log() == LINES
    wanted = {answer["id"]: answer for answer in clean.answers()}
    assert wanted.keys() == IDS and clean.calls
    is_passing = (kind, how) in PASSING
    n, tried = 0, 0
    for n in numbers(clean.calls + 2):
        start = time.monotonic()
        run = Run(shim, server, tmp_path, f"{kind}:{how}:{n}")
        context = (kind, how, n, clean.calls, run.code, run.stderr, [text[:300] for text in run.lines])
        assert time.monotonic() - start < 30, context
        cut = kind == "write" and not is_passing
        assert "atal error" not in run.stderr and run.code in ((0, 70) if cut or kind == "thread" else (0,)), context
        answers = run.answers(is_cut=cut)
        ids = [answer["id"] for answer in answers]
        assert len(ids) == len(set(map(str, ids))) or ids.count(None) > 1, context
        for answer in answers:
            if is_passing or "result" in answer and answer["id"] in wanted:
                assert answer == wanted[answer["id"]], context
            elif answer != wanted.get(answer["id"]):
                # A message that the input ended in is a broken one, and a wait is let go.
                ended = {-32700, -32800} if kind == "read" else set()
                assert answer["error"]["code"] in ERRORS | ended, (answer, context)
        if is_passing:
            assert set(ids) == IDS and run.log() == LINES, context
        elif kind not in ("read", "write", "thread"):
            # Nobody is left without an answer.
            assert set(ids) - {None} == IDS or None in ids, context
        assert len(run.log(cut)) == len(set(run.log(cut))), context
        tried += 1
    assert tried >= min(clean.calls, 4)


# jansson's buffer doubles at its end: there are strings whose last quote is what makes it grow, from small and from large.
@pytest.mark.parametrize("how", ["ENOMEM", "all"])
@pytest.mark.parametrize("length", [14, 30, 62, 5000, 16382, 65534])
def test_no_memory_is_no_syntax_error(shim, server, tmp_path, length, how):
    """jansson says that a message is wrong where it had no memory to read it, leaves out a part of a string, or writes on
    behind its end."""
    messages = [{"jsonrpc": "2.0", "id": 1, "method": "ping", "params": {"text": "z" * length, "list": [1, {"a": "b"}]}}]
    clean = Run(shim, server, tmp_path, f"malloc:{how}:0", messages, {1})
    seen = set()
    for n in range(1, clean.calls + 1):
        run = Run(shim, server, tmp_path, f"malloc:{how}:{n}", messages, {1})
        assert run.code == 0 and run.stderr == "", (n, run.code, run.stderr)
        (answer,) = run.answers()
        if "error" in answer:
            assert answer["id"] == 1 and answer["error"]["code"] == -32603
            assert answer["error"]["message"] == "out of memory" and answer["error"]["data"]["retryable"] is True
        else:
            assert answer == clean.answers()[0]
        seen.add("error" in answer)
    assert True in seen
