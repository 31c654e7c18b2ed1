"""A queue of fal's that does what a test tells it, and remembers what it was asked."""

import http.server
import json
import socket
import threading
import time
import urllib.parse
import uuid


class Seen:
    """One request as it arrived."""

    def __init__(self, handler, body):
        self.method = handler.command
        self.target = handler.path
        parts = urllib.parse.urlsplit(handler.path)
        self.path, self.query = parts.path, urllib.parse.parse_qs(parts.query, keep_blank_values=True)
        self.headers = {name.lower(): value for name, value in handler.headers.items()}
        self.body = body
        self.time = time.monotonic()
        self.connection = handler.client_address


class FakeQueue:
    """`answers` maps a kind of call to a function of (handler, seen), or a list of them, the last for ever."""

    def __init__(self, **answers):
        self.seen = []
        self.changed = threading.Condition()
        self.answers = {"submit": self.accept, "status": self.completed, "result": self.output, "cancel": self.cancel,
                        "stream": refuse(404), "other": refuse(404)}
        self.answers.update(answers)
        self.data = {"video": {"url": "http://127.0.0.1:9/none.mp4"}, "seed": 7}
        fake = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                fake.take(self, Seen(self, body))

            do_GET = do_POST = do_PUT = handle_any

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 1024

            def handle_error(self, *_):
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = "http://127.0.0.1:%d" % self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def environment(self):
        return dict(FAL_KEY="test-id:test-secret-123", FAL_BRIDGE_BACKEND="fal", FAL_QUEUE_URL=self.url,
                    FAL_RUN_URL=self.url, FAL_REST_URL=self.url)

    def kind(self, seen):
        if seen.path.endswith("/status/stream"):
            return "stream"
        if seen.path.endswith("/status"):
            return "status"
        if seen.path.endswith("/cancel"):
            return "cancel"
        if "/requests/" in seen.path:
            return "result"
        return "submit" if seen.method == "POST" else "other"

    def take(self, handler, seen):
        kind = self.kind(seen)
        seen.kind = kind
        with self.changed:
            self.seen.append(seen)
            answer = self.answers[kind]
            if isinstance(answer, list):
                answer = answer.pop(0) if len(answer) > 1 else answer[0]
            self.changed.notify_all()
        answer(handler, seen)

    def of(self, kind):
        with self.changed:
            return [each for each in self.seen if each.kind == kind]

    def wait(self, kind, count=1, deadline=30):
        """Waits until so many calls of a kind have come."""
        end = time.monotonic() + deadline
        with self.changed:
            while sum(each.kind == kind for each in self.seen) < count:
                assert self.changed.wait(end - time.monotonic()), "%s did not come" % kind

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    # What is answered when a test says nothing.

    def accept(self, handler, seen):
        reply(handler, 200, {"status": "IN_QUEUE", "request_id": str(uuid.uuid4()), "queue_position": 0, "logs": None})

    def completed(self, handler, seen):
        reply(handler, 200, status(seen, "COMPLETED", logs=[], metrics={"inference_time": 1.5}))

    def output(self, handler, seen):
        reply(handler, 200, self.data)

    def cancel(self, handler, seen):
        reply(handler, 202, {"status": "CANCELLATION_REQUESTED"})


def request_id(seen):
    return seen.path.split("/requests/")[1].split("/")[0]


def status(seen, state, **more):
    return {"status": state, "request_id": request_id(seen), **more}


def line(text, number=0):
    return {"timestamp": "2026-01-01T00:00:00.%06d" % number, "message": text, "labels": {}}


def reply(handler, code, body=b"", type="application/json", **headers):
    if not isinstance(body, bytes):
        body = json.dumps(body).encode()
    handler.send_response(code)
    if type:
        handler.send_header("Content-Type", type)
    handler.send_header("Content-Length", str(len(body)))
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)


def refuse(code, body=b'{"detail":"no"}', type="application/json", **headers):
    return lambda handler, seen: reply(handler, code, body, type, **headers)


def say(state, **more):
    """A status answer."""
    return lambda handler, seen: reply(handler, 200 if state == "COMPLETED" else 202, status(seen, state, **more))


def drop(handler, seen):
    """Reads the request and closes the connection without an answer."""
    handler.connection.shutdown(socket.SHUT_RDWR)
    handler.close_connection = True


def stream(*pieces, close=True):
    """An event stream: texts and bytes are sent as they are, dicts as events, functions are called."""
    def answer(handler, seen):
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream; charset=utf-8")
        handler.send_header("Connection", "close")
        handler.end_headers()
        for piece in pieces:
            if callable(piece):
                piece()
                continue
            if isinstance(piece, dict):
                piece = "data: " + json.dumps({"request_id": request_id(seen), **piece}) + "\n\n"
            if isinstance(piece, str):
                piece = piece.encode()
            handler.wfile.write(piece)
            handler.wfile.flush()
        handler.close_connection = True
    return answer
