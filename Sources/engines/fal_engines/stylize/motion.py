"""Camera moves over a clip: which part of the input each frame shows.

The names say where the camera goes, so the picture's content goes the other way: at pan-left the camera swings to
the left and things move to the right; at tilt-up it rises and things sink; at zoom-in it comes nearer.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

TRAVEL = 0.18  # of the side, that a pan or tilt passes over a clip
ZOOM = 1.28  # how much larger things are at the near end of a zoom


@dataclass(frozen=True)
class Camera:
    """zoom, right, down: -1, 0 or 1, the sum of the moves asked for; opposites cancel."""

    zoom: int
    right: int
    down: int

    @classmethod
    def of(cls, motions: Sequence[str]) -> Camera:
        def sign(plus: str, minus: str) -> int:
            return (plus in motions) - (minus in motions)

        return cls(sign("zoom-in", "zoom-out"), sign("pan-right", "pan-left"), sign("tilt-down", "tilt-up"))

    @property
    def still(self) -> bool:
        return not (self.zoom or self.right or self.down)

    def view(self, index: int, count: int) -> tuple[float, float, float]:
        """(size, x, y) at frame `index` of `count`: the side of the view as a part of the input's side, and its
        centre, 0 to 1. It never reaches over the edge.
        """
        t = index / (count - 1) if count > 1 else 0.5
        eased = 0.5 * t + 0.5 * (t * t * (3 - 2 * t))  # sets off and arrives gently, and doesn't rush in between
        room = 1 - TRAVEL if self.right or self.down else 1.0
        nearness = {1: eased, 0: 0.0, -1: 1 - eased}[self.zoom]
        size = room * math.exp(-nearness * math.log(ZOOM))
        shift = (eased - 0.5) * (1 - room)
        return size, 0.5 + self.right * shift, 0.5 + self.down * shift

    def frame(self, picture: np.ndarray, index: int, count: int) -> np.ndarray:
        """picture: uint8 (height, width, 3). Returns what the camera sees of it, of the same shape."""
        if self.still:
            return picture
        height, width, _ = picture.shape
        size, x, y = self.view(index, count)
        # From the middle of an output pixel to its place in the input; pixels are counted at their middles.
        place = np.array([[size, 0, x * width - size * width / 2 + size / 2 - 0.5],
                          [0, size, y * height - size * height / 2 + size / 2 - 0.5]])
        return cv2.warpAffine(picture, place, (width, height), flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
                              borderMode=cv2.BORDER_REPLICATE)
