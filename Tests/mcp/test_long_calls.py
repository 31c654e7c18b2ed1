"""Calls that take longer than a call may: uploads, downloads, and a queue that does not answer."""

import sqlite3
import subprocess
import threading

import pytest
from conftest import RUN, request_id, words
from fake_queue import reply, say


# MARK: Uploads that take longer than a call may

class SlowStorage:
    """A queue whose storage takes an upload only when it is let."""

    def __init__(self, fake, **answers):
        self.let = threading.Event()
        self.queue = fake(submit=self.submit, other=self.put, **answers)

    def submit(self, handler, seen):
        if seen.path.startswith("/storage/upload/initiate"):
            return reply(handler, 200, {"upload_url": self.queue.url + "/up/1", "file_url": self.queue.url + "/f/1.mp4"})
        self.queue.accept(handler, seen)

    def put(self, handler, seen):
        if seen.method == "PUT":
            self.let.wait(60)
        reply(handler, 200, b"", "video/mp4")

    @property
    def submits(self):
        return [each for each in self.queue.of("submit") if not each.path.startswith("/storage")]


CLIP = {"endpoint": "me/thing", "input": {"video_url": "bunny.mp4"}}


def test_an_upload_that_takes_longer_than_a_call_may_goes_on(wire, fake):
    storage = SlowStorage(fake)
    w = wire("--max-wait", "1", **storage.queue.environment)
    handle = w.tool("run_model", CLIP)
    name = request_id(handle)
    assert not handle["isError"] and "still being uploaded" in words(handle) and name.startswith("upload-")
    assert not storage.submits
    for tool in ("status", "result"):
        assert request_id(w.tool(tool, {"request_id": name})) == name
    storage.let.set()
    done = w.tool("result", {"request_id": name})
    while done["structuredContent"]["status"] != "COMPLETED":
        done = w.tool("result", {"request_id": name})
    assert done["structuredContent"]["output"]["seed"] == 7 and request_id(done) != name
    assert request_id(w.tool("status", {"request_id": name})) == request_id(done)
    assert len(storage.submits) == 1


def test_an_upload_that_goes_on_can_be_ended(wire, fake):
    storage = SlowStorage(fake)
    w = wire("--max-wait", "1", "--max-jobs", "1", **storage.queue.environment)
    name = request_id(w.tool("submit", CLIP))
    assert "1 jobs run already" in words(w.tool("submit", CLIP))
    assert w.tool("cancel", {"request_id": name})["structuredContent"]["outcome"] == "CANCELLATION_REQUESTED"
    assert w.tool("result", {"request_id": name})["isError"] and not storage.submits


def test_an_upload_that_was_ended_stays_so(wire, fake):
    storage = SlowStorage(fake)
    w = wire("--max-wait", "1", **storage.queue.environment)
    name = request_id(w.tool("submit", CLIP))
    for _ in range(2):
        assert "the job is not sent" in words(w.tool("cancel", {"request_id": name}))
    for tool in ("status", "result", "download"):
        told = w.tool(tool, {"request_id": name})
        assert told["isError"] and "cancelled before it was sent" in words(told)
    assert not storage.submits


def test_a_job_that_is_being_sent_is_cancelled_at_the_queue(wire, fake):
    let = threading.Event()
    queue = fake(submit=lambda handler, seen: (let.wait(60), queue.accept(handler, seen)), status=say("IN_PROGRESS"))
    w = wire("--max-wait", "0.5", **queue.environment)
    handle = w.tool("submit", RUN["arguments"])
    name = request_id(handle)
    assert "or it is being sent" in words(handle)
    told = w.tool("cancel", {"request_id": name})
    assert "not sent" not in words(told) and "cancelled at the queue" in words(told)
    assert "cancel is asked for" in words(w.tool("status", {"request_id": name}))
    let.set()
    queue.wait("cancel")


def test_the_end_waits_for_a_job_that_is_being_sent(wire, fake, home):
    let = threading.Event()
    queue = fake(submit=lambda handler, seen: (let.wait(60), queue.accept(handler, seen)), status=say("IN_PROGRESS"))
    w = wire("--max-wait", "0.5", **queue.environment)
    assert request_id(w.tool("submit", RUN["arguments"])).startswith("upload-")
    w.process.stdin.close()
    # Without a wait the process is gone by now.
    with pytest.raises(subprocess.TimeoutExpired):
        w.process.wait(timeout=1)
    let.set()
    assert w.process.wait(timeout=20) == 0
    rows = sqlite3.connect(home.path / "state/journal.db").execute("SELECT request_id FROM requests").fetchall()
    assert len(rows) == 1 and rows[0][0]


@pytest.mark.parametrize("tool", ["status", "result", "cancel", "download"])
def test_an_upload_of_an_earlier_server_is_refused_in_words(wire, fake, tool):
    queue = fake()
    told = wire(**queue.environment).tool(tool, {"request_id": "upload-01a2b3c4-0000-4000-8000-000000000000"})
    assert told["isError"] and "unless list_requests shows it" in words(told) and not queue.seen


def test_a_cancel_ends_the_upload(wire, fake):
    storage = SlowStorage(fake)
    w = wire("--max-jobs", "1", **storage.queue.environment)
    id = w.ask("tools/call", {"name": "run_model", "arguments": CLIP})
    storage.queue.wait("other")
    w.send({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": id}})
    # Its place is free again.
    while "run already" in words(result := w.tool("submit", {"endpoint": "me/thing", "input": {}})):
        pass
    assert not result["isError"] and len(storage.submits) == 1


# MARK: Other calls that take longer than a call may

def again(w, tool, arguments, wanted):
    """Calls until the answer has `wanted`; what comes before it says how to go on."""
    count = 1
    while wanted not in (result := w.tool(tool, arguments))["structuredContent"]:
        assert not result["isError"] and tool in result["structuredContent"]["next"], result
        count += 1
    return result, count


def test_a_plain_upload_that_takes_longer_goes_on(wire, fake):
    storage = SlowStorage(fake)
    w = wire("--max-wait", "1", **storage.queue.environment)
    first = w.tool("upload_file", {"path": "bunny.mp4"})
    assert not first["isError"] and "goes on by itself" in words(first) and "url" not in first["structuredContent"]
    storage.let.set()
    done, _ = again(w, "upload_file", {"path": "bunny.mp4"}, "url")
    assert done["structuredContent"]["url"] == storage.queue.url + "/f/1.mp4"
    assert len([each for each in storage.queue.of("other") if each.method == "PUT"]) == 1


def test_a_plain_upload_that_is_cancelled_ends(wire, fake):
    storage = SlowStorage(fake)
    w = wire(**storage.queue.environment)
    id = w.ask("tools/call", {"name": "upload_file", "arguments": {"path": "bunny.mp4"}})
    storage.queue.wait("other")
    w.send({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": id}})
    storage.let.set()
    # What was ended is not what the next call is given.
    assert w.tool("upload_file", {"path": "bunny.mp4"})["structuredContent"]["url"]


def test_a_download_that_takes_longer_goes_on(wire, fake, home):
    let = threading.Event()
    queue = fake(other=lambda handler, seen: (let.wait(60), reply(handler, 200, b"film", "video/mp4")))
    w = wire("--max-wait", "1", **queue.environment)
    arguments = {"url": queue.url + "/f/out.mp4", "to": "out.mp4"}
    first = w.tool("download", arguments)
    assert not first["isError"] and "goes on by itself" in words(first) and not (home.root / "out.mp4").exists()
    let.set()
    done, _ = again(w, "download", arguments, "files")
    assert (home.root / "out.mp4").read_bytes() == b"film" and done["structuredContent"]["files"][0]["file_size"] == 4
    assert [block["type"] for block in done["content"]] == ["text", "resource_link"]
    assert len(queue.of("other")) == 1
    # It was told; the same call is a new one from then on.
    assert w.tool("download", arguments)["isError"]


def test_an_upload_that_goes_on_is_of_the_file_as_it_was(wire, fake, home):
    storage = SlowStorage(fake)
    w = wire("--max-wait", "1", **storage.queue.environment)
    assert "url" not in w.tool("upload_file", {"path": "bunny.mp4"})["structuredContent"]
    clip = home.root / "bunny.mp4"
    clip.write_bytes(clip.read_bytes() + b"more")
    storage.let.set()
    again(w, "upload_file", {"path": "bunny.mp4"}, "url")
    sent = [each for each in storage.queue.of("other") if each.method == "PUT"]
    assert sent[-1].body == clip.read_bytes()


def test_two_calls_share_a_download_and_both_are_told(wire, fake, home):
    let = threading.Event()
    queue = fake(other=lambda handler, seen: (let.wait(60), reply(handler, 200, b"film", "video/mp4")))
    w = wire("--max-wait", "1", **queue.environment)
    arguments = {"url": queue.url + "/f/out.mp4", "to": "out.mp4"}
    first = w.ask("tools/call", {"name": "download", "arguments": arguments})
    queue.wait("other")
    # The words are the same in whatever order.
    second = w.ask("tools/call", {"name": "download", "arguments": dict(reversed(arguments.items()))})
    assert "next" in w.answer(first)["result"]["structuredContent"]
    let.set()
    w.answer(second)
    done, _ = again(w, "download", arguments, "files")
    assert not done["isError"]
    assert len(queue.of("other")) == 1 and (home.root / "out.mp4").read_bytes() == b"film"


@pytest.mark.parametrize("tool", ["find_models", "model_schema", "list_requests", "status", "result", "cancel"])
def test_without_time_to_wait_questions_are_answered(wire, fake, tool):
    w = wire("--max-wait", "0", **fake(status=say("IN_PROGRESS")).environment)
    arguments = {"find_models": {}, "list_requests": {}, "model_schema": {"endpoint": "fal-ai/fast-animatediff/text-to-video"}}
    result = w.tool(tool, arguments.get(tool, {"endpoint": "me/thing", "request_id": "abc"}))
    assert not result["isError"], words(result)


@pytest.mark.parametrize("tool", ["status", "result", "cancel"])
def test_a_queue_that_does_not_answer_keeps_no_call(wire, fake, tool):
    let = threading.Event()
    slow = lambda handler, seen: let.wait(60)  # noqa: E731
    w = wire("--max-wait", "1", **fake(status=slow, cancel=slow).environment)
    result = w.call("tools/call", {"name": tool, "arguments": {"endpoint": "me/thing", "request_id": "abc"}})["result"]
    let.set()
    assert result["isError"] and "has not answered yet" in words(result)
