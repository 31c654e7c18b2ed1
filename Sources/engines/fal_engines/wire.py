"""Lines of JSON-RPC: how they are read from a descriptor, and how they are written to one."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from typing import Any

from .errors import InvalidRequest, ParseError

MAX_LINE = 1 << 20  # bytes; a generate with the longest prompt fits many times


def claim_stdout() -> int:
    """Takes descriptor 1 for the protocol and points it at stderr, so that no library can write into the protocol.

    Call it before anything chatty is imported. Returns the protocol's descriptor.
    """
    protocol = os.dup(1)
    os.dup2(2, 1)
    return protocol


def lines(fd: int, limit: int = MAX_LINE) -> Iterator[bytes | None]:
    """Yields each line without its end; None for a line longer than `limit` bytes, whose rest is dropped.

    Reads the bare descriptor: a BufferedReader's lock would hold up the exit of a process that is still reading.
    """
    buffer = bytearray()
    dropping = False
    while chunk := os.read(fd, 65536):
        start = 0
        while (end := chunk.find(b"\n", start)) >= 0:
            if dropping or len(buffer) + end - start > limit:
                yield None
            else:
                yield bytes(buffer) + chunk[start:end]
            buffer.clear()
            dropping = False
            start = end + 1
        if not dropping:
            buffer += chunk[start:]
            if len(buffer) > limit:
                buffer.clear()
                dropping = True
    if buffer:
        yield bytes(buffer)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def parse(line: bytes | None) -> dict[str, Any]:
    """One request or notification out of one line. Raises ParseError or InvalidRequest."""
    if line is None:
        raise ParseError(f"a line of more than {MAX_LINE} bytes")
    try:
        message = json.loads(line.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise ParseError(f"not a JSON text: {error}") from None
    if not isinstance(message, dict) or message.get("jsonrpc") != "2.0" or not isinstance(message.get("method"), str):
        raise InvalidRequest("not a JSON-RPC 2.0 request")
    if not isinstance(message.get("id"), (str, int, float, type(None))) or isinstance(message.get("id"), bool):
        raise InvalidRequest("id must be a string or a number")
    if not isinstance(message.get("params", {}), dict):
        raise InvalidRequest("params must be an object")
    return message


class Outlet:
    """Writes whole lines; several threads may use it.

    Holds nothing back: a reader that doesn't read stops the engine, which is the bound on the memory of both.
    """

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._lock = threading.Lock()

    def send(self, message: dict[str, Any]) -> None:
        line = json.dumps({"jsonrpc": "2.0", **message}, separators=(",", ":"), allow_nan=False) + "\n"
        rest = memoryview(line.encode("utf-8"))
        with self._lock:
            while rest:
                rest = rest[os.write(self._fd, rest):]

    def notify(self, method: str, params: dict[str, Any]) -> None:
        self.send({"method": method, "params": params})
