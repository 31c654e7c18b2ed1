"""How far the result goes from the input: the member `strength`."""

from __future__ import annotations

import cv2
import numpy as np

EXPONENT = 0.6  # 0.7 keeps a fifth of the input: enough to read the scene by, without a ghost of it


def share(strength: float) -> float:
    """The paint's part of the picture, 0 to 1, for a strength of 0.1 to 1."""
    return float(strength**EXPONENT)


def blend(painted: np.ndarray, source: np.ndarray, strength: float) -> np.ndarray:
    """painted float32 and source uint8, both (height, width, 3). Returns uint8.

    A straight line from source to paint, so that the distance from the source grows with strength in every pixel.
    """
    paint = share(strength)
    return cv2.addWeighted(painted, paint, source.astype(np.float32), 1 - paint, 0).round().clip(0, 255).astype(np.uint8)


def tint(picture: np.ndarray, table: np.ndarray) -> np.ndarray:
    """picture uint8 (height, width, 3) through table, uint8 (1, 256, 3)."""
    return cv2.LUT(picture, table)


def tint_table(seed: int) -> np.ndarray:
    """A slight change of light that belongs to a seed: exposure and colour balance. Shape (1, 256, 3), uint8.

    It is what the network sees and not what is shown, so that seeds differ in where the strokes fall.
    """
    chance = np.random.Generator(np.random.PCG64([seed % (1 << 64), 1]))
    gamma = np.exp(chance.normal(0, 0.16) + chance.normal(0, 0.08, 3))
    levels = np.arange(256)[:, None] / 255
    return (255 * levels**gamma).round().astype(np.uint8)[None]
