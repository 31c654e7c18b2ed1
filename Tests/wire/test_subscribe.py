"""A whole job as bytes: subscribe in both framings against fal-local and the real engine."""

import json
import os
import signal
import subprocess
import time

import pytest
from conftest import BUNNY, LOCAL, ROOT, kill_local

INPUT = {"video_url": "Tests/media/bunny.mp4", "prompt": "van gogh oil painting", "seed": 7,
         "first_n_seconds": 2, "fps": 4}


def servers(state):
    """How many fal-locals there are for a state folder."""
    count = 0
    for entry in os.listdir("/proc"):
        try:
            words = open(f"/proc/{entry}/cmdline", "rb").read().split(b"\0")
        except OSError:
            continue
        count += words[0].endswith(b"fal-local") and str(state).encode() in words
    return count


def subscribe(bridge, **more):
    return bridge.start("subscribe", {"input": INPUT, "logs": True, **more})


@pytest.mark.parametrize("framing", ["lines", "headers"])
def test_whole_conversation(bridge, state, tmp_path, framing):
    b = bridge("--root", str(ROOT), "--root", str(tmp_path), framing=framing)
    id = subscribe(b, download_to=str(tmp_path / "out.mp4"))
    answer = b.answer(id)
    assert "result" in answer, answer
    result = answer["result"]
    # Everything that belongs to the call came before its answer, in the order of its life.
    updates = [n["params"] for n in b.notifications if n["method"] == "queue/update"]
    assert all(u["subscription"] == id and u["request_id"] == result["request_id"] for u in updates)
    states = [u["status"] for u in updates]
    assert states[0] == "IN_QUEUE" and states[-1] == "COMPLETED"
    assert states == sorted(states, key=["IN_QUEUE", "IN_PROGRESS", "COMPLETED"].index)
    lines = [line["message"] for u in updates for line in u.get("logs", [])]
    assert len(lines) == len(set(lines)), "a log line came twice"
    status = b.call("status", {"request_id": result["request_id"], "logs": True})["result"]
    assert lines == [line["message"] for line in status["logs"]], "a log line is lost"
    assert any("engine stylize" in line and "not a generative model" in line for line in lines)
    assert any("8/8 [" in line and "100%|" in line for line in lines)
    assert result["backend"] == "local"
    assert result["metrics"]["engine"] == "stylize" and result["metrics"]["generative"] is False
    assert result["data"]["seed"] == 7
    files = result["files"]
    assert [f["path"] for f in files] == [str(tmp_path / "out.mp4")]
    assert os.path.getsize(files[0]["path"]) == result["data"]["video"]["file_size"]
    shown = json.loads(subprocess.check_output(
        ["ffprobe", "-v", "error", "-of", "json", "-show_streams", files[0]["path"]]))["streams"][0]
    assert (shown["codec_name"], shown["pix_fmt"], shown["width"], shown["height"], shown["nb_frames"], shown["r_frame_rate"]) \
        == ("h264", "yuv420p", 512, 288, "8", "4/1")
    head = open(files[0]["path"], "rb").read()
    assert head.find(b"moov") < head.find(b"mdat"), "the index is not at the front"
    assert b.close() == 0
    assert b.process.stderr.read() == b""


def test_same_seed_same_bytes(bridge, state, tmp_path):
    b = bridge("--root", str(ROOT), "--root", str(tmp_path))
    for name in ("a", "b"):
        assert "result" in b.answer(subscribe(b, download_to=str(tmp_path / name)))
    other = b.start("subscribe", {"input": {**INPUT, "seed": 8}, "download_to": str(tmp_path / "c")})
    assert "result" in b.answer(other)
    a, same, different = ((tmp_path / n).read_bytes() for n in "abc")
    assert a == same
    assert a != different


def test_a_failed_job_is_an_error_with_its_fields(bridge, state):
    b = bridge()
    answer = b.answer(b.start("subscribe", {"input": {"prompt": "x", "fps": 99, "video_url": "Tests/media/bunny.mp4"}, "validate": False}))
    assert answer["error"]["code"] == 1422
    data = answer["error"]["data"]
    assert data["kind"] == "rejected" and data["request_id"] and data["http_status"] == 422
    assert data["detail"][0]["loc"] == ["body", "fps"] and data["detail"][0]["type"] == "less_than_equal"


def test_cancel_reaches_the_queue(bridge, state):
    b = bridge()
    id = b.start("subscribe", {"input": {**INPUT, "first_n_seconds": 4, "fps": 16}, "logs": True})
    running = b.until(lambda m: m.get("params", {}).get("status") == "IN_PROGRESS")
    b.send({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": id}})
    answer = b.answer(id)
    assert answer["error"]["code"] == -32800
    request = running["params"]["request_id"]
    assert answer["error"]["data"]["request_id"] == request
    result = b.answer(b.start("result", {"request_id": request, "wait": True}))
    assert result["error"]["code"] == -32800
    status = b.call("status", {"request_id": request})["result"]
    assert status["status"] == "COMPLETED" and status["error_type"] == "client_cancelled"
    assert b.call("cancel", {"request_id": request})["result"]["outcome"] == "ALREADY_COMPLETED"


def test_a_job_goes_on_when_the_bridge_is_killed(bridge, state):
    first = bridge()
    submitted = first.call("submit", {"input": INPUT})["result"]
    assert submitted["status"] == "IN_QUEUE" and submitted["queue_position"] == 0
    first.process.kill()
    second = bridge()
    answer = second.answer(second.start("subscribe", {"request_id": submitted["request_id"]}))
    assert answer["result"]["data"]["video"]["file_size"] > 0


def test_a_job_is_taken_up_again_when_fal_local_is_killed(bridge, state):
    b = bridge()
    id = b.start("subscribe", {"input": {**INPUT, "first_n_seconds": 4, "fps": 16}, "logs": True})
    b.until(lambda m: any("it/s]" in line["message"] for line in m.get("params", {}).get("logs", [])))
    assert kill_local(state)
    answer = b.answer(id)
    assert "result" in answer, answer


def test_stdin_that_ends_lets_the_wait_go(bridge, state):
    b = bridge()
    id = subscribe(b)
    b.process.stdin.close()
    answer = b.answer(id, deadline=10)
    assert answer["error"]["code"] == -32800
    request = answer["error"]["data"]["request_id"]
    assert b.process.wait(timeout=10) == 0
    again = bridge()
    assert "result" in again.answer(again.start("result", {"request_id": request, "wait": True}))


def test_sigterm_drains(bridge, state):
    b = bridge()
    id = subscribe(b)
    b.until(lambda m: m["method"] == "queue/update")
    b.process.send_signal(signal.SIGTERM)
    assert b.answer(id, deadline=10)["error"]["code"] == -32800
    assert b.process.wait(timeout=10) == 0


def test_two_bridges_start_one_fal_local(bridge, state):
    bridges = [bridge() for _ in range(4)]
    ids = [b.start("submit", {"input": INPUT}) for b in bridges]
    requests = {b.answer(i)["result"]["request_id"] for b, i in zip(bridges, ids)}
    assert len(requests) == 4
    positions = [bridges[0].call("status", {"request_id": r})["result"]["status"] for r in requests]
    assert set(positions) <= {"IN_QUEUE", "IN_PROGRESS", "COMPLETED"}
    # One that came too late may still be about to find that out.
    until = time.monotonic() + 10
    while (count := servers(state)) != 1 and time.monotonic() < until:
        time.sleep(0.05)
    assert count == 1


def test_timeout_cancels_at_the_queue(bridge, state):
    b = bridge()
    # What is over before the submit has no id: the server is up, and the file there, before the time runs.
    b.call("upload", {"path": INPUT["video_url"]})
    answer = b.answer(b.start("subscribe", {"input": {**INPUT, "first_n_seconds": 4, "fps": 16}, "timeout": 1}))
    assert answer["error"]["code"] == 1408, answer
    assert answer["error"]["data"]["kind"] == "timeout" and answer["error"]["data"]["request_id"]


def test_upload_and_download(bridge, state, tmp_path):
    b = bridge("--root", str(ROOT), "--root", str(tmp_path))
    file = b.call("upload", {"path": str(BUNNY)})["result"]
    assert file["content_type"] == "video/mp4" and file["file_size"] == BUNNY.stat().st_size
    to = tmp_path / "new folder" / "-clip ü.mp4"
    assert b.call("download", {"url": file["url"], "to": str(to)})["result"]["files"][0]["file_size"] == file["file_size"]
    assert to.read_bytes() == BUNNY.read_bytes()
    again = b.call("download", {"url": file["url"], "to": str(to)})
    assert again["error"]["code"] == 1002
    assert b.call("download", {"url": file["url"], "to": "/etc/x.mp4"})["error"]["code"] == 1001
    gone = b.call("download", {"url": file["url"] + "x", "to": str(tmp_path / "y")})
    assert gone["error"]["code"] == 1404 and not (tmp_path / "y").exists()
    text = b.call("upload", {"data": "SGVsbG8=", "file_name": "hello.txt"})["result"]
    assert text["content_type"] == "text/plain" and text["file_size"] == 5


def test_unusable_state_folders(bridge, state, tmp_path):
    newer = tmp_path / "newer"
    (newer / "local").mkdir(parents=True)
    subprocess.check_call(["python3", "-c", "import sqlite3,sys; c=sqlite3.connect(sys.argv[1]); c.execute('PRAGMA user_version=99')",
                           str(newer / "local/queue.db")])
    b = bridge("--state-dir", str(newer))
    error = b.call("submit", {"input": INPUT})["error"]
    assert error["code"] == 1503 and "newer version" in error["message"]
    b = bridge("--state-dir", "/proc/none")
    assert b.call("submit", {"input": INPUT})["error"]["code"] == 1503


def test_no_ffmpeg_is_said_so(bridge, state, tmp_path):
    empty = tmp_path / "bin"
    empty.mkdir()
    b = bridge(PATH=str(empty))
    answer = b.answer(b.start("subscribe", {"input": INPUT}))
    assert answer["error"]["code"] == 1500 and "ffmpeg is not installed" in answer["error"]["message"]
    assert LOCAL.exists()
