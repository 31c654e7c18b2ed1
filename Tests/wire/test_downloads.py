"""Downloads from a server that cuts, lies and changes its files; and onto a disk that is full."""

import base64
import hashlib
import http.server
import json
import os
import random
import re
import socket
import subprocess
import threading

import pytest
from conftest import BIN

CONTENT = random.Random(1).randbytes(3_000_000)


class Files:
    """Serves `content`; each GET takes the next entry of `script`, and is answered plainly when there is none.

    An entry is the number of bytes after which the connection is cut, a status, or a function of the handler."""

    def __init__(self):
        self.content, self.type, self.etag, self.modified = CONTENT, "video/mp4", '"v1"', None
        self.script, self.asked, self.ranges = [], [], True
        self.output = {}
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            def do_GET(self): outer.get(self)
            def do_POST(self): outer.post(self)
            def log_message(self, *_): pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            def handle_error(self, *_): pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    @property
    def env(self):
        return dict(FAL_BRIDGE_BACKEND="fal", FAL_KEY="kid:very-secret-key", FAL_REST_URL=self.base,
                    FAL_QUEUE_URL=self.base, FAL_RUN_URL=self.base)

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def json(self, h, status, value):
        body = json.dumps(value).encode()
        h.send_response(status)
        h.send_header("Content-Type", "application/json")
        h.send_header("Content-Length", str(len(body)))
        h.end_headers()
        h.wfile.write(body)

    def post(self, h):
        h.rfile.read(int(h.headers.get("Content-Length", 0)))
        self.json(h, 200, {"status": "IN_QUEUE", "request_id": "r-1", "queue_position": 0})

    def get(self, h):
        if "/requests/r-1/status" in h.path:
            return self.json(h, 200, {"status": "COMPLETED", "request_id": "r-1", "logs": []})
        if h.path.endswith("/requests/r-1"):
            return self.json(h, 200, self.output)
        self.asked.append(dict(h.headers))
        step = self.script.pop(0) if self.script else None
        if callable(step):
            return step(h)
        if isinstance(step, int) and step < 0:
            return self.json(h, -step, {"detail": "no"})
        first = 0
        range = re.fullmatch(r"bytes=(\d+)-", h.headers.get("Range", ""))
        if range and self.ranges and h.headers.get("If-Range") in (None, self.etag, self.modified):
            first = int(range[1])
            if first >= len(self.content):
                h.send_response(416)
                h.send_header("Content-Length", "0")
                h.end_headers()
                return
            h.send_response(206)
            h.send_header("Content-Range", f"bytes {first}-{len(self.content) - 1}/{len(self.content)}")
        else:
            h.send_response(200)
        if self.type:
            h.send_header("Content-Type", self.type)
        if self.etag:
            h.send_header("ETag", self.etag)
        if self.modified:
            h.send_header("Last-Modified", self.modified)
        h.send_header("Content-Length", str(len(self.content) - first))
        h.end_headers()
        body = self.content[first:]
        if step is None:
            return h.wfile.write(body)
        h.wfile.write(body[:step])
        h.wfile.flush()
        h.close_connection = True
        h.connection.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def files():
    made = Files()
    yield made
    made.close()


@pytest.fixture
def to(tmp_path):
    folder = tmp_path / "to"
    folder.mkdir()
    return folder


@pytest.fixture
def b(bridge, files, to):
    return bridge("--root", str(to), cwd=to, **files.env)


def fetched(b, files, name="a.mp4", url="/x/clip.mp4", **more):
    return b.call("download", {"url": files.base + url, "to": name, **more})


def test_a_file_and_a_folder(b, files, to):
    files.etag = None
    answer = fetched(b, files)["result"]["files"]
    assert answer == [{"path": str(to / "a.mp4"), "url": files.base + "/x/clip.mp4", "content_type": "video/mp4",
                       "file_size": len(CONTENT)}]
    assert (to / "a.mp4").read_bytes() == CONTENT
    answer = fetched(b, files, "new/folder/", "/x/clip.mp4?signature=1#2")["result"]["files"]
    assert answer[0]["path"] == str(to / "new/folder/clip.mp4")
    assert fetched(b, files, "new")["result"]["files"][0]["path"] == str(to / "new/clip.mp4")
    assert sorted(os.listdir(to / "new")) == ["clip.mp4", "folder"]
    assert all("Authorization" not in headers for headers in files.asked)
    shown = [n["params"] for n in b.notifications if n["method"] == "download/progress"]
    assert shown[-1]["bytes"] == shown[-1]["total"] == len(CONTENT) and shown[-1]["url"].startswith(files.base)


def test_what_is_there_stays_there(b, files, to):
    (to / "a.mp4").write_bytes(b"mine")
    error = fetched(b, files)["error"]
    assert error["code"] == 1002 and "exists already" in error["message"] and files.asked == []
    assert (to / "a.mp4").read_bytes() == b"mine"
    assert "result" in fetched(b, files, overwrite=True)
    assert (to / "a.mp4").read_bytes() == CONTENT
    assert os.listdir(to) == ["a.mp4"]


def test_what_comes_meanwhile_stays_there_too(b, files, to):
    def come(h):
        (to / "a.mp4").write_bytes(b"mine")
        h.send_response(200)
        h.send_header("Content-Length", "5")
        h.end_headers()
        h.wfile.write(b"12345")

    files.script = [come]
    assert fetched(b, files)["error"]["code"] == 1002
    assert (to / "a.mp4").read_bytes() == b"mine" and os.listdir(to) == ["a.mp4"]


def test_a_cut_is_taken_up_where_it_was(b, files, to):
    files.script = [1_000_000, 500_000, 700_000]
    assert fetched(b, files)["result"]["files"][0]["file_size"] == len(CONTENT)
    assert (to / "a.mp4").read_bytes() == CONTENT
    got = [(h.get("Range"), h.get("If-Range")) for h in files.asked]
    assert got[0] == (None, None) and all(tag == '"v1"' for _, tag in got[1:])
    starts = [int(r[6:-1]) for r, _ in got[1:]]
    assert starts == sorted(starts) and 0 < starts[0] <= 1_000_000


def test_many_cuts_are_no_failure_as_long_as_it_goes_on(b, files, to):
    files.script = [400_000] * 7
    assert "result" in fetched(b, files)
    assert (to / "a.mp4").read_bytes() == CONTENT


def test_a_changed_file_is_not_spliced(b, files, to):
    other = bytes(reversed(CONTENT))

    def change(h):
        files.content, files.etag = other, '"v2"'
        files.get(h)

    files.script = [1_000_000, change]
    assert "result" in fetched(b, files)
    assert (to / "a.mp4").read_bytes() == other


def test_a_server_that_ignores_if_range_is_seen_through(b, files, to):
    other = bytes(reversed(CONTENT))

    def splice(h):
        files.content, files.etag = other, '"v2"'
        h.headers.replace_header("If-Range", '"v2"')
        files.get(h)

    files.script = [1_000_000, splice]
    assert "result" in fetched(b, files)
    assert (to / "a.mp4").read_bytes() == other and len(files.asked) == 4


@pytest.mark.parametrize("etag, modified, resumes", [
    (None, None, False), ('W/"v1"', None, False), (None, "Sat, 01 Jan 2026 00:00:00 GMT", True),
    ('W/"v1"', "Sat, 01 Jan 2026 00:00:00 GMT", True),
])
def test_only_what_can_be_told_apart_is_continued(b, files, to, etag, modified, resumes):
    files.etag, files.modified = etag, modified
    files.script = [1_000_000]
    assert "result" in fetched(b, files)
    assert (to / "a.mp4").read_bytes() == CONTENT
    assert ("Range" in files.asked[1]) == resumes and files.asked[1].get("If-Range") == (modified if resumes else None)


def test_a_server_without_ranges_sends_all_again(b, files, to):
    files.ranges = False
    files.script = [1_000_000]
    assert "result" in fetched(b, files)
    assert (to / "a.mp4").read_bytes() == CONTENT


def test_errors_of_the_server(b, files, to):
    files.script = [-503, -429]
    assert "result" in fetched(b, files)
    for status, code in [(404, 1404), (403, 1403)]:
        files.script = [-status]
        assert fetched(b, files, "b.mp4")["error"]["code"] == code
    assert os.listdir(to) == ["a.mp4"]


def output(b, files, video, **more):
    files.output = {"video": video, "seed": 1}
    return b.answer(b.start("subscribe", {"endpoint": "un/known", "input": {}, "download_to": "out/", **more}))


@pytest.mark.parametrize("type, content", [
    ("text/html; charset=utf-8", b"<html>gone</html>"), ("application/octet-stream", b"\n <!DOCTYPE html><html>gone"),
    (None, b'{"detail": "not found"}'), ("application/json", b"[]"), ("video/mp4", b"<?xml version='1.0'?><Error/>"),
])
def test_a_page_is_no_video(b, files, to, type, content):
    files.type, files.content = type, content
    answer = output(b, files, {"url": files.base + "/1", "content_type": "video/mp4"})
    assert answer["error"]["code"] == 1503 and "in place of video/mp4" in answer["error"]["message"]
    assert answer["error"]["data"]["request_id"] == "r-1"
    assert os.listdir(to / "out") == []
    # By its name it would have been one, too.
    assert fetched(b, files, "b.mp4")["error"]["code"] == 1503 and not (to / "b.mp4").exists()
    # A page that is asked for is one.
    assert "result" in fetched(b, files, "c.html", "/page.html")


def test_a_wrong_size_is_refused(b, files, to):
    files.content = b"x" * 100
    answer = output(b, files, {"url": files.base + "/1.mp4", "file_size": 101})
    assert answer["error"]["code"] == 1503 and "100 bytes came in place of 101" in answer["error"]["message"]
    files.content = b""
    assert output(b, files, {"url": files.base + "/1.mp4"})["error"]["code"] == 1503
    assert os.listdir(to / "out") == []


def test_every_file_of_an_output(b, files, to):
    uri = "data:image/png;base64," + base64.b64encode(b"\x89PNG....").decode()
    files.output = {"video": {"url": files.base + "/1.mp4", "content_type": "video/mp4", "file_size": len(CONTENT)},
                    "frames": [{"url": files.base + "/f.png?1"}, {"url": files.base + "/f.png?2"}],
                    "deep": {"preview": {"url": uri, "content_type": "image/png"},
                        "other": [{"url": files.base + "/x", "file_name": "../../up"}]}}
    answer = b.answer(b.start("subscribe", {"endpoint": "un/known", "input": {}, "download_to": "out"}))["result"]
    names = [os.path.relpath(f["path"], to) for f in answer["files"]]
    assert names == ["out/1.mp4", "out/f.png", "out/2_f.png", "out/file.png", "out/_.._up"]
    assert sorted(os.listdir(to / "out")) == sorted(os.path.basename(n) for n in names)
    assert (to / "out/file.png").read_bytes() == b"\x89PNG...."
    again = b.call("download", {"request_id": "r-1", "endpoint": "un/known", "to": "again/"})["result"]["files"]
    assert len(again) == 5


def test_files_of_one_output_come_side_by_side(b, files, to):
    together = threading.Barrier(3)

    def wait(h):
        together.wait(10)
        files.json(h, 200, {"file": h.path})

    files.script = [wait] * 3
    files.output = {"files": [{"url": files.base + f"/{n}.json"} for n in range(3)]}
    got = b.call("download", {"request_id": "r-1", "endpoint": "un/known", "to": "out/"})["result"]["files"]
    assert [os.path.basename(f["path"]) for f in got] == ["0.json", "1.json", "2.json"]
    assert [json.loads((to / f"out/{n}.json").read_text())["file"] for n in range(3)] == [f"/{n}.json" for n in range(3)]


def test_one_file_that_fails_ends_the_others(b, files, to):
    release, both = threading.Event(), threading.Barrier(2)

    def stall(h):
        both.wait(10)
        release.wait(30)

    def fail(h):
        both.wait(10)
        files.json(h, 404, {"detail": "gone"})

    files.script = [stall, fail]
    files.output = {"files": [{"url": files.base + "/1"}, {"url": files.base + "/2"}]}
    answer = b.call("download", {"request_id": "r-1", "endpoint": "un/known", "to": "out/"})
    assert answer["error"]["code"] == 1404
    assert os.listdir(to / "out") == []
    release.set()


def test_a_cancel_leaves_nothing(b, files, to):
    asked, release = threading.Event(), threading.Event()

    def stall(h):
        h.send_response(200)
        h.send_header("Content-Length", "1000000")
        h.end_headers()
        h.wfile.write(b"x" * 1000)
        h.wfile.flush()
        asked.set()
        release.wait(30)

    files.script = [stall]
    id = b.start("download", {"url": files.base + "/a.mp4", "to": "a.mp4"})
    assert asked.wait(10)
    b.send({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": id}})
    assert b.answer(id)["error"]["code"] == -32800
    assert os.listdir(to) == []
    release.set()


def test_a_kill_leaves_nothing(b, files, to):
    asked, release = threading.Event(), threading.Event()

    def stall(h):
        h.send_response(200)
        h.send_header("Content-Length", "1000000")
        h.end_headers()
        h.wfile.write(b"x" * 500_000)
        h.wfile.flush()
        asked.set()
        release.wait(30)

    files.script = [stall]
    b.start("download", {"url": files.base + "/a.mp4", "to": "a.mp4"})
    b.until(lambda m: m.get("method") == "download/progress")
    b.process.kill()
    b.process.wait()
    assert os.listdir(to) == []
    release.set()


def test_a_full_disk(bridge, files, to):
    """A file system of one megabyte, in a mount namespace of the bridge's own."""
    wrapper = to / "bridge"
    wrapper.write_text(f'#!/bin/sh\nmount -t tmpfs -o size=1m none "{to}/disk" && exec "{BIN}" "$@"\n')
    wrapper.chmod(0o755)
    (to / "disk").mkdir()
    probe = ["unshare", "-rm", "sh", "-c", f'mount -t tmpfs -o size=1m none "{to}/disk"']
    if subprocess.run(probe, capture_output=True).returncode:
        pytest.skip("no mounts here")
    import conftest
    plain, conftest.BIN = conftest.BIN, "unshare"
    try:
        b = bridge("-rm", str(wrapper), "--root", str(to), cwd=to, **files.env)
    finally:
        conftest.BIN = plain
    error = fetched(b, files, "disk/a.mp4")["error"]
    assert error["code"] == 1002 and "No space left on device" in error["message"]
    files.content = CONTENT[:500_000]
    answer = fetched(b, files, "disk/b.mp4")
    assert "result" in answer, answer
    # Seen from the bridge's own namespace: only what is whole is there.
    assert os.listdir(f"/proc/{b.process.pid}/root{to}/disk") == ["b.mp4"]


def test_the_bytes_are_those_of_fal_local(bridge, state, to, tmp_path):
    b = bridge("--root", str(to), cwd=to)
    (to / "in.bin").write_bytes(CONTENT)
    file = b.call("upload", {"path": "in.bin"})["result"]
    assert b.call("download", {"url": file["url"], "to": "out.bin"})["result"]["files"][0]["file_size"] == len(CONTENT)
    assert hashlib.sha256((to / "out.bin").read_bytes()).digest() == hashlib.sha256(CONTENT).digest()
