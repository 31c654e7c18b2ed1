"""The asynchronous client: the same calls, awaited."""

from __future__ import annotations

import asyncio
import inspect
import pathlib
from dataclasses import dataclass, field
from typing import Any, AsyncIterator, Callable, Optional, Sequence

from . import calls
from .status import Completed, Status, parse
from .storage import StorageSettings, params as lifecycle_params
from .sync_client import CANCEL_TIMEOUT, SyncClient


@dataclass(frozen=True)
class AsyncRequestHandle:
    """A request in the queue."""

    request_id: str
    application: str
    client: "AsyncClient" = field(repr=False)
    # What the queue named at the submit; None for one that was taken up by its id.
    response_url: Optional[str] = None
    status_url: Optional[str] = None
    cancel_url: Optional[str] = None

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
        return (await self.client.request("result", calls.given(
            endpoint=self.application, request_id=self.request_id, wait=True, timeout=timeout)))["data"]

    async def cancel(self) -> None:
        await self.client.cancel(self.application, self.request_id)


class AsyncClient:
    """As SyncClient. A cancelled task cancels its request at the queue."""

    def __init__(self, key: Optional[str] = None, *, bin: Optional[str] = None, args: Sequence[str] = (),
                 env: Optional[dict[str, str]] = None) -> None:
        self._client = SyncClient(key, bin=bin, args=args, env=env)

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
        process = await asyncio.to_thread(self._client.process)
        events: "asyncio.Queue[Optional[tuple[str, dict[str, Any]]]]" = asyncio.Queue()

        def put(event: Optional[tuple[str, dict[str, Any]]]) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(events.put_nowait, event)

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

    async def subscribe(self, application: str, arguments: dict[str, Any], *, path: str = "",
                        hint: Optional[str] = None, with_logs: bool = False, interval: Optional[float] = None,
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
        updates = calls.Updates(on_enqueue, on_queue_update)

        async def listen(method: str, about: dict[str, Any]) -> None:
            for outcome in updates.results(method, about):
                if inspect.isawaitable(outcome):
                    await outcome

        return (await self.request("subscribe", params, listen))["data"]

    async def submit(self, application: str, arguments: dict[str, Any], *, path: str = "", hint: Optional[str] = None,
                     webhook_url: Optional[str] = None, priority: Optional[str] = None,
                     headers: Optional[dict[str, str]] = None, start_timeout: Optional[float] = None,
                     max_queue_length: Optional[int] = None, lifecycle: Optional[StorageSettings] = None,
                     auto_upload: Optional[bool] = None, validate: Optional[bool] = None) -> AsyncRequestHandle:
        """Puts a request into the queue and comes back at once."""
        answer = await self.request("submit", calls.submit(application, arguments, path, dict(
            hint=hint, webhook_url=webhook_url, priority=priority, headers=headers, start_timeout=start_timeout,
            max_queue_length=max_queue_length, lifecycle=lifecycle, auto_upload=auto_upload, validate=validate)))
        return AsyncRequestHandle(answer["request_id"], answer["endpoint"], self, answer["response_url"],
                                 answer["status_url"], answer["cancel_url"])

    async def run(self, application: str, arguments: dict[str, Any], *, path: str = "", timeout: Optional[float] = None,
                  start_timeout: Optional[float] = None, hint: Optional[str] = None,
                  headers: Optional[dict[str, str]] = None, lifecycle: Optional[StorageSettings] = None,
                  auto_upload: Optional[bool] = None, validate: Optional[bool] = None) -> Any:
        """Runs a quick model without the queue."""
        return (await self.request("run", calls.submit(application, arguments, path, dict(
            timeout=timeout, start_timeout=start_timeout, hint=hint, headers=headers, lifecycle=lifecycle,
            auto_upload=auto_upload, validate=validate))))["data"]

    async def get_handle(self, application: str, request_id: str) -> AsyncRequestHandle:
        return AsyncRequestHandle(request_id, application, self)

    async def status(self, application: str, request_id: str, *, with_logs: bool = False) -> Status:
        return parse(await self.request("status", {
            "endpoint": application, "request_id": request_id, "logs": with_logs}))

    async def result(self, application: str, request_id: str) -> Any:
        return (await self.request("result", {"endpoint": application, "request_id": request_id}))["data"]

    async def cancel(self, application: str, request_id: str) -> None:
        await self.request("cancel", {"endpoint": application, "request_id": request_id})

    async def requests(self, *, status: Optional[str] = None, application: Optional[str] = None, limit: int = 50,
                       before: Optional[str] = None) -> list[dict[str, Any]]:
        """What was submitted from this machine, newest first; `before` is the `created_at` of the last one seen."""
        return (await self.request("requests", calls.given(
            status=status, endpoint=application, limit=limit, before=before)))["requests"]

    async def verify_webhook(self, headers: calls.Headers, body: "bytes | str", *,
                             max_age: float = 300) -> dict[str, Any]:
        """Whether a call to a webhook is fal's, as SyncClient's."""
        params = calls.webhook(headers, body, max_age)
        return await self.request("verify_webhook", params) if params else calls.NO_TEXT

    async def upload(self, data: "bytes | str", content_type: Optional[str] = None, file_name: Optional[str] = None, *,
                     lifecycle: Optional[StorageSettings] = None) -> str:
        return (await self.request("upload", calls.upload(data, content_type, file_name, lifecycle)))["url"]

    async def upload_file(self, path: "str | pathlib.Path", *, lifecycle: Optional[StorageSettings] = None) -> str:
        return (await self.request("upload", {"path": str(path), **lifecycle_params(lifecycle)}))["url"]

    async def upload_image(self, image: Any, format: str = "jpeg", *,
                           lifecycle: Optional[StorageSettings] = None) -> str:
        return await self.upload(calls.image(image, format), f"image/{format}", lifecycle=lifecycle)
