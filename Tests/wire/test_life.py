"""How a bridge lives and ends: ids, parents, readers that leave, and those that do not read."""

import json
import os
import re
import socket
import subprocess
import sys
import time

import pytest
from conftest import BIN, SANITIZED, environment


@pytest.fixture
def stuck():
    """The settings for a queue that takes connections and never answers."""
    server = socket.create_server(("127.0.0.1", 0))
    yield {"FAL_BRIDGE_BACKEND": "fal", "FAL_KEY": "x:y", "FAL_QUEUE_URL": f"http://127.0.0.1:{server.getsockname()[1]}"}
    server.close()


def test_an_id_in_flight_is_taken(bridge, stuck):
    b = bridge(**stuck)
    b.start("status", {"request_id": "x"}, id=7)
    b.send({"jsonrpc": "2.0", "id": 7, "method": "ping"})
    refusal = b.receive()
    assert refusal["id"] is None and refusal["error"]["code"] == -32600
    b.send({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": 7}})
    assert b.answer(7)["error"]["code"] == -32800
    b.send({"jsonrpc": "2.0", "id": 7, "method": "ping"})
    assert b.answer(7)["result"] == {}


def test_busy_past_the_limit_and_cancel_still_gets_through(bridge, stuck):
    b = bridge("--max-in-flight", "3", **stuck)
    ids = [b.start("status", {"request_id": "x"}) for _ in range(4)]
    refusal = b.answer(ids[3])
    assert refusal["error"]["code"] == 1004 and refusal["error"]["data"]["retryable"] is True
    assert b.call("ping")["result"] == {}
    b.send({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": ids[0]}})
    assert b.answer(ids[0])["error"]["code"] == -32800


def test_it_ends_with_its_parent(bridge):
    parent = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    b = bridge()
    b.call("initialize", {"process_id": parent.pid})
    parent.kill()
    parent.wait()
    assert b.process.wait(timeout=10) == 0


def test_a_parent_that_cannot_be_seen_is_let_be(bridge):
    b = bridge()
    b.call("initialize", {"process_id": 2**22 + 12345})
    assert b.call("ping")["result"] == {}


def test_a_reader_that_left_ends_it_quietly(state):
    process = subprocess.Popen([str(BIN)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               env=environment(state))
    process.stdout.close()
    process.stdin.write(b'{"jsonrpc":"2.0","id":1,"method":"ping"}\n')
    process.stdin.flush()
    assert process.wait(timeout=10) == 0
    assert process.stderr.read() == b""


def test_a_reader_that_does_not_read(state):
    """Nothing is lost, no frame is torn, and the process does not grow."""
    process = subprocess.Popen([str(BIN)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment(state))
    os.set_blocking(process.stdin.fileno(), False)
    written, number, pending = 0, 0, b""
    last = time.monotonic()
    while time.monotonic() - last < 0.5:  # until it has taken nothing for a while
        if not pending:
            pending = json.dumps({"jsonrpc": "2.0", "id": number, "method": "ping", "params": {"text": "x" * 1000}}).encode() + b"\n"
            number += 1
        try:
            count = os.write(process.stdin.fileno(), pending)
            pending, written, last = pending[count:], written + count, time.monotonic()
        except BlockingIOError:
            time.sleep(0.01)
    memory = int(re.search(r"VmRSS:\s+(\d+)", open(f"/proc/{process.pid}/status").read())[1])
    assert SANITIZED or memory < 32 * 1024, f"{memory} KiB after {written} bytes"
    os.set_blocking(process.stdin.fileno(), True)
    import threading
    answers = []
    reader = threading.Thread(target=lambda: answers.extend(json.loads(line)["id"] for line in process.stdout))
    reader.start()
    os.write(process.stdin.fileno(), pending)
    process.stdin.close()
    reader.join(20)
    assert answers == list(range(number))
    assert process.wait(timeout=10) == 0


def test_the_key_is_nowhere(bridge, stuck, state, tmp_path):
    """Not in answers, logs or arguments; a server that repeats it does not help."""
    import http.server
    import threading

    class Parrot(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = json.dumps({"detail": f"bad header {self.headers['Authorization']}"}).encode()
            self.send_response(401)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Parrot)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    b = bridge("--log-level", "trace", FAL_BRIDGE_BACKEND="fal", FAL_KEY="key-id-1:secret-of-mine",
               FAL_QUEUE_URL=f"http://127.0.0.1:{server.server_port}")
    hello = b.call("initialize")
    error = b.call("status", {"request_id": "x"})
    assert error["error"]["code"] == 1401
    assert b.close() == 0
    assert "secret-of-mine" not in json.dumps([hello, error]) + b.process.stderr.read().decode()
    server.shutdown()


def test_without_a_key_it_says_what_to_do(bridge):
    error = bridge(FAL_BRIDGE_BACKEND="fal").call("submit", {"input": {"prompt": "x", "video_url": "https://a.b/c.mp4"}})["error"]
    assert error["code"] == 1401 and "FAL_KEY" in error["message"]


def test_a_submit_whose_answer_is_lost_is_not_sent_again(bridge):
    """The server reads the submit and hangs up: nobody knows whether it was taken."""
    import threading

    seen = []
    server = socket.create_server(("127.0.0.1", 0))

    def serve():
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            seen.append(connection.recv(65536))
            connection.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    b = bridge(FAL_BRIDGE_BACKEND="fal", FAL_KEY="x:y", FAL_QUEUE_URL=f"http://127.0.0.1:{server.getsockname()[1]}")
    error = b.call("submit", {"input": {"prompt": "x", "video_url": "https://a.b/c.mp4"}})["error"]
    assert error["code"] == 1003 and error["data"]["kind"] == "outcome_unknown"
    assert len([s for s in seen if s.startswith(b"POST")]) == 1
    # A thread that still accepts would take the connections of whoever gets the descriptor's number next.
    server.shutdown(socket.SHUT_RDWR)
    thread.join(10)
    assert not thread.is_alive()
    server.close()
