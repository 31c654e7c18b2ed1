"""The errors an engine answers with. `data` always carries `kind`, the word a program should look at."""

from __future__ import annotations

from typing import Any


class EngineError(Exception):
    """An error with its place in the JSON-RPC answer: `code`, a sentence for people, `data` for programs."""

    code = -32603
    kind = "internal"

    def __init__(self, message: str, **data: Any) -> None:
        super().__init__(message)
        self.data = {"kind": self.kind, **data}

    def json(self) -> dict[str, Any]:
        return {"code": self.code, "message": str(self), "data": self.data}


class ParseError(EngineError):
    """The line is no JSON text, not UTF-8, or too long."""

    code, kind = -32700, "parse_error"


class InvalidRequest(EngineError):
    """JSON, but no request of ours; or a request out of its turn."""

    code, kind = -32600, "invalid_request"


class MethodNotFound(EngineError):
    code, kind = -32601, "method_not_found"


class BadParams(EngineError):
    """A member is missing, of the wrong type or out of its range; data.param names it."""

    code, kind = -32602, "bad_params"

    def __init__(self, param: str, why: str) -> None:
        super().__init__(f"{param}: {why}", param=param)


class WeightsMissing(EngineError):
    """data.missing has one entry a file: id, file, bytes, licence, how."""

    code, kind = -32010, "weights_missing"


class OutOfMemory(EngineError):
    """data.need and data.free in bytes; data.suggest is a sentence."""

    code, kind = -32011, "out_of_memory"


class NotSupported(EngineError):
    """A well-formed value that this engine cannot honour; data.allowed lists what it can."""

    code, kind = -32012, "not_supported"

    def __init__(self, name: str, allowed: list[Any]) -> None:
        super().__init__(f"{name}: not supported here", name=name, allowed=allowed)


class CannotStart(EngineError):
    code, kind = -32013, "cannot_start"

    def __init__(self, reason: str) -> None:
        super().__init__(f"engine cannot start: {reason}", reason=reason)


class Cancelled(EngineError):
    code, kind = -32800, "cancelled"

    def __init__(self) -> None:
        super().__init__("cancelled")


class Busy(EngineError):
    """More requests wait than the engine is willing to hold."""

    code, kind = -32000, "busy"


class FileTrouble(EngineError):
    """Reading or writing a frames file failed; data.errno is the system's name for it, such as ENOSPC."""

    code, kind = -32603, "io"
