"""One fal-bridge process and the conversation with it."""

from __future__ import annotations

import atexit
import collections
import json
import os
import pathlib
import shutil
import subprocess
import threading
from concurrent.futures import Future
from typing import Any, Callable, Optional, Sequence

from .errors import BridgeError, BridgeNotFoundError, BridgeProcessError, from_answer

PROTOCOL_VERSION = 1
KEPT_STDERR = 64 * 1024
START_TIMEOUT = 30.0

Listener = Callable[[str, dict[str, Any]], None]


def find(program: Optional[str] = None) -> str:
    """The path of fal-bridge: the argument, FAL_BRIDGE_BIN, beside this package, PATH."""
    beside = pathlib.Path(__file__).parent / "bin" / "fal-bridge"
    for candidate in (program, os.environ.get("FAL_BRIDGE_BIN"), str(beside)):
        if candidate and (path := shutil.which(candidate)):
            return path
    if not program and (path := shutil.which("fal-bridge")):
        return path
    raise BridgeNotFoundError(
        f"fal-bridge was not found: looked at the argument bin ({program}), FAL_BRIDGE_BIN, {beside} and PATH")


class Process:
    """A running fal-bridge. Any thread may make calls; each call is a Future.

    `_lock` guards `_pending`, `_listeners`, `_next_id`, `_ended` and the writing end, so that a frame is written
    whole and a call is never registered with a process that has ended.
    """

    def __init__(self, program: Optional[str], args: Sequence[str], env: Optional[dict[str, str]]) -> None:
        self.pid = os.getpid()
        self._lock = threading.Lock()
        self._pending: dict[int, Future[Any]] = {}
        self._listeners: dict[int, Listener] = {}
        self._next_id = 1
        self._ended: Optional[BridgeProcessError] = None
        self._stderr: collections.deque[bytes] = collections.deque()
        self._process = subprocess.Popen(
            [find(program), *args], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={**os.environ, **(env or {})})
        self._drain = threading.Thread(target=self._read_stderr, daemon=True)
        self._drain.start()
        threading.Thread(target=self._read, daemon=True).start()
        atexit.register(self.close)
        hello = self.call("initialize", {"process_id": os.getpid(), "client": {"name": "falbridge-python", "version": "0.1.0"}})
        answer = hello.result(START_TIMEOUT)
        if answer.get("protocol_version") != PROTOCOL_VERSION:
            self.close()
            raise BridgeNotFoundError(f"fal-bridge speaks protocol {answer.get('protocol_version')}, not {PROTOCOL_VERSION}")
        self.server = answer

    @property
    def is_alive(self) -> bool:
        return self._ended is None and self.pid == os.getpid()

    def call(self, method: str, params: dict[str, Any], listener: Optional[Listener] = None) -> Future[Any]:
        """Makes a call. The Future's `call_id` is for `cancel`; `listener` gets the notifications that belong to it."""
        future: Future[Any] = Future()
        with self._lock:
            if self._ended:
                raise self._ended
            id = self._next_id
            self._next_id += 1
            future.call_id = id  # type: ignore[attr-defined]
            self._pending[id] = future
            if listener:
                self._listeners[id] = listener
            self._send({"jsonrpc": "2.0", "id": id, "method": method, "params": params})
        return future

    def cancel(self, future: Future[Any]) -> None:
        """Asks for the end of a call; its answer still comes."""
        with self._lock:
            if not self._ended:
                self._send({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": future.call_id}})  # type: ignore[attr-defined]

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps(message, ensure_ascii=False).encode("utf-8", "surrogatepass")
        try:
            self._process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)  # type: ignore[union-attr]
            self._process.stdin.flush()  # type: ignore[union-attr]
        except (OSError, ValueError):
            pass  # The reader sees the end of the process and fails every call, this one too.

    def _read(self) -> None:
        out = self._process.stdout
        assert out is not None
        try:
            while header := out.readline():
                name, _, value = header.partition(b":")
                if name.lower() != b"content-length":
                    continue
                while out.readline() not in (b"\r\n", b"\n", b""):
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
                listener = self._listeners.get(params.get("subscription", params.get("call")))
            if listener:
                listener(message["method"], params)
            return
        with self._lock:
            future = self._pending.pop(message.get("id"), None)  # type: ignore[arg-type]
            self._listeners.pop(message.get("id"), None)  # type: ignore[arg-type]
        if future and not future.done():
            if "error" in message:
                future.set_exception(from_answer(message["error"]))
            else:
                future.set_result(message.get("result"))

    def _fail(self) -> None:
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._drain.join(1)
        error = BridgeProcessError(self._process.returncode, b"".join(self._stderr).decode(errors="replace"))
        with self._lock:
            self._ended = error
            pending, self._pending = self._pending, {}
            self._listeners.clear()
        for future in pending.values():
            if not future.done():
                future.set_exception(error)

    def _read_stderr(self) -> None:
        size = 0
        for line in self._process.stderr or ():
            self._stderr.append(line[:4096])
            size += len(line)
            while size > KEPT_STDERR and len(self._stderr) > 1:
                size -= len(self._stderr.popleft())

    def close(self) -> None:
        """Ends the process: its input first, then less kindly. Harmless when it has ended, or is another's."""
        atexit.unregister(self.close)
        if self.pid != os.getpid():
            return
        with self._lock:
            try:
                self._process.stdin.close()  # type: ignore[union-attr]
            except OSError:
                pass
        for end in (lambda: None, self._process.terminate, self._process.kill):
            end()
            try:
                self._process.wait(6)
                return
            except subprocess.TimeoutExpired:
                continue


__all__ = ["BridgeError", "Listener", "Process", "find"]
