"""How long an uploaded or generated file is kept, and who may read it, as fal_client's classes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, Optional, Union

ObjectExpiration = Union[Literal["never", "immediate", "1h", "1d", "7d", "30d", "1y"], int]
StorageACLDecision = Literal["hide", "forbid", "allow"]


@dataclass(frozen=True)
class StorageACLRule:
    """What one user may do."""

    user: str
    decision: StorageACLDecision


@dataclass(frozen=True)
class StorageACL:
    """What strangers may do, and the exceptions."""

    default: Optional[StorageACLDecision] = None
    rules: Optional[list[StorageACLRule]] = None


@dataclass(frozen=True)
class StorageSettings:
    """`expires_in` is seconds, or one of the words."""

    expires_in: Optional[ObjectExpiration] = None
    initial_acl: Optional[StorageACL] = None


def params(lifecycle: Optional[StorageSettings]) -> dict[str, Any]:
    """The bridge's `expires_in` and `acl`."""
    given: dict[str, Any] = {}
    if lifecycle is None:
        return given
    if lifecycle.expires_in is not None:
        given["expires_in"] = lifecycle.expires_in
    if acl := lifecycle.initial_acl:
        object: dict[str, Any] = {}
        if acl.default is not None:
            object["default"] = acl.default
        if acl.rules:
            object["rules"] = [{"user": rule.user, "decision": rule.decision} for rule in acl.rules]
        if object:
            given["acl"] = object
    return given
