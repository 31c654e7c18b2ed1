"""Webhooks: what is sent, its signature, and what happens when nobody takes it."""

import base64
import hashlib
import http.server
import json
import queue
import signal
import subprocess
import threading
import time
import urllib.parse

import pytest
from conftest import DEADLINE, ENDPOINT, REQUESTS


class Receiver:
    """Takes webhooks and answers them with the statuses that it is given, then with 200. An event is waited for."""

    def __init__(self, *statuses, port=0):
        self.calls = queue.Queue()
        statuses = list(statuses)
        calls = self.calls

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = statuses.pop(0) if statuses else 200
                calls.put((self.path, dict(self.headers), body, status))
                if isinstance(status, threading.Event):
                    status.wait(DEADLINE)
                    status = 200
                if status == 0:
                    return time.sleep(0.5)  # No answer in the time that it is given.
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def query(self, path="/hook?a=b&c=d"):
        return "?fal_webhook=" + urllib.parse.quote(f"http://127.0.0.1:{self.port}{path}", safe="")

    def next(self):
        return self.calls.get(timeout=DEADLINE)

    def close(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def receiver():
    made = Receiver()
    yield made
    made.close()


def check(local, headers, body):
    """The signature, by another implementation than the one that made it."""
    headers = {k.lower(): v for k, v in headers.items()}
    assert abs(int(headers["x-fal-webhook-timestamp"]) - time.time()) < 300
    message = "\n".join([headers["x-fal-webhook-request-id"], headers["x-fal-webhook-user-id"],
                         headers["x-fal-webhook-timestamp"], hashlib.sha256(body).hexdigest()]).encode()
    jwks = local.ask("GET", "/.well-known/jwks.json")
    assert jwks.status == 200
    (key,) = jwks.json["keys"]
    assert key["kty"] == "OKP" and key["crv"] == "Ed25519" and "=" not in key["x"]
    raw = base64.urlsafe_b64decode(key["x"] + "=")
    # An Ed25519 public key in DER is these twelve bytes and the key.
    pem = base64.b64encode(bytes.fromhex("302a300506032b6570032100") + raw).decode()
    files = {n: local.state.parent / n for n in ("key.pem", "message", "signature")}
    files["key.pem"].write_text(f"-----BEGIN PUBLIC KEY-----\n{pem}\n-----END PUBLIC KEY-----\n")
    files["message"].write_bytes(message)
    files["signature"].write_bytes(bytes.fromhex(headers["x-fal-webhook-signature"]))
    subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", files["key.pem"], "-rawin",
                    "-in", files["message"], "-sigfile", files["signature"]], check=True, capture_output=True)


def test_what_is_sent(start, receiver):
    local = start(faults={"jobs": [
        {"prompt": "good", "file": {"size": 10}}, {"prompt": "bad", "fail": "field"},
        {"prompt": "odd", "output_text": "words"},
        {"prompt": "again", "failing_runs": 1}, {"prompt": "long", "run_seconds": 60}]}).ready()
    seen = {}
    for prompt in ("good", "bad", "odd", "again", "long"):
        submit = local.ask("POST", ENDPOINT + receiver.query(), {"prompt": prompt}).json
        id = submit["request_id"]
        assert submit["gateway_request_id"] == id
        if prompt == "long":
            local.until(id, lambda s: s["status"] == "IN_PROGRESS")
            local.ask("PUT", f"{REQUESTS}{id}/cancel")
        path, headers, body, _ = receiver.next()
        assert path == "/hook?a=b&c=d" and headers["Content-Type"] == "application/json"
        check(local, headers, body)
        seen[prompt] = json.loads(body)
        assert seen[prompt]["request_id"] == id == headers["X-Fal-Webhook-Request-Id"]
    good = seen["good"]
    assert good["status"] == "OK" and good["error"] is None and good["gateway_request_id"] == good["request_id"]
    assert good["payload"]["video"]["url"].startswith("http://fal-local/files/")
    assert seen["bad"]["status"] == "ERROR" and seen["bad"]["error"] == "Invalid status code: 422"
    assert seen["bad"]["payload"]["detail"][0]["type"] == "less_than_equal"
    assert seen["odd"]["status"] == "OK" and seen["odd"]["payload"] is None and seen["odd"]["payload_error"]
    assert seen["again"]["gateway_request_id"] != seen["again"]["request_id"]
    assert seen["long"]["error"] == "Invalid status code: 499"


QUICK = {"first_delay": 0.02, "max_delay": 0.05, "timeout": 0.2}


def test_it_is_called_again(start):
    receiver = Receiver(500, 404, 0, 429)
    local = start(faults={"jobs": [{}], "webhooks": QUICK}).ready()
    id = local.play(query=receiver.query())
    calls = [receiver.next() for _ in range(5)]
    assert [c[3] for c in calls] == [500, 404, 0, 429, 200]
    assert {json.loads(c[2])["request_id"] for c in calls} == {id}
    check(local, calls[-1][1], calls[-1][2])
    receiver.close()


def test_it_is_given_up(start):
    receiver = Receiver(*[500] * 9)
    local = start(faults={"jobs": [{}], "webhooks": {**QUICK, "calls": 3}}).ready()
    local.play(query=receiver.query())
    for _ in range(3):
        receiver.next()
    local.line("failed for good: HTTP 500")
    # Somebody else's turn comes, and it is not called once more before.
    other = Receiver()
    local.play(query=other.query())
    other.next()
    assert receiver.calls.empty()
    receiver.close()
    other.close()


def test_a_redirect_is_the_end(start):
    receiver = Receiver(302)
    local = start(faults={"jobs": [{}], "webhooks": QUICK}).ready()
    local.play(query=receiver.query())
    receiver.next()
    local.line("failed for good: HTTP 302")
    assert receiver.calls.empty()
    receiver.close()


def test_it_survives_a_kill(start):
    receiver = Receiver(500)
    local = start(faults={"jobs": [{"run_seconds": 0.05}], "webhooks": {"first_delay": 0.5, "max_delay": 0.5}}).ready()
    port = receiver.port
    first = local.play(query=receiver.query())
    receiver.next()
    local.line("failed: HTTP 500")
    receiver.close()
    slow = local.play(query=receiver.query())
    local.end(signal.SIGKILL)
    receiver = Receiver(port=port)
    local = start(faults={"webhooks": QUICK}).ready()
    calls = [receiver.next() for _ in range(2)]
    assert {json.loads(c[2])["request_id"] for c in calls} == {first, slow}
    check(local, calls[0][1], calls[0][2])
    receiver.close()


def test_only_this_machine_is_called(start):
    local = start(faults={"jobs": [{}]}).ready()
    for url in ("http://example.com/hook", "http://127.0.0.1@example.com/", "http://10.0.0.1/", "nonsense"):
        id = local.play(query="?fal_webhook=" + urllib.parse.quote(url, safe=""))
        assert "not on this machine" in local.done(id)["logs"][0]["message"]
        assert local.ask("GET", REQUESTS + id).status == 200
