"""What each member of the input does to the picture, measured on real frames."""

from __future__ import annotations

import json
import subprocess
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from driver import BUNNY, Clip, program

MOTIONS = ["zoom-in", "zoom-out", "pan-left", "pan-right", "tilt-up", "tilt-down"]


def levels(data: bytes, clip: Clip) -> np.ndarray:
    return np.frombuffer(data, np.uint8).reshape(clip.count, clip.height, clip.width, 3).astype(np.int16)


def apart(one: bytes, other: bytes) -> float:
    """Mean absolute difference in levels of 255."""
    pair = [np.frombuffer(data, np.uint8).astype(np.int16) for data in (one, other)]
    return float(np.abs(pair[0] - pair[1]).mean())


def share(result: dict, style: int) -> float:
    return sum(part["weight"] for part in result["effective"]["style_mix"] if part["style"] == style)


def test_same_seed_same_bytes_other_seed_other_picture(small: Clip) -> None:
    _, first = small.generate()
    _, again = small.generate()
    _, other = small.generate(seed=8)
    assert first == again
    assert apart(first, other) > 1.5


def test_strength_goes_away_from_the_input(small: Clip) -> None:
    source = small.path.read_bytes()
    distances = [apart(small.generate(strength=s / 10)[1], source) for s in range(1, 11)]
    assert all(less < more for less, more in zip(distances, distances[1:])), distances
    assert distances[0] < 0.5 * distances[-1]


def test_prompts_choose_styles(small: Clip) -> None:
    wanted = {"van gogh starry night": 19, "comic book ink": 8, "watercolor": 14, "pixel art": 17, "ukiyo-e, great wave": 24,
              "film noir": 23, "a burning city, lava": 20}
    pictures = []
    for prompt, style in wanted.items():
        result, data = small.generate(prompt=prompt)
        assert share(result, style) > 0.5, (prompt, result["effective"]["style_mix"])
        pictures.append(data)
    assert min(apart(a, b) for a, b in combinations(pictures, 2)) > 4


def test_unknown_words_and_weights(small: Clip) -> None:
    mix = lambda prompt: small.generate(prompt=prompt)[0]["effective"]["style_mix"]  # noqa: E731
    assert mix("xqzzv wrglbrmpf") == mix("")
    assert mix("Watercolors!") == mix("watercolor")
    assert mix("(watercolor") == mix("watercolor") and mix("watercolor)") == mix("watercolor")
    result = lambda prompt: small.generate(prompt=prompt)[0]  # noqa: E731
    assert share(result("(watercolor:2.0), comic"), 14) > share(result("watercolor, comic"), 14)
    assert share(result("(watercolor:0.3), comic"), 14) < share(result("watercolor, comic"), 14)


def test_guidance_decides(small: Clip) -> None:
    shares = [share(small.generate(guidance_scale=g, prompt="comic book ink")[0], 8) for g in (0, 1, 2.5, 5, 7.5, 12, 20)]
    assert all(less <= more for less, more in zip(shares, shares[1:])), shares
    assert shares[-1] > shares[0] + 0.5
    assert small.generate(guidance_scale=0, prompt="watercolor")[1] == small.generate(guidance_scale=0, prompt="film noir")[1]


def test_negative_prompt_steers_away(small: Clip) -> None:
    prompt = "watercolor comic"
    without, plain = small.generate(prompt=prompt)
    with_it, steered = small.generate(prompt=prompt, negative_prompt="watercolor")
    assert share(with_it, 14) < share(without, 14)
    assert apart(plain, steered) > 1
    # fal's default complains of quality; it must not steer away from a style.
    usual = "(bad quality, worst quality:1.2), ugly faces, bad anime"
    assert small.generate(negative_prompt=usual)[1] == small.generate()[1]


def test_six_motions_are_six_moves(small: Clip) -> None:
    source = levels(small.path.read_bytes(), small)
    moved = {name: small.generate(motions=[name], strength=0.1)[1] for name in MOTIONS}
    for a, b in combinations(moved.values(), 2):
        assert apart(a, b) > 2
    both = small.generate(motions=["zoom-in", "pan-left"], strength=0.1)[1]
    assert all(apart(both, alone) > 2 for alone in moved.values())
    assert small.generate(motions=["pan-left", "zoom-in"], strength=0.1)[1] == both
    assert small.generate(motions=["pan-left", "pan-right"], strength=0.1)[1] == small.generate(strength=0.1)[1]
    assert source.shape[0] == small.count


def test_motions_go_where_they_say(small: Clip, tmp_path: Path) -> None:
    # A still picture of a ramp: brightness tells where the camera looks.
    ramp = np.zeros((small.count, small.height, small.width, 3), np.uint8)
    ramp[..., 0] = np.linspace(40, 215, small.width, dtype=np.uint8)[None, None, :]
    ramp[..., 1] = np.linspace(40, 215, small.height, dtype=np.uint8)[None, :, None]
    path = small.engine.workdir / "ramp.rgb"
    path.write_bytes(ramp.tobytes())
    still = levels(small.generate(strength=0.1, frames={"path": str(path)})[1], small)

    def drift(motion: str) -> tuple[float, float, float]:
        frames = levels(small.generate(strength=0.1, motions=[motion], frames={"path": str(path)})[1], small)
        change = frames - still
        assert frames.min(axis=(1, 2, 3)).min() >= 0 and frames[..., :2].min() > 15, "a black border"
        rows = (change[-1] - change[0]).mean(axis=(0, 1))
        spread = frames[-1, :, :, 0].std() - frames[0, :, :, 0].std()
        return float(rows[0]), float(rows[1]), float(spread)

    assert drift("pan-right")[0] > 5 and drift("pan-left")[0] < -5
    assert drift("tilt-down")[1] > 5 and drift("tilt-up")[1] < -5
    assert drift("zoom-in")[2] < -3 and drift("zoom-out")[2] > 3


@pytest.mark.parametrize(("width", "height", "count"), [(8, 8, 3), (8, 128, 2), (64, 64, 1)])
def test_odd_sizes(small: Clip, width: int, height: int, count: int) -> None:
    path = small.engine.workdir / "odd.rgb"
    path.write_bytes(bytes(range(256)) * (width * height * 3 * count // 256) + b"\0" * (width * height * 3 * count % 256))
    frames = {"path": str(path), "width": width, "height": height, "count": count}
    assert len(small.generate(frames=frames, motions=["zoom-in", "tilt-up"])[1]) == width * height * 3 * count


def test_frames_do_not_flicker() -> None:
    python = Path(program()).parent / "python"
    if not python.exists():
        pytest.fail("no python beside the engine program")
    run = subprocess.run([python, "-m", "fal_engines.flicker", str(BUNNY), "--width", "256", "--height", "144", "--count", "12"],
                         check=True, capture_output=True, timeout=120)
    figures = json.loads(run.stdout)
    assert figures["ratio"] < 0.65, figures
