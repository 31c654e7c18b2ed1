"""The params of the calls, which the sync and the async client share."""

from __future__ import annotations

import base64
from typing import Any, Callable, Optional

from .status import InProgress, Completed, Status, parse

Arguments = dict[str, Any]


def submit(application: str, arguments: Arguments, path: str, options: dict[str, Any]) -> dict[str, Any]:
    """Params of `submit` and `subscribe`, from fal_client's names. Options that are None are left out."""
    names = {"webhook_url": "webhook_url", "hint": "hint", "priority": "priority", "start_timeout": "start_timeout",
             "headers": "headers", "client_timeout": "timeout", "with_logs": "logs", "download_to": "download_to",
             "poll_interval": "poll_interval", "on_cancel": "on_cancel", "validate": "validate"}
    endpoint = application + ("/" + path.lstrip("/") if path else "")
    params: dict[str, Any] = {"endpoint": endpoint, "input": arguments}
    for name, value in options.items():
        if value is not None:
            params[names[name]] = value
    return params


def upload(data: "bytes | str", content_type: Optional[str], file_name: Optional[str]) -> dict[str, Any]:
    """Params of `upload` for bytes."""
    raw = data.encode() if isinstance(data, str) else data
    params: dict[str, Any] = {"data": base64.b64encode(raw).decode()}
    if content_type:
        params["content_type"] = content_type
    if file_name:
        params["file_name"] = file_name
    return params


class Updates:
    """Turns queue/update notifications into fal_client's callbacks, which get the whole log every time."""

    def __init__(self, on_enqueue: Optional[Callable[[str], Any]], on_queue_update: Optional[Callable[[Status], Any]]) -> None:
        self._on_enqueue = on_enqueue
        self._on_queue_update = on_queue_update
        self._logs: list[dict[str, Any]] = []
        self._is_known = False

    def __call__(self, method: str, params: dict[str, Any]) -> None:
        if method != "queue/update":
            return
        if not self._is_known:
            self._is_known = True
            if self._on_enqueue:
                self._on_enqueue(params["request_id"])
        if not self._on_queue_update:
            return
        self._logs.extend(params.get("logs") or [])
        status = parse(params)
        if isinstance(status, (InProgress, Completed)):
            status.logs = list(self._logs)
        self._on_queue_update(status)
