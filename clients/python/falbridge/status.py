"""Where a request is, as fal_client's classes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Optional


@dataclass
class Status:
    """The root of the three states."""


@dataclass
class Queued(Status):
    """It waits; `position` requests are before it."""

    position: int


@dataclass
class InProgress(Status):
    """It runs."""

    logs: Optional[list[dict[str, Any]]] = None


@dataclass
class Completed(Status):
    """It is done, well or not: then `error` and `error_type` say why."""

    logs: Optional[list[dict[str, Any]]] = None
    metrics: dict[str, Any] = field(default_factory=dict)
    error: Optional[str] = None
    error_type: Optional[str] = None


def parse(answer: dict[str, Any], logs: Optional[list[dict[str, Any]]] = None) -> Status:
    """The state in an answer of `status` or a `queue/update`."""
    lines = logs if logs is not None else answer.get("logs")
    if answer["status"] == "IN_QUEUE":
        return Queued(answer.get("queue_position", 0))
    if answer["status"] == "IN_PROGRESS":
        return InProgress(lines)
    return Completed(lines, answer.get("metrics") or {}, answer.get("error"), answer.get("error_type"))
