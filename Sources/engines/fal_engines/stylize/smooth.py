"""Smoothing in time: a painted frame takes over what the one before it showed, where the flow can be believed."""

from __future__ import annotations

import cv2
import numpy as np

from . import flow

CARRY = np.float32(0.75)  # how much of the frame before stays, at full trust
STALE = np.float32(48.0)  # levels; what differs more than this from the fresh paint is let go sooner, or it would smear


class Smoother:
    """Takes the frames of one clip in order; holds one frame."""

    def __init__(self) -> None:
        self._before: np.ndarray | None = None

    def add(self, painted: np.ndarray, track: tuple[np.ndarray, np.ndarray] | None) -> np.ndarray:
        """painted: float32 (height, width, 3), 0 to 255; track: what flow.between gave, None at the first frame.

        Returns the frame as it is to be shown, of the same shape.
        """
        if self._before is None or track is None:
            self._before = painted
            return painted
        height, width, _ = painted.shape
        place, trust = flow.enlarge(*track, width, height)
        carried = flow.warp(self._before, place)
        # Compared over a neighbourhood: strokes that only boil are evened out, paint that changed its colour is not.
        apart = cv2.transform(cv2.absdiff(cv2.blur(carried, (9, 9)), cv2.blur(painted, (9, 9))), np.full((1, 3), 1 / 3, np.float32))
        keep = CARRY * trust / (1 + (apart / STALE) ** 2)
        self._before = cv2.blendLinear(carried, painted, keep, 1 - keep)
        return self._before
