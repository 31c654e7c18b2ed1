"""The asynchronous client: the same calls, awaited."""

from __future__ import annotations

import asyncio
import pathlib
from dataclasses import dataclass
from typing import Any, AsyncIterator, Callable, Optional, Sequence

from . import calls
from .status import Completed, Status, parse
from .sync_client import CANCEL_TIMEOUT, SyncClient


@dataclass(frozen=True)
class AsyncRequestHandle:
    """A request in the queue."""

    request_id: str
    application: str
    client: "AsyncClient"

    async def status(self, *, with_logs: bool = False) -> Status:
        return await self.client.status(self.application, self.request_id, with_logs=with_logs)

    async def iter_events(self, *, with_logs: bool = False, interval: float = 0.1) -> AsyncIterator[Status]:
        while True:
            status = await self.status(with_logs=with_logs)
            yield status
            if isinstance(status, Completed):
                return
            await asyncio.sleep(interval)

    async def get(self) -> dict[str, Any]:
        answer = await self.client.request("result", {"endpoint": self.application, "request_id": self.request_id, "wait": True})
        return answer["data"]

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

    async def request(self, method: str, params: Optional[dict[str, Any]] = None, listener: Optional[Callable[[str, dict[str, Any]], None]] = None) -> Any:
        """Makes any call of the bridge's. The listener is called in the event loop; what it raises ends the call."""
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
                if listener:
                    listener(*event)
            return future.result()
        except BaseException:
            if not future.done():
                process.cancel(future)
                try:
                    await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(future)), CANCEL_TIMEOUT)
                except BaseException:
                    pass
            raise

    async def subscribe(self, application: str, arguments: dict[str, Any], *, path: str = "", with_logs: bool = False,
                        on_enqueue: Optional[Callable[[str], None]] = None, on_queue_update: Optional[Callable[[Status], None]] = None,
                        hint: Optional[str] = None, priority: Optional[str] = None, client_timeout: Optional[float] = None,
                        start_timeout: Optional[float] = None, headers: Optional[dict[str, str]] = None,
                        download_to: Optional[str] = None, poll_interval: Optional[float] = None,
                        on_cancel: Optional[str] = None) -> dict[str, Any]:
        params = calls.submit(application, arguments, path, dict(
            hint=hint, priority=priority, client_timeout=client_timeout, start_timeout=start_timeout, headers=headers,
            with_logs=with_logs or None, download_to=download_to, poll_interval=poll_interval, on_cancel=on_cancel))
        return (await self.request("subscribe", params, calls.Updates(on_enqueue, on_queue_update)))["data"]

    async def submit(self, application: str, arguments: dict[str, Any], *, path: str = "", hint: Optional[str] = None,
                     webhook_url: Optional[str] = None, priority: Optional[str] = None, start_timeout: Optional[float] = None,
                     headers: Optional[dict[str, str]] = None) -> AsyncRequestHandle:
        params = calls.submit(application, arguments, path, dict(
            hint=hint, webhook_url=webhook_url, priority=priority, start_timeout=start_timeout, headers=headers))
        answer = await self.request("submit", params)
        return AsyncRequestHandle(answer["request_id"], answer["endpoint"], self)

    async def get_handle(self, application: str, request_id: str) -> AsyncRequestHandle:
        return AsyncRequestHandle(request_id, application, self)

    async def status(self, application: str, request_id: str, *, with_logs: bool = False) -> Status:
        return parse(await self.request("status", {"endpoint": application, "request_id": request_id, "logs": with_logs}))

    async def result(self, application: str, request_id: str) -> dict[str, Any]:
        return (await self.request("result", {"endpoint": application, "request_id": request_id}))["data"]

    async def cancel(self, application: str, request_id: str) -> None:
        await self.request("cancel", {"endpoint": application, "request_id": request_id})

    async def upload(self, data: "bytes | str", content_type: Optional[str] = None, file_name: Optional[str] = None) -> str:
        return (await self.request("upload", calls.upload(data, content_type, file_name)))["url"]

    async def upload_file(self, path: "str | pathlib.Path") -> str:
        return (await self.request("upload", {"path": str(path)}))["url"]
