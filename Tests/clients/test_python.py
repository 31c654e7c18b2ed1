"""falbridge against the built programs."""

import asyncio
import os
import pathlib
import signal
import socket
import sys
import threading

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "clients/python"))
sys.path.insert(0, str(ROOT / "Tests/wire"))
import falbridge  # noqa: E402
from conftest import BIN, BUNNY, LOCAL, kill_local  # noqa: E402

MODEL = "fal-ai/fast-animatediff/video-to-video"
INPUT = {"video_url": str(BUNNY), "prompt": "van gogh oil painting", "seed": 7, "first_n_seconds": 2, "fps": 4}


@pytest.fixture
def env(tmp_path, monkeypatch):
    for name in list(os.environ):
        if name.startswith(("FAL_", "XDG_")):
            monkeypatch.delenv(name)
    state = tmp_path / "state"
    yield {"FAL_BRIDGE_STATE": str(state), "FAL_BRIDGE_BACKEND": "local", "FAL_LOCAL_BIN": str(LOCAL),
           "FAL_BRIDGE_ROOTS": f"{ROOT}:{tmp_path}"}
    kill_local(state)


@pytest.fixture
def client(env):
    with falbridge.SyncClient(bin=str(BIN), env=env) as client:
        yield client


@pytest.fixture
def stuck(env):
    """A queue that takes connections and never answers."""
    server = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{server.getsockname()[1]}"
    yield {**env, "FAL_BRIDGE_BACKEND": "fal", "FAL_QUEUE_URL": url, "FAL_KEY": "x:y"}, server
    server.close()


def test_a_whole_job(client, tmp_path):
    states, enqueued = [], []
    output = client.subscribe(MODEL, INPUT, with_logs=True, on_enqueue=enqueued.append, on_queue_update=states.append,
                              download_to=str(tmp_path / "out.mp4"))
    assert output["seed"] == 7 and (tmp_path / "out.mp4").stat().st_size == output["video"]["file_size"]
    assert isinstance(states[0], falbridge.Queued) and isinstance(states[-1], falbridge.Completed)
    assert states[-1].metrics["engine"] == "stylize"
    handle = client.get_handle(MODEL, enqueued[0])
    assert handle.get()["video"]["file_size"] == output["video"]["file_size"]
    logs = handle.status(with_logs=True).logs
    assert [line["message"] for line in states[-1].logs] == [line["message"] for line in logs]


def test_async_job_and_cancel(env):
    async def main():
        async with falbridge.AsyncClient(bin=str(BIN), env=env) as client:
            seen = asyncio.Event()
            ids = []

            def update(status):
                if isinstance(status, falbridge.InProgress):
                    seen.set()

            task = asyncio.create_task(client.subscribe(
                MODEL, {**INPUT, "first_n_seconds": 4, "fps": 16}, on_enqueue=ids.append, on_queue_update=update))
            await asyncio.wait_for(seen.wait(), 30)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            with pytest.raises(falbridge.CancelledRequestError):
                await (await client.get_handle(MODEL, ids[0])).get()
            outputs = await asyncio.gather(*[client.subscribe(MODEL, {**INPUT, "seed": n}) for n in (1, 2, 3)])
            assert [o["seed"] for o in outputs] == [1, 2, 3]

    asyncio.run(main())


def test_field_errors(client):
    with pytest.raises(falbridge.ValidationError) as caught:
        client.subscribe(MODEL, {"prompt": "x", "num_inference_steps": 99, "promt": 1})
    assert {(tuple(e["loc"]), e["type"]) for e in caught.value.field_errors} == {
        (("body", "video_url"), "missing"), (("body", "num_inference_steps"), "less_than_equal"),
        (("body", "promt"), "extra_forbidden")}
    assert not client.validate(MODEL, {"prompt": "x"})["valid"]
    with pytest.raises(falbridge.BridgeError) as caught:
        client.subscribe(MODEL, {"prompt": "x", "video_url": "missing.mp4"})
    assert caught.value.kind == "io_error"


def test_large_messages_and_threads(client):
    text = "ü" * (1 << 20)
    assert client.request("ping", {"text": text})["text"] == text
    results = []

    def ping(n):
        results.append(client.request("ping", {"n": n})["n"])

    threads = [threading.Thread(target=ping, args=(n,)) for n in range(50)]
    [t.start() for t in threads]
    [t.join(20) for t in threads]
    assert sorted(results) == list(range(50))


def test_a_killed_process_is_an_error_and_the_next_call_works(stuck):
    env, server = stuck
    with falbridge.SyncClient(bin=str(BIN), env=env) as client:
        process = client.process()

        def kill():
            with server.accept()[0]:
                process._process.kill()

        threading.Thread(target=kill, daemon=True).start()
        with pytest.raises(falbridge.BridgeProcessError) as caught:
            client.status(MODEL, "x")
        assert caught.value.returncode == -signal.SIGKILL
        assert client.models("animatediff")


def test_a_call_is_cancelled(stuck):
    with falbridge.SyncClient(bin=str(BIN), env=stuck[0]) as client:
        future = client.process().call("status", {"request_id": "x"})
        client.process().cancel(future)
        with pytest.raises(falbridge.BridgeError) as caught:
            future.result(20)
        assert caught.value.code == -32800


def test_the_program_is_missing(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("FAL_BRIDGE_BIN", raising=False)
    with pytest.raises(falbridge.BridgeNotFoundError) as caught:
        falbridge.SyncClient().models()
    assert "FAL_BRIDGE_BIN" in str(caught.value)
