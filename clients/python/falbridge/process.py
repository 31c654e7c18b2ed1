"""One fal-bridge process and the conversation with it."""

from __future__ import annotations

import io
import itertools
import json
import os
import pathlib
import queue
import shutil
import subprocess
import threading
from concurrent.futures import Future, TimeoutError as FutureTimeout
from typing import Any, Callable, Mapping, Optional, Sequence, cast

from .errors import BridgeNotFoundError, BridgeProcessError, from_answer

PROTOCOL_VERSION = 1
KEPT_STDERR = 64 * 1024
START_TIMEOUT = 30.0
END_TIMEOUT = 6.0

Listener = Callable[[str, dict[str, Any]], None]


def find(program: Optional[str] = None) -> str:
    """The path of fal-bridge: the argument, FAL_BRIDGE_BIN, beside this package, PATH."""
    beside = pathlib.Path(__file__).parent / "bin" / "fal-bridge"
    places = [program] if program else [os.environ.get("FAL_BRIDGE_BIN"), str(beside), "fal-bridge"]
    for place in places:
        if place and (path := shutil.which(place)):
            return path
    raise BridgeNotFoundError(
        f"fal-bridge was not found: looked at the argument bin ({program}), FAL_BRIDGE_BIN, {beside} and PATH")


class Process:
    """A running fal-bridge. Any thread may make calls; each call is a Future.

    `_lock` guards `_pending`, `_listeners` and `_ended`. Nothing is written under it: the program may be
    waiting to be read, and who reads needs the lock. `_outbox` holds what was not written yet, for each waiting call
    its message and its cancel at most.
    """

    def __init__(self, program: Optional[str], args: Sequence[str], env: Mapping[str, str]) -> None:
        self.pid = os.getpid()
        self._lock = threading.Lock()
        self._pending: dict[int, Future[Any]] = {}
        self._listeners: dict[int, Listener] = {}
        self._ids = itertools.count(1)
        self._ended: Optional[BridgeProcessError] = None
        self._stderr = b""
        env = {**os.environ, **env}
        self._shows_log = bool(env.get("FAL_BRIDGE_LOG"))
        self._outbox: "queue.SimpleQueue[Optional[bytes]]" = queue.SimpleQueue()
        # Without buffers, so that a fork of this process has nothing to flush into the pipe. In a session of its own,
        # so that Ctrl-C reaches this program alone, which then cancels what it waits for.
        self._process = subprocess.Popen(
            [find(program), *args], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0,
            env=env, start_new_session=True)
        self._drain = threading.Thread(target=self._read_stderr, daemon=True)
        for thread in (self._drain, threading.Thread(target=self._read, daemon=True),
                       threading.Thread(target=self._write, daemon=True)):
            thread.start()
        client = {"name": "falbridge-python", "version": "0.1.0"}
        try:
            answer = self.call("initialize", {"process_id": os.getpid(), "client": client}).result(START_TIMEOUT)
        except FutureTimeout:
            self._process.kill()
            raise BridgeProcessError(None, f"it said nothing for {START_TIMEOUT} s") from None
        except BaseException:
            self.let_go()
            raise
        if answer.get("protocol_version") != PROTOCOL_VERSION:
            self.let_go()
            raise BridgeNotFoundError(
                f"fal-bridge speaks protocol {answer.get('protocol_version')}, not {PROTOCOL_VERSION}")

    @property
    def is_alive(self) -> bool:
        return self._ended is None and self.pid == os.getpid() and self._process.poll() is None

    def call(self, method: str, params: dict[str, Any], listener: Optional[Listener] = None) -> "Future[Any]":
        """Makes a call and comes back at once. `listener` gets the notifications that belong to it."""
        id = next(self._ids)
        message = _frame({"jsonrpc": "2.0", "id": id, "method": method, "params": params})
        future: "Future[Any]" = Future()
        future.call_id = id  # type: ignore[attr-defined]
        future.set_running_or_notify_cancel()  # From here on only the answer settles it.
        with self._lock:
            if self._ended:
                raise self._ended
            self._pending[id] = future
            if listener:
                self._listeners[id] = listener
            self._outbox.put(message)
        return future

    def cancel(self, future: "Future[Any]") -> None:
        """Asks for the end of a call; its answer still comes."""
        params = {"id": future.call_id}  # type: ignore[attr-defined]
        self._outbox.put(_frame({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": params}))

    def let_go(self) -> None:
        """Ends the process by ending its input, without waiting. May be called wherever garbage is collected."""
        self._outbox.put(None)

    def close(self) -> None:
        """Ends the process: its input first, then less kindly. Harmless when it has ended, or is another's."""
        if self.pid != os.getpid():
            return
        for end in (self.let_go, self._process.terminate, self._process.kill):
            end()
            try:
                self._process.wait(END_TIMEOUT)
                return
            except subprocess.TimeoutExpired:
                continue

    def _write(self) -> None:
        pipe = self._process.stdin
        assert pipe is not None
        try:
            with pipe:
                while (message := self._outbox.get()) is not None:
                    view = memoryview(message)
                    while view:
                        view = view[pipe.write(view) or 0:]
        except (OSError, ValueError):
            pass  # The reader sees the end of the process and fails every call, this one too.

    def _read(self) -> None:
        assert self._process.stdout is not None
        try:
            with io.BufferedReader(cast(io.RawIOBase, self._process.stdout), 1 << 16) as out:
                while header := out.readline(1 << 16):
                    name, _, value = header.partition(b":")
                    if name.lower() != b"content-length":
                        continue
                    while out.readline(1 << 16) not in (b"\r\n", b"\n", b""):
                        pass
                    body = out.read(int(value))
                    if len(body) < int(value):
                        break
                    self._take(json.loads(body))
        except (OSError, ValueError):
            pass
        finally:
            self._fail()

    def _take(self, message: dict[str, Any]) -> None:
        if "method" in message:
            params = message.get("params") or {}
            with self._lock:
                listener = self._listeners.get(params.get("subscription", params.get("call", -1)))
            if listener:
                listener(message["method"], params)
            return
        with self._lock:
            future = self._pending.pop(message.get("id"), None)  # type: ignore[arg-type]
            self._listeners.pop(message.get("id"), None)  # type: ignore[arg-type]
        if future and "error" in message:
            future.set_exception(from_answer(message["error"]))
        elif future:
            future.set_result(message.get("result"))

    def _fail(self) -> None:
        self.let_go()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._drain.join(1)
        error = BridgeProcessError(self._process.returncode, self._stderr.decode(errors="replace"))
        with self._lock:
            self._ended = error
            pending, self._pending = self._pending, {}
            self._listeners.clear()
        for future in pending.values():
            future.set_exception(error)

    def _read_stderr(self) -> None:
        assert self._process.stderr is not None
        with self._process.stderr as pipe:
            while chunk := pipe.read(4096):
                self._stderr = (self._stderr + chunk)[-KEPT_STDERR:]
                if self._shows_log:
                    os.write(2, chunk)


def _frame(message: dict[str, Any]) -> bytes:
    body = json.dumps(message, ensure_ascii=False).encode("utf-8", "surrogatepass")
    return b"Content-Length: %d\r\n\r\n" % len(body) + body
