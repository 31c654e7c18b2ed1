"""Ids that could change the meaning of a URL are refused before anything is sent."""

import pytest
from fake_fal import FakeFal

INPUT = {"video_url": "https://v3.fal.media/a.mp4", "prompt": "ink"}


@pytest.fixture
def fal():
    fake = FakeFal()
    yield fake
    fake.close()


@pytest.mark.parametrize("id", [
    "", "a", "a/", "/a/b", "a//b", "a/../b", "a/b/..", "a b/c", "a/b?c=d", "a/b#c", "a/b%2e", "a/b\n", "a/b\0", "a/ü", "workflows/a",
    "a/b\\c", "110602490-", "a/" + "b" * 600, "http://x/y?z",
])
def test_endpoints(bridge, fal, id):
    b = bridge(**fal.settings())
    for method, params in [("submit", {"input": INPUT}), ("subscribe", {"input": INPUT}), ("run", {"input": INPUT}),
                           ("status", {"request_id": "x"}), ("result", {"request_id": "x"}), ("cancel", {"request_id": "x"}),
                           ("subscribe", {"request_id": "x"}), ("download", {"request_id": "x", "to": "x"}),
                           ("validate", {"input": INPUT}), ("schema", {}),
                           ("configure", {"default_endpoint": id})]:
        if method != "configure":
            params = {**params, "endpoint": id}
        assert b.call(method, params)["error"]["code"] == -32602, method
    assert not fal.requests


@pytest.mark.parametrize("id", ["", ".", "..", "a/b", "../x", "a b", "a?b", "a#b", "a%2f", "a\n", "ü", "a" * 129])
def test_requests(bridge, fal, id):
    b = bridge(**fal.settings())
    for method in ("status", "result", "cancel", "subscribe"):
        error = b.call(method, {"request_id": id})["error"]
        assert error["code"] == -32602 and error["data"]["detail"][0]["loc"] == ["params", "request_id"], method
    assert b.call("download", {"request_id": id, "to": "x"})["error"]["code"] == -32602
    assert not fal.requests


@pytest.mark.parametrize("id, path", [
    ("fal-ai/x/sub/path", "/fal-ai/x/requests/r/status?logs=0"), ("workflows/a/b/c", "/workflows/a/b/requests/r/status?logs=0"),
    ("comfy/a/b", "/comfy/a/b/requests/r/status?logs=0"), ("110602490-lora", "/110602490/lora/requests/r/status?logs=0"),
])
def test_the_path_is_left_out(bridge, fal, id, path):
    b = bridge(**fal.settings())
    assert b.call("status", {"endpoint": id, "request_id": "r"})["error"]["code"] == 1404
    assert [r.path for r in fal.requests] == [path]
    for method in ("submit", "run"):
        b.call(method, {"endpoint": id, "input": {}})
    full = id.replace("110602490-lora", "110602490/lora")
    assert [r.path for r in fal.requests[1:]] == [f"/{full}", f"/run/{full}"]
