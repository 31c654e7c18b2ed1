"""fal's client API over fal-bridge: `import falbridge as fal_client` and keep the rest."""

from __future__ import annotations

from .async_client import AsyncClient, AsyncRequestHandle
from .encoding import encode, encode_file, encode_image
from .endpoints import Endpoint
from .errors import (BridgeError, BridgeNotFoundError, BridgeProcessError, CancelledRequestError, FalClientError,
                     FalClientHTTPError, FalClientTimeoutError, StartTimeoutError, UnsupportedError, ValidationError)
from .status import Completed, InProgress, Queued, Status
from .storage import ObjectExpiration, StorageACL, StorageACLDecision, StorageACLRule, StorageSettings
from .sync_client import SyncClient, SyncRequestHandle
from .unsupported import AsyncRealtimeConnection, RealtimeConnection, set_get_current_app

__version__ = "0.1.0"
version_tuple = (0, 1, 0)

# The clients of the module's own functions. They share a process, which starts at the first call.
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
stream = sync_client.stream
realtime = sync_client.realtime
ws_connect = sync_client.ws_connect

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
download_async = async_client.download
validate_async = async_client.validate
models_async = async_client.models
schema_async = async_client.schema
configure_async = async_client.configure
stream_async = async_client.stream
realtime_async = async_client.realtime
ws_connect_async = async_client.ws_connect

__all__ = [
    "AsyncClient", "AsyncRealtimeConnection", "AsyncRequestHandle", "BridgeError", "BridgeNotFoundError",
    "BridgeProcessError", "CancelledRequestError", "Completed", "Endpoint", "FalClientError", "FalClientHTTPError",
    "FalClientTimeoutError", "InProgress", "ObjectExpiration", "Queued", "RealtimeConnection", "StartTimeoutError",
    "Status", "StorageACL", "StorageACLDecision", "StorageACLRule", "StorageSettings", "SyncClient",
    "SyncRequestHandle", "UnsupportedError", "ValidationError", "__version__", "cancel", "cancel_async",
    "configure", "configure_async", "download", "download_async", "encode", "encode_file", "encode_image",
    "get_handle", "models", "models_async", "realtime", "realtime_async", "requests", "requests_async", "result",
    "result_async", "run", "run_async", "schema", "schema_async", "set_get_current_app", "status", "status_async",
    "stream", "stream_async", "submit", "submit_async", "subscribe", "subscribe_async", "upload", "upload_async",
    "upload_file", "upload_file_async", "upload_image", "upload_image_async", "validate", "validate_async",
    "verify_webhook", "verify_webhook_async", "version_tuple", "ws_connect", "ws_connect_async",
]
