"""The tasks extension: handles that outlive the process, and subscriptions."""

import pytest
from conftest import RUN
from fake_queue import refuse, reply, say


def out_of_sight(fake, wire):
    """A task that an earlier server began, and whose status the queue does not tell: its id, the queue, and what it says
    to the next question."""
    state = {"status": say("IN_PROGRESS")}
    queue = fake(status=lambda handler, seen: state["status"](handler, seen))
    id = wire(**queue.environment).call("tools/call", RUN, tasks=True)["result"]["taskId"]
    state["status"] = refuse(401, b'{"detail":"no"}')
    return id, queue, state


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


def test_a_tasks_cancel_reaches_a_queue_that_tells_no_status(wire, fake):
    id, queue, _ = out_of_sight(fake, wire)
    w = wire(**queue.environment)
    assert "result" in w.call("tasks/cancel", {"taskId": id}, tasks=True)
    queue.wait("cancel")


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
    id, queue, state = out_of_sight(fake, wire)
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
