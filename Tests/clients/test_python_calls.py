"""What each call of falbridge sends, seen by a server in fal's place; and that its names are fal_client's."""

import asyncio
import dataclasses
import inspect
import json
import os
import pathlib
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "clients/python"))
sys.path.insert(0, str(ROOT / "Tests/wire"))
import falbridge  # noqa: E402
from conftest import BIN  # noqa: E402
from fake_fal import FakeFal, Signer, answer  # noqa: E402

MODEL = "fal-ai/fast-animatediff/video-to-video"
INPUT = {"video_url": "https://v3.fal.media/a.mp4", "prompt": "ink"}
ID = "764cabcf-b745-4b3e-ae38-1200304cf45b"
BASE = f"/fal-ai/fast-animatediff/requests/{ID}"
KEEP = falbridge.StorageSettings(expires_in="1h", initial_acl=falbridge.StorageACL(
    default="forbid", rules=[falbridge.StorageACLRule("alice", "allow")]))
KEPT = {"expiration_duration_seconds": 3600,
        "initial_acl": {"default": "forbid", "rules": [{"user": "alice", "decision": "allow"}]}}


@pytest.fixture
def fal():
    fake = FakeFal()
    fake.routes.update({
        f"POST /{MODEL}": answer({"status": "IN_QUEUE", "request_id": ID, "queue_position": 0}),
        f"GET {BASE}/status": answer({
            "status": "COMPLETED", "request_id": ID, "metrics": {"inference_time": 1.5},
            "logs": [{"timestamp": "2026-01-01T00:00:00", "message": "a", "labels": {"level": "INFO"}}]}),
        f"GET {BASE}": answer({"seed": 7}), f"PUT {BASE}/cancel": answer({"status": "CANCELLATION_REQUESTED"}, 202),
        f"POST /run/{MODEL}": answer({"seed": 8}, x_fal_request_id=ID),
        "POST /storage/upload/initiate": lambda _: answer({
            "upload_url": fake.url + "/put", "file_url": "https://v3.fal.media/x"}),
        "PUT /put": answer({}),
    })
    yield fake
    fake.close()


@pytest.fixture
def env(fal, tmp_path, monkeypatch):
    for name in list(os.environ):
        if name.startswith(("FAL_", "XDG_")):
            monkeypatch.delenv(name)
    yield fal.settings(FAL_BRIDGE_STATE=str(tmp_path / "state"), FAL_BRIDGE_ROOTS=f"{ROOT}:{tmp_path}")


@pytest.fixture
def client(env):
    with falbridge.SyncClient(bin=str(BIN), env=env) as made:
        yield made


OPTIONS = dict(hint="h", priority="low", start_timeout=30, headers={"X-Fal-Store-IO": "0"}, lifecycle=KEEP)


def check_options(request, priority=True):
    assert request.json == INPUT
    sent = request.headers
    assert sent["x-fal-runner-hint"] == "h" and sent["x-fal-request-timeout"] == "30" and sent["x-fal-store-io"] == "0"
    assert sent["x-fal-queue-priority"] == ("low" if priority else None)
    assert json.loads(sent["x-fal-object-lifecycle-preference"]) == KEPT


def test_submit_and_its_handle(client, fal):
    handle = client.submit(MODEL, INPUT, webhook_url="https://a.b/c?d", max_queue_length=5, **OPTIONS)
    check_options(fal.requests[0])
    assert fal.requests[0].path == f"/{MODEL}?fal_webhook=https%3A%2F%2Fa.b%2Fc%3Fd&fal_max_queue_length=5"
    assert handle.request_id == ID and handle.status_url == f"{fal.url}{BASE}/status"
    assert handle.response_url == fal.url + BASE and handle.cancel_url == f"{fal.url}{BASE}/cancel"
    assert "SyncClient" not in repr(handle)
    assert isinstance(handle.status(), falbridge.Completed)
    assert [type(event) for event in handle.iter_events(with_logs=True, interval=0.01)] == [falbridge.Completed]
    assert handle.get(interval=0.5) == {"seed": 7} and handle.get(timeout=20) == {"seed": 7}
    assert client.get_handle(MODEL, ID).get() == client.result(MODEL, ID) == {"seed": 7}
    handle.cancel()
    client.cancel(MODEL, ID)
    assert fal.count("PUT", BASE + "/cancel") == 2
    listed = client.requests(application=MODEL, limit=5)
    assert [(entry["request_id"], entry["backend"]) for entry in listed] == [(ID, "fal")]
    assert client.requests(before=listed[0]["created_at"]) == [] and client.requests(status="IN_QUEUE") == []


def test_subscribe(client, fal):
    for mode in (None, "polling"):
        ids, states = [], []
        output = client.subscribe(
            "fal-ai/fast-animatediff", INPUT, path="/video-to-video", with_logs=True, interval=0.01, client_timeout=60,
            mode=mode, on_enqueue=ids.append, on_queue_update=states.append, **OPTIONS)
        assert output == {"seed": 7} and ids == [ID] and isinstance(states[0], falbridge.Queued)
        assert states[-1].metrics == {"inference_time": 1.5} and [line["message"] for line in states[-1].logs] == ["a"]
    check_options(fal.requests[0])


def test_run(client, fal):
    options = {name: value for name, value in OPTIONS.items() if name != "priority"}
    assert client.run(MODEL, INPUT, timeout=60, **options) == {"seed": 8}
    check_options(fal.requests[0], priority=False)
    with pytest.raises(falbridge.ValidationError) as caught:
        client.run(MODEL, {"prompt": 1})
    assert isinstance(caught.value, falbridge.FalClientHTTPError) and caught.value.status_code is None
    fal.routes[f"POST /run/{MODEL}"] = answer(
        {"detail": "x"}, 500, x_fal_request_id=ID, x_fal_error_type="runner_server_error")
    with pytest.raises(falbridge.FalClientHTTPError) as caught:
        client.run(MODEL, INPUT)
    assert caught.value.status_code == 500 and caught.value.error_type == "runner_server_error"


class Picture:
    """What is used of a Pillow image."""

    def save(self, buffer, format):
        buffer.write(b"picture as " + format.encode())


def test_uploads(client, fal, tmp_path):
    (tmp_path / "a.txt").write_text("hello")
    for upload, body, kind in [
        (lambda: client.upload("text", "text/plain", "b.txt", lifecycle=KEEP), b"text", "text/plain"),
        (lambda: client.upload_file(tmp_path / "a.txt", lifecycle=KEEP), b"hello", "text/plain"),
        (lambda: client.upload_image(Picture(), "png", lifecycle=KEEP), b"picture as png", "image/png"),
    ]:
        fal.requests.clear()
        assert upload() == "https://v3.fal.media/x"
        initiate, put = fal.requests
        assert json.loads(initiate.headers["x-fal-object-lifecycle"]) == KEPT and initiate.json["content_type"] == kind
        assert put.body == body and put.headers["content-type"] == kind
    assert client.upload(b"x", "text/plain") and "x-fal-object-lifecycle" not in fal.requests[-2].headers
    assert falbridge.encode_image(Picture()) == falbridge.encode(b"picture as jpeg", "image/jpeg")


def test_webhooks(client, fal):
    signer = Signer(b"w" * 32)
    fal.routes["GET /.well-known/jwks.json"] = answer({"keys": [signer.jwk]})
    body = '{"request_id":"1","status":"OK","payload":{"ü":1}}'
    headers = signer.headers(body)
    good = {"valid": True, "request_id": "1", "status": "OK", "payload": {"ü": 1}}
    assert client.verify_webhook(headers, body) == client.verify_webhook(headers, body.encode()) == good
    # As WSGI's werkzeug, ASGI's scope, and lists of values have them.
    pairs = list(headers.items()) + [("Cookie", "a"), ("Cookie", "b")]
    assert client.verify_webhook(pairs, body) == good
    assert client.verify_webhook([(k.lower().encode(), v.encode()) for k, v in pairs], body) == good
    assert client.verify_webhook({name: [value] for name, value in headers.items()}, body) == good
    assert not client.verify_webhook(pairs + pairs, body)["valid"]
    assert client.verify_webhook(headers, b"\xff") == {"valid": False, "reason": "the body is not UTF-8"}
    old = client.verify_webhook(signer.headers(body, timestamp=5), body, max_age=60)
    assert old["reason"] == "the timestamp is too old"


def test_asynchronous(env, fal):
    signer = Signer(b"w" * 32)
    fal.routes["GET /.well-known/jwks.json"] = answer({"keys": [signer.jwk]})

    async def main():
        async with falbridge.AsyncClient(bin=str(BIN), env=env) as client:
            handle = await client.submit(MODEL, INPUT, webhook_url="https://a.b", **OPTIONS)
            check_options(fal.requests[0])
            assert handle.status_url and await handle.get(interval=1) == {"seed": 7}
            seen = []

            async def enqueued(id):
                await asyncio.sleep(0)
                seen.append(id)

            async def updated(status):
                await asyncio.sleep(0)
                seen.append(type(status).__name__)

            output = await client.subscribe(MODEL, INPUT, interval=0.05, on_enqueue=enqueued, on_queue_update=updated)
            assert output == {"seed": 7} and seen[0] == ID and seen[-1] == "Completed"
            assert await client.run(MODEL, INPUT, timeout=60, hint="h") == {"seed": 8}
            assert (await client.verify_webhook(signer.headers(""), b""))["valid"]
            assert [entry["request_id"] for entry in await client.requests(limit=1)] == [ID]
            assert await client.upload_image(Picture(), lifecycle=KEEP) == "https://v3.fal.media/x"
            assert await client.upload("x", "text/plain", lifecycle=KEEP) == "https://v3.fal.media/x"

    asyncio.run(main())


def test_names_are_fal_clients():
    fal_client = pytest.importorskip("fal_client")
    unsupported = {"stream", "realtime", "ws_connect"}

    def is_method(member):
        return inspect.isfunction(member) or inspect.ismethod(member)

    for name in ["SyncClient", "AsyncClient", "SyncRequestHandle", "AsyncRequestHandle", "StorageACL", "Completed"]:
        theirs, ours = getattr(fal_client, name), getattr(falbridge, name)
        for member, method in inspect.getmembers(theirs, is_method):
            if not member.startswith("_") and member not in unsupported:
                wanted = set(inspect.signature(method).parameters)
                assert wanted <= set(inspect.signature(getattr(ours, member)).parameters), (name, member)
        wanted = {field.name for field in dataclasses.fields(theirs)}
        assert wanted <= set(inspect.signature(ours).parameters), name
    public = {name for name in vars(fal_client) if not name.startswith("_")} - {"auth", "client"}
    assert public <= set(vars(falbridge)) and set(fal_client.__all__) <= set(falbridge.__all__)


def test_what_is_not_there_says_so(env):
    client = falbridge.SyncClient(bin=str(BIN), env=env)
    for call in [
        lambda: client.stream(MODEL, INPUT), lambda: client.realtime(MODEL), lambda: falbridge.ws_connect(MODEL),
        lambda: falbridge.stream_async(MODEL, INPUT), lambda: client.run(MODEL, INPUT, method="GET"),
        falbridge.RealtimeConnection,
    ]:
        with pytest.raises(falbridge.UnsupportedError) as caught:
            call()
        assert isinstance(caught.value, falbridge.FalClientError)
