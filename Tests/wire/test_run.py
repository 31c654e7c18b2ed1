"""run: fal's synchronous route."""

import base64
import json
import threading

import pytest
from conftest import BUNNY
from fake_fal import FakeFal, answer

MODEL = "fal-ai/fast-animatediff/video-to-video"
INPUT = {"video_url": "https://v3.fal.media/a.mp4", "prompt": "ink", "strength": 0.1}
ID = "764cabcf-b745-4b3e-ae38-1200304cf45b"
RUN = f"POST /run/{MODEL}"


@pytest.fixture
def fal():
    fake = FakeFal()
    yield fake
    fake.close()


def test_an_output(bridge, fal):
    output = {"video": {"url": "https://v3.fal.media/b.mp4"}, "seed": 18446744073709551616, "x": 0.1}
    fal.routes[RUN] = answer(output, x_fal_request_id=ID)
    b = bridge(**fal.settings("id:key-key-key"))
    assert b.call("run", {"input": INPUT})["result"] == {"request_id": ID, "endpoint": MODEL, "data": output}
    request, = fal.requests
    assert request.json == INPUT and request.headers["authorization"] == "Key id:key-key-key"
    assert request.headers["content-type"] == request.headers["accept"] == "application/json"
    assert "x-fal-request-timeout" not in request.headers


def test_what_goes_along(bridge, fal):
    fal.routes[RUN] = answer({})
    b = bridge(**fal.settings())
    more = {"hint": "h", "start_timeout": 30, "timeout": 60, "expires_in": "1h", "acl": {"default": "forbid"},
            "headers": {"X-Fal-Store-IO": "0", "x-fal-runner-hint": "no"}}
    assert "result" in b.call("run", {"input": INPUT, **more})
    sent = fal.requests[0].headers
    assert sent["x-fal-store-io"] == "0" and sent.get_all("x-fal-runner-hint") == ["h"]
    assert sent["x-fal-request-timeout"] == "30"
    assert json.loads(sent["x-fal-object-lifecycle-preference"]) == {
        "expiration_duration_seconds": 3600, "initial_acl": {"default": "forbid"}}
    for wrong in [{"headers": {"Authorization": "x"}}, {"hint": "a\nb"}, {"priority": "low"}]:
        assert b.call("run", {"input": INPUT, **wrong})["error"]["code"] == -32602


@pytest.mark.parametrize("body, kind, data", [
    (b'[1, "a", null]', "application/json; charset=utf-8", [1, "a", None]),
    (b'5', "application/json", 5), (b'null', "application/json", None), (b'"x"', "application/problem+json", "x"),
    ("Grüße\n".encode(), "text/plain; charset=utf-8", "Grüße\n"), (b'{"a":1}', "text/plain", '{"a":1}'),
    (b"a,b", "text/csv", "a,b"), (b"", "application/json", None), (b"", "video/mp4", None),
    (b'{"a":1}', None, {"a": 1}),
])
def test_outputs_of_other_forms(bridge, fal, body, kind, data):
    fal.routes[RUN] = answer(body, content_type=kind)
    result = bridge(**fal.settings()).call("run", {"input": INPUT})["result"]
    assert result == {"endpoint": MODEL, "data": data}


@pytest.mark.parametrize("body, kind, more, expected", [
    (BUNNY.read_bytes(), "video/mp4", {}, {"content_type": "video/mp4"}),
    (BUNNY.read_bytes(), "Video/MP4; codecs=x", {}, {"content_type": "video/mp4"}),
    (BUNNY.read_bytes(), None, {}, {"content_type": "video/mp4"}),
    (BUNNY.read_bytes(), "octets, whatever", {}, {"content_type": "video/mp4"}),
    (b"\xff\xfe", "text/plain", {}, {"content_type": "text/plain"}),
    (b"\0", "application/octet-stream", {"content_disposition": 'attachment; filename="a b.bin"'},
     {"content_type": "application/octet-stream", "file_name": "a b.bin"}),
    (b"\0", "application/zip", {"content_disposition": "attachment; filename="}, {"content_type": "application/zip"}),
])
def test_an_output_that_is_a_file(bridge, fal, body, kind, more, expected):
    fal.routes[RUN] = answer(body, content_type=kind, **more)
    data = bridge(**fal.settings()).call("run", {"input": INPUT})["result"]["data"]
    head, _, content = data.pop("url").partition(",")
    assert head == f"data:{expected['content_type']};base64" and base64.b64decode(content) == body
    assert data == {**expected, "file_size": len(body)}


def test_json_that_is_none(bridge, fal):
    fal.routes[RUN] = answer(b'{"a":', content_type="application/json", x_fal_request_id=ID)
    error = bridge(**fal.settings()).call("run", {"input": INPUT})["error"]
    assert error["code"] == 1503 and not error["data"]["retryable"] and error["data"]["request_id"] == ID
    assert len(fal.requests) == 1


def test_nothing_is_sent_of_a_wrong_input(bridge, fal):
    fal.routes[RUN] = answer({})
    b = bridge(**fal.settings())
    error = b.call("run", {"input": {"prompt": 1}})["error"]
    assert error["code"] == -32602 and {e["type"] for e in error["data"]["detail"]} == {"missing", "string_type"}
    assert b.call("run", {"input": {**INPUT, "video_url": "/etc/passwd"}})["error"]["code"] == 1001
    assert b.call("run", {"input": INPUT, "endpoint": "a/../b"})["error"]["code"] == -32602
    assert b.call("run", {"input": INPUT, "webhook_url": "x"})["error"]["code"] == -32602
    assert not fal.requests
    assert b.call("run", {"input": {"prompt": 1}, "validate": False})["result"]["data"] == {}
    assert fal.requests[0].json == {"prompt": 1}


def test_files_are_uploaded(bridge, fal):
    fal.routes["POST /storage/upload/initiate"] = answer(
        {"upload_url": fal.url + "/put", "file_url": "https://v3.fal.media/x"})
    fal.routes["PUT /put"] = answer({})
    fal.routes[RUN] = answer({})
    b = bridge(**fal.settings())
    assert "result" in b.call("run", {"input": {**INPUT, "video_url": str(BUNNY)}})
    assert fal.requests[-1].json["video_url"] == "https://v3.fal.media/x"
    assert b.call("run", {"input": {"u": "a"}, "auto_upload": False, "endpoint": MODEL, "validate": False})["result"]


@pytest.mark.parametrize("status, body, headers, code", [
    (422, {"detail": [{"loc": ["body", "fps"], "msg": "Too much", "type": "less_than_equal", "ctx": {"le": 16}}]}, {},
     1422),
    (401, {"detail": "invalid key credentials"}, {}, 1401), (403, {"detail": "User is locked."}, {}, 1403),
    (404, {"detail": "Path /x not found"}, {}, 1404),
    (500, {"detail": "x", "error_type": "runner_server_error"}, {"x_fal_request_id": ID}, 1500),
    (503, {"detail": "x", "error_type": "runner_disconnected"}, {"x_fal_request_id": ID}, 1500),
    (504, {"detail": "Request timed out", "error_type": "request_timeout"},
     {"x_fal_request_timeout_type": "user"}, 1408),
    (500, {"detail": "CUDA out of memory"}, {}, 1500), (503, {"detail": "the runner left"}, {}, 1500),
    (500, {"detail": {"msg": "odd"}}, {}, 1500), (502, {"message": "upstream"}, {}, 1003),
    (504, {"detail": "late", "error_type": "request_timeout"}, {"x_fal_request_timeout_type": "USER"}, 1408),
    (500, "<html><title>oops</title>", {}, 1003), (502, "<html>", {}, 1003), (504, "<html>", {}, 1003),
])
def test_errors_are_not_tried_again(bridge, fal, status, body, headers, code):
    fal.routes[RUN] = answer(body, status, **headers)
    error = bridge(**fal.settings()).call("run", {"input": INPUT})["error"]
    assert error["code"] == code and error["data"]["endpoint"] == MODEL and error["data"]["http_status"] == status
    assert error["data"].get("request_id") == headers.get("x_fal_request_id")
    if code == 1500 and isinstance(body["detail"], str):
        assert error["message"] == body["detail"]
    assert len(fal.requests) == 1


def test_what_was_not_taken_is_sent_again(bridge, fal):
    fal.routes[RUN] = [answer({"detail": "Reached concurrent requests limit of 2"}, 429, retry_after="0"),
                       answer("nginx", 503, retry_after="0"), answer({"seed": 1})]
    assert bridge(**fal.settings()).call("run", {"input": INPUT})["result"]["data"] == {"seed": 1}
    assert len(fal.requests) == 3
    fal.routes[RUN] = answer({"detail": "Reached"}, 429, retry_after="0")
    assert bridge(**fal.settings()).call("run", {"input": INPUT})["error"]["code"] == 1429


def test_what_may_have_been_taken_is_not_sent_again(bridge, fal):
    fal.routes[RUN] = lambda request: None
    error = bridge(**fal.settings()).call("run", {"input": INPUT})["error"]
    assert error["code"] == 1003 and error["data"]["kind"] == "outcome_unknown" and not error["data"]["retryable"]
    assert len(fal.requests) == 1


def test_timeout_and_cancel(bridge, fal):
    gone = threading.Event()
    fal.routes[RUN] = lambda request: gone.wait(30) and None
    b = bridge(**fal.settings())
    error = b.answer(b.start("run", {"input": INPUT, "timeout": 0.3}), 5)["error"]
    assert error["code"] == 1408 and error["data"]["outcome"] == "UNKNOWN" and error["data"]["endpoint"] == MODEL
    id = b.start("run", {"input": INPUT, "timeout": 60})
    request = fal.wait(lambda r: r.headers["x-fal-request-timeout"] == "60")
    b.send({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": id}})
    assert b.answer(id, 5)["error"]["code"] == -32800
    assert json.loads(request.body) == INPUT and len(fal.requests) == 2
    gone.set()


def test_no_key(bridge, fal):
    settings = fal.settings()
    del settings["FAL_KEY"]
    assert bridge(**settings).call("run", {"input": INPUT})["error"]["code"] == 1401
    assert not fal.requests
