"""Long work: signs of life, handles, tasks that outlive the process, limits."""

import json
import sqlite3
import subprocess
import threading

import pytest
from conftest import V2V, words
from fake_queue import line, refuse, reply, say, status, stream

RUN = {"name": "run_model", "arguments": {"endpoint": "me/thing", "input": {"a": 1}}}


def request_id(result):
    return result["structuredContent"]["request_id"]


def test_signs_of_life_while_nothing_happens(wire, fake):
    w = wire(**fake(status=say("IN_QUEUE", queue_position=3)).environment)
    w.ask("tools/call", RUN, token="t")
    told = [w.until(lambda m: m.get("method") == "notifications/progress", 10)["params"] for _ in range(3)]
    assert [each["progressToken"] for each in told] == ["t"] * 3
    values = [each["progress"] for each in told]
    assert values == sorted(set(values))
    assert "3 before it" in told[-1]["message"] and told[-1]["_meta"]["fal-bridge/job"]["queue_position"] == 3


def test_without_a_token_nothing_is_told(wire, fake):
    w = wire("--max-wait", "1", **fake(status=say("IN_PROGRESS")).environment)
    assert w.tool(**{"name": "run_model", "arguments": RUN["arguments"]})["structuredContent"]["status"] == "IN_PROGRESS"
    assert not w.others


def test_submit_comes_back_at_once_and_jobs_run_side_by_side(wire, fake):
    queue = fake(status=say("IN_PROGRESS"))
    w = wire("--max-jobs", "2", **queue.environment)
    first, second = (w.tool("submit", RUN["arguments"]) for _ in range(2))
    assert request_id(first) != request_id(second) and "The job is sent" in words(first)
    third = w.tool("submit", RUN["arguments"])
    assert third["isError"] and "2 jobs run already" in words(third) and request_id(first) in words(third)
    assert len(queue.of("submit")) == 2


def test_a_place_is_free_again_when_a_job_is_done(wire, fake):
    w = wire("--max-jobs", "1", **fake().environment)
    for _ in range(3):
        assert w.tool("run_model", RUN["arguments"])["structuredContent"]["status"] == "COMPLETED"


def test_a_job_that_could_not_be_seen_is_looked_at_again(wire, fake):
    """A key that is refused for a while says nothing of the job."""
    state = {"answer": refuse(401, b'{"detail":"no"}')}
    queue = fake(status=lambda handler, seen: state["answer"](handler, seen))
    w = wire(**queue.environment)
    lost = w.tool("run_model", RUN["arguments"])
    assert lost["isError"] and "Do not send it again" in words(lost)
    id = words(lost).split("request_id: ")[1].split()[0]
    assert w.tool("result", {"request_id": id})["isError"]
    state["answer"] = say("COMPLETED")
    assert w.tool("result", {"request_id": id})["structuredContent"]["output"]["seed"] == 7
    assert len(queue.of("submit")) == 1


def test_a_job_that_cannot_be_seen_keeps_its_place(wire, fake):
    state = {"answer": refuse(401, b'{"detail":"no"}')}
    queue = fake(status=lambda handler, seen: state["answer"](handler, seen))
    w = wire("--max-jobs", "1", **queue.environment)
    lost = w.tool("run_model", RUN["arguments"])
    id = words(lost).split("request_id: ")[1].split()[0]
    assert id in words(w.tool("submit", RUN["arguments"]))
    state["answer"] = say("IN_PROGRESS")
    assert w.tool("result", {"request_id": id, "wait": 0})["structuredContent"]["status"] == "IN_PROGRESS"
    assert "1 jobs run already" in words(w.tool("submit", RUN["arguments"]))
    assert len(queue.of("submit")) == 1
    state["answer"] = say("COMPLETED")
    assert w.tool("result", {"request_id": id})["structuredContent"]["status"] == "COMPLETED"
    assert not w.tool("submit", RUN["arguments"])["isError"]


def test_a_place_is_free_when_a_job_that_could_not_be_seen_is_done(wire, fake):
    state = {"answer": refuse(401, b'{"detail":"no"}')}
    w = wire("--max-jobs", "1", **fake(status=lambda handler, seen: state["answer"](handler, seen)).environment)
    assert w.tool("run_model", RUN["arguments"])["isError"]
    state["answer"] = say("COMPLETED")
    assert not w.tool("submit", RUN["arguments"])["isError"]


def test_a_task_that_could_not_be_seen_is_not_at_its_end(wire, fake):
    state = {"answer": say("IN_PROGRESS")}
    queue = fake(status=lambda handler, seen: state["answer"](handler, seen))
    w = wire(**queue.environment)
    id = w.call("tools/call", RUN, tasks=True)["result"]["taskId"]
    state["answer"] = refuse(401, b'{"detail":"no"}')
    # The watch has ended once a question of our own is refused, too.
    while "result" in (task := w.call("tasks/get", {"taskId": id}, tasks=True)):
        assert task["result"]["status"] == "working"
    assert "error" in task
    state["answer"] = say("COMPLETED")
    while (task := w.call("tasks/get", {"taskId": id}, tasks=True)["result"])["status"] == "working":
        pass
    assert task["result"]["structuredContent"]["output"]["seed"] == 7


def test_the_hours_limit_holds_across_processes(wire, fake, home):
    queue = fake()
    for expected in (False, True):
        w = wire("--max-jobs-per-hour", "2", **queue.environment)
        results = [w.tool("run_model", RUN["arguments"]) for _ in range(2)]
        assert [each["isError"] for each in results] == [expected, expected]
        w.close()
    assert "limit of 2 jobs an hour" in words(results[0]) and len(queue.of("submit")) == 2


def test_the_journal_says_which_call_asked_for_it(wire, fake, home):
    w = wire(**fake().environment)
    id = w.ask("tools/call", RUN)
    done = request_id(w.answer(id)["result"])
    rows = sqlite3.connect(home.path / "state/journal.db").execute("SELECT request_id, asked_by FROM requests").fetchall()
    assert rows[0][0] == done
    assert json.loads(rows[0][1]) == {"tool": "run_model", "call": id, "client": "by-line 1", "folder": str(home.root),
                                      "arguments": RUN["arguments"]}
    listed = w.tool("list_requests")["structuredContent"]["requests"]
    assert listed[0]["asked_by"]["tool"] == "run_model"


def test_what_failed_at_the_queue_is_told_and_not_advised_to_be_sent_again(wire, fake):
    detail = {"detail": [{"loc": ["body", "seed"], "msg": "Input should be less than or equal to 5",
                          "type": "less_than_equal", "ctx": {"le": 5}}]}
    w = wire(**fake(result=refuse(422, json.dumps(detail).encode())).environment)
    result = w.tool("run_model", RUN["arguments"])
    assert result["isError"] and "seed must be at most 5" in words(result) and "request_id: " in words(result)


def test_a_submit_whose_answer_is_lost_is_not_sent_again(wire, fake):
    from fake_queue import drop
    queue = fake(submit=drop)
    w = wire(**queue.environment)
    result = w.tool("run_model", RUN["arguments"])
    assert result["isError"] and "Do not send it again" in words(result)
    assert len(queue.of("submit")) == 1


def test_the_output_is_given_where_its_file_cannot_be_saved(wire, fake):
    queue = fake()
    queue.data = {"video": {"url": "http://127.0.0.1:9/none.mp4"}, "seed": 7}
    result = wire(**queue.environment).tool("run_model", RUN["arguments"])
    assert not result["isError"] and result["structuredContent"]["output"]["seed"] == 7
    assert "Not everything is saved" in words(result) and "private network" in words(result)


def test_what_could_not_be_saved_is_saved_when_it_is_asked_for_again(wire, fake, home):
    queue = fake()
    queue.data = {"image": {"url": "data:image/png;base64,iVBORw0KGgo=", "content_type": "image/png"}}
    (home.root / "fal-results").write_text("in the way")
    w = wire(**queue.environment)
    id = request_id(result := w.tool("run_model", RUN["arguments"]))
    assert "Not everything is saved" in words(result)
    (home.root / "fal-results").unlink()
    again = w.tool("result", {"request_id": id})
    assert "Not everything" not in words(again)
    assert again["structuredContent"]["files"][0]["path"].startswith(str(home.root / "fal-results" / id))
    assert w.tool("result", {"request_id": id}) == again


def test_why_a_file_could_not_be_saved_again_is_told(wire, fake, home):
    queue = fake()
    w = wire(**queue.environment)
    id = request_id(w.tool("run_model", RUN["arguments"]))
    (home.root / "fal-results" / id).mkdir(parents=True, exist_ok=True)
    assert "private network" in words(w.tool("result", {"request_id": id})).split("Not everything is saved")[1]


def test_a_look_at_a_job_of_an_earlier_session_gives_its_result(wire, fake):
    state = {"answer": say("IN_PROGRESS")}
    queue = fake(status=lambda handler, seen: state["answer"](handler, seen))
    w = wire(**queue.environment)
    id = request_id(w.tool("submit", RUN["arguments"]))
    w.process.kill()
    state["answer"] = say("COMPLETED")
    w = wire(**queue.environment)
    assert w.tool("result", {"request_id": id, "wait": 0})["structuredContent"]["output"]["seed"] == 7


def test_an_output_that_breaks_its_schema_does_not_break_ours(wire, fake):
    queue = fake()
    queue.data = {"video": 5, "seed": "x"}
    result = wire(**queue.environment).tool(V2V, {"video_url": "https://fal.media/x.mp4", "prompt": "p"})
    assert not result["isError"] and "output" not in result["structuredContent"]
    assert '"video":5' in words(result)


def test_the_cost_is_noted(wire, fake, home):
    folder = home.path / "schemas/me"
    folder.mkdir(parents=True)
    (folder / "thing.json").write_text(json.dumps({
        "title": "Thing", "x-price": "$0.02 per second", "x-price-usd": 0.02, "x-price-per": "second",
        "type": "object", "properties": {"input": {"type": "object"}, "output": {"type": "object"}}}))
    w = wire("--schemas", str(home.path / "schemas"), **fake().environment)
    assert "Price: $0.02 per second" in next(
        t for t in w.call("tools/list")["result"]["tools"] if t["name"] == "me_thing")["description"]
    assert "Cost: $0.02 per second" in words(w.tool("submit", RUN["arguments"]))
    assert w.tool("me_thing", {})["structuredContent"]["cost"] == "about $0.03 (1.5 s at $0.02 per second)"


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


def test_a_tasks_cancel_reaches_a_queue_that_tells_no_status(wire, fake):
    state = {"status": say("IN_PROGRESS")}
    queue = fake(status=lambda handler, seen: state["status"](handler, seen))
    id = wire(**queue.environment).call("tools/call", RUN, tasks=True)["result"]["taskId"]
    state["status"] = refuse(401, b'{"detail":"no"}')
    w = wire(**queue.environment)
    assert "result" in w.call("tasks/cancel", {"taskId": id}, tasks=True)
    queue.wait("cancel")


@pytest.mark.parametrize("tool", ["status", "result", "cancel"])
def test_a_queue_that_does_not_answer_keeps_no_call(wire, fake, tool):
    let = threading.Event()
    slow = lambda handler, seen: let.wait(60)  # noqa: E731
    w = wire("--max-wait", "1", **fake(status=slow, cancel=slow).environment)
    result = w.call("tools/call", {"name": tool, "arguments": {"endpoint": "me/thing", "request_id": "abc"}})["result"]
    let.set()
    assert result["isError"] and "has not answered yet" in words(result)


# MARK: Tasks

def test_a_task_outlives_the_process(wire, fake, home):
    state = {"status": "IN_PROGRESS"}
    queue = fake(status=lambda handler, seen: say(state["status"])(handler, seen))
    w = wire(**queue.environment)
    made = w.call("tools/call", RUN, tasks=True)["result"]
    assert made["resultType"] == "task" and made["status"] == "working"
    id = made["taskId"]
    w.process.kill()
    w = wire(**queue.environment)
    assert w.call("tasks/get", {"taskId": id}, tasks=True)["result"]["status"] == "working"
    assert w.call("tasks/update", {"taskId": id, "inputResponses": {}}, tasks=True)["result"]["resultType"] == "complete"
    state["status"] = "COMPLETED"
    while (task := w.call("tasks/get", {"taskId": id}, tasks=True)["result"])["status"] == "working":
        pass
    assert task["result"]["structuredContent"]["output"]["seed"] == 7
    w.close()
    w = wire(**queue.environment)
    while (again := w.call("tasks/get", {"taskId": id}, tasks=True)["result"])["status"] == "working":
        pass
    assert again["result"]["structuredContent"]["output"]["seed"] == 7


def test_a_tasks_cancel_reaches_the_queue(wire, fake):
    cancelled = []

    def answer(handler, seen):
        say("COMPLETED" if cancelled else "IN_PROGRESS")(handler, seen)

    def cancel(handler, seen):
        cancelled.append(seen)
        reply(handler, 202, {"status": "CANCELLATION_REQUESTED"})

    queue = fake(status=answer, cancel=cancel,
                 result=refuse(499, b'{"detail":"Request was cancelled","error_type":"client_cancelled"}'))
    w = wire(**queue.environment)
    id = w.call("tools/call", RUN, tasks=True)["result"]["taskId"]
    assert w.call("tasks/cancel", {"taskId": id}, tasks=True)["result"]["resultType"] == "complete"
    queue.wait("cancel")
    while (task := w.call("tasks/get", {"taskId": id}, tasks=True)["result"])["status"] == "working":
        pass
    assert task["status"] == "cancelled"


@pytest.mark.parametrize("method", ["tasks/get", "tasks/update", "tasks/cancel"])
def test_tasks_that_are_none(wire, method):
    w = wire()
    assert w.call(method, {"taskId": "none"}, tasks=True)["error"]["code"] == -32602
    answer = w.call(method, {"taskId": "none"})
    assert answer["error"]["code"] == -32021
    assert answer["error"]["data"]["requiredCapabilities"] == {"extensions": {"io.modelcontextprotocol/tasks": {}}}


def test_tasks_tell_how_they_go_along_a_subscription(wire, fake):
    state = {"status": "IN_PROGRESS"}
    queue = fake(status=lambda handler, seen: say(state["status"])(handler, seen))
    w = wire(**queue.environment)
    id = w.call("tools/call", RUN, tasks=True)["result"]["taskId"]
    listening = w.ask("subscriptions/listen", {"notifications": {"taskIds": [id, "none"], "toolsListChanged": True}}, tasks=True)
    first = w.receive()
    assert first["method"] == "notifications/subscriptions/acknowledged"
    assert first["params"] == {"notifications": {"taskIds": [id]},
                               "_meta": {"io.modelcontextprotocol/subscriptionId": listening}}
    state["status"] = "COMPLETED"
    done = w.until(lambda m: m.get("method") == "notifications/tasks" and m["params"]["status"] == "completed")
    assert done["params"]["taskId"] == id and done["params"]["_meta"]["io.modelcontextprotocol/subscriptionId"] == listening
    w.send({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": listening}})
    assert w.call("tools/call", {"name": "find_models"})["result"]
    w.process.terminate()
    assert w.process.wait(timeout=10) == 0


def test_a_subscription_looks_again_at_what_could_not_be_seen(wire, fake):
    state = {"answer": say("IN_PROGRESS")}
    queue = fake(status=lambda handler, seen: state["answer"](handler, seen))
    w = wire(**queue.environment)
    id = w.call("tools/call", RUN, tasks=True)["result"]["taskId"]
    w.ask("subscriptions/listen", {"notifications": {"taskIds": [id]}}, tasks=True)
    told = lambda m: m.get("method") == "notifications/tasks"  # noqa: E731
    assert w.until(told)["params"]["status"] == "working"
    state["answer"] = refuse(401, b'{"detail":"no"}')
    assert "cannot be seen" in w.until(lambda m: told(m) and "seen" in m["params"].get("statusMessage", ""))["params"]["statusMessage"]
    state["answer"] = say("COMPLETED")
    assert w.until(lambda m: told(m) and m["params"]["status"] == "completed")["params"]["taskId"] == id


def test_a_subscription_takes_up_what_cannot_be_seen_at_first(wire, fake):
    state = {"status": say("IN_PROGRESS")}
    queue = fake(status=lambda handler, seen: state["status"](handler, seen))
    id = wire(**queue.environment).call("tools/call", RUN, tasks=True)["result"]["taskId"]
    state["status"] = refuse(401, b'{"detail":"no"}')
    w = wire(**queue.environment)
    w.ask("subscriptions/listen", {"notifications": {"taskIds": [id]}}, tasks=True)
    assert w.receive()["params"]["notifications"] == {"taskIds": [id]}
    state["status"] = say("COMPLETED")
    told = w.until(lambda m: m.get("method") == "notifications/tasks" and m["params"]["status"] == "completed")
    assert told["params"]["taskId"] == id


def test_a_subscription_ends_with_an_answer(wire):
    w = wire()
    id = w.ask("subscriptions/listen", {"notifications": {}})
    assert w.receive()["method"] == "notifications/subscriptions/acknowledged"
    w.process.terminate()
    assert w.answer(id)["result"]["_meta"]["io.modelcontextprotocol/subscriptionId"] == id


def test_log_lines_and_steps_are_told_in_numbers(wire, fake):
    steps = stream({"status": "IN_PROGRESS", "logs": [line("loading")]},
                   {"status": "IN_PROGRESS", "logs": [line(" 50%|█████     | 1/2 [00:01<00:01,  1.00it/s]", 1)]},
                   {"status": "IN_PROGRESS", "logs": [line("100%|██████████| 2/2 [00:02<00:00,  1.00it/s]", 2)]},
                   {"status": "COMPLETED", "logs": []})
    w = wire(**fake(stream=steps, status=say("IN_PROGRESS", logs=[line("loading")])).environment)
    w.answer(w.ask("tools/call", RUN, token=5))
    numbers = [m["params"]["_meta"]["fal-bridge/job"] for m in w.others if "_meta" in m["params"]]
    assert any(n.get("step") == 2 and n["steps"] == 2 and n["last_log"] == "loading" for n in numbers)
