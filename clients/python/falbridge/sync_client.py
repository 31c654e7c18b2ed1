"""The synchronous client."""

from __future__ import annotations

import pathlib
import queue
import threading
import time
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Callable, Iterator, Optional, Sequence

from . import calls
from .process import Process
from .status import Completed, Status, parse
from .storage import StorageSettings, params as lifecycle_params

CANCEL_TIMEOUT = 15.0


@dataclass(frozen=True)
class SyncRequestHandle:
    """A request in the queue."""

    request_id: str
    application: str
    client: "SyncClient" = field(repr=False)
    # What the queue named at the submit; None for one that was taken up by its id.
    response_url: Optional[str] = None
    status_url: Optional[str] = None
    cancel_url: Optional[str] = None

    def status(self, *, with_logs: bool = False) -> Status:
        return self.client.status(self.application, self.request_id, with_logs=with_logs)

    def iter_events(self, *, with_logs: bool = False, interval: float = 0.1) -> Iterator[Status]:
        """The state again and again, until it is Completed."""
        while True:
            status = self.status(with_logs=with_logs)
            yield status
            if isinstance(status, Completed):
                return
            time.sleep(interval)

    def get(self, *, interval: Optional[float] = None, timeout: Optional[float] = None) -> Any:
        """Waits for the output. `interval` is fal_client's: when to ask is the bridge's to know."""
        return self.client.request("result", calls.given(
            endpoint=self.application, request_id=self.request_id, wait=True, timeout=timeout))["data"]

    def cancel(self) -> None:
        self.client.cancel(self.application, self.request_id)


class SyncClient:
    """A client with a process of its own, started at the first call and again when it has died.

    key: as FAL_KEY; handed over in the environment. bin: the program. args: flags for it. env: variables for it.
    """

    def __init__(self, key: Optional[str] = None, *, bin: Optional[str] = None, args: Sequence[str] = (),
                 env: Optional[dict[str, str]] = None) -> None:
        self._bin = bin
        self._args = tuple(args)
        self._env = {**(env or {}), **({"FAL_KEY": key} if key else {})}
        self._lock = threading.Lock()  # guards _process
        self._process: Optional[Process] = None

    def process(self) -> Process:
        """The running process."""
        with self._lock:
            if self._process is None or not self._process.is_alive:
                self._process = Process(self._bin, self._args, self._env)
            return self._process

    def close(self) -> None:
        with self._lock:
            process, self._process = self._process, None
        if process:
            process.close()

    def __enter__(self) -> "SyncClient":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def request(self, method: str, params: Optional[dict[str, Any]] = None,
                listener: Optional[Callable[[str, dict[str, Any]], Any]] = None) -> Any:
        """Makes any call of the bridge's. The listener is called in this thread; what it raises ends the call."""
        process = self.process()
        events: "queue.SimpleQueue[Optional[tuple[str, dict[str, Any]]]]" = queue.SimpleQueue()
        forward = (lambda name, about: events.put((name, about))) if listener else None
        future: Future[Any] = process.call(method, params or {}, forward)
        future.add_done_callback(lambda _: events.put(None))
        try:
            while (event := events.get()) is not None:
                if listener:
                    listener(*event)
            return future.result()
        except BaseException:
            # Ctrl-C, or a callback that raised: nobody wants the answer any more, and the queue should know.
            if not future.done():
                process.cancel(future)
                try:
                    future.exception(CANCEL_TIMEOUT)
                except BaseException:
                    pass
            raise

    def subscribe(self, application: str, arguments: dict[str, Any], *, path: str = "", hint: Optional[str] = None,
                  with_logs: bool = False, interval: Optional[float] = None,
                  on_enqueue: Optional[Callable[[str], Any]] = None,
                  on_queue_update: Optional[Callable[[Status], Any]] = None, priority: Optional[str] = None,
                  headers: Optional[dict[str, str]] = None, start_timeout: Optional[float] = None,
                  client_timeout: Optional[float] = None, mode: Optional[str] = None,
                  webhook_url: Optional[str] = None, max_queue_length: Optional[int] = None,
                  lifecycle: Optional[StorageSettings] = None, download_to: Optional[str] = None,
                  on_cancel: Optional[str] = None, auto_upload: Optional[bool] = None,
                  validate: Optional[bool] = None) -> Any:
        """Runs a model and waits for its output. Paths of local files in the arguments are uploaded."""
        params = calls.submit(application, arguments, path, dict(
            hint=hint, with_logs=with_logs or None, interval=interval, priority=priority, headers=headers,
            start_timeout=start_timeout, client_timeout=client_timeout, mode=mode, webhook_url=webhook_url,
            max_queue_length=max_queue_length, lifecycle=lifecycle, download_to=download_to, on_cancel=on_cancel,
            auto_upload=auto_upload, validate=validate))
        return self.request("subscribe", params, calls.Updates(on_enqueue, on_queue_update))["data"]

    def submit(self, application: str, arguments: dict[str, Any], *, path: str = "", hint: Optional[str] = None,
               webhook_url: Optional[str] = None, priority: Optional[str] = None,
               headers: Optional[dict[str, str]] = None, start_timeout: Optional[float] = None,
               max_queue_length: Optional[int] = None, lifecycle: Optional[StorageSettings] = None,
               auto_upload: Optional[bool] = None, validate: Optional[bool] = None) -> SyncRequestHandle:
        """Puts a request into the queue and comes back at once."""
        answer = self.request("submit", calls.submit(application, arguments, path, dict(
            hint=hint, webhook_url=webhook_url, priority=priority, headers=headers, start_timeout=start_timeout,
            max_queue_length=max_queue_length, lifecycle=lifecycle, auto_upload=auto_upload, validate=validate)))
        return SyncRequestHandle(answer["request_id"], answer["endpoint"], self, answer["response_url"],
                                 answer["status_url"], answer["cancel_url"])

    def run(self, application: str, arguments: dict[str, Any], *, path: str = "", timeout: Optional[float] = None,
            start_timeout: Optional[float] = None, hint: Optional[str] = None,
            headers: Optional[dict[str, str]] = None, lifecycle: Optional[StorageSettings] = None,
            auto_upload: Optional[bool] = None, validate: Optional[bool] = None) -> Any:
        """Runs a quick model without the queue."""
        return self.request("run", calls.submit(application, arguments, path, dict(
            timeout=timeout, start_timeout=start_timeout, hint=hint, headers=headers, lifecycle=lifecycle,
            auto_upload=auto_upload, validate=validate)))["data"]

    def get_handle(self, application: str, request_id: str) -> SyncRequestHandle:
        return SyncRequestHandle(request_id, application, self)

    def status(self, application: str, request_id: str, *, with_logs: bool = False) -> Status:
        return parse(self.request("status", {"endpoint": application, "request_id": request_id, "logs": with_logs}))

    def result(self, application: str, request_id: str) -> Any:
        return self.request("result", {"endpoint": application, "request_id": request_id})["data"]

    def cancel(self, application: str, request_id: str) -> None:
        self.request("cancel", {"endpoint": application, "request_id": request_id})

    def requests(self, *, status: Optional[str] = None, application: Optional[str] = None, limit: int = 50,
                 before: Optional[str] = None) -> list[dict[str, Any]]:
        """What was submitted from this machine, newest first; `before` is the `created_at` of the last one seen."""
        return self.request("requests", calls.given(
            status=status, endpoint=application, limit=limit, before=before))["requests"]

    def verify_webhook(self, headers: calls.Headers, body: "bytes | str", *, max_age: float = 300) -> dict[str, Any]:
        """Whether a call to a webhook is fal's: {valid, reason?, request_id?, status?, payload?}.

        headers: as the server that was called has them. body: the raw body.
        """
        params = calls.webhook(headers, body, max_age)
        return self.request("verify_webhook", params) if params else calls.NO_TEXT

    def upload(self, data: "bytes | str", content_type: Optional[str] = None, file_name: Optional[str] = None, *,
               lifecycle: Optional[StorageSettings] = None) -> str:
        return self.request("upload", calls.upload(data, content_type, file_name, lifecycle))["url"]

    def upload_file(self, path: "str | pathlib.Path", *, lifecycle: Optional[StorageSettings] = None) -> str:
        return self.request("upload", {"path": str(path), **lifecycle_params(lifecycle)})["url"]

    def upload_image(self, image: Any, format: str = "jpeg", *, lifecycle: Optional[StorageSettings] = None) -> str:
        """Uploads a Pillow image."""
        return self.upload(calls.image(image, format), f"image/{format}", lifecycle=lifecycle)

    def download(self, url: str, to: str, *, overwrite: bool = False) -> list[dict[str, Any]]:
        return self.request("download", {"url": url, "to": to, "overwrite": overwrite})["files"]

    def validate(self, application: str, arguments: dict[str, Any]) -> dict[str, Any]:
        return self.request("validate", {"endpoint": application, "input": arguments})

    def models(self, query: str = "") -> list[dict[str, Any]]:
        return self.request("models", {"query": query})["models"]

    def schema(self, application: str) -> dict[str, Any]:
        return self.request("schema", {"endpoint": application})

    def configure(self, **settings: Any) -> dict[str, Any]:
        """credentials, backend, proxy_url, default_endpoint."""
        return self.request("configure", settings)
