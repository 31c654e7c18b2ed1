"""What the sync and the async client share: the params of the calls, and what is made of the answers."""

from __future__ import annotations

import os
import pathlib
import warnings
from typing import Any, Callable, Iterable, Iterator, Mapping, Optional, Union

from . import inputs, storage
from .errors import FalClientTimeoutError, already_completed
from .inputs import Steps
from .status import Completed, InProgress, Status, parse
from .unsupported import unsupported

MIN_INTERVAL = 0.05  # The bridge's; fal_client takes any.

Arguments = Mapping[str, Any]
Headers = Union[Mapping[Any, Any], Iterable[tuple[Any, Any]]]


def given(**params: Any) -> dict[str, Any]:
    """Without the ones that are None."""
    return {name: value for name, value in params.items() if value is not None}


def endpoint(application: str, path: str) -> str:
    return application + ("/" + path.lstrip("/") if path else "")


def submit(application: str, arguments: Arguments, path: str, options: dict[str, Any], method: str = "submit",
           updates: "Optional[Updates]" = None) -> Steps[dict[str, Any]]:
    """The answer of `submit`, `subscribe` or `run`, by fal_client's names. Options that are None are left out."""
    names = {"client_timeout": "timeout", "with_logs": "logs", "interval": "poll_interval"}
    to = endpoint(application, path)
    lifecycle = storage.params(options.pop("lifecycle", None))
    if options.get("interval") is not None:
        options["interval"] = max(options["interval"], MIN_INTERVAL)
    more = {names.get(name, name): value for name, value in options.items()}
    input = yield from inputs.uploaded(to, arguments, options.get("validate"))
    answer: dict[str, Any] = yield from inputs.one(
        method, {"endpoint": to, "input": input, **lifecycle, **given(**more)}, updates)
    return answer


def subscribe(application: str, arguments: Arguments, path: str, options: dict[str, Any],
              on_enqueue: Optional[Callable[[str], Any]],
              on_queue_update: Optional[Callable[[Status], Any]]) -> Steps[Any]:
    updates = Updates(on_enqueue, on_queue_update)
    try:
        return (yield from submit(application, arguments, path, options, "subscribe", updates))["data"]
    except FalClientTimeoutError as error:
        error.timeout = options["client_timeout"]
        raise


def run(application: str, arguments: Arguments, path: str, options: dict[str, Any], method: str) -> Steps[Any]:
    if method.upper() != "POST":
        raise unsupported(f"run with method={method!r}")
    return (yield from submit(application, arguments, path, options, "run"))["data"]


def check_timeouts(start: Optional[float], end: Optional[float]) -> None:
    """Warns as fal_client does. Called by what the caller called."""
    if start is not None and end is not None and start > end:
        warnings.warn(f"start_timeout ({start} s) is larger than client_timeout ({end} s), which ends the wait first",
                      UserWarning, stacklevel=3)


def handle_fields(answer: dict[str, Any]) -> dict[str, Any]:
    """Of a handle, from the answer of `submit`."""
    urls = {name: answer.get(name) for name in ("response_url", "status_url", "cancel_url")}
    return {"request_id": answer["request_id"], "application": answer["endpoint"], **urls}


def upload(data: Any, content_type: Optional[str], file_name: Optional[str],
           lifecycle: Optional[storage.StorageSettings]) -> Steps[str]:
    """The URL of anything that may stand in an input, or of a text."""
    raw = data.encode() if isinstance(data, str) else data
    if not inputs.is_binary(raw):
        raise TypeError(f"an upload is bytes, text, an open file or a path object, not {type(data).__name__}")
    named = given(content_type=content_type or None, file_name=file_name or None)
    return (yield from inputs.upload(raw, {**storage.params(lifecycle), **named}))


def upload_file(path: "str | os.PathLike[str]", lifecycle: Optional[storage.StorageSettings]) -> Steps[str]:
    return upload(pathlib.Path(path), None, None, lifecycle)


def upload_image(image: Any, format: str, lifecycle: Optional[storage.StorageSettings]) -> Steps[str]:
    return (yield from upload(inputs.image(image, format), f"image/{format}", None, lifecycle))


def request(application: str, request_id: str, **more: Any) -> dict[str, Any]:
    """Params of what is about one request."""
    return given(endpoint=application, request_id=request_id, **more)


def check_cancelled(answer: dict[str, Any], application: str) -> None:
    """As fal_client, an error where the cancel came too late."""
    if answer["outcome"] == "ALREADY_COMPLETED":
        raise already_completed(answer["request_id"], application)


def webhook(headers: Headers, body: "bytes | str", max_age: float) -> Optional[dict[str, Any]]:
    """Params of `verify_webhook` from the headers of any server: a mapping, or pairs, of text or bytes.

    None when the body is no text, as fal's always is.
    """
    def text(value: Any) -> Any:
        return value.decode("latin-1") if isinstance(value, bytes) else value

    found: dict[str, list[Any]] = {}
    pairs: Any = headers
    for name, value in pairs.items() if hasattr(pairs, "items") else pairs:
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
