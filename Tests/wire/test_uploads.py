"""Uploads against a storage that fails on demand, and against fal-local: in one piece, by token, and once."""

import base64
import hashlib
import json
import os
import time

import pytest
from conftest import BUNNY, ROOT
from storage import MIB, Storage, journal, remembered, sparse, start, storage, uploaded, work  # noqa: F401


# One piece


def test_a_small_file_goes_in_one_piece(start, storage, work):
    storage.keep = True
    (work / "clip.mp4").write_bytes(BUNNY.read_bytes())
    b = start()
    file = uploaded(b, path="clip.mp4")
    assert file == {"url": storage.base + "/files/1", "content_type": "video/mp4", "file_name": "clip.mp4",
                    "file_size": BUNNY.stat().st_size}
    type, body, *_ = storage.files["/files/1"]
    assert type == "video/mp4" and body == BUNNY.read_bytes()
    initiate, put = storage.log
    assert initiate[1] == "/storage/upload/initiate?storage_type=fal-cdn-v3"
    assert initiate[2]["Authorization"] == "Key kid:very-secret-key"
    assert "X-Fal-Object-Lifecycle" not in initiate[2]
    assert put[0] == "PUT" and put[1] == "/up/1?sig=a%2Fb&x=1" and "Authorization" not in put[2]


@pytest.mark.parametrize("name, start_bytes, type", [
    ("a.mp4", b"not really", "video/mp4"), ("a.mp4", b"GIF89a.....", "image/gif"),
    ("a", b"\x89PNG\r\n\x1a\n", "image/png"),
    ("a.MOV", b"12345", "video/quicktime"), ("a.bin", b"12345", "application/octet-stream"),
    ("a.m4a", b"\0\0\0\x20ftypM4A ....", "audio/mp4"), ("a", b"\0\0\0\x20ftypavif....", "image/avif"),
])
def test_the_type_comes_from_the_first_bytes_and_the_name(start, storage, work, name, start_bytes, type):
    (work / name).write_bytes(start_bytes)
    assert uploaded(start(), path=name)["content_type"] == type
    assert storage.log[-1][2]["Content-Type"] == type


def test_lifetime_and_access(start, storage, work):
    (work / "a.mp4").write_bytes(b"x")
    b = start()
    uploaded(b, path="a.mp4", expires_in="1h", acl={"default": "forbid"})
    assert json.loads(storage.log[0][2]["X-Fal-Object-Lifecycle"]) == \
        {"expiration_duration_seconds": 3600, "initial_acl": {"default": "forbid"}}
    for bad in (0, -1, "2 weeks", 1e30):
        assert b.call("upload", {"path": "a.mp4", "expires_in": bad})["error"]["code"] == -32602


def test_a_put_is_repeated(start, storage, work):
    storage.fail["put"] = [500, 503]
    storage.cut["put"] = 1
    (work / "a.mp4").write_bytes(b"x" * MIB)
    uploaded(start(), path="a.mp4")
    assert len(storage.paths("PUT")) == 4
    assert storage.files["/files/1"][2:] == (MIB, hashlib.sha256(b"x" * MIB).hexdigest())


# The same bytes once


def test_the_same_bytes_go_out_once(start, storage, work, state):
    (work / "a.mp4").write_bytes(b"one")
    (work / "b.mp4").write_bytes(b"one")
    (work / "c.mp4").write_bytes(b"two")
    b = start()
    first = uploaded(b, path="a.mp4")
    assert uploaded(b, path="a.mp4") == first
    assert uploaded(b, path="b.mp4") == {**first, "file_name": "b.mp4"}
    assert uploaded(b, data=base64.b64encode(b"one").decode(), content_type="video/mp4")["url"] == first["url"]
    assert len(storage.paths("PUT")) == 1
    others = [uploaded(b, path="c.mp4"), uploaded(b, path="a.mp4", expires_in="1h"),
        uploaded(b, path="a.mp4", acl={"default": "hide"}),
              uploaded(b, path="a.mp4", content_type="image/gif"), uploaded(b, path="a.mp4", file_name="other.mp4")]
    assert len({file["url"] for file in [first, *others]}) == 6
    # Also by another process; not with another key.
    remembered(state, 6)
    assert b.close() == 0
    assert uploaded(start(), path="b.mp4")["url"] == first["url"]
    assert uploaded(start(FAL_KEY="kid:another-key"), path="b.mp4")["url"] != first["url"]


def test_a_file_that_was_changed_goes_out_again(start, storage, work):
    b = start()
    (work / "a.mp4").write_bytes(b"one")
    first = uploaded(b, path="a.mp4")
    status = (work / "a.mp4").stat()
    (work / "a.mp4").write_bytes(b"two")
    os.utime(work / "a.mp4", ns=(status.st_atime_ns, status.st_mtime_ns))
    second = uploaded(b, path="a.mp4")
    assert second["url"] != first["url"]
    assert storage.files["/files/2"][1] == b"two"


def test_a_url_whose_time_is_over_is_not_given_out(start, storage, work):
    b = start()
    (work / "a.mp4").write_bytes(b"one")
    first = uploaded(b, path="a.mp4", expires_in=1)
    until = time.monotonic() + 10
    while (again := uploaded(b, path="a.mp4", expires_in=1))["url"] == first["url"]:
        assert time.monotonic() < until
    assert again["url"] != first["url"]


def test_an_old_url_is_given_out_again_only_if_the_file_is_still_there(start, storage, work, state):
    (work / "a.mp4").write_bytes(b"one")
    first = uploaded(start(), path="a.mp4")
    remembered(state)
    journal(state, "UPDATE uploads SET created = created - 3600")
    assert uploaded(start(), path="a.mp4")["url"] == first["url"]
    assert storage.log[-1][:2] == ("HEAD", "/files/1") and "Authorization" not in storage.log[-1][2]
    del storage.files["/files/1"]
    assert uploaded(start(), path="a.mp4")["url"] == storage.base + "/files/2"




# The token's way


@pytest.mark.parametrize("refusal", [404, 405, 500])
def test_a_token_where_there_is_no_place(start, storage, work, refusal):
    storage.fail["initiate"] = [refusal]
    storage.keep = True
    (work / "ü b.mp4").write_bytes(b"12345")
    file = uploaded(start(), path="ü b.mp4", expires_in=3600)
    assert file["url"] == storage.base + "/files/1" and storage.files["/files/1"][1] == b"12345"
    token, upload = storage.log[1:]
    assert token[1] == "/storage/auth/token?storage_type=fal-cdn-v3" and token[2]["Authorization"].startswith("Key ")
    assert upload[:2] == ("POST", "/files/upload") and upload[2]["Authorization"] == "Bearer tok-1"
    assert upload[2]["X-Fal-File-Name"].encode("latin-1").decode() == "ü b.mp4"
    assert json.loads(upload[2]["X-Fal-Object-Lifecycle"]) == {"expiration_duration_seconds": 3600}


def test_parts_by_token(start, storage, work):
    storage.initiate = False
    storage.fail[4] = [500]
    sparse(work / "a.mp4", 95 * MIB)
    file = uploaded(start(), path="a.mp4")
    assert file["url"] == storage.base + "/cdn/1"
    puts = [entry for entry in storage.log if entry[0] == "PUT"]
    assert len(puts) == 11 and all(p[2]["Authorization"] == "Bearer tok-1" for p in puts)
    assert puts[0][1].startswith("/cdn/1/multipart/u%2F1/")
    assert storage.completed == ["/cdn/1/multipart/u%2F1"]


def test_no_way_at_all_says_the_first_refusal(start, storage, work):
    storage.initiate = storage.tokens = False
    (work / "a.mp4").write_bytes(b"1")
    error = start().call("upload", {"path": "a.mp4"})["error"]
    assert error["code"] == 1404 and error["data"]["http_status"] == 404


def test_a_refused_key_is_no_reason_for_another_way(start, storage, work):
    storage.fail["initiate"] = [401]
    (work / "a.mp4").write_bytes(b"1")
    assert start().call("upload", {"path": "a.mp4"})["error"]["code"] == 1401
    assert len(storage.log) == 1


def test_the_key_and_the_token_stay_with_their_hosts(start, storage, work, state):
    """Nothing but the configured host gets the key; the token goes only where its answer says."""
    other = Storage()
    storage.initiate = False
    storage.token_base = other.base
    (work / "a.mp4").write_bytes(b"1")
    sparse(work / "b.mp4", 95 * MIB)
    b = start(FAL_BRIDGE_LOG="trace")
    uploaded(b, path="a.mp4")
    uploaded(b, path="b.mp4")
    # The storage's answer may not send the token on to somebody else.
    third = Storage()
    real, other.base = other.base, third.base
    sparse(work / "c.mp4", 95 * MIB, [3])
    error = b.call("upload", {"path": "c.mp4"})["error"]
    assert error["code"] == 1503 and third.log == []
    other.base = real
    assert other.log and all("very-secret" not in str(entry) for entry in other.log)
    assert b.close() == 0
    assert b"very-secret" not in b.process.stderr.read()
    for file in state.rglob("*"):
        assert not file.is_file() or b"very-secret" not in file.read_bytes(), file
    other.close()
    third.close()


def test_an_unusable_journal_does_not_keep_from_uploading(start, storage, work, tmp_path):
    (work / "a.mp4").write_bytes(b"1")
    b = start(FAL_BRIDGE_STATE="/proc/none")
    first = uploaded(b, path="a.mp4")
    assert uploaded(b, path="a.mp4") == first and len(storage.paths("PUT")) == 1
    sparse(work / "b.mp4", 95 * MIB)
    uploaded(b, path="b.mp4")
    assert storage.completed == ["/up/2"]


# fal-local


def test_against_fal_local(bridge, work, tmp_path):
    b = bridge("--root", str(ROOT), "--root", str(tmp_path))
    first = uploaded(b, path=str(BUNNY))
    assert uploaded(b, path=str(BUNNY)) == first
    to = tmp_path / "back.mp4"
    assert "result" in b.call("download", {"url": first["url"], "to": str(to)})
    assert to.read_bytes() == BUNNY.read_bytes()
    text = uploaded(b, data_uri="data:text/plain;base64,SGVsbG8=")
    assert text["file_size"] == 5 and text["file_name"] == "upload.txt"


def test_parts_against_fal_local(bridge, work, tmp_path):
    """All the way there and back, in ten parts over the socket."""
    b = bridge("--root", str(tmp_path), cwd=work)
    sparse(work / "a.bin", 95 * MIB + 1, range(0, 95 * MIB, 9 * MIB))
    file = uploaded(b, path="a.bin")
    assert file["file_size"] == 95 * MIB + 1
    assert "result" in b.call("download", {"url": file["url"], "to": "back.bin"})
    with open(work / "a.bin", "rb") as one, open(work / "back.bin", "rb") as other:
        assert hashlib.file_digest(one, "sha256").digest() == hashlib.file_digest(other, "sha256").digest()
