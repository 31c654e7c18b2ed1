"""The options of calls, as type checkers and editors see them. A test holds them to the methods that take them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Literal, TypedDict

from .status import Status
from .storage import StorageSettings

Priority = Literal["normal", "low"]


class CommonOptions(TypedDict, total=False):
    """What every call takes that sends an input."""

    path: str
    """Appended to the endpoint."""
    hint: str | None
    """Requests with the same hint go to the same runner, if possible."""
    headers: dict[str, str] | None
    start_timeout: float | None
    """Seconds in which the run must have started."""
    lifecycle: StorageSettings | None
    """How long the files that the model makes are kept, and who may read them."""
    auto_upload: bool | None
    """Whether paths of local files are uploaded."""
    validate: bool | None
    """Whether the input is checked against the model's schema first."""


class RunOptions(CommonOptions, total=False):
    """Options of `run`."""

    method: str
    """POST alone."""
    timeout: float | None
    """Seconds to wait at most."""


class SubmitOptions(CommonOptions, total=False):
    """Options of `submit`."""

    webhook_url: str | None
    priority: Priority | None
    max_queue_length: int | None
    """The request is refused when more wait already."""


class _WaitOptions(SubmitOptions, total=False):
    with_logs: bool
    """Whether updates carry the log."""
    interval: float | None
    """Seconds between two questions to the queue."""
    client_timeout: float | None
    """Seconds until the wait ends and the request is cancelled."""
    mode: Literal["auto", "polling", "streaming"] | None
    download_to: str | None
    """A file or folder that the output's files are fetched to."""
    on_cancel: Literal["cancel", "detach"] | None
    """What a cancel does to the request."""


class SubscribeOptions(_WaitOptions, total=False):
    """Options of `subscribe`."""

    on_enqueue: Callable[[str], object] | None
    on_queue_update: Callable[[Status], object] | None


class AsyncSubscribeOptions(_WaitOptions, total=False):
    """Options of the asynchronous `subscribe`, whose callbacks may be asynchronous too."""

    on_enqueue: Callable[[str], object | Awaitable[Any]] | None
    on_queue_update: Callable[[Status], object | Awaitable[Any]] | None
