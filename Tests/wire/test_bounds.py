"""Whatever the peer does with its two pipes, the program stays small, and nothing that was accepted is lost."""

import json
import os
import re
import subprocess
import threading
import time

import pytest
from conftest import BIN, SANITIZED, environment, frame
from fake_queue import line, reply, request_id, status

MODEL = "fal-ai/some-model"
MiB = 1024


def memory(pid, kind="VmHWM"):
    """In KiB."""
    return 0 if SANITIZED else int(re.search(kind + r":\s+(\d+)", open(f"/proc/{pid}/status").read())[1])


class Pipes:
    """A program whose answers are read only when the test says so."""

    def __init__(self, state, *args, framing="lines", **env):
        self.framing = framing
        self.process = subprocess.Popen([str(BIN), *args], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        env=environment(state, **env))
        self.messages = []

    def write(self, message):
        self.process.stdin.write(frame(message, self.framing))
        self.process.stdin.flush()

    def call(self, id, method, params):
        self.write({"jsonrpc": "2.0", "id": id, "method": method, "params": params})

    def read_one(self):
        out = self.process.stdout
        text = out.readline()
        if text and self.framing == "headers":
            assert out.readline() == b"\r\n"
            text = out.read(int(text.split(b":")[1]))
        return json.loads(text) if text else None  # a torn frame is no JSON

    def read_until(self, wanted):
        """Reads until `wanted` of them all says so, or the end."""
        while not wanted(self.messages):
            message = self.read_one()
            if message is None:
                return
            self.messages.append(message)

    def answer(self, id):
        return next((m for m in self.messages if "method" not in m and m.get("id") == id), None)

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


@pytest.fixture
def pipes(state):
    made = []

    def make(*args, **keywords):
        made.append(Pipes(state, *args, **keywords))
        return made[-1]

    yield make
    for each in made:
        each.kill()


def until_still(count, seconds=0.7, deadline=60):
    """Waits until a count has not changed for a while."""
    end = time.monotonic() + deadline
    last, since = count(), time.monotonic()
    while time.monotonic() - since < seconds:
        assert time.monotonic() < end, "it takes without end"
        time.sleep(0.02)
        if count() != last:
            last, since = count(), time.monotonic()
    return last


class Chatter:
    """A stream of log lines for each request, as fast as they are taken, until there were `events` of them."""

    def __init__(self, events, lines):
        self.events, self.lines = events, lines
        self.sent = 0
        self.lock = threading.Lock()
        # A call whose first update finds no room opens no stream: none of them speaks before all are there.
        self.go = threading.Event()

    def entries(self, number):
        return [line("line %06d %s" % (number * self.lines + each, "y" * 2000), each) for each in range(self.lines)]

    def stream(self, handler, seen):
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream")
        handler.send_header("Connection", "close")
        handler.end_headers()
        queued = {"request_id": request_id(seen), "status": "IN_QUEUE", "queue_position": 0}
        handler.wfile.write(b"data: " + json.dumps(queued).encode() + b"\n\n")
        handler.wfile.flush()
        assert self.go.wait(60)
        for number in range(self.events):
            event = {"request_id": request_id(seen), "status": "IN_PROGRESS", "logs": self.entries(number)}
            handler.wfile.write(b"data: " + json.dumps(event).encode() + b"\n\n")
            with self.lock:
                self.sent += 1
        handler.wfile.write(b"data: " + json.dumps({"request_id": request_id(seen), "status": "COMPLETED"}).encode() + b"\n\n")
        handler.wfile.flush()
        handler.close_connection = True

    def status(self, handler, seen):
        reply(handler, 200, status(seen, "COMPLETED", logs=[
            each for number in range(self.events) for each in self.entries(number)]))


@pytest.mark.parametrize("framing", ["lines", "headers"])
def test_updates_for_a_reader_that_does_not_read(pipes, fake, framing):
    """Six subscriptions have 80 MiB to say to nobody. When reading resumes, ping and cancel were heard, each line of each
    log is told once and in order, and no frame is torn."""
    chatter = Chatter(events=320, lines=20)
    server = fake(stream=chatter.stream, status=chatter.status)
    p = pipes("--framing", framing, framing=framing, **server.environment)
    count = 6
    for id in range(1, count + 1):
        p.call(id, "subscribe", {"endpoint": MODEL, "input": {}, "logs": True, "mode": "streaming"})
    server.wait("stream", count)
    chatter.go.set()
    until_still(lambda: chatter.sent)
    assert chatter.sent < count * chatter.events, "nothing held it back"
    # All lanes are full, and these two get through.
    p.call("ping", "ping", {"still": "there"})
    p.write({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": 1}})
    server.wait("cancel")
    before = memory(p.process.pid)
    assert before < 32 * MiB, "%d KiB" % before
    p.read_until(lambda messages: sum("method" not in m for m in messages) == count + 1)
    assert p.answer("ping")["result"] == {"still": "there"}
    # Cancelled, or done before the cancel came; with it, or without.
    assert "result" in p.answer(1) or p.answer(1)["error"]["code"] == -32800
    for id in range(2, count + 1):
        assert p.answer(id)["result"]["data"] == server.data
        told = [entry["message"] for m in p.messages if m.get("method") == "queue/update"
                and m["params"]["subscription"] == id for entry in m["params"].get("logs") or []]
        wanted = [entry["message"] for number in range(chatter.events) for entry in chatter.entries(number)]
        assert told == wanted
    assert memory(p.process.pid) < 32 * MiB, "%d KiB" % memory(p.process.pid)


def test_a_writer_that_does_not_stop(pipes):
    """Calls without end, answers for nobody: it takes a few MiB, then no more, for as long as that lasts."""
    p = pipes()
    os.set_blocking(p.process.stdin.fileno(), False)
    taken, number, pending = 0, 0, b""
    rounds, last = 0, time.monotonic()
    while rounds < 4:  # four times over, it takes nothing for half a second
        if not pending:
            pending = frame({"jsonrpc": "2.0", "id": number, "method": "ping", "params": {"t": "x" * 1000}}, "lines")
            number += 1
        try:
            count = os.write(p.process.stdin.fileno(), pending)
            pending, taken, last = pending[count:], taken + count, time.monotonic()
        except BlockingIOError:
            time.sleep(0.01)
        if time.monotonic() - last > 0.5:
            rounds, last = rounds + 1, time.monotonic()
    assert taken < 8 << 20
    assert memory(p.process.pid) < 32 * MiB
    os.set_blocking(p.process.stdin.fileno(), True)
    reader = threading.Thread(target=p.read_until, args=(lambda messages: False,))
    reader.start()
    os.write(p.process.stdin.fileno(), pending)
    # From here on it reads: 40 MiB more pass through, and leave nothing behind.
    for more in range(20_000):
        p.call(number + more, "ping", {"t": "x" * 2000})
    p.process.stdin.close()
    reader.join(60)
    assert not reader.is_alive()
    assert [m["id"] for m in p.messages] == list(range(number + 20_000))
    assert p.process.wait(timeout=10) == 0


def test_it_stays_small_while_40_MiB_pass_through(pipes):
    p = pipes()
    reader = threading.Thread(target=p.read_until, args=(lambda messages: len(messages) == 20_000,))
    reader.start()
    for number in range(20_000):
        p.call(number, "ping", {"t": "x" * 2000})
    reader.join(60)
    assert memory(p.process.pid) < 32 * MiB


@pytest.mark.parametrize("what, framing, size", [
    ("text", "lines", 64), ("text", "headers", 64), ("numbers and text", "lines", 64), ("escapes", "lines", 8)])
def test_a_message_of_64_MiB(pipes, what, framing, size):
    """It takes no more than 4 times its size, once, and gives it back."""
    size = (size << 20) - 1000
    text = {"text": "x" * size, "escapes": "\\n" * (size // 2),
            "numbers and text": "\"," + "0.12345678901234567890," * 100_000 + "\"" + "x" * (size - 2_300_000)}[what]
    p = pipes("--framing", framing, framing=framing)
    p.call(1, "ping", {})
    p.read_one()
    before = memory(p.process.pid)
    body = b'{"jsonrpc":"2.0","id":2,"method":"ping","params":{"t":["' + text.encode() + b'"]}}'
    text = None
    whole = body + b"\n" if framing == "lines" else b"Content-Length: %d\r\n\r\n" % len(body) + body
    got = []
    reader = threading.Thread(target=lambda: got.append(p.read_one()))
    reader.start()
    p.process.stdin.write(whole)
    p.process.stdin.flush()
    reader.join(100)
    assert got and got[0]["id"] == 2
    assert got[0]["result"] == json.loads(body)["params"]
    used = memory(p.process.pid) - before
    assert used < 4.05 * len(body) / 1024 + MiB, "%.2f times its size" % (used * 1024 / len(body))
    p.call(3, "ping", {})
    p.read_one()
    left = memory(p.process.pid, "VmRSS") - before
    assert left < 4 * MiB, "%d KiB were kept" % left
    # The second takes the same, not more.
    peak = memory(p.process.pid)
    reader = threading.Thread(target=p.read_one)
    reader.start()
    p.process.stdin.write(whole)
    p.process.stdin.flush()
    reader.join(100)
    assert memory(p.process.pid) <= peak * 1.05


@pytest.mark.parametrize("element, count", [
    ("1", 2_500_000), ("null", 800_000), ("0.5", 800_000), ('"x"', 1_500_000), ('"a text of some length"', 900_000),
    ("{}", 650_000), ("[]", 850_000), ('{"a":1}', 500_000), ('{"a":{"b":[1]}}', 230_000)])
def test_a_message_of_many_values(pipes, element, count):
    """A value of one byte takes many more in memory: what would be too much is refused before anything is built."""
    p = pipes()
    body = '{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":[%s]}}'
    p.process.stdin.write((body % ",".join([element] * 4_000_000)).encode()[:60 << 20] + b"\n")
    p.process.stdin.flush()
    error = p.read_one()
    assert error["id"] == 1 and error["error"]["code"] == -32700
    assert "more than 256 MiB" in error["error"]["message"]
    p.process.stdin.write((body % ",".join([element] * count)).encode() + b"\n")
    p.process.stdin.flush()
    assert len(p.read_one()["result"]["a"]) == count
    assert memory(p.process.pid) < 256 * MiB


def test_a_batch_of_many_messages(pipes):
    p = pipes()
    one = b'{"jsonrpc":"2.0","id":%d,"method":"ping"}'
    p.process.stdin.write(b"[" + b",".join(one % id for id in range(20_000)) + b"]\n")
    p.process.stdin.write(b"[" + b"1," * 4_000_000 + b"1]\n")
    p.process.stdin.flush()
    assert [m["id"] for m in p.read_one()] == list(range(20_000))
    assert p.read_one()["error"]["code"] == -32700
    assert memory(p.process.pid) < 256 * MiB


def test_a_batch_whose_answer_would_be_huge(pipes):
    """Each call is answered: by what it asked for, or, past the limit of a batch's answer, by `busy`, and not run."""
    p = pipes()
    one = b'{"jsonrpc":"2.0","id":%d,"method":"schema","params":{"endpoint":"fal-ai/fast-animatediff/video-to-video"}}'
    p.process.stdin.write(b"[" + b",".join(one % id for id in range(10_000)) + b"]\n")
    p.process.stdin.flush()
    text = p.process.stdout.readline()
    answers = json.loads(text)
    assert [m["id"] for m in answers] == list(range(10_000))
    refused = [m for m in answers if "error" in m]
    assert 0 < len(refused) < 10_000 and answers[-len(refused):] == refused
    assert {(m["error"]["code"], m["error"]["data"]["retryable"]) for m in refused} == {(1004, True)}
    assert len(text) < 12 << 20 and memory(p.process.pid) < 64 * MiB
    p.call("after", "ping", {})
    assert p.read_one()["id"] == "after"


def test_busy_past_the_limit_and_never_stuck(pipes, fake):
    """What is over the limit is refused at once, and everything is answered in the end."""
    go = threading.Event()

    def work(handler, seen):
        go.wait(30)
        reply(handler, 200, status(seen, "COMPLETED", logs=[]))

    server = fake(status=work)
    p = pipes("--max-in-flight", "8", **server.environment)
    for id in range(50):
        p.call(id, "status", {"endpoint": MODEL, "request_id": "r%d" % id})
    p.read_until(lambda messages: len(messages) == 42)
    assert {m["error"]["code"] for m in p.messages} == {1004}
    assert {m["id"] for m in p.messages} == set(range(8, 50))
    p.call("p", "ping", {})
    p.read_until(lambda messages: len(messages) == 43)
    go.set()
    p.read_until(lambda messages: len(messages) == 51)
    assert {m["id"] for m in p.messages[43:]} == set(range(8))
    p.call(99, "status", {"endpoint": MODEL, "request_id": "again"})
    p.read_until(lambda messages: len(messages) == 52)
    assert p.answer(99)["result"]["status"] == "COMPLETED"
