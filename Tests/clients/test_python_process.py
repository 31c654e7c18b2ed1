"""falbridge's process: shared, forked, interrupted, collected."""

import asyncio
import gc
import os
import pathlib
import signal
import subprocess
import sys
import threading

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "clients/python"))
sys.path.insert(0, str(ROOT / "Tests/wire"))
import falbridge  # noqa: E402
from conftest import BIN  # noqa: E402
from fake_fal import FakeFal, answer  # noqa: E402

MODEL = "fal-ai/fast-animatediff/video-to-video"
ID = "764cabcf-b745-4b3e-ae38-1200304cf45b"
BASE = f"/fal-ai/fast-animatediff/requests/{ID}"


@pytest.fixture
def env(tmp_path, monkeypatch):
    for name in list(os.environ):
        if name.startswith(("FAL_", "XDG_")):
            monkeypatch.delenv(name)
    return {"FAL_BRIDGE_STATE": str(tmp_path / "state"), "FAL_BRIDGE_BACKEND": "fal", "FAL_KEY": "x:y"}


def make(env, **more):
    return falbridge.SyncClient(bin=str(BIN), env={**env, **more})


def test_clients_with_the_same_settings_share_a_process(env):
    one, two, other = make(env), make(env), make(env, FAL_BRIDGE_LOG="error")
    process = one.process()
    assert two.process() is process and other.process() is not process
    one.close()
    assert two.models() and process.is_alive
    two.close()
    assert not process.is_alive and process._process.returncode == 0
    assert two.models() and two.process() is not process
    two.close()
    other.close()


def test_the_module_has_one_process_for_both_ways(env, monkeypatch):
    for name, value in {**env, "FAL_BRIDGE_BIN": str(BIN)}.items():
        monkeypatch.setenv(name, value)
    assert falbridge.models() == asyncio.run(falbridge.models_async())
    assert falbridge.sync_client.process() is falbridge.async_client._client.process()
    falbridge.sync_client.close()
    falbridge.async_client._client.close()


def test_settings_outlive_the_process(env):
    with make(env) as client:
        assert client.configure(default_endpoint="a/b")["default_endpoint"] == "a/b"
        client.process()._process.kill()
        client.process()._process.wait()
        assert client.request("initialize")["default_endpoint"] == "a/b"


def test_a_client_that_is_forgotten_lets_go(env):
    client = make(env)
    process = client.process()
    del client
    gc.collect()
    assert process._process.wait(30) == 0


def test_a_fork_has_a_process_of_its_own(env):
    with make(env) as client:
        process = client.process()
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                client.models()
                own = client.process()
                os.write(writing, b"own" if own.is_alive and own is not process and not process.is_alive else b"shared")
                client.close()
            except BaseException as error:
                os.write(writing, repr(error).encode())
            finally:
                os._exit(0)
        os.close(writing)
        with os.fdopen(reading, "rb") as pipe:
            assert pipe.read() == b"own"
        os.waitpid(child, 0)
        assert client.models() and client.process() is process


def test_a_full_pipe_holds_up_nobody(env):
    """Far more than the pipes hold, both ways at once."""
    text = "x" * (1 << 20)
    with make(env) as client:
        results = []

        def ping():
            results.append(client.request("ping", {"text": text})["text"] == text)

        threads = [threading.Thread(target=ping, daemon=True) for _ in range(12)]
        [thread.start() for thread in threads]
        [thread.join(60) for thread in threads]
        assert results == [True] * 12


def test_the_event_loop_goes_on_while_the_pipe_is_full(env):
    async def main():
        async with falbridge.AsyncClient(bin=str(BIN), env=env) as client:
            await client.models()
            os.kill(client._client.process()._process.pid, signal.SIGSTOP)
            try:
                calls = [asyncio.ensure_future(client.request("ping", {"text": "x" * (1 << 20)})) for _ in range(3)]
                await asyncio.sleep(0)
                await asyncio.wait_for(asyncio.to_thread(lambda: None), 10)
                assert not any(call.done() for call in calls)
            finally:
                os.kill(client._client.process()._process.pid, signal.SIGCONT)
            await asyncio.wait_for(asyncio.gather(*calls), 30)

    asyncio.run(main())


@pytest.mark.parametrize("to_group", [True, False])
def test_an_interrupt_cancels_at_the_queue(env, to_group):
    """Ctrl-C goes to the whole group of a terminal; what cancels must not die of it itself."""
    fal = FakeFal()
    waiting = answer({"status": "IN_PROGRESS", "request_id": ID, "logs": []})
    fal.routes.update({f"POST /{MODEL}": answer({"status": "IN_QUEUE", "request_id": ID, "queue_position": 0}),
                       f"GET {BASE}/status": waiting,
                       f"PUT {BASE}/cancel": answer({"status": "CANCELLATION_REQUESTED"}, 202)})
    script = f"""
import sys
sys.path.insert(0, {str(ROOT / "clients/python")!r})
import falbridge
falbridge.subscribe({MODEL!r}, {{"video_url": "https://a.b/c", "prompt": "x"}}, on_queue_update=print, mode="polling")
"""
    process = subprocess.Popen(
        [sys.executable, "-uc", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, **env, **fal.settings(), "FAL_BRIDGE_BIN": str(BIN)}, start_new_session=True,
        # A shell hands it on ignored to what it starts in the background.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    while "InProgress" not in process.stdout.readline():
        assert process.poll() is None, process.stderr.read()
    (os.killpg if to_group else os.kill)(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert "KeyboardInterrupt" in errors and process.returncode
    assert fal.count("PUT", BASE + "/cancel") == 1
    fal.close()


def test_a_callback_that_raises_cancels_at_the_queue(env):
    fal = FakeFal()
    fal.routes.update({f"POST /{MODEL}": answer({"status": "IN_QUEUE", "request_id": ID, "queue_position": 0}),
                       f"GET {BASE}/status": answer({"status": "IN_PROGRESS", "request_id": ID, "logs": []}),
                       f"PUT {BASE}/cancel": answer({"status": "CANCELLATION_REQUESTED"}, 202)})

    def refuse(status):
        raise LookupError("enough")

    arguments = {"video_url": "https://a.b/c", "prompt": "x"}
    with make({**env, **fal.settings()}) as client:
        with pytest.raises(LookupError):
            client.subscribe(MODEL, arguments, on_queue_update=refuse)
    assert fal.count("PUT", BASE + "/cancel") == 1

    async def main():
        async with falbridge.AsyncClient(bin=str(BIN), env={**env, **fal.settings()}) as client:
            with pytest.raises(LookupError):
                await client.subscribe(MODEL, arguments, on_queue_update=refuse)

    asyncio.run(main())
    assert fal.count("PUT", BASE + "/cancel") == 2
    fal.close()


@pytest.mark.parametrize("level", ["debug", ""])
def test_a_log_that_is_asked_for_is_shown(env, level):
    fal = FakeFal()
    # The repetition is what the log tells of.
    fal.routes[f"GET {BASE}/status"] = [answer({}, 503, retry_after="0"), answer({"status": "NOT_FOUND"}, 404)]
    script = f"""
import sys
sys.path.insert(0, {str(ROOT / "clients/python")!r})
import falbridge
try:
    falbridge.SyncClient(bin={str(BIN)!r}).status({MODEL!r}, {ID!r})
except falbridge.FalClientError as error:
    print(error.kind)
"""
    settings = {**env, **fal.settings(), "FAL_BRIDGE_LOG": level}
    done = subprocess.run([sys.executable, "-c", script], env={**os.environ, **settings}, capture_output=True, text=True,
                          timeout=60)
    fal.close()
    assert done.stdout.strip() == "not_found" and bool(done.stderr) == bool(level)
