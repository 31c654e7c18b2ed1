"""What can go wrong, as exceptions. Names are fal_client's where it has one for the same thing."""

from __future__ import annotations

from typing import Any, Optional


class FalClientError(Exception):
    """The root of all errors of this package."""


class BridgeNotFoundError(FalClientError):
    """The program fal-bridge is nowhere."""


class BridgeProcessError(FalClientError):
    """The program ended while it was needed.

    returncode: its exit code, negative for a signal. stderr: the last of what it said.
    """

    def __init__(self, returncode: Optional[int], stderr: str) -> None:
        last = stderr.strip().splitlines()[-1:] or ["it said nothing"]
        super().__init__(f"fal-bridge ended with {returncode}: {last[0]}")
        self.returncode = returncode
        self.stderr = stderr


class BridgeError(FalClientError):
    """An error answer. `kind` is a word for programs, see the contract's table."""

    def __init__(self, error: dict[str, Any]) -> None:
        data = error.get("data") or {}
        super().__init__(error.get("message", ""))
        self.message: str = error.get("message", "")
        self.code: int = error.get("code", 0)
        self.data: dict[str, Any] = data
        self.kind: str = data.get("kind", "internal_error")
        self.retryable: bool = bool(data.get("retryable"))
        self.request_id: Optional[str] = data.get("request_id")
        self.error_type: Optional[str] = data.get("error_type")
        self.status_code: Optional[int] = data.get("http_status")
        self.detail: list[dict[str, Any]] = data.get("detail") or []

    @property
    def field_errors(self) -> list[dict[str, Any]]:
        """Each wrong field: {loc, msg, type, ctx?}."""
        return self.detail


class FalClientHTTPError(BridgeError):
    """The server answered with an error."""


class FalClientTimeoutError(BridgeError, TimeoutError):
    """`client_timeout` or `start_timeout` ran out."""


class ValidationError(FalClientHTTPError):
    """The input breaks the model's schema; found here, before anything was sent (then `status_code` is None), or by
    the model."""


class CancelledRequestError(BridgeError):
    """The request was cancelled."""


def from_answer(error: dict[str, Any]) -> BridgeError:
    """The exception for an error answer."""
    kind = (error.get("data") or {}).get("kind")
    if kind == "timeout":
        return FalClientTimeoutError(error)
    if kind in ("invalid_params", "rejected"):
        return ValidationError(error)
    if kind == "cancelled":
        return CancelledRequestError(error)
    if (error.get("data") or {}).get("http_status"):
        return FalClientHTTPError(error)
    return BridgeError(error)
