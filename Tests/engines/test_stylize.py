"""The contract of engines, and what each member of the input does to the picture."""

import itertools
import os

import numpy as np
import pytest
from engine import Engine, frames

MOTIONS = ["zoom-in", "zoom-out", "pan-left", "pan-right", "tilt-up", "tilt-down"]


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    engine = Engine(tmp_path_factory.mktemp("work"))
    engine.hello = engine.initialize()
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def clip(engine):
    return frames(engine.workdir / "in.rgb")


def picture(data):
    return np.frombuffer(data, np.uint8).astype(np.float32)


def apart(a, b):
    return float(np.abs(picture(a) - picture(b)).mean())


def test_it_says_what_it_is(engine):
    hello = engine.hello
    assert (hello["contract"], hello["engine"], hello["generative"]) == (1, "stylize", False)
    assert set(hello["supports"]["motions"]) == set(MOTIONS)
    assert engine.call("check")["result"] == {"ready": True, "missing": []}


def test_logs_and_steps(engine, clip):
    engine.heard.clear()
    engine.generate(clip)
    logs = [m["params"]["message"] for m in engine.heard if m["method"] == "log"]
    assert "not a generative model" in logs[0] and "num_inference_steps" in logs[0]
    steps = [m["params"] for m in engine.heard if m["method"] == "progress" and m["params"]["phase"] == "denoise"]
    assert [s["done"] for s in steps] == list(range(1, 7)) and all(s["of"] == 6 for s in steps)


def test_same_seed_same_bytes(engine, clip):
    first = engine.generate(clip)
    assert engine.generate(clip) == first
    assert apart(engine.generate(clip, seed=8), first) > 1


def test_strength_goes_away_from_the_input(engine, clip):
    source = open(clip["path"], "rb").read()
    distances = [apart(engine.generate(clip, strength=s / 10), source) for s in range(1, 11)]
    assert all(a < b for a, b in itertools.pairwise(distances)), distances


def test_prompts_and_guidance(engine, clip):
    pictures = [engine.generate(clip, prompt=p) for p in ("van gogh starry night", "comic book ink", "pale watercolor")]
    assert all(apart(a, b) > 5 for a, b in itertools.combinations(pictures, 2))
    assert apart(engine.generate(clip, guidance_scale=0), engine.generate(clip, guidance_scale=15)) > 1
    assert apart(engine.generate(clip, negative_prompt="blue, stars, swirls"), pictures[0]) > 0.5


def test_six_motions_are_six_moves(engine, clip):
    made = {m: engine.generate(clip, motions=[m], strength=0.1) for m in MOTIONS}
    made["none"] = engine.generate(clip, strength=0.1)
    made["both"] = engine.generate(clip, motions=["zoom-in", "pan-left"], strength=0.1)
    assert all(apart(a, b) > 0.5 for a, b in itertools.combinations(made.values(), 2))


@pytest.mark.parametrize("change", [
    {"frames": {"width": 100}}, {"frames": {"count": 7}}, {"frames": {"count": 0}}, {"frames": {"path": "/etc/passwd"}},
    {"out": {"path": "/tmp/outside.rgb"}}, {"strength": 7}, {"seed": "x"}, {"motions": ["spin"]}, {"prompt": 5}, {"frames": None},
])
def test_bad_params(engine, clip, change):
    params = engine.job(clip)
    for key, value in change.items():
        params[key] = {**params[key], **value} if isinstance(value, dict) else value
    error = engine.call("generate", params)["error"]
    assert error["code"] in (-32602, -32012), error
    assert not os.path.exists("/tmp/outside.rgb")


def test_odd_lines_and_methods(engine):
    assert engine.call("nope")["error"]["code"] == -32601
    engine.send("{rubbish")
    assert engine.receive()["error"]["code"] == -32700
    assert engine.call("check")["result"]["ready"]


def test_cancel(engine, clip):
    long = frames(engine.workdir / "long.rgb", width=512, height=288, count=24)
    id = engine.start("generate", engine.job(long, out="long-out.rgb"))
    while True:
        message = engine.receive()
        if message.get("method") == "progress" and message["params"]["phase"] == "denoise":
            break
    engine.notify("cancel", {"job": "j"})
    assert engine.answer(id)["error"]["code"] == -32800
    assert not (engine.workdir / "long-out.rgb").exists()
    assert engine.generate(clip)


def test_the_end_of_input_ends_it(tmp_path):
    engine = Engine(tmp_path)
    engine.initialize()
    engine.start("generate", engine.job(frames(tmp_path / "in.rgb", width=512, height=288, count=24)))
    while engine.receive().get("method") != "progress":
        pass
    engine.process.stdin.close()
    assert engine.process.wait(timeout=20) == 0


def test_shutdown(tmp_path):
    engine = Engine(tmp_path)
    assert engine.call("shutdown")["result"] is None
    assert engine.process.wait(timeout=20) == 0
