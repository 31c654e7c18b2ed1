"""The params of the calls, which the sync and the async client share."""

from __future__ import annotations

import base64
import io
from typing import Any, Callable, Iterable, Iterator, Mapping, Optional, Union

from . import storage
from .status import InProgress, Completed, Status, parse

Arguments = dict[str, Any]
Headers = Union[Mapping[Any, Any], Iterable[tuple[Any, Any]]]


def given(**params: Any) -> dict[str, Any]:
    """Without the ones that are None."""
    return {name: value for name, value in params.items() if value is not None}


def submit(application: str, arguments: Arguments, path: str, options: dict[str, Any]) -> dict[str, Any]:
    """Params of `submit`, `subscribe` and `run`, from fal_client's names. Options that are None are left out."""
    names = {"client_timeout": "timeout", "with_logs": "logs", "interval": "poll_interval"}
    endpoint = application + ("/" + path.lstrip("/") if path else "")
    lifecycle = storage.params(options.pop("lifecycle", None))
    more = {names.get(name, name): value for name, value in options.items()}
    return {"endpoint": endpoint, "input": arguments, **lifecycle, **given(**more)}


def upload(data: "bytes | str", content_type: Optional[str], file_name: Optional[str],
           lifecycle: Optional[storage.StorageSettings]) -> dict[str, Any]:
    """Params of `upload` for bytes."""
    raw = data.encode() if isinstance(data, str) else data
    return {"data": base64.b64encode(raw).decode(), **storage.params(lifecycle),
            **given(content_type=content_type or None, file_name=file_name or None)}


def image(picture: Any, format: str) -> bytes:
    """The bytes of a Pillow image."""
    with io.BytesIO() as buffer:
        picture.save(buffer, format=format)
        return buffer.getvalue()


def webhook(headers: Headers, body: "bytes | str", max_age: float) -> Optional[dict[str, Any]]:
    """Params of `verify_webhook` from the headers of any server: a mapping, or pairs, of text or bytes.

    None when the body is no text, as fal's always is.
    """
    def text(value: Any) -> Any:
        return value.decode("latin-1") if isinstance(value, bytes) else value

    found: dict[str, list[Any]] = {}
    for name, value in headers.items() if hasattr(headers, "items") else headers:  # type: ignore[union-attr]
        if str(text(name)).lower().startswith("x-fal-webhook-"):
            values = value if isinstance(value, (list, tuple)) else [value]
            found.setdefault(str(text(name)).lower(), []).extend(text(each) for each in values)
    try:
        raw = body.decode() if isinstance(body, bytes) else body
    except UnicodeDecodeError:
        return None
    return {"headers": found, "body": raw, "max_age": max_age}


NO_TEXT = {"valid": False, "reason": "the body is not UTF-8"}


class Updates:
    """Turns queue/update notifications into fal_client's callbacks, which get the whole log every time."""

    def __init__(self, on_enqueue: Optional[Callable[[str], Any]],
                 on_queue_update: Optional[Callable[[Status], Any]]) -> None:
        self._on_enqueue = on_enqueue
        self._on_queue_update = on_queue_update
        self._logs: list[dict[str, Any]] = []
        self._is_known = False

    def __call__(self, method: str, params: dict[str, Any]) -> None:
        for _ in self.results(method, params):
            pass

    def results(self, method: str, params: dict[str, Any]) -> Iterator[Any]:
        """What each callback gave, before the next is called."""
        if method != "queue/update":
            return
        if not self._is_known:
            self._is_known = True
            if self._on_enqueue:
                yield self._on_enqueue(params["request_id"])
        if not self._on_queue_update:
            return
        self._logs.extend(params.get("logs") or [])
        status = parse(params)
        if isinstance(status, (InProgress, Completed)):
            status.logs = list(self._logs)
        yield self._on_queue_update(status)
