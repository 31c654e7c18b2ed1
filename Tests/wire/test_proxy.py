"""A proxy that holds the key, by the protocol of fal's server-proxy."""

import urllib.error
import urllib.request

import pytest
from conftest import BUNNY
from fake_fal import FakeFal, Signer, answer

KEY = "kid-1234abcd:5ecret-5678-s3cret"
THEIRS = "proxy-id:proxy-5ecret"
MODEL = "fal-ai/fast-animatediff"
INPUT = {"video_url": "https://v3.fal.media/a.mp4", "prompt": "ink"}
ID = "764cabcf-b745-4b3e-ae38-1200304cf45b"
PLACE = "/api/fal/proxy"


class Proxy(FakeFal):
    """The server's side: the target is checked, the key added, and only x-fal-* headers are handed on."""

    def __init__(self, fal):
        super().__init__()
        self.fal = fal
        for method in ("GET", "POST", "PUT"):
            self.routes[f"{method} {PLACE}"] = self.forward

    def forward(self, request):
        target = request.headers["x-fal-target-url"]
        if not target:
            return answer("Invalid request", 400)
        if not target.startswith(self.fal.url):
            return answer("Invalid request", 400)
        headers = {n.lower(): v for n, v in request.headers.items() if n.lower().startswith("x-fal-")}
        headers.update({"authorization": request.headers["authorization"] or f"Key {THEIRS}",
                        "accept": "application/json", "content-type": "application/json",
                        "user-agent": request.headers["user-agent"], "x-fal-client-proxy": "@fal-ai/server-proxy/test"})
        call = urllib.request.Request(
            target, request.body if request.method != "GET" else None, headers, method=request.method)
        try:
            got = urllib.request.urlopen(call)
        except urllib.error.HTTPError as error:
            got = error
        dropped = ("content-length", "content-encoding", "server", "date")
        kept = {n: v for n, v in got.headers.items() if n.lower() not in dropped}
        return got.status, kept, got.read()


@pytest.fixture
def fal():
    fake = FakeFal()
    yield fake
    fake.close()


@pytest.fixture
def proxy(fal):
    made = Proxy(fal)
    yield made
    made.close()


@pytest.mark.parametrize("key", [None, KEY])
def test_every_call_goes_to_it(bridge, fal, proxy, tmp_path, key):
    signer = Signer(b"s" * 32)
    base = f"/{MODEL}/requests/{ID}"
    fal.routes.update({
        f"POST /{MODEL}/video-to-video": answer({"status": "IN_QUEUE", "request_id": ID, "queue_position": 0}),
        f"GET {base}/status": answer({"status": "COMPLETED", "request_id": ID, "logs": []}, 200),
        f"GET {base}/status/stream": answer(f'data: {{"status":"COMPLETED","request_id":"{ID}","logs":[]}}\n\n',
                                            content_type="text/event-stream"),
        f"GET {base}": answer({"video": {"url": fal.url + "/film"}}), "GET /film": answer(b"film"),
        f"PUT {base}/cancel": answer({"status": "ALREADY_COMPLETED"}, 400),
        f"POST /run/{MODEL}/video-to-video": answer({"seed": 1}, x_fal_request_id=ID),
        "POST /storage/upload/initiate": answer({"upload_url": fal.url + "/put?sig=1", "file_url": fal.url + "/file"}),
        "PUT /put": answer({}), "GET /.well-known/jwks.json": answer({"keys": [signer.jwk]}),
    })
    settings = fal.settings(key, FAL_PROXY_URL=proxy.url + PLACE, FAL_BRIDGE_BACKEND="auto")
    if key is None:
        del settings["FAL_KEY"]
    b = bridge("--root", str(tmp_path), "--root", str(BUNNY.parent), **settings)
    backend = b.call("initialize")["result"]["backend"]
    assert backend == {"kind": "proxy", "url": proxy.url + PLACE, "authenticated": True}
    sent = {"input": INPUT, "priority": "low", "hint": "h", "start_timeout": 30, "webhook_url": "https://a.b/c?d=e&f",
            "headers": {"X-Fal-Store-IO": "0", "x-app-fal-disable-fallback": "1"}}
    submitted = b.call("submit", sent)["result"]
    assert submitted["backend"] == "proxy" and submitted["request_id"] == ID
    file, = b.call("subscribe", {"input": INPUT, "download_to": str(tmp_path / "film")})["result"]["files"]
    assert file["file_size"] == 4
    assert "result" in b.call("subscribe", {"request_id": ID, "mode": "streaming"})
    assert b.call("status", {"request_id": ID, "logs": True})["result"]["status"] == "COMPLETED"
    assert b.call("cancel", {"request_id": ID})["result"]["outcome"] == "ALREADY_COMPLETED"
    assert b.call("run", {"input": INPUT})["result"] == {
        "request_id": ID, "endpoint": MODEL + "/video-to-video", "data": {"seed": 1}}
    assert b.call("upload", {"path": str(BUNNY)})["result"]["url"] == fal.url + "/file"
    assert b.call("verify_webhook", {"headers": signer.headers("{}"), "body": "{}"})["result"]["valid"]

    for request in proxy.requests:
        assert request.path == PLACE and "authorization" not in request.headers
        assert KEY.split(":")[1] not in request.everything()
        assert request.headers["host"] == f"127.0.0.1:{proxy.port}"
    targets = {(r.method, r.headers["x-fal-target-url"]) for r in proxy.requests}
    assert targets >= {
        ("POST", f"{fal.url}/{MODEL}/video-to-video?fal_webhook=https%3A%2F%2Fa.b%2Fc%3Fd%3De%26f"),
        ("POST", f"{fal.url}/{MODEL}/video-to-video"), ("GET", f"{fal.url}{base}/status?logs=1"),
        ("GET", f"{fal.url}{base}"),
        ("GET", f"{fal.url}{base}/status/stream?logs=0"),
        ("PUT", f"{fal.url}{base}/cancel"), ("POST", f"{fal.url}/run/{MODEL}/video-to-video"),
        ("POST", f"{fal.url}/storage/upload/initiate?storage_type=fal-cdn-v3"),
    }
    # A key set is for everybody, and the proxies that fal ships hand on no such call.
    assert not any("jwks" in target for _, target in targets)
    first = proxy.requests[0]
    assert first.json == INPUT and first.headers["x-fal-queue-priority"] == "low"
    assert first.headers["x-fal-store-io"] == "0"
    assert first.headers["x-fal-request-timeout"] == "30" and first.headers["x-fal-runner-hint"] == "h"
    through, direct = [], []
    for request in fal.requests:
        (through if request.headers["x-fal-client-proxy"] else direct).append(request)
    assert {(r.method, r.path) for r in direct} == {
        ("PUT", "/put?sig=1"), ("GET", "/film"), ("GET", "/.well-known/jwks.json")}
    assert all("authorization" not in r.headers for r in direct)
    assert all(r.headers["authorization"] == f"Key {THEIRS}" for r in through)


def test_what_it_refuses(bridge, fal, proxy):
    settings = fal.settings(KEY, FAL_PROXY_URL=proxy.url + PLACE, FAL_QUEUE_URL="https://queue.fal.run")
    error = bridge(**settings).call("submit", {"input": INPUT})["error"]
    assert error["data"]["http_status"] == 400 and "Invalid request" in error["message"]
    proxy.routes[f"GET {PLACE}"] = answer("Unauthorized", 401)
    assert bridge(**settings).call("status", {"request_id": ID})["error"]["code"] == 1401
    assert not fal.requests


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_of_its_is_not_followed(bridge, fal, proxy, status):
    proxy.routes[f"POST {PLACE}"] = answer({}, status, location=fal.url + "/x")
    b = bridge(**fal.settings(KEY, FAL_PROXY_URL=proxy.url + PLACE))
    assert b.call("submit", {"input": INPUT})["error"]["code"] == 1503
    assert not fal.requests


def test_errors_come_through(bridge, fal, proxy):
    detail = [{"loc": ["body", "fps"], "msg": "Too much", "type": "less_than_equal", "ctx": {"le": 16}}]
    fal.routes[f"POST /run/{MODEL}/video-to-video"] = answer({"detail": detail}, 422, x_fal_request_id=ID)
    b = bridge(**fal.settings(KEY, FAL_PROXY_URL=proxy.url + PLACE))
    error = b.call("run", {"input": INPUT})["error"]
    assert error["code"] == 1422 and error["data"]["detail"] == detail and error["data"]["request_id"] == ID


def test_configure_turns_it_on_and_off(bridge, fal, proxy):
    fal.routes[f"GET /{MODEL}/requests/{ID}/status"] = answer({"status": "COMPLETED", "request_id": ID, "logs": []})
    settings = fal.settings()
    del settings["FAL_KEY"]
    b = bridge(**settings)
    assert b.call("status", {"request_id": ID})["error"]["code"] == 1401
    backend = b.call("configure", {"proxy_url": proxy.url + PLACE})["result"]["backend"]
    assert backend["kind"] == "proxy" and b.call("status", {"request_id": ID})["result"]["status"] == "COMPLETED"
    assert len(proxy.requests) == 1
    assert b.call("configure", {"proxy_url": None, "credentials": KEY})["result"]["backend"]["kind"] == "fal"
    assert b.call("status", {"request_id": ID})["result"] and len(proxy.requests) == 1
    assert fal.requests[-1].headers["authorization"] == f"Key {KEY}"


def test_a_large_file_goes_up_in_one_piece_where_parts_are_not_handed_on(bridge, fal, proxy, tmp_path):
    """fal's own server-proxy has no initiate-multipart in its default list of targets."""
    forward = proxy.forward

    def strict(request):
        if "initiate-multipart" in (request.headers["x-fal-target-url"] or ""):
            return answer("Invalid request", 400)
        return forward(request)

    proxy.routes[f"POST {PLACE}"] = strict
    fal.routes["POST /storage/upload/initiate"] = answer(
        {"upload_url": fal.url + "/put?sig=1", "file_url": "https://v3.fal.media/files/large"})
    fal.routes["PUT /put"] = answer(b"", 200)
    large = tmp_path / "large.bin"
    with open(large, "wb") as file:
        file.truncate((90 << 20) + 1)
    b = bridge("--root", str(tmp_path), **fal.settings(FAL_PROXY_URL=proxy.url + PLACE))
    result = b.call("upload", {"path": str(large)})["result"]
    assert result["url"] == "https://v3.fal.media/files/large" and result["file_size"] == (90 << 20) + 1
    assert [len(r.body) for r in fal.requests if r.method == "PUT"] == [(90 << 20) + 1]
