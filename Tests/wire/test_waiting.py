"""How a request is waited for: streams, questions, and what is told of them."""

import json
import threading

import pytest
from conftest import LOCAL
from fake_queue import drop, line, refuse, reply, say, stream

MODEL = "fal-ai/some-model/with/a/path"


def subscribe(bridge, fake, **params):
    server = bridge(**fake.environment)
    answer = server.call("subscribe", {"endpoint": MODEL, "input": {}, "logs": True, **params})
    updates = [m["params"] for m in server.notifications if m["method"] == "queue/update"]
    return answer, updates


def lines(updates):
    return [entry["message"] for update in updates for entry in update.get("logs") or []]


def states(updates):
    found = []
    for update in updates:
        if not found or found[-1] != update["status"]:
            found.append(update["status"])
    return found


def test_stream_in_odd_pieces(bridge, fake):
    """Comments, CRLF, CR, a byte order mark, events cut anywhere, fields that nobody knows."""
    events = [
        {"status": "IN_QUEUE", "request_id": "r", "queue_position": 0, "logs": None},
        {"status": "IN_PROGRESS", "request_id": "r", "logs": [line("eins"), line("zwei – ü", 1)]},
        {"status": "IN_PROGRESS", "request_id": "r", "logs": [line("three", 2)]},
        {"status": "COMPLETED", "request_id": "r", "logs": [], "metrics": {"inference_time": 2}},
    ]
    texts = [json.dumps(each, ensure_ascii=False) for each in events]
    whole = ("\ufeff: hello\r\n\r\n" + "event: message\r\nid: 4\r\ndata: " + texts[0] + "\r\n\r\n"
             + ": ping\n\nretry: 10\ndata:" + texts[1] + "\n\n" + "data: " + texts[2] + "\r\r"
             + "unknown: x\ndata\n\n" + "data: " + texts[3] + "\n\n").encode()
    pieces = [whole[i:i + 7] for i in range(0, len(whole), 7)]
    server = fake(stream=stream(*pieces), status=refuse(500))
    answer, updates = subscribe(bridge, server, mode="streaming")
    assert answer["result"]["data"] == server.data
    assert answer["result"]["metrics"] == {"inference_time": 2}
    assert lines(updates) == ["eins", "zwei – ü", "three"]
    assert states(updates) == ["IN_QUEUE", "IN_PROGRESS", "COMPLETED"]
    assert server.of("stream")[0].query == {"logs": ["1"]}
    assert server.of("stream")[0].path == "/fal-ai/some-model/requests/%s/status/stream" % answer["result"]["request_id"]
    assert not server.of("status")


@pytest.mark.parametrize("replays", [True, False])
def test_stream_that_drops(bridge, fake, replays):
    """Opened again, with the whole log anew or only with what is new: no line twice, none lost."""
    log = [line("line %d" % n, n) for n in range(6)] + [line("the same")] * 2
    server = fake(
        stream=[
            stream({"status": "IN_QUEUE", "queue_position": 1, "logs": None},
                   {"status": "IN_PROGRESS", "logs": log[:2]}, ': ping\n\ndata: {"status": "IN_PRO'),
            drop,
            stream({"status": "IN_PROGRESS", "logs": log[:5] if replays else log[4:5]},
                   {"status": "IN_PROGRESS", "logs": log[5:]},
                   {"status": "COMPLETED", "logs": []}),
        ],
        # Lines 2 and 3 were said while nobody listened.
        status=say("IN_PROGRESS", logs=log[:5]))
    answer, updates = subscribe(bridge, server, mode="streaming")
    assert "result" in answer, answer
    assert lines(updates) == [entry["message"] for entry in log]
    assert len(server.of("stream")) == 3 and len(server.of("submit")) == 1


@pytest.mark.parametrize("answer", [refuse(404), refuse(405), refuse(200, b"<html>", "text/html"),
                                    refuse(503), drop], ids=["404", "405", "html", "503", "drop"])
def test_auto_asks_where_no_stream_comes(bridge, fake, answer):
    server = fake(stream=answer, status=[
        say("IN_QUEUE", queue_position=3, logs=None), say("IN_PROGRESS", logs=[line("a")]),
        say("IN_PROGRESS", logs=[line("a"), line("b", 1)]),
        say("COMPLETED", logs=[line("a"), line("b", 1), line("c", 2)])])
    answer, updates = subscribe(bridge, server, poll_interval=0.05)
    assert "result" in answer, answer
    assert lines(updates) == ["a", "b", "c"]
    assert states(updates) == ["IN_QUEUE", "IN_PROGRESS", "COMPLETED"]
    assert len(server.of("status")) == 4


def test_streaming_says_that_no_stream_comes(bridge, fake):
    answer, _ = subscribe(bridge, fake(stream=refuse(405)), mode="streaming")
    assert answer["error"]["data"]["kind"] in ("unavailable", "not_found")
    assert answer["error"]["data"]["request_id"]


def test_auto_asks_when_the_stream_is_silent(bridge, fake):
    release = threading.Event()
    server = fake(stream=stream(": nothing but this\n\n", lambda: release.wait(30)))
    answer, _ = subscribe(bridge, server)
    release.set()
    assert "result" in answer, answer


def test_polling_slows_down_and_starts_again(bridge, fake):
    server = fake(status=[say("IN_QUEUE", queue_position=2)] * 4 + [say("IN_QUEUE", queue_position=1)] * 2
                  + [say("COMPLETED", logs=[])])
    answer, _ = subscribe(bridge, server, mode="polling", logs=False)
    assert "result" in answer, answer
    assert not server.of("stream")
    times = [each.time for each in server.of("status")]
    gaps = [b - a for a, b in zip(times, times[1:])]
    # Of 0.5, 0.65, 0.85 s, each give or take a tenth and the machine's moods; then anew.
    assert gaps[0] >= 0.44 and gaps[3] > gaps[0] * 1.1, gaps
    assert gaps[4] < gaps[3], gaps
    assert all(each.query == {"logs": ["0"]} for each in server.of("status"))


def test_a_stream_of_another_kind_of_event_is_passed_over(bridge, fake):
    server = fake(stream=stream("data: not json\n\n", "data: [1]\n\n", {"status": "UNHEARD_OF"},
                                {"status": "COMPLETED", "logs": []}))
    answer, _ = subscribe(bridge, server, mode="streaming", logs=False)
    assert "result" in answer, answer


def test_an_earlier_request_is_taken_up_with_its_log(bridge, fake):
    """The stream tells only what is new; the lines before it come from the whole log."""
    log = [line("early %d" % n, n) for n in range(3)]
    server = fake(stream=stream({"status": "IN_PROGRESS", "logs": []}, {"status": "COMPLETED", "logs": [line("late", 9)]}),
                  status=say("IN_PROGRESS", logs=log))
    process = bridge(**server.environment)
    answer = process.call("subscribe", {"endpoint": MODEL, "request_id": "abc-1", "logs": True})
    assert answer["result"]["request_id"] == "abc-1"
    updates = [m["params"] for m in process.notifications]
    assert lines(updates) == ["early 0", "early 1", "early 2", "late"]


def test_timeout_says_what_became_of_the_request(bridge, fake):
    for on_cancel, outcome, cancels in [("cancel", "CANCELLATION_REQUESTED", 1), ("detach", "DETACHED", 0)]:
        server = fake(status=say("IN_QUEUE", queue_position=1))
        answer, _ = subscribe(bridge, server, timeout=0.3, on_cancel=on_cancel)
        error = answer["error"]
        assert (error["code"], error["data"]["outcome"]) == (1408, outcome), error
        assert len(server.of("cancel")) == cancels


def test_timeout_of_a_stream(bridge, fake):
    release = threading.Event()
    server = fake(stream=stream({"status": "IN_QUEUE", "queue_position": 0}, lambda: release.wait(30)))
    answer, _ = subscribe(bridge, server, timeout=0.3)
    release.set()
    assert answer["error"]["code"] == 1408


@pytest.mark.parametrize("mode", ["polling", "streaming"])
def test_cancel_waits_for_the_queue_no_longer_than_two_seconds(bridge, fake, mode):
    release = threading.Event()

    def slow(handler, seen):
        release.wait(30)
        reply(handler, 202, {"status": "CANCELLATION_REQUESTED"})

    server = fake(cancel=slow, status=say("IN_PROGRESS", logs=[]),
                  stream=stream({"status": "IN_PROGRESS", "logs": []}, lambda: release.wait(30)))
    process = bridge(**server.environment)
    call = process.start("subscribe", {"endpoint": MODEL, "input": {}, "mode": mode})
    process.until(lambda m: m["params"].get("status") == "IN_PROGRESS")
    process.send({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": call}})
    error = process.answer(call, deadline=10)["error"]
    release.set()
    assert (error["code"], error["data"]["outcome"]) == (-32800, "UNKNOWN")
    assert error["data"]["request_id"]


def test_cancel_at_the_queue(bridge, fake):
    server = fake(status=say("IN_PROGRESS", logs=[]))
    process = bridge(**server.environment)
    call = process.start("subscribe", {"endpoint": MODEL, "input": {}})
    process.until(lambda m: m["params"].get("status") == "IN_PROGRESS")
    process.send({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": call}})
    error = process.answer(call)["error"]
    assert (error["code"], error["data"]["outcome"]) == (-32800, "CANCELLATION_REQUESTED")
    assert server.of("cancel")[0].method == "PUT"


def test_cancel_that_comes_too_late_gives_the_result(bridge, fake):
    server = fake(status=say("IN_PROGRESS", logs=[]), cancel=refuse(400, b'{"status":"ALREADY_COMPLETED"}'))
    process = bridge(**server.environment)
    call = process.start("subscribe", {"endpoint": MODEL, "input": {}})
    process.until(lambda m: m["params"].get("status") == "IN_PROGRESS")
    process.send({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": call}})
    assert process.answer(call)["result"]["data"] == server.data


def test_result_that_waits_only_ends_its_wait(bridge, fake):
    server = fake(status=say("IN_PROGRESS", logs=[]))
    process = bridge(**server.environment)
    error = process.call("result", {"endpoint": MODEL, "request_id": "abc", "wait": True, "timeout": 0.2})["error"]
    assert error["code"] == 1408 and not server.of("cancel")


def test_a_long_log_is_told_whole(bridge, fake):
    """More than the pipe, the outbox and the stream hold at once."""
    count = 4_000
    log = [line("%06d " % n + "x" * 1_000, n) for n in range(count)]
    done = threading.Event()
    server = fake(
        stream=stream({"status": "IN_QUEUE", "queue_position": 0},
                      *[{"status": "IN_PROGRESS", "logs": [entry]} for entry in log], {"status": "COMPLETED", "logs": []},
                      done.set),
        status=say("COMPLETED", logs=log))
    process = bridge(**server.environment)
    answer = process.call("subscribe", {"endpoint": MODEL, "input": {}, "logs": True})
    assert "result" in answer, answer
    told = lines([m["params"] for m in process.notifications])
    assert told == [entry["message"] for entry in log]


# What a review found.


def test_a_stream_that_tells_much_at_once_is_followed_to_its_end(bridge, fake):
    """More than waits in the bridge, and faster than it can be told: the server is held up, nothing is lost or begun anew."""
    events = [{"status": "IN_QUEUE", "request_id": "r", "queue_position": 5_000 - n} for n in range(5_000)]
    events += [{"status": "IN_PROGRESS", "request_id": "r", "logs": [line("line %d" % n, n)]} for n in range(15_000)]
    events.append({"status": "COMPLETED", "request_id": "r", "logs": []})
    server = fake(stream=stream(b"".join(b"data: %s\n\n" % json.dumps(each).encode() for each in events)), status=refuse(500))
    answer, updates = subscribe(bridge, server, mode="streaming")
    assert answer["result"]["data"] == server.data
    assert lines(updates) == ["line %d" % n for n in range(15_000)]
    assert states(updates) == ["IN_QUEUE", "IN_PROGRESS", "COMPLETED"]
    assert len(server.of("stream")) == 1


@pytest.mark.parametrize("answer", ["hang", "503", "429"])
def test_timeout_counts_while_the_queue_does_not_answer(bridge, fake, answer):
    release = threading.Event()
    answers = {"hang": lambda handler, seen: release.wait(60), "503": refuse(503, retry_after="30"),
               "429": refuse(429, retry_after="60")}
    server = fake(status=answers[answer])
    process = bridge(**server.environment)
    error = process.answer(process.start("subscribe", {"endpoint": MODEL, "input": {}, "mode": "polling", "timeout": 0.5}),
                           deadline=15)["error"]
    release.set()
    assert (error["code"], error["data"]["outcome"]) == (1408, "CANCELLATION_REQUESTED")
    assert len(server.of("cancel")) == 1


def test_an_outage_does_not_end_a_wait(bridge, fake):
    server = fake(status=[refuse(503, retry_after="0")] * 8 + [say("COMPLETED", logs=[])])
    answer, _ = subscribe(bridge, server, mode="polling", poll_interval=0.05)
    assert "result" in answer, answer
    assert len(server.of("status")) == 9


def plain(text):
    return {"message": text}


def test_lines_that_are_alike_are_told_as_often_as_they_were_said(bridge, fake):
    """Without a timestamp, as some servers have it."""
    said = [plain(text) for text in ("start", "step", "step", "step")]
    late = [plain(text) for text in ("step", "step", "end")]
    server = fake(
        stream=[stream({"status": "IN_QUEUE", "queue_position": 0}, {"status": "IN_PROGRESS", "logs": said}),
                stream({"status": "IN_PROGRESS", "logs": []}, *[{"status": "IN_PROGRESS", "logs": [each]} for each in late],
                       {"status": "COMPLETED", "logs": []})],
        status=[say("IN_PROGRESS", logs=said), say("COMPLETED", logs=said + late)])
    answer, updates = subscribe(bridge, server, mode="streaming")
    assert "result" in answer, answer
    assert sorted(lines(updates)) == sorted(entry["message"] for entry in said + late)
    assert updates[-1]["status"] == "COMPLETED"


def test_a_gap_that_could_not_be_filled_is_filled_at_the_end(bridge, fake):
    log = [line("line %d" % n, n) for n in range(1, 6)]
    server = fake(
        stream=[stream({"status": "IN_QUEUE", "queue_position": 0}, {"status": "IN_PROGRESS", "logs": log[:2]}),
                stream({"status": "IN_PROGRESS", "logs": []}, {"status": "IN_PROGRESS", "logs": log[4:]},
                       {"status": "COMPLETED", "logs": []})],
        status=[refuse(400), say("COMPLETED", logs=log)])
    answer, updates = subscribe(bridge, server, mode="streaming")
    assert "result" in answer, answer
    assert sorted(lines(updates)) == ["line %d" % n for n in range(1, 6)]


def test_long_calls_leave_room_for_short_ones(bridge, fake):
    release = threading.Event()

    def slow(handler, seen):
        release.wait(60)
        reply(handler, 200, {"ok": True})

    server = fake(submit=slow)
    process = bridge(**server.environment)
    runs = [process.start("run", {"endpoint": MODEL, "input": {"n": n}}) for n in range(100)]
    server.wait("submit", 20)
    assert "result" in process.answer(process.start("cancel", {"endpoint": MODEL, "request_id": "abc"}), deadline=10)
    release.set()
    for run in runs:
        assert "result" in process.answer(run)


def test_calls_at_once_start_one_server(bridge, state, tmp_path):
    script = tmp_path / "fal-local"
    script.write_text('#!/bin/sh\necho started >> "%s/starts"\nexec "%s" "$@"\n' % (tmp_path, LOCAL))
    script.chmod(0o755)
    process = bridge(FAL_LOCAL_BIN=str(script))
    calls = [process.start("status", {"request_id": "none-%d" % n}) for n in range(200)]
    assert {process.answer(call)["error"]["code"] for call in calls} == {1404}
    assert (tmp_path / "starts").read_text() == "started\n"
