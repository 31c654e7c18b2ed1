"""The params of generate, checked. Unknown members are ignored; a known one that is wrong is named."""

from __future__ import annotations

import math
import os
import secrets
from dataclasses import dataclass
from typing import Any

from .errors import BadParams, NotSupported
from .frames import Shape, inside

MOTIONS = ("zoom-in", "zoom-out", "pan-left", "pan-right", "tilt-up", "tilt-down")
MAX_PROMPT = 20_000  # characters
MIN_SIDE = 8  # pixels


@dataclass(frozen=True)
class Limits:
    """max_frames in frames, size_multiple and max_side in pixels."""

    max_frames: int
    size_multiple: int
    max_side: int


@dataclass(frozen=True)
class Generate:
    """One job's wishes. strength 0.1 to 1, guidance_scale 0 to 20, motions without repeats in MOTIONS' order."""

    shape: Shape
    frames_path: str
    out_path: str
    prompt: str
    negative_prompt: str
    strength: float
    guidance_scale: float
    seed: int
    motions: tuple[str, ...]


def _member(params: dict[str, Any], name: str) -> dict[str, Any]:
    value = params.get(name)
    if not isinstance(value, dict):
        raise BadParams(name, "must be an object")
    return value


def _text(params: dict[str, Any], name: str) -> str:
    value = params.get(name)
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > MAX_PROMPT:
        raise BadParams(name, f"must be a string of at most {MAX_PROMPT} characters")
    return value


def _number(value: Any, name: str, low: float, high: float, default: float | None = None) -> float:
    if value is None and default is not None:
        return default
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
        raise BadParams(name, f"must be a number from {low:g} to {high:g}")
    return float(value)


def _whole(value: Any, name: str, low: int, high: int) -> int:
    if isinstance(value, float) and math.isfinite(value) and value == int(value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise BadParams(name, f"must be a whole number from {low} to {high}")
    return value


def _motions(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list):
        raise BadParams("motions", "must be an array")
    if any(not isinstance(name, str) or name not in MOTIONS for name in value):
        raise NotSupported("motions", list(MOTIONS))
    return tuple(name for name in MOTIONS if name in value)


def read(params: dict[str, Any], workdir: str, limits: Limits) -> Generate:
    """The checked form of generate's params. Raises BadParams or NotSupported."""
    frames, out = _member(params, "frames"), _member(params, "out")
    if frames.get("format", "rgb24") != "rgb24":
        raise NotSupported("frames.format", ["rgb24"])
    sides = []
    for name in ("width", "height"):
        side = _whole(frames.get(name), f"frames.{name}", MIN_SIDE, limits.max_side)
        if side % limits.size_multiple:
            raise BadParams(f"frames.{name}", f"must be a multiple of {limits.size_multiple}")
        sides.append(side)
    shape = Shape(*sides, _whole(frames.get("count"), "frames.count", 1, limits.max_frames),
                  _number(frames.get("fps"), "frames.fps", 0.01, 1000, default=8))
    frames_path, out_path = inside(workdir, frames.get("path"), "frames.path"), inside(workdir, out.get("path"), "out.path")
    if out_path == frames_path or os.path.isdir(out_path):
        raise BadParams("out.path", "must be a file of its own")
    if params.get("steps") is not None:
        _whole(params["steps"], "steps", 1, 1000)
    seed = params.get("seed")
    return Generate(
        shape, frames_path, out_path, _text(params, "prompt"), _text(params, "negative_prompt"),
        strength=_number(params.get("strength"), "strength", 0.1, 1, default=0.7),
        guidance_scale=_number(params.get("guidance_scale"), "guidance_scale", 0, 20, default=7.5),
        seed=secrets.randbelow(1 << 32) if seed is None else _whole(seed, "seed", -(1 << 63), (1 << 64) - 1),
        motions=_motions(params.get("motions")),
    )
