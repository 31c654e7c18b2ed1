"""The synchronous client."""

from __future__ import annotations

import os
import queue
import time
import weakref
from concurrent.futures import Future, wait
from dataclasses import dataclass, field
from typing import Any, Callable, Iterator, Optional, Sequence

from . import calls, endpoints, shared
from .errors import FalClientError
from .inputs import Call, Steps
from .process import Process
from .status import Completed, Status, parse
from .storage import StorageSettings
from .unsupported import Unsupported

CANCEL_TIMEOUT = 15.0


@dataclass(frozen=True)
class SyncRequestHandle:
    """A request in the queue."""

    request_id: str
    application: str
    client: "SyncClient" = field(repr=False)
    # What the queue named at the submit; None for one that was taken up by its id.
    response_url: Optional[str] = field(default=None, repr=False)
    status_url: Optional[str] = field(default=None, repr=False)
    cancel_url: Optional[str] = field(default=None, repr=False)

    @classmethod
    def from_request_id(cls, client: "SyncClient", application: str, request_id: str) -> "SyncRequestHandle":
        return cls(request_id, application, client)

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
        return self.client.result(self.application, self.request_id, timeout=timeout)

    def cancel(self) -> None:
        self.client.cancel(self.application, self.request_id)


class SyncClient(Unsupported):
    """A client. Those with the same settings share a process, which starts at the first call and again when it has
    died, and ends when they are closed.

    key: as FAL_KEY; handed over in the environment. default_timeout: fal_client's; the bridge has its own deadlines.
    bin: the program. args: flags for it. env: variables for it.
    """

    def __init__(self, key: Optional[str] = None, default_timeout: float = 120.0, *, bin: Optional[str] = None,
                 args: Sequence[str] = (), env: Optional[dict[str, str]] = None) -> None:
        self.key = key
        self.default_timeout = default_timeout
        self._settings = (bin, tuple(args), {**(env or {}), **({"FAL_KEY": key} if key else {})})
        self._bridge: Optional[shared.Bridge] = None
        self._release: Optional[weakref.finalize[Any, Any]] = None

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    def bridge(self) -> shared.Bridge:
        """What keeps the process, which this client has a share in from here on."""
        if self._bridge is None:
            bridge = shared.lease(*self._settings)
            release = weakref.finalize(self, shared.release, bridge)
            if self._bridge is None:
                self._bridge, self._release = bridge, release
            else:
                release()  # Another thread was first.
        return self._bridge

    def process(self) -> Process:
        """The running process."""
        return self.bridge().process()

    def close(self) -> None:
        """Gives the share up; the last one waits for the end of the process. The next call takes a new share."""
        release, self._bridge, self._release = self._release, None, None
        if release and (process := release()):
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
        future = process.call(method, params or {}, forward)
        future.add_done_callback(lambda _: events.put(None))
        try:
            while (event := events.get()) is not None:
                if listener:
                    listener(*event)
            return future.result()
        except BaseException:
            # Ctrl-C, or a callback that raised: nobody wants the answer any more, and the queue should know.
            _abandon(process, [future])
            raise

    def _together(self, made: list[Call]) -> list[Any]:
        """The answers of calls that are made side by side, an exception in place of one that is an error."""
        if len(made) == 1:
            try:
                return [self.request(made[0].method, made[0].params, made[0].updates)]
            except FalClientError as error:
                return [error]
        process = self.process()
        futures = [process.call(call.method, call.params) for call in made]
        try:
            wait(futures)
        except BaseException:
            _abandon(process, futures)
            raise
        return [future.exception() or future.result() for future in futures]

    def _follow(self, steps: Steps[Any]) -> Any:
        answers: Any = None
        try:
            while True:
                answers = self._together(steps.send(answers))
        except StopIteration as end:
            return end.value
        finally:
            steps.close()

    @endpoints.subscribe
    def subscribe(self, application: str, arguments: calls.Arguments, *, path: str = "", hint: Optional[str] = None,
                  with_logs: bool = False, interval: Optional[float] = None,
                  on_enqueue: Optional[Callable[[str], Any]] = None,
                  on_queue_update: Optional[Callable[[Status], Any]] = None, priority: Optional[str] = None,
                  headers: Optional[dict[str, str]] = None, start_timeout: Optional[float] = None,
                  client_timeout: Optional[float] = None, mode: Optional[str] = None,
                  webhook_url: Optional[str] = None, max_queue_length: Optional[int] = None,
                  lifecycle: Optional[StorageSettings] = None, download_to: Optional[str] = None,
                  on_cancel: Optional[str] = None, auto_upload: Optional[bool] = None,
                  validate: Optional[bool] = None) -> Any:
        """Runs a model and waits for its output. Files in the arguments are uploaded."""
        calls.check_timeouts(start_timeout, client_timeout)
        return self._follow(calls.subscribe(application, arguments, path, dict(
            hint=hint, with_logs=with_logs or None, interval=interval, priority=priority, headers=headers,
            start_timeout=start_timeout, client_timeout=client_timeout, mode=mode, webhook_url=webhook_url,
            max_queue_length=max_queue_length, lifecycle=lifecycle, download_to=download_to, on_cancel=on_cancel,
            auto_upload=auto_upload, validate=validate), on_enqueue, on_queue_update))

    @endpoints.submit
    def submit(self, application: str, arguments: calls.Arguments, *, path: str = "", hint: Optional[str] = None,
               webhook_url: Optional[str] = None, priority: Optional[str] = None,
               headers: Optional[dict[str, str]] = None, start_timeout: Optional[float] = None,
               max_queue_length: Optional[int] = None, lifecycle: Optional[StorageSettings] = None,
               auto_upload: Optional[bool] = None, validate: Optional[bool] = None) -> SyncRequestHandle:
        """Puts a request into the queue and comes back at once."""
        answer = self._follow(calls.submit(application, arguments, path, dict(
            hint=hint, webhook_url=webhook_url, priority=priority, headers=headers, start_timeout=start_timeout,
            max_queue_length=max_queue_length, lifecycle=lifecycle, auto_upload=auto_upload, validate=validate)))
        return SyncRequestHandle(client=self, **calls.handle_fields(answer))

    @endpoints.run
    def run(self, application: str, arguments: calls.Arguments, *, method: str = "POST", path: str = "",
            timeout: Optional[float] = None, start_timeout: Optional[float] = None, hint: Optional[str] = None,
            headers: Optional[dict[str, str]] = None, lifecycle: Optional[StorageSettings] = None,
            auto_upload: Optional[bool] = None, validate: Optional[bool] = None) -> Any:
        """Runs a quick model without the queue."""
        return self._follow(calls.run(application, arguments, path, dict(
            timeout=timeout, start_timeout=start_timeout, hint=hint, headers=headers, lifecycle=lifecycle,
            auto_upload=auto_upload, validate=validate), method))

    def get_handle(self, application: str, request_id: str) -> SyncRequestHandle:
        return SyncRequestHandle(request_id, application, self)

    def status(self, application: str, request_id: str, *, with_logs: bool = False) -> Status:
        return parse(self.request("status", calls.request(application, request_id, logs=with_logs)))

    def result(self, application: str, request_id: str, *, timeout: Optional[float] = None) -> Any:
        """The output, waited for."""
        return self.request("result", calls.request(application, request_id, wait=True, timeout=timeout))["data"]

    def cancel(self, application: str, request_id: str) -> None:
        calls.check_cancelled(self.request("cancel", calls.request(application, request_id)), application)

    def requests(self, *, status: Optional[str] = None, application: Optional[str] = None, limit: int = 50,
                 before: Optional[str] = None) -> list[dict[str, Any]]:
        """What was submitted from this machine, newest first; `before` is the `created_at` of the last one seen."""
        answer: list[dict[str, Any]] = self.request("requests", calls.given(
            status=status, endpoint=application, limit=limit, before=before))["requests"]
        return answer

    def verify_webhook(self, headers: calls.Headers, body: "bytes | str", *, max_age: float = 300) -> dict[str, Any]:
        """Whether a call to a webhook is fal's: {valid, reason?, request_id?, status?, payload?}.

        headers: as the server that was called has them. body: the raw body.
        """
        params = calls.webhook(headers, body, max_age)
        return self.request("verify_webhook", params) if params else calls.NO_TEXT

    def upload(self, data: Any, content_type: Optional[str] = None, file_name: Optional[str] = None, *,
               repository: Any = None, fallback_repository: Any = None,
               lifecycle: Optional[StorageSettings] = None) -> str:
        """Uploads bytes, a text, or an open file. The repositories are fal_client's: the bridge chooses by itself."""
        answer: str = self._follow(calls.upload(data, content_type, file_name, lifecycle))
        return answer

    def upload_file(self, path: "str | os.PathLike[str]", *, repository: Any = None, fallback_repository: Any = None,
                    lifecycle: Optional[StorageSettings] = None) -> str:
        answer: str = self._follow(calls.upload_file(path, lifecycle))
        return answer

    def upload_image(self, image: Any, format: str = "jpeg", *, repository: Any = None,
                     fallback_repository: Any = None, lifecycle: Optional[StorageSettings] = None) -> str:
        """Uploads a Pillow image."""
        answer: str = self._follow(calls.upload_image(image, format, lifecycle))
        return answer

    def download(self, url: str, to: str, *, overwrite: bool = False) -> list[dict[str, Any]]:
        answer: list[dict[str, Any]] = self.request("download", {"url": url, "to": to, "overwrite": overwrite})["files"]
        return answer

    def validate(self, application: str, arguments: calls.Arguments) -> dict[str, Any]:
        answer: dict[str, Any] = self.request("validate", {"endpoint": application, "input": dict(arguments)})
        return answer

    def models(self, query: str = "") -> list[dict[str, Any]]:
        answer: list[dict[str, Any]] = self.request("models", {"query": query})["models"]
        return answer

    def schema(self, application: str) -> dict[str, Any]:
        answer: dict[str, Any] = self.request("schema", {"endpoint": application})
        return answer

    def configure(self, **settings: Any) -> dict[str, Any]:
        """credentials, backend, proxy_url, default_endpoint: for every client that shares the process."""
        answer: dict[str, Any] = self.request("configure", settings)
        self.bridge().keep(settings)
        return answer



def _abandon(process: Process, futures: "list[Future[Any]]") -> None:
    """Cancels calls, and waits until the bridge has said so: then the queue has been told."""
    for future in futures:
        if not future.done():
            process.cancel(future)
    try:
        wait(futures, CANCEL_TIMEOUT)
    except BaseException:
        pass
