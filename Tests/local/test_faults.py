"""What a faults file switches on: on the wire, and in jobs that follow a script."""

import http.client
import json
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from conftest import DEADLINE, ENDPOINT, REQUESTS, SocketConnection
from test_files import path

CUT = (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError, http.client.IncompleteRead)


def test_the_queue_and_the_run_of_a_script(start):
    local = start(faults={"jobs": [{
        "queue_seconds": 0.4, "queue_positions": 3, "run_seconds": 0.4, "steps": 4, "output": {"n": 7},
        "logs": ["loading", {"message": "oh", "level": "WARN"}], "metrics": {"gpu": "none"},
        "headers": {"X-Fal-Billable-Units": "2"}}]}).ready()
    submit = local.ask("POST", ENDPOINT, {"prompt": "x"}).json
    assert submit["queue_position"] == 3
    events = list(local.events(submit["request_id"]))
    places = [e["queue_position"] for e in events if e["status"] == "IN_QUEUE"]
    assert places == sorted(places, reverse=True) and set(places) >= {3, 0}, places
    lines = [line["message"] for e in events for line in e["logs"] or []]
    assert lines[:2] == ["loading", "oh"] and lines[2].startswith(" 25%|██▌       | 1/4 [00:00<00:00,")
    assert lines[-1].startswith("100%|██████████| 4/4 ") and len(lines) == 6
    assert events[-1]["status"] == "COMPLETED" and events[-1]["metrics"] == {"inference_time": 0.4, "gpu": "none"}
    result = local.ask("GET", REQUESTS + submit["request_id"])
    assert result.json == {"n": 7} and result.headers["X-Fal-Billable-Units"] == "2"
    assert local.status(submit["request_id"])["logs"][1]["level"] == "WARN"


def test_a_thousand_at_once(start):
    job = {"run_seconds": 1, "logs": ["hello"], "output": {"ok": 1}}
    local = start(faults={"jobs": [job], "concurrent_jobs": 1000}).ready()

    def one(_):
        c = SocketConnection(local.socket)
        ids = [local.ask("POST", ENDPOINT, {"prompt": "x"}, connection=c).json["request_id"] for _ in range(20)]
        end = time.monotonic() + 120
        for id in ids:
            while local.ask("GET", f"{REQUESTS}{id}/status", connection=c).status != 200:
                assert time.monotonic() < end
                time.sleep(0.05)
            assert local.ask("GET", REQUESTS + id, connection=c).json == {"ok": 1}
        return ids

    with ThreadPoolExecutor(50) as pool:
        ids = [id for part in pool.map(one, range(50)) for id in part]
    assert len(set(ids)) == 1000


def test_how_many_run_at_once(start):
    local = start(faults={"jobs": [{"run_seconds": 60}], "concurrent_jobs": 2}).ready()
    ids = [local.play() for _ in range(4)]
    local.until(ids[1], lambda s: s["status"] == "IN_PROGRESS")
    assert [local.status(id).get("queue_position") for id in ids] == [None, None, 0, 1]
    for id in ids[:2]:
        assert local.ask("PUT", f"{REQUESTS}{id}/cancel").status == 202
        assert local.done(id)["error_type"] == "client_cancelled"
    local.until(ids[3], lambda s: s["status"] == "IN_PROGRESS")
    local.end(signal.SIGKILL)
    local = start(faults={"jobs": [], "concurrent_jobs": 2}).ready()
    local.until(ids[3], lambda s: s["status"] == "IN_PROGRESS")
    assert local.end() == 0


KINDS = [
    ("field", 422), ("file_download_error", 422), ("content_policy_violation", 422), ("internal_server_error", 500),
    ("generation_timeout", 504), ("request_timeout", 504), ("startup_timeout", 504), ("runner_disconnected", 503),
    ("runner_incomplete_response", 502), ("bad_request", 400)]


def test_kinds_of_failure(start):
    local = start(faults={"jobs": [{"prompt": kind + "!", "fail": kind} for kind, _ in KINDS] + [
        {"prompt": "own", "fail": {"status": 418, "body": {"detail": "short and stout"}, "error_type": "teapot"},
         "headers": {"X-Fal-Needs-Retry": "1", "X-Fal-Retryable": "true"}}]}).ready()
    for kind, status in KINDS:
        id = local.play(kind + "!")
        last = local.done(id)
        result = local.ask("GET", REQUESTS + id)
        assert result.status == status and last["error"] and result.headers["x-fal-request-id"] == id
        detail = result.json["detail"]
        type = detail[0]["type"] if isinstance(detail, list) else result.json["error_type"]
        assert type == ("less_than_equal" if kind == "field" else kind)
        is_model = isinstance(detail, list)
        assert result.headers["X-Fal-Error-Type"] == (None if is_model else last["error_type"])
        retryable = ("true" if status >= 500 else "false") if is_model else None
        assert result.headers["X-Fal-Retryable"] == retryable
        assert result.headers["X-Fal-Request-Timeout-Type"] == ("user" if kind == "request_timeout" else None)
    result = local.result(local.play("own"))
    assert result.status == 418 and result.json == {"detail": "short and stout"}
    assert result.headers["X-Fal-Needs-Retry"] == "1" and result.headers["X-Fal-Retryable"] == "true"


def test_runs_that_the_queue_repeats(start):
    local = start(faults={"jobs": [{"failing_runs": 2, "output": {"ok": 1}}]}).ready()
    id = local.play()
    assert local.result(id).json == {"ok": 1}
    lines = [line["message"] for line in local.status(id)["logs"]]
    assert lines == ["Runner disconnected; the request is run again"] * 2
    result = local.result(local.play(headers={"X-Fal-No-Retry": "1"}))
    assert result.status == 503 and result.json["error_type"] == "runner_disconnected"


@pytest.mark.parametrize("job, type, body", [
    ({"output_text": "just words"}, "text/plain", b"just words"),
    ({"output_text": "", "output_type": "application/json"}, "application/json", b""),
    ({"output_text": "{", "output_type": "application/json"}, "application/json", b"{"),
    ({"output": [1, 2]}, "application/json", b"[1,2]"), ({"output": None}, "application/json", b"null"),
])
def test_results_of_any_kind(start, job, type, body):
    local = start(faults={"jobs": [job]}).ready()
    result = local.result(local.play())
    assert (result.status, result.headers["Content-Type"], result.body) == (200, type, body)


def test_results_that_expire(start):
    local = start(faults={"jobs": [{"expires": 0}]}).ready()
    id = local.play()
    assert local.done(id)
    gone = local.ask("GET", REQUESTS + id)
    assert gone.status == 404 and gone.json == {"detail": "Request not found"}


def test_jobs_by_endpoint_and_count(start):
    local = start(faults={"jobs": [
        {"endpoint": "acme/**", "output": {"who": "acme"}}, {"skip": 1, "times": 1, "fail": "internal_error"},
        {"output": {"who": "all"}}]}).ready()
    other = local.ask("POST", "/acme/any/thing", {}).json["request_id"]
    end = time.monotonic() + DEADLINE
    while local.ask("GET", f"/acme/any/requests/{other}/status").status != 200:
        assert time.monotonic() < end
    assert local.ask("GET", f"/acme/any/requests/{other}").json == {"who": "acme"}
    assert [local.result(local.play()).status for _ in range(3)] == [200, 500, 200]


def test_answers_without_acting(start):
    local = start(faults={"rules": [
        {"on": "POST /fal-ai", "times": 1, "status": 502, "body": "nginx"},
        {"on": "POST /fal-ai", "times": 1, "status": 429, "headers": {"Retry-After": "2"}},
        {"on": "POST /fal-ai", "times": 1, "status": 403, "body": {"detail": "User is locked."}},
        {"on": "POST /fal-ai", "times": 1, "status": 302, "headers": {"Location": "http://127.0.0.1:9/"}},
        {"on": "* /**/requests/*/status/stream", "status": 405}], "jobs": [{}]}).ready()
    page = local.ask("POST", ENDPOINT, {})
    assert page.status == 502 and page.headers["Content-Type"] == "text/html" and b"nginx" in page.body
    assert page.headers["x-fal-request-id"] is None
    slow = local.ask("POST", ENDPOINT, {})
    assert slow.status == 429 and slow.headers["Retry-After"] == "2" and slow.headers["x-fal-request-id"]
    assert local.ask("POST", ENDPOINT, {}).json == {"detail": "User is locked."}
    away = local.ask("POST", ENDPOINT, {})
    assert away.status == 302 and away.headers["Location"] == "http://127.0.0.1:9/"
    id = local.play()
    assert local.ask("GET", f"{REQUESTS}{id}/status/stream").status == 405
    assert local.done(id)


@pytest.mark.parametrize("status", [204, 304])
def test_answers_that_have_no_body(start, status):
    local = start(faults={"rules": [{"on": "POST /fal-ai", "status": status, "body": {"a": 1}}]}).ready()
    c = SocketConnection(local.socket)
    for _ in range(2):
        c.request("POST", ENDPOINT, b"{}")
        answer = c.getresponse()
        assert answer.status == status and answer.read() == b"" and answer.headers["Content-Type"] is None
    c.request("GET", REQUESTS + "x")
    assert c.getresponse().status == 404, "nothing was left on the connection"


def test_an_accepted_submit_whose_answer_is_lost(start):
    local = start(faults={"rules": [
        {"on": "POST /fal-ai", "times": 1, "drop": "before"}, {"on": "POST /fal-ai", "times": 1, "drop": "after"}],
        "jobs": [{"run_seconds": 60}], "concurrent_jobs": 1}).ready()
    for _ in range(2):
        with pytest.raises(CUT):
            local.ask("POST", ENDPOINT, {})
    assert local.status(local.play())["queue_position"] == 0, "one before it runs, and it is the only other"


def test_other_hosts_in_answers(start):
    local = start(faults={"rules": [
        {"on": "POST /fal-ai", "set": {"status_url": "http://evil.example/x"}, "headers": {"X-Odd": "1"}},
        {"on": "POST /storage/upload/initiate", "set": {"upload_url": "http://evil.example/y"}}], "jobs": [{}]}).ready()
    answer = local.ask("POST", ENDPOINT, {})
    assert answer.json["status_url"] == "http://evil.example/x" and answer.headers["X-Odd"] == "1"
    assert answer.headers["x-fal-request-id"] == answer.json["request_id"] and answer.json["status"] == "IN_QUEUE"
    place = local.ask("POST", "/storage/upload/initiate", {}).json
    assert place["upload_url"] == "http://evil.example/y" and place["file_url"].startswith("http://fal-local/files/")


def test_uploads_that_fail(start):
    local = start(faults={"rules": [
        {"on": "PUT /uploads/**/2$", "times": 2, "status": 500},
        {"on": "PUT /uploads/**/3$", "times": 1, "set": {"etag": '"wrong"'}, "headers": {"ETag": '"wrong"'}},
        {"on": "PUT /uploads/**/4$", "times": 1, "cut_request": 1000},
        {"on": "PUT /uploads/**/4$", "times": 1, "rate_request": 1e6}], "min_part_bytes": 0}).ready()
    place = local.ask("POST", "/storage/upload/initiate-multipart", {"content_type": "a/b", "file_name": "a"}).json
    base, query = path(place["upload_url"]).split("?")
    tries, parts = [], []
    for number in (1, 2, 3, 4):
        for _ in range(5):
            try:
                answer = local.ask("PUT", f"{base}/{number}?{query}", b"x" * 300_000)
            except CUT:
                tries.append((number, "cut"))
                continue
            tries.append((number, answer.status))
            if answer.status == 200:
                parts.append(answer.json)
                break
    assert tries == [(1, 200), (2, 500), (2, 500), (2, 200), (3, 200), (4, "cut"), (4, 200)]
    refused = local.ask("POST", f"{base}/complete?{query}", {"parts": parts})
    assert refused.status == 400 and "part 3" in refused.json["detail"]
    parts[2] = local.ask("PUT", f"{base}/3?{query}", b"x" * 300_000).json
    assert local.ask("POST", f"{base}/complete?{query}", {"parts": parts}).status == 200


def test_streams_that_break(start):
    local = start(faults={"rules": [{"on": "GET /**/status/stream", "times": 1, "events": 2}],
                          "jobs": [{"run_seconds": 0.3, "steps": 5}]}).ready()
    id = local.play()
    first = []
    with pytest.raises(CUT):
        c = SocketConnection(local.socket)
        c.request("GET", f"{REQUESTS}{id}/status/stream?logs=1")
        response = c.getresponse()
        while piece := response.read1():
            first.append(piece)
        raise http.client.IncompleteRead(b"")
    assert b"".join(first).count(b"data:") == 2
    events = list(local.events(id))
    assert events[-1]["status"] == "COMPLETED" and len([l for e in events for l in e["logs"] or []]) == 5


def test_streams_in_odd_forms(start):
    local = start(faults={"rules": [{"on": "GET /**/status/stream", "crlf": True, "comments": True, "chunk": 7}],
                          "jobs": [{"run_seconds": 0.2, "steps": 3}], "ping_seconds": 0.05}).ready()
    id = local.play()
    text = local.ask("GET", f"{REQUESTS}{id}/status/stream?logs=1").body
    assert b"\n" not in text.replace(b"\r\n", b"") and b": a comment\r\n" in text and b": ping\r\n\r\n" in text
    events = [json.loads(line[5:]) for line in text.decode().split("\r\n") if line.startswith("data:")]
    assert events[-1]["status"] == "COMPLETED" and len([l for e in events for l in e["logs"] or []]) == 3


def test_slow_and_cut_downloads(start):
    local = start(faults={
        "rules": [{"on": "GET /files", "times": 1, "cut": 1000}, {"on": "GET /files", "times": 1, "rate": 1e6}],
        "jobs": [{"file": {"size": 200_000, "name": "a b.bin", "type": "a/b"}}]}).ready()
    video = local.result(local.play()).json["video"]
    assert video["file_name"] == "a b.bin" and video["content_type"] == "a/b"
    with pytest.raises(http.client.IncompleteRead) as cut:
        local.ask("GET", path(video["url"]))
    assert len(cut.value.partial) == 1000
    began = time.monotonic()
    assert len(local.ask("GET", path(video["url"])).body) == 200_000
    assert time.monotonic() - began > 0.1
    assert local.ask("GET", path(video["url"]), headers={"Range": "bytes=199990-"}).status == 206


def test_a_key_behind_the_socket(start):
    local = start(faults={"key": "kid:secret", "jobs": [{}]}).ready()
    assert local.ask("POST", ENDPOINT, {}).status == 401
    wrong = local.ask("POST", ENDPOINT, {}, {"Authorization": "Key kid:wrong"})
    assert wrong.status == 401 and wrong.json == {"detail": "invalid key credentials"}
    assert local.ask("POST", ENDPOINT, {}, {"Authorization": "Key kid:secret"}).status == 200


@pytest.mark.parametrize("faults, word", [
    ({"jobz": []}, "jobz"), ({"jobs": [{"fail": "boredom"}]}, "boredom"),
    ({"jobs": [{"fail": "field", "output": 1}]}, "only one"),
    ({"rules": [{"on": "nothing"}]}, "METHOD /path"), ({"rules": [{"on": "GET /", "status": 99}]}, "200"),
    ({"rules": [{"on": "GET /", "drop": "never"}]}, "before"), ({"rules": [{"on": "GET /", "speed": 1}]}, "speed"),
    ({"jobs": [{"run_seconds": -1}]}, "run_seconds"), ([], "object"),
    ({"jobs": {}}, "jobs"), ({"rules": "GET /"}, "rules"), ({"proxy": {"open": 1}}, "open"),
    ({"rules": [{"on": "GET /", "set": []}]}, "set"), ({"rules": [{"on": "GET /", "crlf": "yes"}]}, "crlf"),
    ({"rules": [{"on": "GET /", "comments": 1}]}, "comments"), ({"rules": [{"on": "GET /", "times": 1.5}]}, "times"),
    ({"jobs": [{"logs": "hello"}]}, "logs"), ({"jobs": [{"logs": [{"message": "x", "level": 1}]}]}, "level"),
    ({"jobs": [{"metrics": []}]}, "metrics"), ({"jobs": [{"headers": []}]}, "headers"),
    ({"jobs": [{"file": {"size": 1, "name": 2}}]}, "name"), ({"jobs": [{"file": {"size": 1, "sort": "a"}}]}, "sort"),
    ({"jobs": [{"fail": {"status": 500, "error": 1}}]}, "error"), ({"jobs": [{"fail": {"status": "500"}}]}, "status"),
    ({"jobs": [{"fail": {"status": 500, "errors": ""}}]}, "errors"), ({"jobs": [{"output_type": 1}]}, "output_type"),
])
def test_files_that_are_refused(start, faults, word):
    local = start(faults=faults)
    assert local.process.wait(timeout=DEADLINE) == 1
    assert word in local.line("fal-local:")


def test_many_who_watch(start):
    local = start(faults={"jobs": [{"queue_seconds": 0.2, "run_seconds": 0.5, "steps": 2, "output": {"ok": 1}}],
                          "concurrent_jobs": 50}).ready()
    ids = [local.play() for _ in range(200)]
    with ThreadPoolExecutor(len(ids)) as pool:
        for events in pool.map(lambda id: list(local.events(id)), ids):
            assert events[-1]["status"] == "COMPLETED" and "error" not in events[-1]
            assert len([line for e in events for line in e["logs"] or []]) == 2
