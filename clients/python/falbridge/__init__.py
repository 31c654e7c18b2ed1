"""fal's client API over fal-bridge: `import falbridge as fal_client` and keep the rest."""

from __future__ import annotations

import base64
import mimetypes
import pathlib
from typing import Any

from . import calls
from .async_client import AsyncClient, AsyncRequestHandle
from .errors import (BridgeError, BridgeNotFoundError, BridgeProcessError, CancelledRequestError, FalClientError,
                     FalClientHTTPError, FalClientTimeoutError, ValidationError)
from .status import Completed, InProgress, Queued, Status
from .storage import StorageACL, StorageACLRule, StorageSettings
from .sync_client import SyncClient, SyncRequestHandle

__version__ = "0.1.0"

# The clients of the module's own functions; each starts its process at the first call.
sync_client = SyncClient()
async_client = AsyncClient()

subscribe = sync_client.subscribe
submit = sync_client.submit
run = sync_client.run
status = sync_client.status
result = sync_client.result
cancel = sync_client.cancel
get_handle = sync_client.get_handle
upload = sync_client.upload
upload_file = sync_client.upload_file
upload_image = sync_client.upload_image
requests = sync_client.requests
verify_webhook = sync_client.verify_webhook
download = sync_client.download
validate = sync_client.validate
models = sync_client.models
schema = sync_client.schema
configure = sync_client.configure

subscribe_async = async_client.subscribe
submit_async = async_client.submit
run_async = async_client.run
status_async = async_client.status
result_async = async_client.result
cancel_async = async_client.cancel
upload_async = async_client.upload
upload_file_async = async_client.upload_file
upload_image_async = async_client.upload_image
requests_async = async_client.requests
verify_webhook_async = async_client.verify_webhook


def encode(data: "bytes | str", content_type: str) -> str:
    """A data URI."""
    raw = data.encode() if isinstance(data, str) else data
    return f"data:{content_type};base64,{base64.b64encode(raw).decode()}"


def encode_image(image: Any, format: str = "jpeg") -> str:
    """A Pillow image as a data URI."""
    return encode(calls.image(image, format), f"image/{format}")


def encode_file(path: "str | pathlib.Path") -> str:
    """A file as a data URI."""
    type, _ = mimetypes.guess_type(str(path))
    return encode(pathlib.Path(path).read_bytes(), type or "application/octet-stream")


__all__ = [
    "AsyncClient", "AsyncRequestHandle", "BridgeError", "BridgeNotFoundError", "BridgeProcessError",
    "CancelledRequestError", "Completed", "FalClientError", "FalClientHTTPError", "FalClientTimeoutError",
    "InProgress", "Queued", "Status", "StorageACL", "StorageACLRule", "StorageSettings", "SyncClient",
    "SyncRequestHandle", "ValidationError", "cancel", "cancel_async", "configure", "download", "encode",
    "encode_file", "encode_image", "get_handle", "models", "requests", "requests_async", "result", "result_async",
    "run", "run_async", "schema", "status", "status_async", "submit", "submit_async", "subscribe",
    "subscribe_async", "upload", "upload_async", "upload_file", "upload_file_async", "upload_image",
    "upload_image_async", "validate", "verify_webhook", "verify_webhook_async",
]
