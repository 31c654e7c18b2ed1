"""The conversation of an engine: what is read, what runs, what is answered. Knows nothing of pictures."""

from __future__ import annotations

import os
import queue
import sys
import threading
import traceback
from typing import Any, Protocol

from . import CONTRACT, wire
from .errors import BadParams, Busy, Cancelled, EngineError, InvalidRequest, MethodNotFound, NotSupported

MAX_WAITING = 16  # requests read and not yet begun
MAX_ID = 200  # characters of a job's id


class Job:
    """One generate, from the moment it is read. `cancelled` is set by the reader thread, asked for by the work."""

    def __init__(self, job_id: str, outlet: wire.Outlet) -> None:
        self.id = job_id
        self.cancelled = threading.Event()
        self._outlet = outlet

    def checkpoint(self) -> None:
        """Raises Cancelled when the job is no longer wanted. Call it at least once a frame."""
        if self.cancelled.is_set():
            raise Cancelled

    def progress(self, phase: str, done: int, of: int, eta_s: float | None, written: int | None = None) -> None:
        """phase: load, encode, denoise or decode; done of of, in frames or steps; eta_s: seconds left, if known;
        written: how many frames of the result are in its part file, and final.
        """
        eta = None if eta_s is None else round(eta_s, 2)
        note: dict[str, Any] = {"job": self.id, "phase": phase, "done": done, "of": of, "eta_s": eta}
        if written is not None:
            note["written"] = written
        self._outlet.notify("progress", note)

    def log(self, message: str, level: str = "info") -> None:
        self._outlet.notify("log", {"job": self.id, "level": level, "message": message})


class Engine(Protocol):
    """What a program must supply to be an engine."""

    def describe(self) -> dict[str, Any]:
        """The answer to initialize, less `contract`."""

    def check(self) -> dict[str, Any]:
        """{ready, missing}; never downloads."""

    def generate(self, job: Job, params: dict[str, Any], workdir: str) -> dict[str, Any]:
        """Does the job. Raises EngineError; asks job.checkpoint() at least once a frame or step."""


class Server:
    """Serves one engine on a pair of descriptors until shutdown or the end of input.

    Threads: the reader parses lines, sets cancel flags and fills `_requests`; the main thread runs one request after
    another. `_jobs` (id to job, waiting or running) is theirs together, under `_lock`.
    """

    def __init__(self, engine: Engine, read_fd: int, write_fd: int) -> None:
        self._engine = engine
        self._read_fd = read_fd
        self._outlet = wire.Outlet(write_fd)
        self._requests: queue.Queue[tuple[dict[str, Any], Job | None] | None] = queue.Queue()
        self._jobs: dict[str, Job] = {}
        self._lock = threading.Lock()
        self._workdir: str | None = None

    def run(self) -> None:
        """Returns after shutdown was answered or input ended and what ran has stopped."""
        threading.Thread(target=self._read, name="reader", daemon=True).start()
        while (item := self._requests.get()) is not None:
            request, job = item
            answer = self._answer(request, job)
            if job is not None:
                with self._lock:
                    self._jobs.pop(job.id, None)
            if "id" in request:
                self._outlet.send({"id": request["id"], **answer})
            if request["method"] == "shutdown":
                return

    # On the reader thread.

    def _read(self) -> None:
        try:
            for line in wire.lines(self._read_fd):
                if line is not None and not line.strip():
                    continue
                try:
                    if not self._accept(wire.parse(line)):
                        return
                except EngineError as error:
                    self._outlet.send({"id": error.data.pop("id", None), "error": error.json()})
        except OSError:
            pass  # stdout or stdin is gone, which ends the conversation like the end of input
        finally:
            self._cancel_all()
            self._requests.put(None)

    def _accept(self, message: dict[str, Any]) -> bool:
        """Files one message; False after shutdown, when nothing more is read."""
        method, params = message["method"], message.get("params", {})
        if method == "cancel":
            with self._lock:
                if job := self._jobs.get(str(params.get("job"))):
                    job.cancelled.set()
            if "id" in message:
                self._outlet.send({"id": message["id"], "result": None})
            return True
        if method == "shutdown":
            self._cancel_all()
            self._requests.put((message, None))
            return False
        if self._requests.qsize() >= MAX_WAITING:
            raise Busy(f"{MAX_WAITING} requests wait already", id=message.get("id"))
        job = None
        if method == "generate" and isinstance(job_id := params.get("job"), str) and 0 < len(job_id) <= MAX_ID:
            with self._lock:
                if job_id in self._jobs:
                    raise InvalidRequest(f"job {job_id} is already here", id=message.get("id"))
                job = self._jobs[job_id] = Job(job_id, self._outlet)
        self._requests.put((message, job))
        return True

    def _cancel_all(self) -> None:
        with self._lock:
            for job in self._jobs.values():
                job.cancelled.set()

    # On the main thread.

    def _answer(self, request: dict[str, Any], job: Job | None) -> dict[str, Any]:
        try:
            return {"result": self._call(request["method"], request.get("params", {}), job)}
        except EngineError as error:
            return {"error": error.json()}
        except BrokenPipeError:
            raise
        except Exception as error:  # a fault of ours must cost one job, not the process
            traceback.print_exc(file=sys.stderr)
            return {"error": EngineError(f"{type(error).__name__}: {error}").json()}

    def _call(self, method: str, params: dict[str, Any], job: Job | None) -> Any:
        match method:
            case "initialize":
                return self._initialize(params)
            case "check":
                return self._engine.check()
            case "generate":
                if self._workdir is None:
                    raise InvalidRequest("initialize first")
                if job is None:
                    raise BadParams("job", f"must be a string of 1 to {MAX_ID} characters")
                job.checkpoint()
                return self._engine.generate(job, params, self._workdir)
            case "shutdown":
                return None
        raise MethodNotFound(f"no method {method[:80]}")

    def _initialize(self, params: dict[str, Any]) -> dict[str, Any]:
        if params.get("contract") != CONTRACT:
            raise NotSupported("contract", [CONTRACT])
        workdir = params.get("workdir")
        if not isinstance(workdir, str) or not os.path.isabs(workdir) or "\0" in workdir or not os.path.isdir(workdir):
            raise BadParams("workdir", "must be the absolute path of a folder")
        self._workdir = os.path.realpath(workdir)
        return {"contract": CONTRACT, **self._engine.describe()}


def serve(engine: Engine, protocol_fd: int) -> None:
    """Runs `engine` on stdin and `protocol_fd`, then ends the process with status 0."""
    try:
        Server(engine, 0, protocol_fd).run()
    except BrokenPipeError:
        pass  # nobody listens any more
    # The reader may still wait in read(), and a library may still be loading: an ordinary exit would wait for both.
    sys.stderr.flush()
    os._exit(0)
