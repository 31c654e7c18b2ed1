"""What is too large, too slow or never ends: engines and videos from elsewhere."""

import http.server
import pathlib
import re
import threading
import time

import pytest
from conftest import REQUESTS


@pytest.mark.parametrize("prompt, status, text", [
    ("eat", 500, "out of memory: no more memory"),
    ("eat=die", 503, "died 2 times on this job: it was ended by signal 6"),
    ("fill", 500, "File too large"), ("fill=die", 503, "it wrote a file of more than 8388608 bytes"),
])
def test_an_engine_that_takes_without_end(start, prompt, status, text):
    local = start("--engine-memory", "0.5", "--engine-file", "8").ready()
    id = local.submit(prompt)
    result = local.result(id)
    assert result.status == status and text in result.body.decode(), result.body
    assert not list((local.state / "local/work").iterdir()), "what it wrote is gone"
    assert local.result(local.submit()).status == 200
    assert local.process.poll() is None


def test_what_an_engine_may_take(start):
    local = start("--engine-memory", "2").ready()
    local.running(id := local.submit("slow=0.1"))
    limits = pathlib.Path(f"/proc/{local.engines()[0]}/limits").read_text()
    wanted = {"data size": 2 << 30, "file size": 4 << 30, "core file size": 0}
    assert {name: int(re.search(rf"Max {name} +(\d+)", limits)[1]) for name in wanted} == wanted
    assert local.result(id).status == 200


def test_an_engine_that_says_nothing(start):
    local = start("--engine-silence", "2").ready()
    result = local.result(local.submit("hang"))
    assert result.status == 503 and "it said nothing for" in result.json["detail"]
    assert local.result(local.submit("slow=0.1")).status == 200


@pytest.mark.parametrize("how", ["no", "early", "other"])
def test_frames_are_encoded_the_same_whatever_the_engine_tells_of_them(local, how):
    plain = local.submit("slow=0.05")
    odd = local.submit(f"slow=0.05 written={how}")
    assert local.video(odd) == local.video(plain)


class Endless(http.server.BaseHTTPRequestHandler):
    """/drip: a byte now and then; /flood: as much as it takes; /still: nothing after the head; /dead: no head."""

    def do_GET(self):
        if self.path != "/dead":
            self.send_response(200)
            self.send_header("Content-Type", "video/mp4")
            self.end_headers()
        try:
            while not self.server.is_over.wait({"/drip": 0.1, "/flood": 0}.get(self.path, 60)):
                self.wfile.write(b"x" if self.path == "/drip" else bytes(65536))
        except OSError:
            pass

    def log_message(self, *_):
        pass


@pytest.fixture
def endless():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Endless)
    server.daemon_threads = True
    server.is_over = threading.Event()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.is_over.set()
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("path, type", [
    ("/drip", "file_download_error"), ("/flood", "file_too_large"), ("/still", "file_download_error"),
    ("/dead", "file_download_error"),
])
def test_a_video_that_never_ends(start, endless, path, type):
    local = start("--fetch-time", "3", "--fetch-stall", "1", "--fetch-size", "1").ready()
    began = time.monotonic()
    (fault,) = local.result(local.submit(video_url=endless + path)).json["detail"]
    assert fault["type"] == type and fault["loc"] == ["body", "video_url"], fault
    assert time.monotonic() - began < 15
    if type == "file_too_large":
        assert fault["ctx"] == {"max_size": 1 << 20}
    else:
        assert "within 3 s, or nothing for 1 s" in fault["msg"]
    assert local.result(local.submit()).status == 200


def test_a_cancel_while_a_video_comes(local, endless):
    id = local.submit(video_url=endless + "/drip")
    local.until(id, lambda s: s["status"] == "IN_PROGRESS")
    assert local.ask("PUT", f"{REQUESTS}{id}/cancel").status == 202
    assert local.done(id, deadline=5)["error_type"] == "client_cancelled"


@pytest.mark.parametrize("words", [["--engine-memory", "0"], ["--fetch-time", "nan"], ["--engine-file", "-1"]])
def test_limits_that_are_none(start, words):
    local = start(*words)
    assert local.process.wait(timeout=10) not in (0, 1)
