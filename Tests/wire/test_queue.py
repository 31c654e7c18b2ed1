"""What goes out to the queue, what comes back, what is sent again and what never is."""

import json
import socket
import threading
import time

import pytest
from fake_queue import drop, line, refuse, reply, say, stream

MODEL = "fal-ai/some-model/sub/path"
HTML = b"<html><head><title>503 Service Temporarily Unavailable</title></head><body>nginx</body></html>"


def gateway(code, **headers):
    return refuse(code, HTML, "text/html", **headers)


def submit(bridge, server, **params):
    return bridge(**server.environment).call("submit", {"endpoint": MODEL, "input": {"a": 1}, **params})


def test_every_parameter_of_a_submit_is_on_the_wire(bridge, fake):
    server = fake()
    answer = submit(
        bridge, server, webhook_url="https://a.b/c?d=e&f=ü", priority="low", hint="lora-7", start_timeout=30,
        max_queue_length=5, expires_in="1h", acl={"default": "forbid"},
        headers={"X-Fal-Store-IO": "0", "X-Fal-Tags": "k=v"}, input={"prompt": "grüße", "n": 0.1, "none": None})
    assert answer["result"]["status"] == "IN_QUEUE", answer
    seen = server.of("submit")[0]
    assert seen.path == "/" + MODEL
    assert "fal_webhook=https%3A%2F%2Fa.b%2Fc%3Fd%3De%26f%3D%C3%BC" in seen.target
    assert seen.query["fal_max_queue_length"] == ["5"]
    wanted = {"x-fal-queue-priority": "low", "x-fal-runner-hint": "lora-7", "x-fal-request-timeout": "30",
              "x-fal-store-io": "0", "x-fal-tags": "k=v", "content-type": "application/json",
              "accept": "application/json", "authorization": "Key test-id:test-secret-123"}
    assert {name: seen.headers.get(name) for name in wanted} == wanted
    assert json.loads(seen.headers["x-fal-object-lifecycle-preference"]) == {
        "expiration_duration_seconds": 3600, "initial_acl": {"default": "forbid"}}
    assert seen.body == '{"prompt":"grüße","n":0.1,"none":null}'.encode()


@pytest.mark.parametrize("name", ["Authorization", "authorization", "HOST", "Content-Length"])
def test_headers_that_are_not_the_callers(bridge, fake, name):
    server = fake()
    error = submit(bridge, server, headers={name: "x"})["error"]
    assert error["code"] == -32602 and not server.seen


@pytest.mark.parametrize("endpoint, base, path", [
    ("fal-ai/m", "fal-ai/m", "fal-ai/m"), ("fal-ai/m/a/b", "fal-ai/m", "fal-ai/m/a/b"),
    ("workflows/fal-ai/sdxl-sticker", "workflows/fal-ai/sdxl-sticker", "workflows/fal-ai/sdxl-sticker"),
    ("comfy/alice/wf/run", "comfy/alice/wf", "comfy/alice/wf/run"),
    ("110602490-lora", "110602490/lora", "110602490/lora"),
])
def test_ids_and_their_urls(bridge, fake, endpoint, base, path):
    server = fake()
    process = bridge(**server.environment)
    result = process.call("submit", {"endpoint": endpoint, "input": {}})["result"]
    request = result["request_id"]
    assert server.of("submit")[0].path == "/" + path
    assert result["status_url"] == "%s/%s/requests/%s/status" % (server.url, base, request)
    for method in ("status", "result", "cancel"):
        assert "result" in process.call(method, {"endpoint": endpoint, "request_id": request})
    assert [each.path.removeprefix("/%s/requests/%s" % (base, request)) for each in server.seen[1:]] == [
        "/status", "", "/cancel"]


@pytest.mark.parametrize("endpoint", ["", "a", "a b/c", "/a/b", "a/b/", "a//b", "a/../b", "a/./b", "a/b?c", "a/b#c",
                                      "a/b\n",
                                      "workflows/a", "a/b%2fc", "ü/b"])
def test_ids_that_are_refused_before_anything_is_sent(bridge, fake, endpoint):
    server = fake()
    assert submit(bridge, server, endpoint=endpoint)["error"]["code"] == -32602
    assert not server.seen


# Errors.


@pytest.mark.parametrize("answer, code, kind, words", [
    (refuse(422, json.dumps({"detail": [{"loc": ["body", "fps"], "msg": "too fast", "type": "less_than_equal",
                                         "ctx": {"le": 16}}]}).encode()), 1422, "rejected", "fps: too fast"),
    (refuse(500, b'{"detail":"Runner broke","error_type":"runner_server_error"}', x_fal_request_id="r",
            x_fal_error_type="runner_server_error"), 1500, "request_failed", "Runner broke"),
    (refuse(401, b'{"detail":"invalid key credentials"}'), 1401, "unauthenticated", "invalid key credentials"),
    (refuse(403, b'{"detail":"User is locked. Reason: Exhausted balance."}'), 1403, "forbidden", "Exhausted balance"),
    (refuse(404, b'{"status":"NOT_FOUND"}'), 1404, "not_found", "NOT_FOUND"),
    (refuse(400, b'{"detail":"Request is still in progress"}'), 1409, "not_completed", "still in progress"),
    (refuse(499, b'{"detail":"cancelled","error_type":"client_cancelled"}'), -32800, "cancelled", "cancelled"),
    (refuse(504, b'{"detail":"Request timed out","error_type":"request_timeout"}',
            X_Fal_Request_Timeout_Type="user"), 1408, "timeout", "timed out"),
    (refuse(500, b"", x_fal_request_id="r"), 1500, "request_failed", "HTTP 500"),
    (refuse(500, b""), 1503, "unavailable", "HTTP 500"),
    (refuse(500, b'{"detail":"CUDA out of memory"}'), 1500, "request_failed", "CUDA out of memory"),
    (refuse(503, b'{"detail":"the runner left"}'), 1500, "request_failed", "the runner left"),
    (refuse(500, b'{"detail":{"loc":["body","fps"],"msg":"too fast","type":"x"}}'), 1500, "request_failed",
     "fps: too fast"),
    (refuse(500, b'{"detail":null}'), 1503, "unavailable", "HTTP 500"),
    (refuse(500, b'{"message":"upstream"}'), 1503, "unavailable", "upstream"),
    (refuse(504, b'{"detail":"Request timed out"}', X_Fal_Request_Timeout_Type="User"), 1408, "timeout", "timed out"),
    (refuse(404, b'"no such request"'), 1404, "not_found", "no such request"),
    (refuse(500, b'["a list"]', x_fal_request_id="r"), 1500, "request_failed", "HTTP 500"),
    (refuse(500, HTML, "text/html", x_fal_request_id="r"), 1500, "request_failed", "503 Service"),
])
def test_errors_of_a_result(bridge, fake, answer, code, kind, words):
    server = fake(result=answer)
    error = bridge(**server.environment).call("result", {"endpoint": MODEL, "request_id": "abc"})["error"]
    assert (error["code"], error["data"]["kind"]) == (code, kind), error
    assert words in error["message"]
    assert error["data"]["request_id"] == "abc" and error["data"]["endpoint"] == MODEL


def test_a_failed_job_is_no_success(bridge, fake):
    """Whatever is served as its result."""
    server = fake(status=say("COMPLETED", logs=[], error="Runner disconnected", error_type="runner_disconnected"))
    error = bridge(**server.environment).call("subscribe", {"endpoint": MODEL, "input": {}})["error"]
    assert (error["code"], error["data"]["error_type"]) == (1500, "runner_disconnected")
    assert error["data"]["request_id"]


# Again, or never again.


def test_reads_are_repeated(bridge, fake):
    server = fake(status=[refuse(500), gateway(503), refuse(429, retry_after="0"), drop, say("COMPLETED", logs=[])])
    answer = bridge(**server.environment).call("status", {"endpoint": MODEL, "request_id": "abc"})
    assert answer["result"]["status"] == "COMPLETED", answer
    assert len(server.of("status")) == 5


def test_a_result_is_repeated_unless_the_answer_is_the_runs_own(bridge, fake):
    server = fake()
    server.answers["result"] = [refuse(503, retry_after="0"), gateway(502, retry_after="0"), server.output]
    assert "result" in bridge(**server.environment).call("result", {"endpoint": MODEL, "request_id": "abc"})
    server.answers["result"] = refuse(503, x_fal_request_id="abc")
    assert bridge(**server.environment).call("result", {"endpoint": MODEL, "request_id": "abc"})["error"]["code"] == 1500
    assert len(server.of("result")) == 4


def test_retry_after_is_honoured(bridge, fake):
    server = fake(status=[refuse(503, retry_after="2"), say("COMPLETED", logs=[])])
    assert "result" in bridge(**server.environment).call("status", {"endpoint": MODEL, "request_id": "abc"})
    first, second = server.of("status")
    assert second.time - first.time >= 1.95


@pytest.mark.parametrize("answer, times", [
    (refuse(404), 1), (refuse(422), 1), (refuse(503, X_Fal_Needs_Retry="0"), 1),
    (refuse(503, x_fal_retryable="false"), 1),
    (refuse(504, X_Fal_Request_Timeout_Type="user"), 1)])
def test_what_is_not_repeated(bridge, fake, answer, times):
    server = fake(status=answer)
    assert "error" in bridge(**server.environment).call("status", {"endpoint": MODEL, "request_id": "abc"})
    assert len(server.of("status")) == times


def test_the_id_is_the_one_that_was_asked_for(bridge, fake):
    """Or another request's entry in the journal would be written to."""
    other = {"request_id": "another"}
    server = fake(status=lambda handler, seen: reply(handler, 200, {"status": "COMPLETED", "logs": [], **other}),
                  stream=stream({"status": "IN_PROGRESS", **other}, {"status": "COMPLETED", **other}))
    b = bridge(**server.environment)
    assert b.call("status", {"endpoint": MODEL, "request_id": "abc"})["result"]["request_id"] == "abc"
    answer = b.call("subscribe", {"endpoint": MODEL, "request_id": "abc", "mode": "streaming"})
    assert answer["result"]["request_id"] == "abc"
    told = {m["params"]["request_id"] for m in b.notifications if "request_id" in m["params"]}
    assert told == {"abc"}, b.notifications


@pytest.mark.parametrize("answer, outcome", [
    (refuse(202, b'{"status":"CANCELLATION_REQUESTED"}'), "CANCELLATION_REQUESTED"),
    (refuse(200, b'{"success":true}'), "CANCELLATION_REQUESTED"), (refuse(200, b""), "CANCELLATION_REQUESTED"),
    (refuse(200, b"[]"), "CANCELLATION_REQUESTED"), (refuse(200, b'{"success":false}'), "ALREADY_COMPLETED"),
    (refuse(200, b'{"status":"ALREADY_COMPLETED"}'), "ALREADY_COMPLETED"),
    (refuse(400, b'{"status":"ALREADY_COMPLETED"}'), "ALREADY_COMPLETED"),
    (refuse(400, b'"ALREADY_COMPLETED"'), "ALREADY_COMPLETED")])
def test_what_a_cancel_came_to(bridge, fake, answer, outcome):
    server = fake(cancel=answer)
    result = bridge(**server.environment).call("cancel", {"endpoint": MODEL, "request_id": "abc"})["result"]
    assert result == {"request_id": "abc", "outcome": outcome}


@pytest.mark.parametrize("answers, times", [([refuse(429, retry_after="0")] * 2, 3),
                                            ([gateway(503, retry_after="0")], 2),
                                            ([refuse(503, b'{"message":"no upstream"}', retry_after="0")], 2)])
def test_a_submit_that_was_not_taken_is_sent_again(bridge, fake, answers, times):
    server = fake()
    server.answers["submit"] = answers + [server.accept]
    assert "result" in submit(bridge, server)
    assert len(server.of("submit")) == times


@pytest.mark.parametrize("answer", [
    drop, gateway(502), gateway(504), refuse(500), refuse(503, x_fal_request_id="r"), refuse(408),
    refuse(503, b'{"detail":"x","error_type":"runner_disconnected"}'), refuse(503, b'{"detail":"x"}'),
    refuse(503, b'{"request_id":"r"}'), refuse(200, b""), refuse(200, b"<html>", "text/html"),
    refuse(200, b'{"status":"IN_QUEUE"}')],
    ids=["drop", "502", "504", "500", "queue-503", "408", "typed-503", "503-with-words", "503-with-id",
         "empty", "html", "no-id"])
def test_a_submit_whose_fate_is_unknown_is_never_sent_again(bridge, fake, answer):
    server = fake(submit=answer)
    process = bridge(**server.environment)
    error = process.call("submit", {"endpoint": MODEL, "input": {"a": 1}})["error"]
    assert (error["code"], error["data"]["kind"]) == (1003, "outcome_unknown"), error
    assert len(server.of("submit")) == 1
    entry, = process.call("requests")["result"]["requests"]
    assert (entry["request_id"], entry["status"], entry["endpoint"]) == (None, "UNKNOWN", MODEL)
    assert entry["error"]


@pytest.mark.parametrize("answer, code", [(refuse(401), 1401), (refuse(403), 1403), (refuse(404), 1404),
                                          (refuse(400), 1422), (refuse(422), 1422)])
def test_a_refused_submit_is_no_request(bridge, fake, answer, code):
    server = fake(submit=answer)
    process = bridge(**server.environment)
    assert process.call("submit", {"endpoint": MODEL, "input": {"a": 1}})["error"]["code"] == code
    assert len(server.of("submit")) == 1
    assert process.call("requests")["result"]["requests"] == []


def test_a_queue_that_is_too_long_refuses_at_once(bridge, fake):
    server = fake(submit=refuse(429, b'{"detail":"The queue is too long"}'))
    assert submit(bridge, server, max_queue_length=1)["error"]["code"] == 1429
    assert len(server.of("submit")) == 1


def test_nobody_there_is_tried_again(bridge, fake):
    """A port that opens while the bridge knocks."""
    server = fake()
    closed = socket.socket()
    closed.bind(("127.0.0.1", 0))
    port = closed.getsockname()[1]
    process = bridge(**{**server.environment, "FAL_QUEUE_URL": "http://127.0.0.1:%d" % port})
    call = process.start("submit", {"endpoint": MODEL, "input": {}})
    closed.close()
    # The first attempt was refused or is about to be; one of the next finds somebody.
    listener = socket.create_server(("127.0.0.1", port), backlog=8)
    listener.settimeout(30)
    connection, _ = listener.accept()
    data = b""
    while b"\r\n\r\n{}" not in data:
        data += connection.recv(65536)
    body = b'{"status":"IN_QUEUE","request_id":"late"}'
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    assert process.answer(call)["result"]["request_id"] == "late"
    connection.close()
    listener.close()


def test_a_kept_connection_that_dies_sends_no_submit_twice(bridge, fake):
    """libcurl by itself sends a request again where a connection that it kept gives nothing but its end."""
    server = fake()
    process = bridge(**server.environment)
    assert "result" in process.call("submit", {"endpoint": MODEL, "input": {"n": 1}})
    server.answers["submit"] = drop
    error = process.call("submit", {"endpoint": MODEL, "input": {"n": 2}})["error"]
    assert error["code"] == 1003
    first, second = server.of("submit")
    # The case is the one that is meant: the second came over the connection of the first.
    assert first.connection == second.connection
    bodies = [each.body for each in server.of("submit")]
    assert bodies == [b'{"n":1}', b'{"n":2}']


# The journal.


def test_the_intent_is_on_disk_before_the_submit_is_answered(bridge, fake):
    release = threading.Event()

    def hang(handler, seen):
        release.wait(30)

    server = fake(submit=hang)
    process = bridge(**server.environment)
    process.start("submit", {"endpoint": MODEL, "input": {}})
    server.wait("submit")
    process.process.kill()
    process.process.wait()
    release.set()
    entry, = bridge(**server.environment).call("requests")["result"]["requests"]
    assert (entry["request_id"], entry["status"], entry["backend"]) == (None, "UNKNOWN", "fal")


def test_another_process_takes_a_request_up(bridge, fake):
    server = fake(status=say("IN_PROGRESS", logs=[]))
    first = bridge(**server.environment)
    call = first.start("subscribe", {"endpoint": MODEL, "input": {"a": 1}, "logs": True})
    first.until(lambda m: m["params"].get("status") == "IN_PROGRESS")
    request = first.notifications[0]["params"]["request_id"]
    first.process.kill()
    first.process.wait()
    second = bridge(**server.environment)
    entry, = second.call("requests", {"status": "IN_PROGRESS"})["result"]["requests"]
    assert (entry["request_id"], entry["endpoint"]) == (request, MODEL)
    server.answers["status"] = say("COMPLETED", logs=[line("a")])
    # The endpoint is known from the journal.
    result = second.call("subscribe", {"request_id": request, "logs": True})["result"]
    assert (result["data"], result["endpoint"]) == (server.data, MODEL)
    assert len(server.of("submit")) == 1
    entry, = bridge(**server.environment).call("requests")["result"]["requests"]
    assert entry["status"] == "COMPLETED" and "error" not in entry


def test_two_processes_on_one_folder_lose_nothing(bridge, fake):
    server = fake()
    processes = [bridge(**server.environment) for _ in range(2)]
    calls = [[p.start("submit", {"endpoint": MODEL, "input": {"n": n}}) for n in range(50)] for p in processes]
    told = {p.answer(call)["result"]["request_id"] for p, ids in zip(processes, calls) for call in ids}
    listed = processes[0].call("requests", {"limit": 1000})["result"]["requests"]
    assert {entry["request_id"] for entry in listed} == told and len(told) == 100
    page = processes[1].call("requests", {"limit": 60})["result"]["requests"]
    rest = processes[1].call("requests", {"limit": 60, "before": page[-1]["created_at"]})["result"]["requests"]
    assert [each["request_id"] for each in page + rest] == [each["request_id"] for each in listed]


def test_a_failure_is_in_the_journal(bridge, fake):
    server = fake(result=refuse(422, b'{"detail":[{"loc":["body","video_url"],"msg":"unreachable","type":"x"}]}'))
    process = bridge(**server.environment)
    assert process.call("subscribe", {"endpoint": MODEL, "input": {}})["error"]["code"] == 1422
    entry, = process.call("requests")["result"]["requests"]
    assert entry["status"] == "COMPLETED" and "unreachable" in entry["error"]


def test_without_a_journal_nothing_is_sent(bridge, fake, tmp_path):
    (tmp_path / "a file").write_text("in the way")
    server = fake()
    environment = {**server.environment, "FAL_BRIDGE_STATE": str(tmp_path / "a file")}
    error = bridge(**environment).call("submit", {"endpoint": MODEL, "input": {}})["error"]
    assert (error["code"], error["data"]["kind"]) == (1002, "io_error")
    assert not server.seen


@pytest.mark.parametrize("round", range(6))
def test_kill_at_any_point_leaves_a_journal_that_opens(bridge, fake, round):
    server = fake()
    process = bridge(**server.environment)
    for n in range(200):
        process.start("submit", {"endpoint": MODEL, "input": {"n": n}})
    server.wait("submit", 1 + round * 12)
    process.process.kill()
    process.process.wait()
    entries = bridge(**server.environment).call("requests", {"limit": 1000})["result"]["requests"]
    # Whatever reached the queue is known here: by its id, or as unknown.
    assert len(entries) >= len(server.of("submit"))


@pytest.mark.parametrize("body, type, data", [
    (b"[1,2]", "application/json", [1, 2]), (b"0.1", "application/json", 0.1), (b"null", "application/json", None),
    (b"", "application/json", None), (b"plain words", "text/plain; charset=utf-8", "plain words"),
    (b"\x00\x01", "video/mp4", {"url": "data:video/mp4;base64,AAE=", "content_type": "video/mp4", "file_size": 2}),
    (b'{"a":1}', None, {"a": 1})])
def test_an_output_that_is_no_object_is_an_output(bridge, fake, body, type, data):
    server = fake(result=lambda handler, seen: reply(handler, 200, body, type))
    answer = bridge(**server.environment).call("result", {"endpoint": MODEL, "request_id": "abc"})
    assert answer["result"]["data"] == data


def test_an_output_that_is_no_json_is_a_file_on_the_disk(bridge, fake, tmp_path):
    server = fake(result=lambda handler, seen: reply(handler, 200, b"bytes of a video", "video/mp4"))
    process = bridge("--root", str(tmp_path), **server.environment)
    answer = process.call("subscribe", {"endpoint": MODEL, "input": {}, "download_to": str(tmp_path / "out.mp4")})
    assert (tmp_path / "out.mp4").read_bytes() == b"bytes of a video", answer


# What a review found.


def test_a_cancel_between_two_attempts_sends_nothing_more(bridge, fake):
    server = fake(submit=refuse(429, retry_after="30"))
    process = bridge("--log-level", "debug", **server.environment)
    call = process.start("submit", {"endpoint": MODEL, "input": {}})
    # That the answer has come, too: before it, nobody knows what became of the request.
    assert any(b"attempt 1 of POST failed" in line for line in process.process.stderr)
    process.send({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": call}})
    assert process.answer(call, deadline=10)["error"]["code"] == -32800
    assert len(server.of("submit")) == 1
    assert process.call("requests")["result"]["requests"] == []


def test_who_stands_in_line_is_not_sent_after_a_cancel_or_the_deadline(bridge, fake):
    release = threading.Event()
    server = fake()

    def slow(handler, seen):
        assert release.wait(30)
        server.accept(handler, seen)

    server.answers["submit"] = slow
    process = bridge(**server.environment)
    ahead = [process.start("submit", {"endpoint": MODEL, "input": {"n": n}}) for n in range(32)]
    server.wait("submit", 16)
    cancelled = [process.start(method, {"endpoint": MODEL, "input": {"n": n}})
                 for n in range(32, 40) for method in ("submit", "subscribe")]
    late = [process.start("subscribe", {"endpoint": MODEL, "input": {"n": n}, "timeout": 0.2}) for n in range(80, 90)]
    assert process.call("ping")["result"] == {}
    for call in cancelled:
        process.send({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": call}})
    # Whoever only waits is told at once.
    errors = [process.answer(call)["error"] for call in late]
    assert {(error["code"], error["data"]["outcome"]) for error in errors} == {(1408, "NOT_SENT")}
    assert {process.answer(call)["error"]["code"] for call in cancelled[1::2]} == {-32800}
    release.set()
    assert all("result" in process.answer(call) for call in ahead)
    assert {process.answer(call)["error"]["code"] for call in cancelled[::2]} == {-32800}
    assert len(server.of("submit")) == 32


def test_a_result_that_is_let_go_says_nothing_of_the_request(bridge, fake):
    release = threading.Event()
    server = fake(result=lambda handler, seen: release.wait(30))
    process = bridge(**server.environment)
    request = process.call("submit", {"endpoint": MODEL, "input": {}})["result"]["request_id"]
    call = process.start("result", {"request_id": request})
    server.wait("result", 1)
    process.send({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": call}})
    assert process.answer(call)["error"]["code"] == -32800
    entry, = process.call("requests")["result"]["requests"]
    assert (entry["status"], entry.get("error")) == ("IN_QUEUE", None)
    release.set()


def test_the_last_status_says_why_a_job_failed(bridge, fake):
    server = fake(status=say("COMPLETED", logs=[], error="boom happened", error_type="runner_server_error"),
                  result=refuse(500, b'{"detail":"Internal Server Error"}'))
    process = bridge(**server.environment)
    error = process.call("subscribe", {"endpoint": MODEL, "input": {}})["error"]
    assert (error["code"], error["data"]["error_type"], error["data"]["retryable"]) == (1500, "runner_server_error", False)
    assert error["data"]["http_status"] == 500
    entry, = process.call("requests")["result"]["requests"]
    assert entry["status"] == "COMPLETED" and entry["error"] == "boom happened"


def test_a_result_that_lags_behind_its_status_is_waited_for(bridge, fake):
    server = fake()
    server.answers["result"] = [refuse(400, b'{"detail":"Request is still in progress"}')] * 2 + [server.output]
    answer = bridge(**server.environment).call("subscribe", {"endpoint": MODEL, "input": {}})
    assert answer["result"]["data"] == server.data


def test_what_a_cancel_taught_is_written_down(bridge, fake):
    server = fake(cancel=refuse(400, b'{"status":"ALREADY_COMPLETED"}'))
    process = bridge(**server.environment)
    first, second = [process.call("submit", {"endpoint": MODEL, "input": {}})["result"]["request_id"] for _ in range(2)]
    assert process.call("cancel", {"request_id": first})["result"]["outcome"] == "ALREADY_COMPLETED"
    server.answers["cancel"] = server.cancel
    assert process.call("cancel", {"request_id": second})["result"]["outcome"] == "CANCELLATION_REQUESTED"
    entries = {each["request_id"]: each for each in process.call("requests")["result"]["requests"]}
    assert entries[first]["status"] == "COMPLETED"
    assert entries[second]["status"] == "IN_QUEUE" and "cancel" in entries[second]["error"]


def test_a_request_is_taken_up_where_it_was_sent(bridge, fake):
    """A local job is not asked for at fal's queue, nor the other way round, whatever the settings are now."""
    server = fake()
    hosted = bridge(**server.environment).call("submit", {"endpoint": MODEL, "input": {}})["result"]["request_id"]
    local = {**server.environment, "FAL_BRIDGE_BACKEND": "local"}
    result = bridge(**local).call("subscribe", {"request_id": hosted})["result"]
    assert (result["data"], result["backend"]) == (server.data, "fal")
    del local["FAL_KEY"]
    assert bridge(**local).call("subscribe", {"request_id": hosted})["error"]["code"] == 1401
