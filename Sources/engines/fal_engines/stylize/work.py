"""One job: frames are moved, tracked and repainted side by side, then smoothed, blended and written in order."""

from __future__ import annotations

import time
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..errors import EngineError
from ..frames import FramesFile, part_file
from ..request import Generate
from ..server import Job
from . import blend, flow, mix
from .motion import Camera
from .network import Network
from .smooth import CARRY, Smoother


@dataclass
class Outcome:
    """effective: what was really used; timings: seconds, summed over threads where the name says so."""

    effective: dict[str, Any]
    timings: dict[str, float] = field(default_factory=dict)


@dataclass
class _Prepared:
    """One frame after the part that needs no other frame's result."""

    source: np.ndarray
    painted: np.ndarray
    track: tuple[np.ndarray, np.ndarray] | None
    flow_s: float
    network_s: float


class _Painter:
    """The part of the work that frames can do side by side."""

    def __init__(self, job: Job, wish: Generate, network: Network, frames: FramesFile, weights: np.ndarray) -> None:
        self._job, self._wish, self._network, self._frames, self._weights = job, wish, network, frames, weights
        self._camera = Camera.of(wish.motions)
        self._tint = blend.tint_table(wish.seed)

    def _seen(self, index: int) -> np.ndarray:
        shape = self._wish.shape
        picture = np.empty((shape.height, shape.width, 3), np.uint8)
        self._frames.read(index, picture)
        return self._camera.frame(picture, index, shape.count)

    def prepare(self, index: int) -> _Prepared:
        self._job.checkpoint()
        source = self._seen(index)
        began = time.perf_counter()
        # The frame before is read and moved once more: dearer by a hundredth than sharing it between threads.
        tracked_at_all = index > 0 and min(source.shape[:2]) >= flow.SMALLEST
        track = flow.between(flow.gray(source), flow.gray(self._seen(index - 1))) if tracked_at_all else None
        tracked = time.perf_counter()
        self._job.checkpoint()
        painted = self._network.repaint(blend.tint(source, self._tint), self._weights)
        return _Prepared(source, painted, track, tracked - began, time.perf_counter() - tracked)


def run(job: Job, wish: Generate, network: Network, workers: int) -> Outcome:
    """Does the job with `workers` frames at once; at most twice as many are in memory."""
    chosen = mix.choose(wish.prompt, wish.negative_prompt, wish.guidance_scale, wish.seed)
    job.log(f"style mix: {chosen.sentence()}")
    outcome = Outcome({
        "style_mix": [{"style": style, "name": mix.NAMES[style], "weight": round(weight, 4)} for style, weight in chosen.parts()],
        "strength": wish.strength,
        "paint": round(blend.share(wish.strength), 4),
        "guidance": wish.guidance_scale,
        "motions": list(wish.motions),
        "smoothing": float(CARRY),
        "workers": workers,
    })
    frames = FramesFile(wish.frames_path, wish.shape)
    pool = ThreadPoolExecutor(workers, thread_name_prefix="frame")
    try:
        painter = _Painter(job, wish, network, frames, chosen.weights)
        with part_file(wish.out_path) as out:
            _loop(job, wish, painter, pool, workers, out, outcome)
            job.checkpoint()
    except EngineError:
        raise
    except Exception as error:
        # ONNX Runtime has no type of its own for it, only words.
        if "alloc" in str(error).lower():
            raise MemoryError from None
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
        frames.close()
    return outcome


def _loop(job: Job, wish: Generate, painter: _Painter, pool: ThreadPoolExecutor, workers: int, out: Any, outcome: Outcome) -> None:
    count = wish.shape.count
    ahead: deque[Future[_Prepared]] = deque()
    smoother = Smoother()
    sums = {"flow_s": 0.0, "network_s": 0.0, "finish_s": 0.0}
    began = time.perf_counter()
    submitted = 0
    for index in range(count):
        while submitted < min(count, index + 2 * workers):
            ahead.append(pool.submit(painter.prepare, submitted))
            submitted += 1
        ready = ahead.popleft().result()
        job.checkpoint()
        start = time.perf_counter()
        shown = smoother.add(ready.painted, ready.track)
        out.write(blend.blend(shown, ready.source, wish.strength))
        now = time.perf_counter()
        sums["flow_s"] += ready.flow_s
        sums["network_s"] += ready.network_s
        sums["finish_s"] += now - start
        job.progress("denoise", index + 1, count, (now - began) / (index + 1) * (count - index - 1), written=index + 1)
    outcome.timings.update({name: round(value, 4) for name, value in sums.items()})
    outcome.timings["loop_s"] = round(time.perf_counter() - began, 4)
