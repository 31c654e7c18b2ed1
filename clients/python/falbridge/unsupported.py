"""What fal_client has and the bridge does not, by its names, so that whoever calls it is told."""

from __future__ import annotations

from typing import Any

from .errors import UnsupportedError


def unsupported(what: str) -> UnsupportedError:
    return UnsupportedError(f"{what} is not in fal-bridge; fal's own client has it")


class Unsupported:
    """Of both clients. What would be awaited or iterated raises at the call."""

    def stream(self, *_: Any, **__: Any) -> Any:
        raise unsupported("stream")

    def realtime(self, *_: Any, **__: Any) -> Any:
        raise unsupported("realtime")

    def ws_connect(self, *_: Any, **__: Any) -> Any:
        raise unsupported("ws_connect")


class RealtimeConnection:
    """A name for those who import it."""

    def __init__(self, *_: Any, **__: Any) -> None:
        raise unsupported("realtime")


class AsyncRealtimeConnection(RealtimeConnection):
    """As RealtimeConnection."""


def set_get_current_app(_: Any) -> None:
    """For apps that run at fal, which have fal's own client."""
    raise unsupported("set_get_current_app")
