"""Whole jobs: their states, logs, results, ends."""

import json
import os
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from conftest import ENDPOINT, REQUESTS, SocketConnection

UNKNOWN = "00000000-0000-4000-8000-000000000000"


def shown(path):
    out = subprocess.check_output(["ffprobe", "-v", "error", "-of", "json", "-show_streams", str(path)])
    return json.loads(out)["streams"][0]


def test_a_whole_job(local, tmp_path):
    answer = local.ask("POST", ENDPOINT, {"video_url": local.bunny(), "prompt": "x", "first_n_seconds": 2, "fps": 4,
                                        "seed": 7, "unknown": 1})
    first = answer.json
    id = first["request_id"]
    assert answer.status == 200 and answer.headers["x-fal-request-id"] == id
    assert first == {
        "status": "IN_QUEUE", "request_id": id, "logs": None, "metrics": {}, "queue_position": 0,
        **{f"{n}_url": f"http://fal-local{REQUESTS}{id}{s}"
           for n, s in (("response", ""), ("status", "/status"), ("cancel", "/cancel"))}}
    status = local.done(id)
    assert "error" not in status and status["metrics"]["inference_time"] > 0
    assert status["metrics"]["engine"] == "copy" and status["metrics"]["generative"] is False
    lines = [each["message"] for each in status["logs"]]
    assert '"seed": 7' in lines[1] and '"steps": 25' in lines[1]
    assert '"strength": 0.7' in lines[1] and '"motions": []' in lines[1]
    assert lines[2].startswith(" 12%|█▎        | 1/8 [")
    assert lines[-1].startswith("100%|██████████| 8/8 [")
    assert all(e["labels"] == {"level": "INFO"} and e["source"] == "USER" for e in status["logs"])
    assert local.status(id, logs=False)["logs"] is None
    result = local.ask("GET", REQUESTS + id)
    assert result.status == 200 and result.headers["x-fal-request-id"] == id
    assert local.ask("GET", f"{REQUESTS}{id}/response/").json == result.json
    video = result.json["video"]
    assert result.json["seed"] == 7 and video["content_type"] == "video/mp4" and video["file_name"] == "output.mp4"
    out = tmp_path / "out.mp4"
    out.write_bytes(local.video(id))
    assert out.stat().st_size == video["file_size"]
    stream = shown(out)
    assert (stream["codec_name"], stream["pix_fmt"], stream["width"], stream["height"],
            stream["nb_frames"], stream["r_frame_rate"]) \
        == ("h264", "yuv420p", 512, 288, "8", "4/1")
    assert stream["color_space"] == "bt709"
    assert os.listdir(local.state / "local/work") == []


def test_the_same_seed_gives_the_same_bytes(local):
    a, b, c = local.submit(seed=7), local.submit(seed=7), local.submit(seed=90)
    assert local.video(a) == local.video(b) != local.video(c)
    # The same bytes lie on the disk once: the input and two different outputs.
    assert len(list((local.state / "local/files").glob("*/*"))) == 3
    assert local.result(local.submit()).json["seed"] == 7


def test_a_seed_is_drawn(local):
    body = {"video_url": local.bunny(), "prompt": "x", "first_n_seconds": 2, "fps": 1}
    seeds = {local.result(local.ask("POST", ENDPOINT, body).json["request_id"]).json["seed"] for _ in range(2)}
    assert len(seeds) == 2 and all(0 <= s < 2**31 for s in seeds)


def test_positions_and_priorities(local):
    running = local.submit("slow=0.3")
    local.until(running, lambda s: s["status"] == "IN_PROGRESS")
    low = local.submit("low", headers={"X-Fal-Queue-Priority": "low"})
    normal = local.submit("normal")
    assert local.status(normal)["queue_position"] == 0
    assert local.status(low)["queue_position"] == 1
    refused = local.ask("POST", ENDPOINT + "?fal_max_queue_length=1", {"video_url": "x", "prompt": "x"})
    assert refused.status == 429
    local.done(normal)
    assert local.status(low)["status"] != "COMPLETED"
    assert local.result(low).status == 200


def test_cancel(local):
    running, waiting = local.submit("slow=0.3"), local.submit()
    local.running(running)
    early = local.ask("GET", REQUESTS + running)
    assert early.status == 400 and early.json == {"detail": "Request is still in progress"}
    for id in (waiting, running):
        cancel = local.ask("PUT", f"{REQUESTS}{id}/cancel")
        assert cancel.status == 202 and cancel.json == {"status": "CANCELLATION_REQUESTED"}
        status = local.done(id)
        assert status["error_type"] == "client_cancelled" and status["error"]
        result = local.ask("GET", REQUESTS + id)
        assert result.status == 499 and result.json["error_type"] == "client_cancelled"
        assert result.headers["X-Fal-Error-Type"] == "client_cancelled"
        again = local.ask("PUT", f"{REQUESTS}{id}/cancel")
        assert again.status == 400 and again.json == {"status": "ALREADY_COMPLETED"}
    assert len(local.engines()) == 1, "an engine that answers a cancel is kept"
    assert local.result(local.submit()).status == 200


def test_an_engine_that_does_not_answer_a_cancel_is_killed(local):
    id = local.submit("deaf slow=0.2 hang")
    local.until(id, lambda s: len(s["logs"] or []) > 1)
    (engine,) = local.engines()
    local.ask("PUT", f"{REQUESTS}{id}/cancel")
    assert local.done(id, deadline=20)["error_type"] == "client_cancelled"
    assert engine not in local.engines()
    assert local.result(local.submit()).status == 200


def test_faults_of_the_input_come_at_the_result(local):
    id = local.submit(fps=99, strength="much", motions=["up"])
    status = local.done(id)
    assert status["error_type"] == "less_than_equal" or status["error"]
    result = local.ask("GET", REQUESTS + id)
    assert result.status == 422
    faults = {f["loc"][1]: f for f in result.json["detail"]}
    assert faults["fps"]["type"] == "less_than_equal" and faults["fps"]["ctx"] == {"le": 16}
    assert faults["fps"]["input"] == 99
    assert set(faults) == {"fps", "strength", "motions"}


@pytest.mark.parametrize("prompt, status, text", [
    ("crash", 503, "died 2 times"), ("refuse=-32011", 500, "out of memory"), ("refuse=-32010", 500, "refused as asked"),
    ("short", 500, "not as many bytes"), ("chatty", 200, ""), ("crash-once", 200, ""), ("no-id", 500, "what was that"),
])
def test_engines_that_misbehave(local, prompt, status, text):
    result = local.result(local.submit(prompt))
    assert result.status == status, result.body
    assert text in result.body.decode()
    assert local.result(local.submit()).status == 200


def test_prompts_that_are_too_long(local):
    for name in ("prompt", "negative_prompt"):
        (fault,) = local.result(local.submit(**{name: "ü" * 1_000_000})).json["detail"]
        assert fault["loc"] == ["body", name] and fault["type"] == "string_too_long"
        assert fault["ctx"] == {"max_length": 20_000}
    assert local.result(local.submit("ü" * 20_000)).status == 200


def test_a_null_is_nothing(local):
    body = {"video_url": local.bunny(), "prompt": "x", "first_n_seconds": 2, "fps": 1}
    id = local.ask("POST", ENDPOINT, {**body, "seed": None, "motions": None, "strength": None}).json["request_id"]
    assert 0 <= local.result(id).json["seed"] < 2**31
    id = local.ask("POST", ENDPOINT, {**body, "prompt": None}).json["request_id"]
    assert local.result(id).json["detail"][0]["loc"] == ["body", "prompt"]


@pytest.mark.parametrize("seed, type, limit", [
    (2**63, "less_than_equal", {"le": 2**63 - 1}), (10**30, "less_than_equal", {"le": 2**63 - 1}),
    (-2**65, "greater_than_equal", {"ge": -2**63}),
])
def test_seeds_that_cannot_be_kept(local, seed, type, limit):
    (fault,) = local.result(local.submit(seed=seed)).json["detail"]
    assert fault["loc"] == ["body", "seed"] and fault["type"] == type and fault["ctx"] == limit
    assert local.result(local.submit(seed=2**63 - 1)).json["seed"] == 2**63 - 1


def test_no_engine(start):
    local = start(engine="none").ready()
    result = local.result(local.submit())
    assert result.status == 500 and 'make engines' in result.body.decode()


def test_unknown_things(local):
    ask = local.ask
    assert ask("POST", "/fal-ai/unknown/thing", {"a": 1}).status == 404
    assert ask("POST", ENDPOINT, "{").status == 400
    assert ask("POST", ENDPOINT, "[1]").status == 400
    assert ask("GET", ENDPOINT).status == 405
    for method, end in (("GET", "/status"), ("GET", ""), ("PUT", "/cancel")):
        answer = ask(method, REQUESTS + UNKNOWN + end)
        assert answer.status == 404 and answer.json == {"status": "NOT_FOUND"}
    id = local.submit()
    assert ask("GET", f"/fal-ai/other/requests/{id}/status").status == 404
    assert ask("GET", f"{ENDPOINT}/requests/{id}/status").status == 405
    assert ask("GET", f"{REQUESTS}{id}/status/?logs=true").status in (200, 202)
    assert ask("POST", f"{REQUESTS}{id}/cancel").status == 405
    assert ask("POST", ENDPOINT, b'{"prompt":"' + b"x" * (11 << 20) + b'"}').status == 413
    assert local.result(id).status == 200


def test_start_timeout(local):
    running = local.submit("slow=0.3")
    late = local.submit(headers={"X-Fal-Request-Timeout": "0.2"})
    assert local.done(late, deadline=2)["error_type"] == "request_timeout"
    result = local.ask("GET", REQUESTS + late)
    assert result.status == 504 and result.headers["X-Fal-Request-Timeout-Type"] == "user"
    assert local.status(running)["status"] == "IN_PROGRESS"


def test_status_is_quick_while_a_job_runs(local):
    id = local.submit("slow=0.2")
    local.running(id)

    def look(_):
        began = time.monotonic()
        local.status(id)
        return time.monotonic() - began

    with ThreadPoolExecutor(16) as pool:
        times = sorted(pool.map(look, range(500)))
    assert times[-1] < 1.0, times[-5:]
    assert local.status(id)["status"] == "IN_PROGRESS" or local.done(id)


def test_the_engine_killed_in_the_middle(local):
    id = local.submit("slow=0.2")
    local.running(id)
    os.kill(local.engines()[0], signal.SIGKILL)
    assert local.result(id).status == 200
    assert any("run again" in each["message"] for each in local.status(id)["logs"])


def test_the_stream_of_a_status(local):
    first = local.submit("slow=0.1")
    id = local.submit("slow=0.1")
    c = SocketConnection(local.socket)
    c.request("GET", f"{REQUESTS}{id}/status/stream?logs=1", headers={"Accept": "text/event-stream"})
    response = c.getresponse()
    assert response.status == 200 and response.headers["Content-Type"] == "text/event-stream"
    text = response.read().decode()
    events = [json.loads(e.removeprefix("data: ")) for e in text.split("\n\n") if e.startswith("data: ")]
    states = [e["status"] for e in events]
    assert states == sorted(states, key=["IN_QUEUE", "IN_PROGRESS", "COMPLETED"].index)
    assert states[0] == "IN_QUEUE" and states[-1] == "COMPLETED" and states.count("COMPLETED") == 1
    assert len(events) > 5, "each line is told as it comes"
    lines = [line for e in events for line in e["logs"] or []]
    assert lines == local.status(id)["logs"]
    assert local.done(first)
    again = local.ask("GET", f"{REQUESTS}{id}/status/stream")
    assert again.body.count(b"data: ") == 1 and json.loads(again.body.decode()[6:])["logs"] is None
    assert local.ask("GET", f"{REQUESTS}{UNKNOWN}/status/stream").status == 404
