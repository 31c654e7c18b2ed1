"""What can go wrong, as exceptions. Names are fal_client's where it has one for the same thing."""

from __future__ import annotations

import json
from typing import Any, Optional

Detail = list[dict[str, Any]]


class FalClientError(Exception):
    """The root of all errors of this package."""


class BridgeNotFoundError(FalClientError):
    """The program fal-bridge is nowhere, or speaks another protocol."""


class UnsupportedError(FalClientError, NotImplementedError):
    """fal_client has this, and the bridge does not."""


class BridgeProcessError(FalClientError):
    """The program ended while it was needed.

    returncode: its exit code, negative for a signal. stderr: the last of what it said.
    """

    def __init__(self, returncode: Optional[int], stderr: str) -> None:
        last = stderr.strip().splitlines()[-1:] or ["it said nothing"]
        super().__init__(f"fal-bridge ended with {returncode}: {last[0]}")
        self.returncode = returncode
        self.stderr = stderr


class Response:
    """What is used of an HTTP library's answer in fal_client's errors, from what the bridge says of it."""

    def __init__(self, status_code: Optional[int], headers: dict[str, str], body: dict[str, Any]) -> None:
        self.status_code = status_code
        self.headers = headers
        self._body = body

    def json(self) -> dict[str, Any]:
        return self._body

    @property
    def text(self) -> str:
        return json.dumps(self._body, ensure_ascii=False)


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
        self.detail: Detail = data.get("detail") or []

    @property
    def field_errors(self) -> Detail:
        """Each wrong field: {loc, msg, type, ctx?}."""
        return self.detail

    @property
    def errors(self) -> Detail:
        """As `field_errors`."""
        return self.detail

    @property
    def response_headers(self) -> dict[str, str]:
        """fal's headers that say something of the error, as far as the bridge tells."""
        known = {"x-fal-request-id": self.request_id, "x-fal-error-type": self.error_type}
        return {name: value for name, value in known.items() if value}

    @property
    def response(self) -> Response:
        """The answer in fal's form, as fal_client's errors have it."""
        body: dict[str, Any] = {"detail": self.detail or self.message}
        if self.error_type:
            body["error_type"] = self.error_type
        return Response(self.status_code, self.response_headers, body)


class FalClientHTTPError(BridgeError):
    """The server answered with an error, or the run failed there; `status_code` is None where it is not known."""


class FalClientTimeoutError(BridgeError, TimeoutError):
    """`client_timeout` ran out; `timeout` is what it was."""

    timeout: Optional[float] = None


class StartTimeoutError(FalClientHTTPError, TimeoutError):
    """`start_timeout` ran out at the server: to fal_client any other FalClientHTTPError, and no timeout of its own."""


class ValidationError(FalClientHTTPError):
    """The input breaks the model's schema; found here, before anything was sent (then `status_code` is None), or by
    the model."""


class CancelledRequestError(FalClientHTTPError):
    """The request was cancelled."""


def from_answer(error: dict[str, Any]) -> BridgeError:
    """The exception for an error answer."""
    data = error.get("data") or {}
    kind, has_status = data.get("kind"), bool(data.get("http_status"))
    if kind == "timeout":
        return StartTimeoutError(error) if has_status else FalClientTimeoutError(error)
    if data.get("error_type") == "request_timeout":
        return StartTimeoutError(error)
    if kind in ("invalid_params", "rejected"):
        return ValidationError(error)
    if kind == "cancelled":
        return CancelledRequestError(error)
    # Of a run that failed at the queue only fal's word for it may be known.
    return FalClientHTTPError(error) if has_status or kind == "request_failed" else BridgeError(error)


def already_completed(request_id: str, endpoint: str) -> FalClientHTTPError:
    """A cancel that came too late, which is an error of fal_client's."""
    return FalClientHTTPError({"code": 1409, "message": "ALREADY_COMPLETED", "data": {
        "kind": "already_completed", "request_id": request_id, "endpoint": endpoint, "http_status": 400}})
