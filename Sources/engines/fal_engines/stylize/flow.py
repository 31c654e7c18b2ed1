"""Optical flow between neighbouring frames, and how far it can be believed."""

from __future__ import annotations

import threading
from functools import lru_cache

import cv2
import numpy as np

SMALLEST = 32  # pixels of a side; smaller pictures have no flow worth the name, and OpenCV refuses them
SCALE = 2  # flow is found at half the size: a quarter of the time, and finer than the strokes all the same
STRAY = 0.7  # pixels at half size, that a point may miss itself by on the way there and back
SHADE = 14.0  # grey levels, that a point may change in one frame
_per_thread = threading.local()


@lru_cache(maxsize=4)
def _grid(width: int, height: int) -> np.ndarray:
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    return np.dstack([x, y])


def gray(picture: np.ndarray) -> np.ndarray:
    """uint8 (height, width, 3) to the uint8 (height/2, width/2) that flow is found on."""
    height, width, _ = picture.shape
    return cv2.resize(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), (width // SCALE, height // SCALE), interpolation=cv2.INTER_AREA)


def between(now: np.ndarray, before: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Two pictures as gray() gives them. Returns at half size:

    - where each point of `now` was in `before`: float32 (h, w, 2), a map for cv2.remap;
    - trust in it: float32 (h, w), 0 to 1, low where there and back disagree or the shade changed.
    """
    finder = getattr(_per_thread, "finder", None)
    if finder is None:
        finder = _per_thread.finder = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    back = finder.calc(now, before, None)
    forth = finder.calc(before, now, None)
    height, width = now.shape
    place = _grid(width, height) + back
    returned = cv2.remap(forth, place, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    miss = cv2.magnitude(*cv2.split(back + returned))
    was = cv2.remap(before, place, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    shade = cv2.blur(cv2.absdiff(now, was), (3, 3)).astype(np.float32)
    # What moves fast may stray further: its flow is less exact, and the eye less strict.
    room = STRAY + 0.05 * cv2.magnitude(*cv2.split(back))
    trust = np.exp(-((miss / room) ** 2) - (shade / SHADE) ** 2)
    outside = (place[..., 0] < 0) | (place[..., 0] > width - 1) | (place[..., 1] < 0) | (place[..., 1] > height - 1)
    trust[outside] = 0
    return place, trust


def enlarge(place: np.ndarray, trust: np.ndarray, width: int, height: int) -> tuple[np.ndarray, np.ndarray]:
    """What between() gives, for pictures of the full size: float32 (height, width, 2) and (height, width)."""
    place = cv2.resize(place, (width, height), interpolation=cv2.INTER_LINEAR)
    return place * SCALE + (SCALE - 1) / 2, cv2.resize(trust, (width, height), interpolation=cv2.INTER_LINEAR)


def warp(picture: np.ndarray, place: np.ndarray) -> np.ndarray:
    """picture float32 (height, width, 3), fetched from where `place` says."""
    return cv2.remap(picture, place, None, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
