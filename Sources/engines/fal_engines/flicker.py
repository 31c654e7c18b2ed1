"""Measures how much a stylised clip flickers, smoothed in time against painted frame by frame.

    python -m fal_engines.flicker Tests/media/bunny.mp4

The measure: each frame is laid over the next along the optical flow of the input, and the mean absolute difference
is taken, in levels of 255, over all pixels. The flow is another one than the engine smooths by (Farneback at full
size, where the engine uses DIS at half size), so that smoothing along a wrong flow does not look good here.
Strength is 1: what the input would lend of its own steadiness is left out.
"""

from __future__ import annotations

import argparse
import json
import subprocess
from collections.abc import Iterable

import cv2
import numpy as np

from .stylize import flow, mix, weights
from .stylize.network import Network
from .stylize.smooth import Smoother

PROMPT = "van gogh style oil painting of a rabbit in a meadow, swirling brush strokes"


def decode(clip: str, width: int, height: int, fps: float, count: int) -> np.ndarray:
    """The first `count` frames: uint8 (count, height, width, 3). Uses the program ffmpeg."""
    command = ["ffmpeg", "-v", "error", "-nostdin", "-i", clip, "-vf", f"fps={fps},scale={width}:{height}", "-frames:v",
               str(count), "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    raw = subprocess.run(command, check=True, capture_output=True, timeout=120).stdout
    return np.frombuffer(raw, np.uint8).reshape(-1, height, width, 3)


def measure(shown: Iterable[np.ndarray], source: np.ndarray) -> float:
    """Mean absolute difference of flow-warped neighbours of `shown`, whose motion is that of `source` (uint8)."""
    total, pairs = 0.0, 0
    before = None
    for index, picture in enumerate(shown):
        if before is not None:
            now, then = (cv2.cvtColor(source[i], cv2.COLOR_RGB2GRAY) for i in (index, index - 1))
            motion = cv2.calcOpticalFlowFarneback(now, then, None, 0.5, 4, 21, 4, 7, 1.5, 0)
            height, width = now.shape
            x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
            laid = cv2.remap(before, x + motion[..., 0], y + motion[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
            total += float(np.abs(picture - laid).mean())
            pairs += 1
        before = picture
    return total / max(pairs, 1)


def compare(source: np.ndarray, prompt: str = PROMPT, seed: int = 7) -> dict[str, float]:
    """source: uint8 (count, height, width, 3). Returns the measure of the input, one by one, smoothed, and their ratio."""
    cv2.setNumThreads(1)
    network = Network(weights.load())
    chosen = mix.choose(prompt, "", 7.5, seed).weights
    alone = [network.repaint(picture, chosen) for picture in source]
    smoother = Smoother()
    smoothed = []
    for index, painted in enumerate(alone):
        track = flow.between(flow.gray(source[index]), flow.gray(source[index - 1])) if index else None
        smoothed.append(smoother.add(painted, track))
    figures = {
        "input": measure([picture.astype(np.float32) for picture in source], source),
        "one_by_one": measure(alone, source),
        "smoothed": measure(smoothed, source),
    }
    figures["ratio"] = figures["smoothed"] / figures["one_by_one"]
    return {name: round(value, 3) for name, value in figures.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description="How much a stylised clip flickers, against frames painted one by one.")
    parser.add_argument("clip")
    parser.add_argument("--width", type=int, default=512)
    parser.add_argument("--height", type=int, default=288)
    parser.add_argument("--fps", type=float, default=8)
    parser.add_argument("--count", type=int, default=24)
    parser.add_argument("--prompt", default=PROMPT)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    source = decode(options.clip, options.width, options.height, options.fps, options.count)
    print(json.dumps(compare(source, options.prompt, options.seed)))


if __name__ == "__main__":
    main()
