"""The storage, and faults that are switched on."""

import hashlib
import http.client
import socket

import pytest
from conftest import DEADLINE, ENDPOINT, MEDIA, SocketConnection


def path(url):
    return url.removeprefix("http://fal-local")


def test_upload_and_ranges(local):
    bunny = (MEDIA / "bunny.mp4").read_bytes()
    file = path(local.bunny())
    whole = local.ask("GET", file)
    assert whole.body == bunny and whole.headers["Content-Type"] == "video/mp4"
    assert whole.headers["ETag"] == f'"{hashlib.sha256(bunny).hexdigest()}"'
    assert whole.headers["Accept-Ranges"] == "bytes"
    head = local.ask("HEAD", file)
    assert head.status == 200 and head.body == b"" and int(head.headers["Content-Length"]) == len(bunny)
    for range, part in (("bytes=0-9", bunny[:10]), ("bytes=100-", bunny[100:]), ("bytes=-7", bunny[-7:]),
                        (f"bytes=5-{len(bunny) + 9}", bunny[5:])):
        answer = local.ask("GET", file, headers={"Range": range})
        assert answer.status == 206 and answer.body == part, range
    assert answer.headers["Content-Range"] == f"bytes 5-{len(bunny) - 1}/{len(bunny)}"
    beyond = local.ask("GET", file, headers={"Range": f"bytes={len(bunny)}-"})
    assert beyond.status == 416 and beyond.headers["Content-Range"] == f"bytes */{len(bunny)}"
    for odd in ("bytes=9-1", "lines=1-2", "bytes=a-b", "bytes=1-2,4-5"):
        assert local.ask("GET", file, headers={"Range": odd}).status == 200
    tag = whole.headers["ETag"]
    for condition, status in ((tag, 206), ('"another"', 200), ("W/" + tag, 200)):
        answer = local.ask("GET", file, headers={"Range": "bytes=0-9", "If-Range": condition})
        assert answer.status == status, condition
    assert local.ask("GET", file + "/").body == bunny
    assert local.ask("GET", file + "x").status == 404
    assert local.ask("GET", "/files/../queue.db").status == 404


def test_a_place_takes_only_what_was_announced(local):
    place = local.ask("POST", "/storage/upload/initiate",
                      {"content_type": "video/mp4", "file_name": "ü a/..\"b.mp4"}).json
    url = path(place["upload_url"])
    assert "/.." not in path(place["file_url"])
    assert local.ask("PUT", url, b"x", {"Content-Type": "text/plain"}).status == 400
    assert local.ask("PUT", url.split("?")[0], b"x", {"Content-Type": "video/mp4"}).status == 403
    assert local.ask("PUT", url[:-1], b"x", {"Content-Type": "video/mp4"}).status == 403
    assert local.ask("GET", path(place["file_url"])).status == 404
    assert local.ask("PUT", url, b"x", {"Content-Type": "video/mp4"}).status == 200
    assert local.ask("GET", path(place["file_url"])).body == b"x"
    assert local.ask("POST", "/storage/upload/initiate", "nonsense").status == 400


def test_what_expires_is_removed(start):
    local = start().ready()
    place = local.ask("POST", "/storage/upload/initiate", {"content_type": "text/plain", "file_name": "a.txt"},
                      {"X-Fal-Object-Lifecycle": '{"expiration_duration_seconds":0.001}'}).json
    local.ask("PUT", path(place["upload_url"]), b"short-lived", {"Content-Type": "text/plain"})
    assert local.ask("GET", path(place["file_url"])).status == 404
    kept = local.bunny()
    (local.state / "local/files/00").mkdir(exist_ok=True)
    (local.state / "local/files/00" / ("0" * 64)).write_bytes(b"of no name")
    local.end()
    local = start().ready()
    assert len(list((local.state / "local/files").glob("*/*"))) == 1
    assert local.ask("GET", path(kept)).status == 200


def test_an_upload_that_breaks_leaves_nothing(local):
    place = local.ask("POST", "/storage/upload/initiate", {"content_type": "a/b", "file_name": "a"}).json
    c = SocketConnection(local.socket)
    c.putrequest("PUT", path(place["upload_url"]))
    c.putheader("Content-Type", "a/b")
    c.putheader("Content-Length", "1000")
    c.endheaders()
    c.send(b"x" * 10)
    c.close()
    assert local.ask("GET", path(place["file_url"])).status == 404
    assert local.result(local.submit()).status == 200
    assert not list((local.state / "local/files").glob("*.part"))


def test_a_body_that_waits_to_be_asked_for(local):
    place = local.ask("POST", "/storage/upload/initiate", {"content_type": "a/b", "file_name": "a"}).json
    c = socket.socket(socket.AF_UNIX)
    c.settimeout(DEADLINE)
    c.connect(str(local.socket))
    c.sendall(f"PUT {path(place['upload_url'])} HTTP/1.1\r\nHost: fal-local\r\nContent-Type: a/b\r\n"
              "Content-Length: 5\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n".encode())
    assert c.recv(1000).startswith(b"HTTP/1.1 100 Continue\r\n")
    c.sendall(b"hello")
    assert c.recv(1000).startswith(b"HTTP/1.1 200 OK\r\n")
    assert local.ask("GET", path(place["file_url"])).body == b"hello"


def test_faults(start):
    local = start(
        "--fault", "POST /fal-ai status=503 times=2 retry-after=1", "--fault", "PUT /uploads drop=1 times=1",
        "--fault", "GET /files cut=1000 times=1", "--fault", "GET /fal-ai delay=0.3 times=1").ready()
    for _ in range(2):
        answer = local.ask("POST", ENDPOINT, {})
        assert answer.status == 503 and answer.headers["Retry-After"] == "1"
    place = local.ask("POST", "/storage/upload/initiate", {"content_type": "a/b", "file_name": "a"}).json
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        local.ask("PUT", path(place["upload_url"]), b"x" * 5000, {"Content-Type": "a/b"})
    with pytest.raises(http.client.IncompleteRead) as cut:
        local.ask("GET", path(place["file_url"]))
    assert len(cut.value.partial) == 1000
    assert local.ask("GET", path(place["file_url"])).body == b"x" * 5000
    assert local.result(local.submit()).status == 200
