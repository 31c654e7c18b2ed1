"""The SDK's newest client: both eras, negotiated and forced."""

import json
import os
import pathlib
import socket
import urllib.parse

import anyio
import mcp_types as types
import pytest
from conftest import BUNNY, MODERN, V2V
from fake_queue import say
from jsonschema import Draft202012Validator
from mcp import Client, StdioServerParameters
from mcp.client.extension import ClaimContext, ClientExtension, ResultClaim
from mcp.client.stdio import stdio_client

MODES = [("auto", MODERN), (MODERN, MODERN), ("legacy", "2025-11-25")]
TASKS = "io.modelcontextprotocol/tasks"


def client(home, *args, mode="auto", env=None, **more):
    command, words, variables = home.tapped(*args, **(env or {}))
    return Client(stdio_client(StdioServerParameters(command=command, args=words, env=variables)), mode=mode, **more)


def run(body):
    async def bounded():
        with anyio.fail_after(120):
            await body()
    anyio.run(bounded)


@pytest.mark.parametrize("mode,version", MODES)
def test_everything_is_listed(home, mode, version):
    async def body():
        async with client(home, mode=mode) as c:
            assert c.protocol_version == version
            tools = (await c.list_tools()).tools
            readme = " ".join((pathlib.Path(__file__).resolve().parents[2] / "README.md").read_text().split())
            names = [f"`{tool.name}`" for tool in tools]
            # Names and order are a promise.
            assert ", ".join(names[:6]) in readme and ", ".join(names[6:]) in readme
            for tool in tools:
                schema = tool.input_schema
                assert schema["type"] == "object" and tool.output_schema["type"] == "object"
                assert not {"anyOf", "oneOf", "allOf", "$ref"} & set(schema) and "$ref" not in json.dumps(schema)
                Draft202012Validator.check_schema(schema)
                Draft202012Validator.check_schema(tool.output_schema)
                assert tool.annotations is not None and tool.description
            model = next(tool for tool in tools if tool.name == V2V)
            assert (model.annotations.read_only_hint, model.annotations.idempotent_hint,
                    model.annotations.open_world_hint) == (False, False, True)
            assert "Price: $0 per compute second" in model.description
            assert [r.uri for r in (await c.list_resources()).resources][0].startswith("fal://models/")
            templates = (await c.list_resource_templates()).resource_templates
            assert [t.uri_template for t in templates] == ["fal://models/{+endpoint}", "fal://requests/{request_id}"]
            schema = json.loads((await c.read_resource("fal://models/fal-ai/fast-animatediff/video-to-video")).contents[0].text)
            assert schema["input"]["properties"]["num_inference_steps"]["maximum"] == 50
            prompt = (await c.list_prompts()).prompts[0]
            text = (await c.get_prompt(prompt.name, {"idea": "a fox in snow"})).messages[0].content.text
            assert "a fox in snow" in text and "strength" in text
            found = await c.complete(types.ResourceTemplateReference(uri="fal://models/{+endpoint}"),
                                     {"name": "endpoint", "value": "turbo"})
            assert found.completion.values and all("turbo" in value for value in found.completion.values)
    run(body)


@pytest.mark.parametrize("mode,version", MODES)
def test_a_whole_job_to_a_file_on_disk(home, mode, version):
    told = []

    async def progress(value, total, message):
        told.append((value, total, message))

    async def body():
        async with client(home, mode=mode) as c:
            result = await c.call_tool(V2V, {"video_url": "bunny.mp4", "prompt": "van gogh", "seed": 7,
                                             "first_n_seconds": 2, "fps": 4}, progress_callback=progress)
            assert not result.is_error, result.content
            text = result.content[0].text
            link = next(block for block in result.content if block.type == "resource_link")
            path = pathlib.Path(urllib.parse.unquote(urllib.parse.urlsplit(str(link.uri)).path))
            assert path.is_file() and path.is_relative_to(home.root) and path.stat().st_size == link.size
            assert str(path) in text and "Cost:" in text
            assert link.mime_type == "video/mp4"
            assert link.meta["fal-bridge/media"] == {"duration": 2, "width": 512, "height": 288}
            picture = next(block for block in result.content if block.type == "image")
            assert picture.mime_type == "image/jpeg" and len(picture.data) * 3 // 4 < 64 << 10
            assert not any(block.type in ("audio", "resource") for block in result.content)
            data = result.structured_content
            assert data["status"] == "COMPLETED" and data["output"]["seed"] == 7
            assert data["files"][0]["path"] == str(path) and data["metrics"]["generative"] is False
            # Asked for again, nothing is made twice.
            again = await c.call_tool("result", {"request_id": data["request_id"]})
            assert again.structured_content["files"] == data["files"]
            assert sorted(os.listdir(path.parent)) == sorted([path.name, "preview.jpg"])
            job = json.loads((await c.read_resource("fal://requests/" + data["request_id"])).contents[0].text)
            assert job["asked_by"]["tool"] == V2V and job["output"]["seed"] == 7
            shown = (await c.read_resource("file://" + data["preview"])).contents[0]
            assert shown.mime_type == "image/jpeg" and shown.blob
            film = json.loads((await c.read_resource(str(link.uri))).contents[0].text)
            assert film["width"] == 512 and film["path"] == str(path)
    run(body)
    values = [value for value, _, _ in told]
    assert values == sorted(set(values)) and values[-1] < 100 and {total for _, total, _ in told} == {100}
    assert any("step 8 of 8" in message for _, _, message in told)
    numbers = [line["params"]["_meta"]["fal-bridge/job"] for line in home.check()
               if line.get("method") == "notifications/progress" and "_meta" in line["params"]]
    assert any(n.get("queue_position") == 0 for n in numbers) and any(n.get("steps") == 8 for n in numbers)
    assert any("last_log" in n for n in numbers)


@pytest.mark.parametrize("mode,version", MODES)
def test_a_cancel_reaches_the_queue(home, fake, mode, version):
    queue = fake(status=say("IN_PROGRESS"))

    async def body():
        async with client(home, mode=mode, env=queue.environment) as c:
            with anyio.CancelScope() as scope:
                async def stop():
                    await anyio.to_thread.run_sync(queue.wait, "submit")
                    await anyio.to_thread.run_sync(queue.wait, "status")
                    scope.cancel()
                async with anyio.create_task_group() as group:
                    group.start_soon(stop)
                    await c.call_tool("run_model", {"endpoint": "me/thing", "input": {"a": 1}})
            await anyio.to_thread.run_sync(queue.wait, "cancel")
            # It lives, and the call that was cancelled had no answer: check() would see two, or one too many.
            assert (await c.call_tool("find_models", {"query": "turbo"})).structured_content["models"]
    run(body)
    lines = [json.loads(line) for line in home.log.read_text().splitlines()]
    sent = [json.loads(line["line"]) for line in lines if line["from"] == "client"]
    dropped = next(m["params"]["requestId"] for m in sent if m.get("method") == "notifications/cancelled")
    assert not any(m.get("id") == dropped and "method" not in m
                   for m in (json.loads(line["line"]) for line in lines if line["from"] == "server"))


def test_after_max_wait_there_is_a_handle_and_words(home, fake):
    state = {"status": "IN_PROGRESS"}
    queue = fake(status=lambda handler, seen: say(state["status"])(handler, seen))

    async def body():
        async with client(home, "--max-wait", "1", env=queue.environment) as c:
            result = await c.call_tool("run_model", {"endpoint": "me/thing", "input": {}})
            data = result.structured_content
            assert not result.is_error and data["status"] == "IN_PROGRESS"
            assert f'result with request_id "{data["request_id"]}"' in result.content[0].text
            again = await c.call_tool("result", {"request_id": data["request_id"]})
            assert again.structured_content["status"] == "IN_PROGRESS"
            state["status"] = "COMPLETED"
            done = await c.call_tool("result", {"request_id": data["request_id"]})
            if done.structured_content["status"] != "COMPLETED":
                done = await c.call_tool("result", {"request_id": data["request_id"]})
            assert done.structured_content["output"]["seed"] == 7
            assert len(queue.of("submit")) == 1 and not queue.of("cancel")
    run(body)



def test_tasks_are_followed_by_the_client(home):
    from typing import Literal

    from pydantic import ConfigDict, Field

    class Made(types.Result):
        result_type: Literal["task"] = Field(alias="resultType")
        task_id: str = Field(alias="taskId")
        poll: int = Field(alias="pollIntervalMs")

    class Anything(types.Result):
        model_config = ConfigDict(extra="allow")

    states = []

    async def resolve(made: Made, context: ClaimContext) -> types.CallToolResult:
        while True:
            answer = await context.session.send_request(
                types.Request[dict, str](method="tasks/get", params={"taskId": made.task_id}), Anything)
            task = answer.model_dump(by_alias=True)
            states.append(task["status"])
            if task["status"] != "working":
                return types.CallToolResult.model_validate(task["result"])
            await anyio.sleep(made.poll / 1000)

    class Tasks(ClientExtension):
        identifier = TASKS

        def claims(self):
            return [ResultClaim(result_type="task", model=Made, resolve=resolve)]

    async def body():
        async with client(home, mode=MODERN, extensions=[Tasks()]) as c:
            result = await c.call_tool(V2V, {"video_url": "bunny.mp4", "prompt": "ink", "first_n_seconds": 2, "fps": 4})
            assert result.structured_content["files"][0]["path"].startswith(str(home.root))
    run(body)
    assert states[-1] == "completed"


def test_faults_come_back_in_words(home):
    async def body():
        async with client(home) as c:
            result = await c.call_tool(V2V, {"video_url": "bunny.mp4", "prompt": "x", "num_inference_steps": 99, "sed": 1})
            assert result.is_error
            assert "num_inference_steps must be at most 50, was 99" in result.content[0].text
            assert "sed is not known; did you mean seed?" in result.content[0].text
            result = await c.call_tool("run_model", {"endpoint": "fal-ai/fast-animatediff/video-to-video", "input": {"prompt": 3}})
            assert "video_url is missing" in result.content[0].text
            assert "prompt must be a text, was 3" in result.content[0].text
            result = await c.call_tool("status", {"request_id": 5})
            assert result.is_error and "request_id must be a text" in result.content[0].text
            with pytest.raises(Exception) as caught:
                await c.call_tool("find_model", {})
            assert "did you mean 'find_models'" in str(caught.value)
    run(body)


def test_it_starts_without_a_key_and_says_so_once_it_is_needed(home):
    async def body():
        async with client(home, "--backend", "fal") as c:
            assert (await c.list_tools()).tools
            result = await c.call_tool(V2V, {"video_url": "bunny.mp4", "prompt": "x"})
            assert result.is_error and "no usable key" in result.content[0].text and "--key-file" in result.content[0].text
    run(body)


@pytest.mark.parametrize("mode,version", MODES)
def test_the_clients_roots_are_the_folders(home, fake, mode, version):
    other = home.path / "other"
    other.mkdir()
    (other / "clip.mp4").write_bytes(BUNNY.read_bytes())

    async def roots(context):
        return types.ListRootsResult(roots=[types.Root(uri=other.as_uri()), types.Root(uri="file:///nowhere")])

    async def body():
        command, words, env = home.tapped()
        words = [word for word in words if word not in ("--root", str(home.root))]
        parameters = StdioServerParameters(command=command, args=words, env=env, cwd="/")
        async with Client(stdio_client(parameters), mode=mode, list_roots_callback=roots) as c:
            done = await c.call_tool("upload_file", {"path": "clip.mp4"})
            assert not done.is_error, done.content
            done = await c.call_tool("upload_file", {"path": str(home.root / "bunny.mp4")})
            assert done.is_error and "outside the folders" in done.content[0].text
    run(body)


@pytest.mark.parametrize("mode,version", MODES)
@pytest.mark.parametrize("named", [[], ["file:///nowhere"]])
def test_a_client_that_names_no_root_has_none(home, fake, mode, version, named):
    async def roots(context):
        return types.ListRootsResult(roots=[types.Root(uri=uri) for uri in named])

    async def body():
        command, words, env = home.tapped()
        words = [word for word in words if word not in ("--root", str(home.root))]
        parameters = StdioServerParameters(command=command, args=words, env=env, cwd=str(home.root))
        async with Client(stdio_client(parameters), mode=mode, list_roots_callback=roots) as c:
            done = await c.call_tool("upload_file", {"path": str(home.root / "bunny.mp4")})
            assert done.is_error and "--root DIR" in done.content[0].text
    run(body)
