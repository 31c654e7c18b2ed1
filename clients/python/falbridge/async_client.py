"""The asynchronous client: the same calls, awaited."""

from __future__ import annotations

import asyncio
import inspect
import os
from dataclasses import dataclass, field
from typing import Any, AsyncIterator, Callable, Optional, Sequence

from . import calls, endpoints
from .errors import FalClientError
from .inputs import Call, Steps
from .status import Completed, Status, parse
from .storage import StorageSettings
from .sync_client import CANCEL_TIMEOUT, SyncClient
from .unsupported import Unsupported


@dataclass(frozen=True)
class AsyncRequestHandle:
    """A request in the queue."""

    request_id: str
    application: str
    client: "AsyncClient" = field(repr=False)
    # What the queue named at the submit; None for one that was taken up by its id.
    response_url: Optional[str] = field(default=None, repr=False)
    status_url: Optional[str] = field(default=None, repr=False)
    cancel_url: Optional[str] = field(default=None, repr=False)

    @classmethod
    def from_request_id(cls, client: "AsyncClient", application: str, request_id: str) -> "AsyncRequestHandle":
        return cls(request_id, application, client)

    async def status(self, *, with_logs: bool = False) -> Status:
        return await self.client.status(self.application, self.request_id, with_logs=with_logs)

    async def iter_events(self, *, with_logs: bool = False, interval: float = 0.1) -> AsyncIterator[Status]:
        while True:
            status = await self.status(with_logs=with_logs)
            yield status
            if isinstance(status, Completed):
                return
            await asyncio.sleep(interval)

    async def get(self, *, interval: Optional[float] = None, timeout: Optional[float] = None) -> Any:
        return await self.client.result(self.application, self.request_id, timeout=timeout)

    async def cancel(self) -> None:
        await self.client.cancel(self.application, self.request_id)


class AsyncClient(Unsupported):
    """As SyncClient, and with a share in the same process. A cancelled task cancels its request at the queue."""

    def __init__(self, key: Optional[str] = None, default_timeout: float = 120.0, *, bin: Optional[str] = None,
                 args: Sequence[str] = (), env: Optional[dict[str, str]] = None) -> None:
        self.key = key
        self.default_timeout = default_timeout
        self._client = SyncClient(key, default_timeout, bin=bin, args=args, env=env)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    async def close(self) -> None:
        await asyncio.to_thread(self._client.close)

    async def __aenter__(self) -> "AsyncClient":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def request(self, method: str, params: Optional[dict[str, Any]] = None,
                      listener: Optional[Callable[[str, dict[str, Any]], Any]] = None) -> Any:
        """Makes any call of the bridge's. The listener is called in the event loop, and awaited where it can be; what
        it raises ends the call."""
        loop = asyncio.get_running_loop()
        running = self._client.bridge().running()
        process = running if running else await asyncio.to_thread(self._client.process)
        events: "asyncio.Queue[Optional[tuple[str, dict[str, Any]]]]" = asyncio.Queue()

        def put(event: Optional[tuple[str, dict[str, Any]]]) -> None:
            try:
                loop.call_soon_threadsafe(events.put_nowait, event)
            except RuntimeError:
                pass  # The loop is closed.

        future = process.call(method, params or {}, (lambda name, about: put((name, about))) if listener else None)
        future.add_done_callback(lambda _: put(None))
        try:
            while (event := await events.get()) is not None:
                if listener and inspect.isawaitable(outcome := listener(*event)):
                    await outcome
            return future.result()
        except BaseException:
            if not future.done():
                process.cancel(future)
                try:
                    await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(future)), CANCEL_TIMEOUT)
                except BaseException:
                    pass
            raise

    async def _one(self, call: Call) -> Any:
        async def listen(method: str, about: dict[str, Any]) -> None:
            for outcome in call.updates.results(method, about):
                if inspect.isawaitable(outcome):
                    await outcome

        try:
            return await self.request(call.method, call.params, listen if call.updates else None)
        except FalClientError as error:
            return error

    async def _follow(self, steps: Steps[Any]) -> Any:
        """As SyncClient's. Each step has a thread, as it may copy a large file."""
        def step(answers: Any) -> "tuple[Optional[list[Call]], Any]":
            try:
                return steps.send(answers), None
            except StopIteration as end:
                return None, end.value

        made, value = await asyncio.to_thread(step, None)
        while made is not None:
            try:
                answers = await asyncio.gather(*map(self._one, made))
            except BaseException:
                steps.close()
                raise
            made, value = await asyncio.to_thread(step, answers)
        return value

    @endpoints.subscribe_async
    async def subscribe(self, application: str, arguments: calls.Arguments, *, path: str = "",
                        hint: Optional[str] = None, with_logs: bool = False, interval: Optional[float] = None,
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
        return await self._follow(calls.subscribe(application, arguments, path, dict(
            hint=hint, with_logs=with_logs or None, interval=interval, priority=priority, headers=headers,
            start_timeout=start_timeout, client_timeout=client_timeout, mode=mode, webhook_url=webhook_url,
            max_queue_length=max_queue_length, lifecycle=lifecycle, download_to=download_to, on_cancel=on_cancel,
            auto_upload=auto_upload, validate=validate), on_enqueue, on_queue_update))

    @endpoints.submit_async
    async def submit(self, application: str, arguments: calls.Arguments, *, path: str = "", hint: Optional[str] = None,
                     webhook_url: Optional[str] = None, priority: Optional[str] = None,
                     headers: Optional[dict[str, str]] = None, start_timeout: Optional[float] = None,
                     max_queue_length: Optional[int] = None, lifecycle: Optional[StorageSettings] = None,
                     auto_upload: Optional[bool] = None, validate: Optional[bool] = None) -> AsyncRequestHandle:
        """Puts a request into the queue and comes back at once."""
        answer = await self._follow(calls.submit(application, arguments, path, dict(
            hint=hint, webhook_url=webhook_url, priority=priority, headers=headers, start_timeout=start_timeout,
            max_queue_length=max_queue_length, lifecycle=lifecycle, auto_upload=auto_upload, validate=validate)))
        return AsyncRequestHandle(client=self, **calls.handle_fields(answer))

    @endpoints.run_async
    async def run(self, application: str, arguments: calls.Arguments, *, method: str = "POST", path: str = "",
                  timeout: Optional[float] = None, start_timeout: Optional[float] = None, hint: Optional[str] = None,
                  headers: Optional[dict[str, str]] = None, lifecycle: Optional[StorageSettings] = None,
                  auto_upload: Optional[bool] = None, validate: Optional[bool] = None) -> Any:
        """Runs a quick model without the queue."""
        return await self._follow(calls.run(application, arguments, path, dict(
            timeout=timeout, start_timeout=start_timeout, hint=hint, headers=headers, lifecycle=lifecycle,
            auto_upload=auto_upload, validate=validate), method))

    async def get_handle(self, application: str, request_id: str) -> AsyncRequestHandle:
        return AsyncRequestHandle(request_id, application, self)

    async def status(self, application: str, request_id: str, *, with_logs: bool = False) -> Status:
        return parse(await self.request("status", calls.request(application, request_id, logs=with_logs)))

    async def result(self, application: str, request_id: str, *, timeout: Optional[float] = None) -> Any:
        """The output, waited for."""
        params = calls.request(application, request_id, wait=True, timeout=timeout)
        return (await self.request("result", params))["data"]

    async def cancel(self, application: str, request_id: str) -> None:
        calls.check_cancelled(await self.request("cancel", calls.request(application, request_id)), application)

    async def requests(self, *, status: Optional[str] = None, application: Optional[str] = None, limit: int = 50,
                       before: Optional[str] = None) -> list[dict[str, Any]]:
        """What was submitted from this machine, newest first; `before` is the `created_at` of the last one seen."""
        answer: list[dict[str, Any]] = (await self.request("requests", calls.given(
            status=status, endpoint=application, limit=limit, before=before)))["requests"]
        return answer

    async def verify_webhook(self, headers: calls.Headers, body: "bytes | str", *, max_age: float = 300) -> dict[str,
                             Any]:
        """Whether a call to a webhook is fal's, as SyncClient's."""
        params = calls.webhook(headers, body, max_age)
        return await self.request("verify_webhook", params) if params else calls.NO_TEXT

    async def upload(self, data: Any, content_type: Optional[str] = None, file_name: Optional[str] = None, *,
                     repository: Any = None, fallback_repository: Any = None,
                     lifecycle: Optional[StorageSettings] = None) -> str:
        """Uploads bytes, a text, or an open file. The repositories are fal_client's: the bridge chooses by itself."""
        answer: str = await self._follow(calls.upload(data, content_type, file_name, lifecycle))
        return answer

    async def upload_file(self, path: "str | os.PathLike[str]", *, repository: Any = None,
                          fallback_repository: Any = None, lifecycle: Optional[StorageSettings] = None) -> str:
        answer: str = await self._follow(calls.upload_file(path, lifecycle))
        return answer

    async def upload_image(self, image: Any, format: str = "jpeg", *, repository: Any = None,
                           fallback_repository: Any = None, lifecycle: Optional[StorageSettings] = None) -> str:
        """Uploads a Pillow image."""
        answer: str = await self._follow(calls.upload_image(image, format, lifecycle))
        return answer

    async def download(self, url: str, to: str, *, overwrite: bool = False) -> list[dict[str, Any]]:
        answer = await self.request("download", {"url": url, "to": to, "overwrite": overwrite})
        files: list[dict[str, Any]] = answer["files"]
        return files

    async def validate(self, application: str, arguments: calls.Arguments) -> dict[str, Any]:
        answer: dict[str, Any] = await self.request("validate", {"endpoint": application, "input": dict(arguments)})
        return answer

    async def models(self, query: str = "") -> list[dict[str, Any]]:
        answer: list[dict[str, Any]] = (await self.request("models", {"query": query}))["models"]
        return answer

    async def schema(self, application: str) -> dict[str, Any]:
        answer: dict[str, Any] = await self.request("schema", {"endpoint": application})
        return answer

    async def configure(self, **settings: Any) -> dict[str, Any]:
        """credentials, backend, proxy_url, default_endpoint: for every client that shares the process."""
        answer: dict[str, Any] = await self.request("configure", settings)
        self._client.bridge().keep(settings)
        return answer
