"""fal's own Python client against fal-local on TCP, without a change to either."""

import asyncio
import http.server
import json
import os
import pathlib
import queue
import subprocess
import sys
import threading
import urllib.error
import urllib.request

import pytest

fal_client = pytest.importorskip("fal_client")
ROOT = pathlib.Path(__file__).resolve().parents[2]
LOCAL = pathlib.Path(os.environ.get("FAL_LOCAL_BIN", ROOT / ".build/debug/fal-local"))
BRIDGE = pathlib.Path(os.environ.get("FAL_BRIDGE_BIN", ROOT / ".build/debug/fal-bridge"))
BUNNY = ROOT / "Tests/media/bunny.mp4"
MODEL = "fal-ai/fast-animatediff/video-to-video"
KEY = "kid:secret"
DEADLINE = 30

FAULTS = {
    "jobs": [
        {"prompt": "steps", "queue_seconds": 0.3, "queue_positions": 2, "run_seconds": 0.6, "steps": 3,
         "logs": ["hello"], "output": {"n": 1}},
        {"prompt": "brief", "queue_seconds": 0.2, "queue_positions": 1, "run_seconds": 0.5, "steps": 2,
         "logs": ["hello", {"message": "careful", "level": "WARN"}], "output": {"n": 1}},
        {"prompt": "long", "run_seconds": 600},
        {"prompt": "bad field", "fail": "field"},
        {"prompt": "gone", "fail": "runner_disconnected"},
        {"prompt": "quick", "file": {"size": 5000}},
        {"prompt": "broken", "fail": "internal_server_error"},
        {"prompt": "no policy", "fail": "content_policy_violation"},
        {"prompt": "waits", "queue_seconds": 600},
    ],
    "min_part_bytes": 0,
}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fal")
    (folder / "faults.json").write_text(json.dumps(FAULTS))
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("FAL_", "XDG_"))}
    process = subprocess.Popen(
        [str(LOCAL), "--state-dir", str(folder / "s"), "--engines", str(ROOT / "Tests/local/engines"),
         "--engine", "copy", "--listen", "127.0.0.1:0", "--faults", str(folder / "faults.json")],
        stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env={**kept, "FAL_LOCAL_KEY": KEY})
    lines = queue.Queue()
    threading.Thread(target=lambda: [lines.put(line) for line in process.stderr], daemon=True).start()
    while " listening " not in (line := lines.get(timeout=DEADLINE)):
        pass
    yield line.split()[-1]
    process.terminate()
    assert process.wait(timeout=DEADLINE) == 0


@pytest.fixture
def base(server, monkeypatch):
    """The client pointed at fal-local: the queue at the root, the run base below it."""
    for name, value in {"RUN_URL_FORMAT": server + "/run/", "QUEUE_URL_FORMAT": server + "/", "REST_URL": server,
                        "CDN_URL": server, "BASE_DELAY": 0.01}.items():
        assert hasattr(fal_client.client, name)
        monkeypatch.setattr(fal_client.client, name, value)
    return server


@pytest.fixture
def client(base):
    return fal_client.SyncClient(key=KEY)


def fetch(url):
    with urllib.request.urlopen(url, timeout=DEADLINE) as response:
        return response.read()


def test_submit_events_and_result(client):
    handle = client.submit(MODEL, {"prompt": "steps"}, priority="low", hint="here", start_timeout=20,
                           headers={"X-Fal-Tags": "a=b"})
    states = []
    for event in handle.iter_events(with_logs=True, interval=0.02):
        states.append(event)
    kinds = [type(s).__name__ for s in states]
    order = ["Queued", "InProgress", "Completed"]
    assert kinds == sorted(kinds, key=order.index) and set(kinds) == set(order)
    assert {s.position for s in states if isinstance(s, fal_client.Queued)} >= {0, 2}
    last = states[-1]
    assert last.metrics["inference_time"] == 0.6 and last.error is None
    assert [l["message"] for l in last.logs][0] == "hello" and len(last.logs) == 4
    assert handle.get() == {"n": 1}
    again = client.get_handle(MODEL, handle.request_id)
    assert again.get() == client.result(MODEL, handle.request_id) == {"n": 1}
    assert isinstance(client.status(MODEL, handle.request_id, with_logs=True), fal_client.Completed)


def test_a_webhook(client):
    calls = queue.Queue()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            calls.put((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    handle = client.submit(MODEL, {"prompt": "quick"}, webhook_url=f"http://127.0.0.1:{server.server_port}/hook?a=b")
    headers, body = calls.get(timeout=DEADLINE)
    sent = json.loads(body)
    assert sent["request_id"] == handle.request_id and sent["status"] == "OK" and sent["payload"] == handle.get()
    assert len(headers["X-Fal-Webhook-Signature"]) == 128
    server.shutdown()
    server.server_close()


def test_subscribe_with_the_engine(client):
    url = client.upload_file(str(BUNNY))
    enqueued, seen = [], []
    arguments = {"video_url": url, "prompt": "x", "first_n_seconds": 2, "fps": 4, "seed": 7}
    output = client.subscribe(MODEL, arguments, with_logs=True, on_enqueue=enqueued.append,
                              on_queue_update=seen.append, client_timeout=DEADLINE)
    assert output["seed"] == 7 and isinstance(seen[-1], fal_client.Completed) and len(enqueued) == 1
    assert len(fetch(output["video"]["url"])) == output["video"]["file_size"]


def test_cancel_and_timeout(client):
    handle = client.submit(MODEL, {"prompt": "long"})
    handle.cancel()
    with pytest.raises(fal_client.FalClientHTTPError) as caught:
        handle.get(interval=0.02)
    assert caught.value.status_code == 499 and caught.value.error_type == "client_cancelled"
    with pytest.raises(fal_client.FalClientHTTPError) as caught:
        handle.cancel()
    assert caught.value.status_code == 400
    with pytest.raises(fal_client.FalClientTimeoutError) as caught:
        client.subscribe(MODEL, {"prompt": "long"}, client_timeout=1.5, interval=0.02)
    # It cancels at the server, so that the request ends.
    for event in client.get_handle(MODEL, caught.value.request_id).iter_events(interval=0.02):
        last = event
    assert last.error_type == "client_cancelled"


@pytest.mark.parametrize("prompt, status, type", [("bad field", 422, None), ("gone", 503, "runner_disconnected")])
def test_errors_of_a_job(client, prompt, status, type):
    arguments = {"prompt": prompt}
    for attempt in (lambda: client.submit(MODEL, arguments).get(), lambda: client.run(MODEL, arguments)):
        with pytest.raises(fal_client.FalClientHTTPError) as caught:
            attempt()
        assert caught.value.status_code == status
        if status == 422:
            assert caught.value.response.json()["detail"][0]["loc"] == ["body", "num_inference_steps"]
        else:
            assert caught.value.error_type == type


def test_errors_of_a_call(client, base):
    with pytest.raises(fal_client.FalClientHTTPError) as caught:
        fal_client.SyncClient(key="kid:wrong").submit(MODEL, {"prompt": "quick"})
    assert caught.value.status_code == 401 and "invalid key credentials" in str(caught.value)
    with pytest.raises(fal_client.FalClientHTTPError) as caught:
        client.submit("fal-ai/unknown/thing", {})
    assert caught.value.status_code == 404
    with pytest.raises(fal_client.FalClientHTTPError) as caught:
        client.status(MODEL, "00000000-0000-4000-8000-000000000000")
    assert caught.value.status_code == 404


def test_run_and_stream(client):
    output = client.run(MODEL, {"prompt": "quick"}, start_timeout=20, hint="here")
    assert len(fetch(output["video"]["url"])) == 5000
    assert [event["video"]["file_size"] for event in client.stream(MODEL, {"prompt": "quick"})] == [5000]


@pytest.mark.parametrize("repository", ["fal_v3", "fal"])
def test_uploads(client, repository):
    data = os.urandom(100_000)
    url = client.upload(data, "video/mp4", "a b.mp4", repository=repository, fallback_repository=repository)
    assert fetch(url) == data


def test_the_fallback_repository(client, base, monkeypatch):
    monkeypatch.setattr(fal_client.client, "CDN_URL", base + "/nowhere")
    assert fetch(client.upload(b"by the other way", "text/plain")) == b"by the other way"


def test_an_upload_in_parts(client, monkeypatch, tmp_path):
    monkeypatch.setattr(fal_client.client, "MULTIPART_THRESHOLD", 100_000)
    monkeypatch.setattr(fal_client.client, "MULTIPART_CHUNK_SIZE", 70_000)
    data = os.urandom(1_000_001)
    assert fetch(client.upload(data, "video/mp4", "a b.mp4")) == data
    (tmp_path / "big.mp4").write_bytes(data)
    assert fetch(client.upload_file(str(tmp_path / "big.mp4"))) == data


def test_who_may_read(client):
    access = fal_client.client.StorageACL(default="forbid")
    settings = fal_client.client.StorageSettings(expires_in="1h", initial_acl=access)
    for repository in ("fal_v3", "fal"):
        url = client.upload(b"mine", "text/plain", "a.txt", repository=repository, fallback_repository=repository,
                            lifecycle=settings)
        with pytest.raises(urllib.error.HTTPError) as caught:
            fetch(url)
        assert caught.value.code == 403


def test_the_async_client(base):
    async def main():
        client = fal_client.AsyncClient(key=KEY)
        data = os.urandom(50_000)
        assert fetch(await client.upload(data, "a/b", "a.bin")) == data
        outputs = await asyncio.gather(*[client.subscribe(MODEL, {"prompt": "quick"}) for _ in range(20)])
        assert all(output["video"]["file_size"] == 5000 for output in outputs)
        handle = await client.submit(MODEL, {"prompt": "long"})
        await handle.cancel()
        with pytest.raises(fal_client.FalClientHTTPError):
            await handle.get(interval=0.02)

    asyncio.run(asyncio.wait_for(main(), 2 * DEADLINE))


def told(command, server, folder, **env):
    """What same_script.py or same_script.mjs tells."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("FAL_", "XDG_"))}
    process = subprocess.Popen([*command, server], env={**kept, "FAL_KEY": KEY, **env}, cwd=folder,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def answer():
        output, errors = process.communicate(timeout=4 * DEADLINE)
        assert process.returncode == 0, errors.decode()[-3000:]
        return json.loads(output)

    return answer


def bridge_settings(server, folder):
    return {"FAL_QUEUE_URL": server, "FAL_RUN_URL": server + "/run", "FAL_REST_URL": server,
            "FAL_BRIDGE_BACKEND": "fal", "FAL_BRIDGE_STATE": str(folder / "state"), "FAL_BRIDGE_BIN": str(BRIDGE)}


def assert_same(ours, theirs, lost):
    """Of a run that failed at the queue fal's word is there; its HTTP status may not be: then it is `lost`."""
    for what in ("gone", "start"):
        if what in ours["failed"] and ours["failed"][what]["status"] == lost:
            del ours["failed"][what]["status"], theirs["failed"][what]["status"]
    assert ours == theirs


def test_the_same_script_with_both_clients(server, tmp_path):
    """same_script.py, whose import line alone differs, tells the same of fal's own client and of falbridge."""
    command = [sys.executable, str(ROOT / "Tests/clients/same_script.py")]
    theirs = told([*command, "fal_client", str(BUNNY)], server, tmp_path)
    settings = {**bridge_settings(server, tmp_path), "PYTHONPATH": str(ROOT / "clients/python")}
    ours = told([*command, "falbridge", str(BUNNY)], server, tmp_path, **settings)
    assert_same(ours(), theirs(), None)


def test_the_same_script_in_javascript(server, tmp_path):
    """same_script.mjs tells what it told of @fal-ai/client 1.10.1. FAL_AI_CLIENT, the path of that, tells it again."""
    command, recorded = ["node", str(ROOT / "Tests/clients/same_script.mjs")], ROOT / "Tests/clients/same_script.json"
    if client := os.environ.get("FAL_AI_CLIENT"):
        recorded.write_text(json.dumps(told([*command, client], server, tmp_path)(), indent=1) + "\n")
    index = str(ROOT / "clients/node/index.js")
    ours = told([*command, index], server, tmp_path, **bridge_settings(server, tmp_path))
    assert_same(ours(), json.loads(recorded.read_text()), 0)
