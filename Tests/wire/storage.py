"""A storage of fal's kind for tests: writes down what it was asked, throws bytes away, and fails on demand."""

import contextlib
import hashlib
import http.server
import json
import re
import socket
import sqlite3
import threading
import time

import pytest

MIB = 1 << 20


class Storage:
    """One server for all hosts. `log` has a line (method, path, headers, bytes) for each request."""

    def __init__(self, initiate=True, tokens=True):
        self.initiate, self.tokens = initiate, tokens
        self.lock = threading.Condition()
        self.log, self.parts, self.sums, self.completed = [], {}, {}, []
        self.files = {}            # path → (content type, bytes or size)
        self.fail = {}             # a part's number, "put", "initiate" or "complete" → statuses to give first
        self.cut = {}              # part → how often its connection is cut in the middle
        self.hold = threading.Event()  # parts from `hold_from` on wait for it
        self.hold.set()
        self.hold_from = 1 << 30
        self.running, self.most = 0, 0
        self.number = 0
        self.token_base = None
        self.keep = False          # whether bodies are kept
        self.hashing = True        # whether a part's etag is its digest
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self): outer.handle(self)
            def do_PUT(self): outer.handle(self)
            def do_GET(self): outer.handle(self)
            def do_HEAD(self): outer.handle(self)
            def log_message(self, *_): pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 64
            def handle_error(self, *_): pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    @property
    def env(self):
        return dict(FAL_BRIDGE_BACKEND="fal", FAL_KEY="kid:very-secret-key", FAL_REST_URL=self.base,
                    FAL_QUEUE_URL=self.base, FAL_RUN_URL=self.base)

    def close(self):
        self.hold.set()
        self.server.shutdown()
        self.server.server_close()

    def paths(self, method=None):
        with self.lock:
            return [path for m, path, _, _ in self.log if method in (None, m)]

    def wait(self, wanted, deadline=30):
        with self.lock:
            assert self.lock.wait_for(wanted, deadline), self.log

    # What a request gets.

    def body(self, h, what):
        length = int(h.headers.get("Content-Length", 0))
        sum, kept, left = hashlib.sha256(), bytearray(), length
        limit = None
        with self.lock:
            if self.cut.get(what, 0) > 0:
                self.cut[what] -= 1
                limit = length // 2
        buffer = bytearray(1 << 20)
        while left > 0:
            count = h.rfile.readinto(memoryview(buffer)[:min(left, len(buffer))])
            if not count:
                return None
            if self.keep or length < 1 << 20:
                kept += buffer[:count]
            if self.hashing:
                sum.update(memoryview(buffer)[:count])
            left -= count
            if limit is not None and length - left >= limit:
                h.close_connection = True
                h.connection.shutdown(socket.SHUT_RDWR)
                return None
        return length, sum.hexdigest(), bytes(kept)

    def reply(self, h, status, answer=None, headers=(), body=None):
        if body is None:
            body = json.dumps(answer if answer is not None else {}).encode()
            headers = [("Content-Type", "application/json"), *headers]
        h.send_response(status)
        for name, value in headers:
            h.send_header(name, value)
        h.send_header("Content-Length", str(len(body)))
        h.end_headers()
        if h.command != "HEAD":
            h.wfile.write(body)

    def failing(self, what):
        with self.lock:
            statuses = self.fail.get(what)
            return statuses.pop(0) if statuses else None

    def handle(self, h):
        path, _, query = h.path.partition("?")
        part = re.fullmatch(r"(/up/\d+)/(\d+)", path) or re.fullmatch(r"(/cdn/\d+/multipart/u%2F1)/(\d+)", path)
        what = int(part[2]) if part else {"/files/upload": "put"}.get(path, "put" if path.startswith("/up/") else None)
        with self.lock:
            self.running += 1
            self.most = max(self.most, self.running)
        try:
            got = self.body(h, what)
            with self.lock:
                self.log.append((h.command, h.path, dict(h.headers), got[0] if got else -1))
                self.lock.notify_all()
            if got:
                self.answer(h, path, query, part, got)
        finally:
            with self.lock:
                self.running -= 1
                self.lock.notify_all()

    def answer(self, h, path, query, part, got):
        length, digest, kept = got
        if path.startswith("/storage/upload/initiate"):
            if status := self.failing("initiate"):
                return self.reply(h, status, {"detail": "no"})
            if not self.initiate:
                return self.reply(h, 404, {"detail": "Not Found"})
            with self.lock:
                self.number += 1
                number = self.number
            return self.reply(h, 200, {"upload_url": f"{self.base}/up/{number}?sig=a%2Fb&x=1",
                "file_url": f"{self.base}/files/{number}"})
        if path.startswith("/storage/auth/token"):
            if not self.tokens:
                return self.reply(h, 404, {"detail": "Not Found"})
            return self.reply(h, 200, {"token": "tok-1", "token_type": "Bearer",
                "base_url": self.token_base or self.base,
                                       "expires_at": "2099-01-01T00:00:00+00:00"})
        if path == "/files/upload":
            if status := self.failing("put"):
                return self.reply(h, status)
            with self.lock:
                self.number += 1
                place = f"/files/{self.number}"
                self.files[place] = (h.headers["Content-Type"], kept, length, digest)
            return self.reply(h, 200, {"access_url": self.base + place})
        if path == "/files/upload/multipart":
            with self.lock:
                self.number += 1
                return self.reply(h, 200, {"access_url": f"{self.base}/cdn/{self.number}", "uploadId": "u/1"})
        if part and h.command == "PUT":
            number = int(part[2])
            if number >= self.hold_from:
                self.hold.wait(60)
            if status := self.failing(number):
                return self.reply(h, status, {"detail": "try again"})
            etag = f'"{digest if self.hashing else number}"'
            with self.lock:
                self.parts.setdefault(part[1], {})[number] = (etag, length)
            return self.reply(h, 200, {"partNumber": number, "etag": etag}, [("ETag", etag)])
        if path.endswith("/complete"):
            place = path[:-len("/complete")]
            if status := self.failing("complete"):
                return self.reply(h, status, {"detail": "no such upload"})
            told = [(p["partNumber"], p["etag"]) for p in json.loads(kept)["parts"]]
            with self.lock:
                parts = self.parts.get(place, {})
                if told != [(n, parts[n][0]) for n in sorted(parts)] or sorted(parts) != list(range(1, len(parts) + 1)):
                    return self.reply(h, 400, {"detail": "the parts are not those that came"})
                self.completed.append(place)
                number = re.search(r"/(?:up|cdn)/(\d+)", place)[1]
                self.files[f"/files/{number}"] = self.files[f"/cdn/{number}"] = ("", b"",
                    sum(p[1] for p in parts.values()), "")
            return self.reply(h, 200, {})
        if path.startswith("/up/") and h.command == "PUT":
            if status := self.failing("put"):
                return self.reply(h, status)
            with self.lock:
                self.files["/files/" + path.split("/")[2]] = (h.headers["Content-Type"], kept, length, digest)
            return self.reply(h, 200, {})
        if h.command in ("GET", "HEAD") and path in self.files:
            type, body, size, _ = self.files[path]
            return self.reply(h, 200, body=body if len(body) == size else b"x" * 0,
                headers=[("Content-Type", type or "video/mp4")])
        if h.command == "POST":  # the queue takes anything
            with self.lock:
                self.number += 1
                self.submitted = json.loads(kept)
            return self.reply(h, 200, {"status": "IN_QUEUE", "request_id": f"r-{self.number}", "queue_position": 0})
        return self.reply(h, 404, {"detail": "Not Found"})


def sparse(path, size, marks=()):
    """A file that takes no room, with a few bytes of its own."""
    with open(path, "wb") as file:
        file.truncate(size)
        for offset in marks:
            file.seek(offset)
            file.write(b"mark %d" % offset)
    return path


@pytest.fixture
def storage():
    made = Storage()
    yield made
    made.close()


@pytest.fixture
def work(tmp_path):
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


@pytest.fixture
def start(bridge, storage, work):
    return lambda **more: bridge("--root", str(work), cwd=work, **{**storage.env, **more})


def uploaded(b, **params):
    answer = b.call("upload", params)
    assert "result" in answer, answer
    return answer["result"]


def journal(state, statement):
    with contextlib.closing(sqlite3.connect(state / "journal.db", timeout=10)) as database:
        rows = database.execute(statement).fetchall()
        database.commit()
        return rows


def remembered(state, count=1, deadline=30):
    """Waits until so many uploads are in the journal: the answer does not wait for a digest that takes its time."""
    until = time.monotonic() + deadline
    while journal(state, "SELECT count(*) FROM uploads")[0][0] < count:
        assert time.monotonic() < until
        time.sleep(0.02)
