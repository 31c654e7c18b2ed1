"""Jobs of an agent: signs of life, places, limits, what is told when they cannot be seen or saved."""

import json
import sqlite3

from conftest import RUN, V2V, request_id, words
from fake_queue import line, refuse, say, stream


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


def test_log_lines_and_steps_are_told_in_numbers(wire, fake):
    steps = stream({"status": "IN_PROGRESS", "logs": [line("loading")]},
                   {"status": "IN_PROGRESS", "logs": [line(" 50%|█████     | 1/2 [00:01<00:01,  1.00it/s]", 1)]},
                   {"status": "IN_PROGRESS", "logs": [line("100%|██████████| 2/2 [00:02<00:00,  1.00it/s]", 2)]},
                   {"status": "COMPLETED", "logs": []})
    w = wire(**fake(stream=steps, status=say("IN_PROGRESS", logs=[line("loading")])).environment)
    w.answer(w.ask("tools/call", RUN, token=5))
    numbers = [m["params"]["_meta"]["fal-bridge/job"] for m in w.others if "_meta" in m["params"]]
    assert any(n.get("step") == 2 and n["steps"] == 2 and n["last_log"] == "loading" for n in numbers)
