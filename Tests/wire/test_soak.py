"""Two hundred subscriptions at a time and a queue that fails at random: each call is answered once and rightly, and when
all is over nothing has grown. FAL_BRIDGE_SOAK is for how many seconds; `make soak` has ten minutes."""

import json
import os
import queue
import random
import re
import subprocess
import threading
import time

from conftest import BIN, SANITIZED, environment
from fake_queue import FakeQueue, drop, line, reply, status

SECONDS = float(os.environ.get("FAL_BRIDGE_SOAK", 20))
AT_ONCE = 200
MODEL = "fal-ai/some-model"


class Job:
    def __init__(self, number, rng):
        self.number = number
        self.id = "job-%d" % number
        self.begins = time.monotonic() + rng.random() * 0.3
        self.ends = self.begins + 0.1 + rng.random() * 1.5
        self.lines = [line("job %d line %d %s" % (number, n, "x" * rng.choice([0, 10, 3000]))) for n in range(rng.randrange(12))]
        self.is_cancelled = False

    def state(self):
        now = time.monotonic()
        if self.is_cancelled or now >= self.ends:
            return "COMPLETED", self.lines
        if now < self.begins:
            return "IN_QUEUE", []
        return "IN_PROGRESS", self.lines[:int(len(self.lines) * (now - self.begins) / (self.ends - self.begins))]


class BadQueue:
    """Answers rightly, or fails in one of the ways that are known of queues and of what stands before them."""

    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.jobs = {}
        self.faults = 0
        self.fake = FakeQueue(submit=self.submit, status=self.status, stream=self.stream, result=self.result, cancel=self.cancel)

    def fails(self, handler, seen, chance=0.08):
        """Whether a fault was made of this request."""
        if self.rng.random() >= chance:
            return False
        self.faults += 1
        kind = self.rng.randrange(7)
        if kind == 0:
            drop(handler, seen)
        elif kind == 1:
            reply(handler, 503, b"<html>busy</html>", "text/html")
        elif kind == 2:
            reply(handler, 429, {"detail": "slow down"}, Retry_After="0.05")
        elif kind == 3:
            reply(handler, 502, b"")
        elif kind == 4:  # an answer that is cut
            handler.send_response(200)
            handler.send_header("Content-Type", "application/json")
            handler.send_header("Content-Length", "1000")
            handler.end_headers()
            handler.wfile.write(b'{"status": "IN_PRO')
            handler.close_connection = True
        elif kind == 5:
            time.sleep(0.2)
            return False
        else:
            reply(handler, 500, b"")
        return True

    def job(self, seen):
        return self.jobs[seen.path.split("/requests/")[1].split("/")[0]]

    def submit(self, handler, seen):
        if self.fails(handler, seen, 0.02):
            return
        job = Job(json.loads(seen.body)["number"], self.rng)
        self.jobs[job.id] = job
        reply(handler, 200, {"status": "IN_QUEUE", "request_id": job.id, "queue_position": 0})

    def status(self, handler, seen):
        if not self.fails(handler, seen):
            state, lines = self.job(seen).state()
            with_logs = seen.query.get("logs") == ["1"]
            reply(handler, 200, status(seen, state, **({"logs": lines} if with_logs else {})))

    def stream(self, handler, seen):
        if self.fails(handler, seen):
            return
        job = self.job(seen)
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream")
        handler.send_header("Connection", "close")
        handler.end_headers()
        handler.close_connection = True
        told, last = 0, None
        while True:
            state, lines = job.state()
            if (state, len(lines)) != last:
                last = (state, len(lines))
                event = {"status": state, "request_id": job.id}
                if state != "IN_QUEUE":
                    event["logs"], told = lines[told:], len(lines)
                text = b"data: " + json.dumps(event).encode() + b"\n\n"
                if self.rng.random() < 0.03:  # cut, in the middle of an event or of a line
                    self.faults += 1
                    handler.wfile.write(text[:self.rng.randrange(len(text))])
                    return
                handler.wfile.write(text)
            if state == "COMPLETED":
                return
            time.sleep(0.03)

    def result(self, handler, seen):
        if not self.fails(handler, seen):
            job = self.job(seen)
            if job.is_cancelled:
                return reply(handler, 499, {"detail": "cancelled", "error_type": "client_cancelled"})
            reply(handler, 200, {"number": job.number})

    def cancel(self, handler, seen):
        if not self.fails(handler, seen):
            self.job(seen).is_cancelled = True
            reply(handler, 202, {"status": "CANCELLATION_REQUESTED"})


class Figures:
    """What the kernel says of a process."""

    def __init__(self, pid):
        text = open(f"/proc/{pid}/status").read()
        self.memory = int(re.search(r"VmRSS:\s+(\d+)", text)[1]) / 1024
        self.threads = int(re.search(r"Threads:\s+(\d+)", text)[1])
        self.files = len(os.listdir(f"/proc/{pid}/fd"))

    def __repr__(self):
        return "%.1f MiB, %d threads, %d descriptors" % (self.memory, self.threads, self.files)


class Session:
    def __init__(self, state, bad, seed):
        self.rng = random.Random(seed)
        self.process = subprocess.Popen([str(BIN)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        env=environment(state, **bad.fake.environment))
        self.inbox = queue.Queue()
        self.pauses = threading.Event()
        self.asked, self.answers, self.logs, self.statuses = {}, {}, {}, {}
        self.next = 0
        self.unidentified = self.wanted_unidentified = 0
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for text in self.process.stdout:
            if self.pauses.is_set():  # a reader that is busy elsewhere
                time.sleep(0.3)
                self.pauses.clear()
            self.inbox.put(json.loads(text))  # a torn frame ends the test here
        self.inbox.put(None)

    def send(self, message):
        self.process.stdin.write(json.dumps(message).encode() + b"\n")
        self.process.stdin.flush()

    def ask(self, method, params, send=True):
        self.next += 1
        self.asked[self.next] = method
        message = {"jsonrpc": "2.0", "id": self.next, "method": method, "params": params}
        if send:
            self.send(message)
        return message

    def take(self, timeout):
        """Takes one message; returns how many subscriptions ended with it."""
        try:
            message = self.inbox.get(timeout=timeout)
        except queue.Empty:
            return 0
        assert message is not None, self.process.stderr.read()
        ended = 0
        for each in message if isinstance(message, list) else [message]:
            if "method" in each:
                params = each["params"]
                assert params["subscription"] not in self.answers, "an update after the answer"
                self.statuses[params["subscription"]] = params["status"]
                self.logs.setdefault(params["subscription"], []).extend(e["message"] for e in params.get("logs") or [])
            elif each["id"] is None:
                self.unidentified += 1
            else:
                assert each["id"] not in self.answers, "answered twice: %s" % each
                self.answers[each["id"]] = each
                ended += self.asked[each["id"]] == "subscribe"
        return ended

    def mischief(self, running):
        """Something odd between the calls."""
        kind = self.rng.randrange(40)
        if kind == 0 and running:
            self.send({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": self.rng.choice(running)}})
        elif kind == 1:
            self.pauses.set()
        elif kind == 2:
            self.send([self.ask("ping", {"n": n}, send=False) for n in range(5)])
        elif kind == 3:
            self.process.stdin.write(b'{"jsonrpc":"2.0","id":\n')
            self.wanted_unidentified += 1
        elif kind == 4:
            self.ask("ping", {"large": "z" * 300_000})
        elif kind == 5:
            self.ask("requests", {"limit": 20})
        elif kind < 12:
            self.ask("ping", {"n": 1})


def until_quiet(pid, deadline=60):
    """The figures once no thread of the pool and no connection comes or goes any more."""
    end = time.monotonic() + deadline
    last, same = Figures(pid), 0
    while same < 5 and time.monotonic() < end:
        time.sleep(0.2)
        now = Figures(pid)
        same = same + 1 if repr(now) == repr(last) else 0
        last = now
    return last


def test_soak(state):
    seed = int(os.environ.get("FAL_BRIDGE_SEED", time.time()))
    print("FAL_BRIDGE_SEED=%d" % seed)
    bad = BadQueue(seed)
    session = Session(state, bad, seed + 1)
    pid = session.process.pid
    running, calls, figures = 0, 0, []

    def for_seconds(seconds):
        nonlocal running, calls
        end = time.monotonic() + seconds
        while time.monotonic() < end or running:
            while running < AT_ONCE and time.monotonic() < end:
                session.ask("subscribe", {"endpoint": MODEL, "input": {"number": session.next + 1}, "logs": True,
                                          "mode": session.rng.choice(["auto", "polling", "streaming"])})
                running, calls = running + 1, calls + 1
            assert time.monotonic() < end + 90, "lost: %s" % [
                id for id in session.asked if id not in session.answers]
            if time.monotonic() < end:
                session.mischief([id for id, method in session.asked.items()
                                  if method == "subscribe" and id not in session.answers])
            running -= session.take(0.02)

    # The same three times over: what is kept for ever is kept after the first.
    for part in range(3):
        for_seconds(SECONDS / 3)
        session.ask("ping", {})
        while len(session.answers) < len(session.asked) or session.unidentified < session.wanted_unidentified:
            session.take(30)
        figures.append(until_quiet(pid))
    print("%d subscriptions, %d other calls, %d faults: %s" % (calls, len(session.asked) - calls, bad.faults, figures))

    codes = {}
    for id, method in session.asked.items():
        answer = session.answers[id]
        if method != "subscribe":
            assert "result" in answer, answer
            continue
        code = answer.get("error", {}).get("code", 0)
        codes[code] = codes.get(code, 0) + 1
        if code == 0:
            assert answer["result"]["data"] == {"number": id}
            job = bad.jobs["job-%d" % id]
            assert session.logs.get(id, []) == [entry["message"] for entry in job.lines], id
            assert session.statuses[id] == "COMPLETED"
        else:
            # A submit whose answer was lost, a cancel, or an outage that outlasted all attempts.
            assert code in (1003, -32800, 1503, 1429), answer
    print(codes)
    assert codes[0] > 0.8 * calls
    assert session.unidentified == session.wanted_unidentified
    first, last = figures[0], figures[-1]
    assert last.files <= first.files + 2, figures
    assert last.threads <= first.threads + 2, figures
    # What remains: the journal's cache, and buffers of connections that are kept.
    assert SANITIZED or last.memory <= first.memory + 4 + SECONDS / 100, figures
    session.process.stdin.close()
    assert session.process.wait(timeout=10) == 0
    assert session.process.stderr.read() == b""
    bad.fake.close()
