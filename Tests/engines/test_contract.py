"""The conversation: what is asked, answered, refused and cancelled."""

from __future__ import annotations

import json
import os
import resource
import subprocess
from pathlib import Path

import pytest
from driver import DEADLINE, Clip, Engine, program

MOTIONS = ["zoom-in", "zoom-out", "pan-left", "pan-right", "tilt-up", "tilt-down"]


def test_initialize_says_what_it_is(small: Clip) -> None:
    hello = small.engine.hello
    assert (hello["contract"], hello["engine"], hello["generative"]) == (1, "stylize", False)
    assert hello["supports"] == {"negative_prompt": True, "motions": MOTIONS, "strength": True, "guidance_scale": True,
                                 "seed": True, "num_inference_steps": False, "cancel": "frame"}
    assert hello["limits"]["size_multiple"] == 8
    assert hello["device"]["kind"] == "cpu" and hello["device"]["memory_bytes"] > 0
    (model,) = hello["models"]
    assert model["present"] and len(model["sha256"]) == 64 and Path(model["path"]).is_file()


def test_check_is_ready(small: Clip) -> None:
    assert small.engine.call("check")["result"] == {"ready": True, "missing": []}


def test_a_job_from_its_first_line_to_its_result(small: Clip) -> None:
    notes: list = []
    result, data = small.generate(notes, unheard_of={"x": 1})
    logs = [n["params"] for n in notes if n["method"] == "log"]
    assert all(log["job"] == "j" and log["level"] == "info" for log in logs)
    first = logs[0]["message"]
    assert first.startswith(f"engine stylize {small.engine.hello['version']}: ")
    assert "not a generative model" in first and first.endswith("ignored: num_inference_steps")
    assert "style mix: starry swirls" in logs[1]["message"]
    frames = [n["params"] for n in notes if n["method"] == "progress" and n["params"]["phase"] == "denoise"]
    assert [(p["done"], p["of"]) for p in frames] == [(i, 5) for i in range(1, 6)]
    assert [p["written"] for p in frames] == [1, 2, 3, 4, 5]
    assert frames[-1]["eta_s"] == 0
    assert result["frames"] == {"path": str(small.engine.workdir / "out.rgb"), "width": 96, "height": 56, "count": 5}
    assert len(data) == 96 * 56 * 3 * 5
    assert result["seed"] == 7 and result["job"] == "j" and result["peak_bytes"] > 0
    effective = result["effective"]
    assert sum(part["weight"] for part in effective["style_mix"]) == pytest.approx(1, abs=0.001)
    assert effective["ignored"] == ["num_inference_steps"]
    assert {"load_s", "flow_s", "network_s", "total_s"} <= result["timings"].keys()
    assert not list(small.engine.workdir.glob("*.part"))


def test_a_missing_seed_is_chosen_and_told(small: Clip) -> None:
    result, data = small.generate(seed=None)
    again, same = small.generate(seed=result["seed"])
    assert again["seed"] == result["seed"] and same == data


@pytest.mark.parametrize(("member", "value"), [
    ("job", ""), ("job", 5), ("prompt", 5), ("negative_prompt", []), ("strength", 0.05), ("strength", 1.1), ("strength", "1"),
    ("strength", True), ("guidance_scale", -1), ("guidance_scale", 21), ("seed", 1.5), ("seed", "x"), ("seed", 1 << 70),
    ("motions", "zoom-in"), ("steps", 0), ("prompt", "x" * 20_001),
])
def test_a_wrong_member_is_named(small: Clip, member: str, value: object) -> None:
    error = small.refuse(**{member: value})
    assert (error["code"], error["data"]["kind"], error["data"]["param"]) == (-32602, "bad_params", member)


@pytest.mark.parametrize(("member", "value"), [
    ("width", 90), ("width", 0), ("width", -8), ("width", 100_000), ("width", "96"), ("height", 57), ("height", None),
    ("count", 0), ("count", 4), ("count", 6), ("count", 1 << 40), ("fps", 0), ("path", 5), ("path", "in.rgb"),
])
def test_wrong_frames_are_named(small: Clip, member: str, value: object) -> None:
    error = small.refuse(frames={member: value})
    assert error["code"] == -32602
    assert error["data"]["param"] in (f"frames.{member}", "frames.path")


@pytest.mark.parametrize(("changes", "name"), [({"motions": ["spin"]}, "motions"), ({"frames": {"format": "yuv"}}, "frames.format")])
def test_what_is_not_supported_says_what_is(small: Clip, changes: dict, name: str) -> None:
    error = small.refuse(**changes)
    assert error["code"] == -32012 and error["data"]["name"] == name and error["data"]["allowed"]


def test_files_outside_the_workdir_are_not_touched(small: Clip, tmp_path: Path) -> None:
    outside = tmp_path / "in.rgb"
    outside.write_bytes(small.path.read_bytes())
    link, folder = small.engine.workdir / "link.rgb", small.engine.workdir / "folder"
    link.symlink_to(outside)
    folder.symlink_to(tmp_path)
    up = f"{small.engine.workdir}/../{tmp_path.name}/in.rgb"
    for path in (outside, link, folder / "in.rgb", up, small.engine.workdir):
        assert small.refuse(frames={"path": str(path)})["code"] == -32602
        assert small.refuse(out={"path": str(path)})["code"] == -32602
    assert small.refuse(out={"path": str(small.path)})["data"]["param"] == "out.path"
    assert small.refuse(out={"path": str(small.engine.workdir / "no/such/folder")})["data"]["param"] == "out.path"
    assert outside.read_bytes() == small.path.read_bytes()


def test_a_pipe_is_no_frames_file(small: Clip) -> None:
    pipe = small.engine.workdir / "pipe"
    os.mkfifo(pipe)
    assert small.refuse(frames={"path": str(pipe)})["code"] == -32602


def test_rubbish_is_answered_and_forgotten(small: Clip) -> None:
    engine = small.engine
    for line, code in [
        (b"rubbish", -32700), (b"\xff\xfe", -32700), (b'{"jsonrpc":"2.0","id":1,"method":"check"', -32700),
        (b'{"jsonrpc":"2.0","id":NaN,"method":"check"}', -32700), (b"[" * 100_000, -32700), (b"x" * (2 << 20), -32700),
        (b"[]", -32600), (b"5", -32600), (b'{"id":1,"method":"check"}', -32600), (b'{"jsonrpc":"2.0","id":1}', -32600),
        (b'{"jsonrpc":"2.0","id":{},"method":"check"}', -32600), (b'{"jsonrpc":"2.0","id":1,"method":"check","params":[]}', -32600),
    ]:
        engine.write(line + b"\n")
        answer = engine.line()
        assert answer["id"] is None and answer["error"]["code"] == code, line[:60]
        assert answer["error"]["data"]["kind"]
    engine.write(b"\n  \n")
    assert engine.call("nonsense")["error"]["code"] == -32601
    assert engine.call("check")["result"]["ready"]


def test_before_initialize_nothing_is_made(small: Clip, tmp_path: Path) -> None:
    engine = Engine(tmp_path)
    try:
        assert engine.call("generate", small.params())["error"]["code"] == -32600
        error = engine.call("initialize", {"contract": 2, "workdir": str(tmp_path)})["error"]
        assert error["code"] == -32012 and error["data"]["allowed"] == [1]
        for workdir in (None, "relative", "/no/such/folder", str(small.path)):
            assert engine.call("initialize", {"contract": 1, "workdir": workdir})["error"]["code"] == -32602
    finally:
        engine.close()


def in_the_middle(clip: Clip) -> int:
    """Begins a job and returns its id after its second frame."""
    request = clip.engine.ask("generate", clip.params())
    while (message := clip.engine.line()).get("params", {}).get("done", 0) < 2 or message["params"]["phase"] != "denoise":
        assert "error" not in message, message
    return request


def test_cancel_in_the_middle_and_the_next_job(long: Clip) -> None:
    request = in_the_middle(long)
    long.engine.send(method="cancel", params={"job": "another"})
    long.engine.send(method="cancel", params={"job": "j"})
    notes: list = []
    error = long.engine.answer(request, notes)["error"]
    assert error["code"] == -32800 and error["data"]["kind"] == "cancelled"
    assert len(notes) < 100, "it went on for long after the cancel"
    assert not list(long.engine.workdir.glob("out.rgb*"))
    (long.engine.workdir / "in.rgb").write_bytes(long.path.read_bytes()[: 256 * 144 * 3 * 2])
    assert "result" in long.engine.call("generate", long.params(frames={"count": 2}))


def test_a_job_that_waits_can_be_cancelled(long: Clip) -> None:
    first = in_the_middle(long)
    second = long.engine.ask("generate", long.params(job="second"))
    long.engine.send(method="cancel", params={"job": "second"})
    long.engine.send(method="cancel", params={"job": "j"})
    assert long.engine.answer(first)["error"]["code"] == -32800
    assert long.engine.answer(second)["error"]["code"] == -32800


def test_the_same_job_twice_and_too_many_requests(long: Clip) -> None:
    first = in_the_middle(long)
    twice = long.engine.ask("generate", long.params())
    assert long.engine.answer(twice)["error"]["code"] == -32600
    waiting = [long.engine.ask("check") for _ in range(17)]
    error = long.engine.answer(waiting.pop())["error"]
    assert error["data"]["kind"] == "busy"
    long.engine.send(method="cancel", params={"job": "j"})
    assert long.engine.answer(first)["error"]["code"] == -32800
    for request in waiting:
        assert long.engine.answer(request)["result"]["ready"]


def test_shutdown(small: Clip, tmp_path: Path) -> None:
    engine = Engine(tmp_path).start()
    assert engine.call("shutdown")["result"] is None
    assert engine.at_end() == 0


def test_shutdown_in_the_middle_of_a_job(long: Clip) -> None:
    request = in_the_middle(long)
    shutdown = long.engine.ask("shutdown")
    assert long.engine.answer(request)["error"]["code"] == -32800
    assert long.engine.answer(shutdown)["result"] is None
    assert long.engine.at_end() == 0


def test_end_of_input_in_the_middle_of_a_job(long: Clip) -> None:
    in_the_middle(long)
    long.engine.process.stdin.close()
    assert long.engine.at_end() == 0
    assert not list(long.engine.workdir.glob("out.rgb*"))


def test_what_was_asked_before_the_end_of_input_is_answered(tmp_path: Path) -> None:
    engine = Engine(tmp_path)
    request = engine.ask("initialize", {"contract": 1, "workdir": str(tmp_path)})
    check = engine.ask("check")
    engine.process.stdin.close()
    assert engine.answer(request)["result"]["engine"] == "stylize"
    assert engine.answer(check)["result"]["ready"]
    assert engine.at_end() == 0


def test_a_full_disk_is_said(small: Clip, tmp_path: Path) -> None:
    # A limit on a file's size stands in for the full disk: the same call fails in the same way.
    lines = [{"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"contract": 1, "workdir": str(small.engine.workdir)}},
             {"jsonrpc": "2.0", "id": 2, "method": "generate", "params": small.params()}]
    process = subprocess.Popen([program()], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                               preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000)))
    process.stdin.write("".join(json.dumps(line) + "\n" for line in lines).encode())
    process.stdin.flush()
    answer = next(message for line in process.stdout if (message := json.loads(line)).get("id") == 2)
    process.stdin.close()
    process.wait(DEADLINE)
    assert answer["error"]["data"] == {"kind": "io", "errno": "EFBIG"}
    assert not list(small.engine.workdir.glob("*.part"))


def test_missing_weights(small: Clip, tmp_path: Path) -> None:
    weights = tmp_path / "weights.onnx"
    engine = Engine(small.engine.workdir, FAL_ENGINE_STYLIZE_WEIGHTS=str(weights)).start()
    clip = Clip(engine, small.path, small.width, small.height, small.count)
    try:
        assert engine.hello["models"][0]["present"] is False
        answer = engine.call("check")["result"]
        assert answer["ready"] is False
        assert answer["missing"][0].keys() == {"id", "file", "bytes", "licence", "how"}
        error = clip.refuse()
        assert error["code"] == -32010 and error["data"]["missing"] == answer["missing"]
        weights.write_bytes(b"not a network")
        error = clip.refuse()
        assert error["code"] == -32013 and "SHA-256" in error["data"]["reason"]
        assert engine.call("check")["result"]["ready"] is False
        # Once they are there, no new process is needed.
        weights.write_bytes(Path(small.engine.hello["models"][0]["path"]).read_bytes())
        assert engine.call("check")["result"]["ready"] is True
        clip.generate()
    finally:
        engine.close()
