"""The SDK's old line, which knows only the handshake."""

import json
import pathlib
import urllib.parse
from datetime import timedelta

import anyio
import pytest
from conftest import V2V
from fake_queue import say
from mcp import ClientSession, StdioServerParameters, types
from mcp.client.stdio import stdio_client


def run(home, body, *args, env=None, **more):
    async def bounded():
        command, words, variables = home.tapped(*args, **(env or {}))
        with anyio.fail_after(120):
            async with stdio_client(StdioServerParameters(command=command, args=words, env=variables)) as (read, write):
                async with ClientSession(read, write, **more) as session:
                    started = await session.initialize()
                    assert started.serverInfo.name == "fal-bridge"
                    await body(session, started)
    anyio.run(bounded)


def test_everything_is_listed(home):
    async def body(session, started):
        assert started.protocolVersion == "2025-11-25" and "request_id" in started.instructions
        tools = (await session.list_tools()).tools
        assert [tool.name for tool in tools][:2] == [V2V, "amt_interpolation"]
        assert all(tool.inputSchema["type"] == "object" and tool.outputSchema["type"] == "object" for tool in tools)
        await session.send_ping()
        assert (await session.list_resources()).resources
        assert (await session.list_prompts()).prompts[0].name == "animatediff_prompt"
        found = await session.complete(types.PromptReference(type="ref/prompt", name="animatediff_prompt"),
                                       {"name": "endpoint", "value": "fal-ai/fast-animatediff/t"})
        assert found.completion.values[0] == "fal-ai/fast-animatediff/text-to-video"
    run(home, body)


def test_a_whole_job_to_a_file_on_disk(home):
    told = []

    async def progress(value, total, message):
        told.append((value, message))

    async def body(session, started):
        result = await session.call_tool(V2V, {"video_url": "bunny.mp4", "prompt": "van gogh", "seed": 7,
                                               "first_n_seconds": 2, "fps": 4}, progress_callback=progress)
        assert not result.isError, result.content
        link = next(block for block in result.content if block.type == "resource_link")
        path = pathlib.Path(urllib.parse.unquote(urllib.parse.urlsplit(str(link.uri)).path))
        assert path.is_relative_to(home.root) and path.stat().st_size == link.size
        assert result.structuredContent["files"][0]["width"] == 512
        job = json.loads((await session.read_resource("fal://requests/" + result.structuredContent["request_id"])).contents[0].text)
        assert job["output"]["seed"] == 7
    run(home, body)
    assert any("step 8 of 8" in message for _, message in told)


def test_a_timeout_of_the_clients_cancels_nothing_by_itself_and_the_job_is_found(home, fake):
    queue = fake(status=say("IN_PROGRESS"))

    async def body(session, started):
        with pytest.raises(Exception):
            await session.call_tool("run_model", {"endpoint": "me/thing", "input": {}},
                                    read_timeout_seconds=timedelta(seconds=2))
        found = (await session.call_tool("list_requests", {})).structuredContent["requests"]
        assert len(found) == 1 and found[0]["asked_by"]["tool"] == "run_model"
        handle = await session.call_tool("result", {"request_id": found[0]["request_id"], "wait": 0})
        assert handle.structuredContent["status"] == "IN_PROGRESS"
    run(home, body, env=queue.environment)


def test_a_cancel_reaches_the_queue(home, fake):
    queue = fake(status=say("IN_PROGRESS"))

    async def body(session, started):
        async with anyio.create_task_group() as group:
            group.start_soon(session.call_tool, "run_model", {"endpoint": "me/thing", "input": {}})
            await anyio.to_thread.run_sync(queue.wait, "status")
            # This line of the SDK leaves it to its user to say so.
            id = session._request_id - 1
            await session.send_notification(types.ClientNotification(types.CancelledNotification(
                params=types.CancelledNotificationParams(requestId=id, reason="enough"))))
            await anyio.to_thread.run_sync(queue.wait, "cancel")
            group.cancel_scope.cancel()
        await session.send_ping()
    run(home, body, env=queue.environment)
