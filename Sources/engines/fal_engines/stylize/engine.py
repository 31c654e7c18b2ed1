"""The engine's answers: what it is, whether it can work, and the work."""

from __future__ import annotations

import threading
import time
from typing import Any

from .. import __version__, machine, request
from ..errors import CannotStart, EngineError, OutOfMemory
from ..server import Job
from . import NAME, weights

LIMITS = request.Limits(max_frames=512, size_multiple=8, max_side=1024)
IGNORED = ["num_inference_steps"]
LIBRARY_BYTES = 150 << 20  # numpy, OpenCV, ONNX Runtime and the model at rest


class Stylize:
    """Loads its libraries and the model on a thread of its own from the first moment, so that initialize is answered
    at once and the first job hardly waits.
    """

    def __init__(self) -> None:
        self._network: Any = None
        self._trouble: EngineError | None = None
        self._loader = threading.Thread(target=self._load, name="loader", daemon=True)
        self._loader.start()

    def _load(self) -> None:
        try:
            model = weights.load()
            try:
                import cv2

                from . import work  # noqa: F401  brings in everything a job needs
                from .network import Network

                cv2.setNumThreads(1)  # the frames are what is worked on side by side
                self._network = Network(model)
            except Exception as error:
                raise CannotStart(f"{type(error).__name__}: {error}") from None
        except EngineError as error:
            self._trouble = error

    def _loaded(self) -> Any:
        """The network. After a failure each call tries anew: weights may have been installed meanwhile."""
        self._loader.join()
        if self._network is None and self._trouble is not None:
            self._trouble = None
            self._load()
        if self._trouble is not None:
            raise self._trouble
        return self._network

    def describe(self) -> dict[str, Any]:
        return {
            "engine": NAME,
            "version": __version__,
            "generative": False,
            "device": {"kind": "cpu", "name": machine.cpu_name(), "memory_bytes": machine.memory_bytes()},
            "limits": vars(LIMITS),
            "supports": {
                "negative_prompt": True, "motions": list(request.MOTIONS), "strength": True, "guidance_scale": True,
                "seed": True, "num_inference_steps": False, "cancel": "frame",
            },
            "models": [weights.describe()],
        }

    def check(self) -> dict[str, Any]:
        try:
            self._loaded()
        except EngineError as error:
            missing = error.data.get("missing") or [{**weights.missing(), "how": f"{weights.HOW}. Now: {error}"}]
            return {"ready": False, "missing": missing}
        return {"ready": True, "missing": []}

    def generate(self, job: Job, params: dict[str, Any], workdir: str) -> dict[str, Any]:
        began = time.perf_counter()
        wish = request.read(params, workdir, LIMITS)
        job.log(f"engine {NAME} {__version__}: repaints frames with a 26-style network, not a generative model "
                f"(no AnimateDiff weights here); ignored: {', '.join(IGNORED)}")
        job.progress("load", 0, 1, None)
        network = self._loaded()
        job.progress("load", 1, 1, None)
        from . import work

        workers = self._workers(wish.shape.width * wish.shape.height)
        load_s = time.perf_counter() - began
        try:
            outcome = work.run(job, wish, network, workers)
        except MemoryError:
            raise self._out_of_memory(wish.shape.width * wish.shape.height) from None
        shape = wish.shape
        return {
            "job": job.id,
            "frames": {"path": wish.out_path, "width": shape.width, "height": shape.height, "count": shape.count},
            "seed": wish.seed,
            "effective": {**outcome.effective, "ignored": IGNORED},
            "timings": {"load_s": round(load_s, 4), **outcome.timings, "total_s": round(time.perf_counter() - began, 4)},
            "peak_bytes": machine.peak_bytes(),
        }

    def _workers(self, pixels: int) -> int:
        """How many frames may be worked on at once: one a core, as far as memory goes."""
        from .network import BYTES_A_PIXEL

        # What an earlier job took is still ours and will be used again.
        free = machine.free_bytes() + max(0, machine.resident_bytes() - LIBRARY_BYTES)
        workers = min(machine.cores(), 8, free // (pixels * BYTES_A_PIXEL))
        if workers < 1:
            raise self._out_of_memory(pixels)
        return int(workers)

    def _out_of_memory(self, pixels: int) -> OutOfMemory:
        from .network import BYTES_A_PIXEL

        return OutOfMemory("not enough memory for frames of this size", need=pixels * BYTES_A_PIXEL,
                           free=machine.free_bytes(), suggest="use smaller frames")
