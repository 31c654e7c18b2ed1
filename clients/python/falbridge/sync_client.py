"""The synchronous client."""

from __future__ import annotations

import pathlib
import queue
import threading
import time
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Callable, Iterator, Optional, Sequence

from . import calls
from .process import Process
from .status import Completed, Status, parse

CANCEL_TIMEOUT = 15.0


@dataclass(frozen=True)
class SyncRequestHandle:
    """A request in the queue."""

    request_id: str
    application: str
    client: "SyncClient"

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

    def get(self) -> dict[str, Any]:
        """Waits for the output."""
        return self.client.request("result", {"endpoint": self.application, "request_id": self.request_id, "wait": True})["data"]

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

    def request(self, method: str, params: Optional[dict[str, Any]] = None, listener: Optional[Callable[[str, dict[str, Any]], None]] = None) -> Any:
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

    def subscribe(self, application: str, arguments: dict[str, Any], *, path: str = "", with_logs: bool = False,
                  on_enqueue: Optional[Callable[[str], None]] = None, on_queue_update: Optional[Callable[[Status], None]] = None,
                  hint: Optional[str] = None, priority: Optional[str] = None, client_timeout: Optional[float] = None,
                  start_timeout: Optional[float] = None, headers: Optional[dict[str, str]] = None,
                  download_to: Optional[str] = None, poll_interval: Optional[float] = None,
                  on_cancel: Optional[str] = None) -> dict[str, Any]:
        """Runs a model and waits for its output. Paths of local files in the arguments are uploaded."""
        params = calls.submit(application, arguments, path, dict(
            hint=hint, priority=priority, client_timeout=client_timeout, start_timeout=start_timeout, headers=headers,
            with_logs=with_logs or None, download_to=download_to, poll_interval=poll_interval, on_cancel=on_cancel))
        return self.request("subscribe", params, calls.Updates(on_enqueue, on_queue_update))["data"]

    def submit(self, application: str, arguments: dict[str, Any], *, path: str = "", hint: Optional[str] = None,
               webhook_url: Optional[str] = None, priority: Optional[str] = None, start_timeout: Optional[float] = None,
               headers: Optional[dict[str, str]] = None) -> SyncRequestHandle:
        params = calls.submit(application, arguments, path, dict(
            hint=hint, webhook_url=webhook_url, priority=priority, start_timeout=start_timeout, headers=headers))
        answer = self.request("submit", params)
        return SyncRequestHandle(answer["request_id"], answer["endpoint"], self)

    def get_handle(self, application: str, request_id: str) -> SyncRequestHandle:
        return SyncRequestHandle(request_id, application, self)

    def status(self, application: str, request_id: str, *, with_logs: bool = False) -> Status:
        return parse(self.request("status", {"endpoint": application, "request_id": request_id, "logs": with_logs}))

    def result(self, application: str, request_id: str) -> dict[str, Any]:
        return self.request("result", {"endpoint": application, "request_id": request_id})["data"]

    def cancel(self, application: str, request_id: str) -> None:
        self.request("cancel", {"endpoint": application, "request_id": request_id})

    def upload(self, data: "bytes | str", content_type: Optional[str] = None, file_name: Optional[str] = None) -> str:
        return self.request("upload", calls.upload(data, content_type, file_name))["url"]

    def upload_file(self, path: "str | pathlib.Path") -> str:
        return self.request("upload", {"path": str(path)})["url"]

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
