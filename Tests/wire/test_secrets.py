"""The key goes to the hosts that were configured, in one header, and nowhere else."""

import json
import pathlib
import subprocess
import time

import pytest
from conftest import BIN, BUNNY, environment
from fake_fal import FakeFal, answer

KEY = "kid-1234abcd:5ecret-5678-s3cret"
SECRET = KEY.split(":")[1]
MODEL = "fal-ai/fast-animatediff"
INPUT = {"video_url": "https://v3.fal.media/a.mp4", "prompt": "ink"}
ID = "764cabcf-b745-4b3e-ae38-1200304cf45b"
SUBMIT = f"POST /{MODEL}/video-to-video"
STATUS = f"GET /{MODEL}/requests/{ID}/status"
RESULT = f"GET /{MODEL}/requests/{ID}"
STREAM = STATUS + "/stream"
CANCEL = f"PUT /{MODEL}/requests/{ID}/cancel"
RUN = f"POST /run/{MODEL}/video-to-video"
INITIATE = "POST /storage/upload/initiate"


@pytest.fixture
def fal():
    fake = FakeFal()
    yield fake
    fake.close()


@pytest.fixture
def other():
    """A host that nobody configured."""
    fake = FakeFal()
    yield fake
    fake.close()


def events(*states):
    """A status as a stream."""
    return answer("".join(f"data: {json.dumps(state)}\n\n" for state in states), content_type="text/event-stream")


def stderr_of(b):
    b.process.stdin.close()
    said = b.process.stderr.read().decode()
    b.process.wait(10)
    return said


def hold_files(folder):
    """Every byte that a folder holds."""
    return b"".join(p.read_bytes() for p in pathlib.Path(folder).rglob("*") if p.is_file())


def test_urls_in_answers_are_not_followed(bridge, fal, other):
    foreign = {"status_url": other.url + "/s", "response_url": other.url + "/r", "cancel_url": other.url + "/c"}
    fal.routes[SUBMIT] = answer({"status": "IN_QUEUE", "request_id": ID, "queue_position": 0, **foreign})
    fal.routes[STATUS] = answer({"status": "COMPLETED", "request_id": ID, "logs": [], "metrics": {}, **foreign})
    fal.routes[STREAM] = events({"status": "COMPLETED", "request_id": ID, "logs": [], "metrics": {}, **foreign})
    fal.routes[RESULT] = answer({"video": None, "seed": 1})
    fal.routes[CANCEL] = answer({"status": "CANCELLATION_REQUESTED"}, 202)
    b = bridge(**fal.settings(KEY))
    submitted = b.call("submit", {"input": INPUT})["result"]
    assert submitted["status_url"].startswith(fal.url)
    for mode in ("polling", "streaming"):
        assert b.call("subscribe", {"input": INPUT, "mode": mode})["result"]["data"] == {"video": None, "seed": 1}
    assert fal.count("GET", STREAM.split()[1]) >= 1
    assert b.call("result", {"request_id": ID, "wait": True})["result"]["data"]["seed"] == 1
    assert b.call("cancel", {"request_id": ID})["result"]["outcome"] == "CANCELLATION_REQUESTED"
    assert not other.requests
    for request in fal.requests:
        assert request.headers["authorization"] == f"Key {KEY}"
        del request.headers["authorization"]
        assert SECRET not in request.everything()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("route, call", [
    (SUBMIT, ("submit", {"input": INPUT})), (STATUS, ("status", {"request_id": ID})),
    (RESULT, ("result", {"request_id": ID})), (CANCEL, ("cancel", {"request_id": ID})),
    (RUN, ("run", {"input": INPUT})), (INITIATE, ("upload", {"data": "AAAA"})),
    ("GET /.well-known/jwks.json", ("verify_webhook", None)),
])
def test_no_call_is_redirected(bridge, fal, other, route, call, status):
    fal.routes[route] = answer({}, status, location=other.url + "/x")
    b = bridge(**fal.settings(KEY))
    method, params = call
    if params is None:
        params = {"body": "", "headers": {
            "x-fal-webhook-request-id": "1", "x-fal-webhook-user-id": "1", "x-fal-webhook-signature": "00" * 64,
            "x-fal-webhook-timestamp": str(int(time.time()))}}
    error = b.call(method, params)["error"]
    assert error["code"] == 1503 and "redirect" in error["message"]
    assert len(fal.requests) == 1 and not other.requests


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_no_stream_is_redirected(bridge, fal, other, status):
    fal.routes[STREAM] = answer({}, status, location=other.url + "/x")
    fal.routes[STATUS] = answer({"status": "COMPLETED", "request_id": ID, "logs": []})
    fal.routes[RESULT] = answer({"seed": 1})
    b = bridge(**fal.settings(KEY))
    b.answer(b.start("subscribe", {"request_id": ID, "mode": "streaming"}), 20)
    assert fal.count("GET", STREAM.split()[1]) == 1 and not other.requests


@pytest.mark.parametrize("status", [200, 301, 302, 307, 308])
def test_an_upload_host_never_sees_it(bridge, fal, other, tmp_path, status):
    fal.routes[INITIATE] = answer({"upload_url": other.url + "/put?sig=1", "file_url": other.url + "/file"})
    other.routes["PUT /put"] = answer({}, status, location=other.url + "/elsewhere")
    b = bridge(**fal.settings(KEY))
    reply = b.call("upload", {"path": str(BUNNY)})
    assert ("result" in reply) == (status == 200)
    assert len(other.requests) == 1 and other.requests[0].path == "/put?sig=1"
    assert other.requests[0].body == BUNNY.read_bytes()
    assert "authorization" not in other.requests[0].headers and KEY not in other.requests[0].everything()


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_file_host_never_sees_it(bridge, fal, other, tmp_path, status):
    fal.routes["GET /file"] = answer({}, status, location=other.url + "/file")
    other.routes["GET /file"] = answer(b"film")
    b = bridge("--root", str(tmp_path), **fal.settings(KEY))
    for source in (fal, other):
        files = b.call("download", {"url": source.url + "/file", "to": str(tmp_path / "film"), "overwrite": True})
        assert files["result"]["files"][0]["file_size"] == 4
    assert len(fal.requests) == 1 and len(other.requests) == 2
    for request in fal.requests + other.requests:
        assert "authorization" not in request.headers and SECRET not in request.everything()


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422, 429, 500, 503])
def test_a_server_that_sends_it_back(bridge, fal, state, status):
    echo = {
        "detail": [{"loc": ["body", KEY], "msg": f"bad {KEY}", "type": f"t-{SECRET}",
                    "ctx": {KEY: [SECRET, {"deep": f"x{KEY}y"}]}, "input": KEY}],
        "error_type": f"e-{KEY}",
    }
    fal.routes[SUBMIT] = fal.routes[RUN] = answer(echo, status, x_fal_request_id=ID, retry_after="0")
    fal.routes[RESULT] = fal.routes[INITIATE] = answer(
        {"detail": f"invalid key {KEY}"}, status, x_fal_error_type=KEY, x_fal_request_id=ID, retry_after="0")
    fal.routes[STATUS] = answer(f"<title>no {KEY}</title>", status, retry_after="0")
    b = bridge("--log-level", "trace", **fal.settings(KEY))
    for method, params in [("submit", {"input": INPUT}), ("run", {"input": INPUT}), ("result", {"request_id": ID}),
                           ("upload", {"data": "AAAA"}), ("status", {"request_id": ID}),
                           ("subscribe", {"request_id": ID})]:
        if method in ("status", "subscribe") and status in (429, 500, 503):
            continue
        error = b.call(method, params)["error"]
        assert SECRET not in json.dumps(error), (method, error)
    assert SECRET not in stderr_of(b)
    assert (state / "journal.db").exists() and SECRET.encode() not in hold_files(state)


def test_a_log_that_shows_it(bridge, fal, state):
    line = {"timestamp": "2026-01-01T00:00:00", "message": f"env FAL_KEY={KEY}", "labels": {"level": SECRET}}
    fal.routes[SUBMIT] = answer({"status": "IN_QUEUE", "request_id": ID, "queue_position": 0})
    fal.routes[STATUS] = answer({"status": "COMPLETED", "request_id": ID, "logs": [line], "metrics": {KEY: KEY},
                                 "error": f"died of {KEY}", "error_type": SECRET})
    fal.routes[RESULT] = answer({"detail": f"died of {KEY}", "error_type": "runner_server_error"}, 500, x_fal_request_id=ID)
    b = bridge("--log-level", "trace", "--log-format", "json", **fal.settings(KEY))
    status = b.call("status", {"request_id": ID, "logs": True})["result"]
    assert status["logs"][0]["message"] == "env FAL_KEY=kid-…" and SECRET not in json.dumps(status)
    fal.routes[STREAM] = events(json.loads(fal.routes[STATUS][2]))
    for mode in ("polling", "streaming"):
        b.notifications.clear()
        error = b.call("subscribe", {"input": INPUT, "logs": True, "mode": mode})["error"]
        assert error["message"] == "died of kid-…"
        assert any(n["params"].get("logs") for n in b.notifications)
        assert SECRET not in json.dumps([error, b.notifications])
    assert SECRET not in json.dumps(b.call("requests"))
    assert SECRET not in stderr_of(b)
    assert (state / "journal.db").exists() and SECRET.encode() not in hold_files(state)


@pytest.mark.parametrize("text", [
    '{"jsonrpc":"2.0","id":1,"method":"configure","params":{"credentials":"%s"}}',
    '{"jsonrpc":"2.0","id":1,"method":"configure","params":{"credentials":"%s","backend":"nowhere"}}',
    '{"jsonrpc":"2.0","id":1,"method":"configure","params":{"credentials":["%s"]}}',
    '{"jsonrpc":"2.0","id":1,"method":"configure","params":{"credentials":{"key":"%s"}}}',
    '{"jsonrpc":"2.0","id":1,"method":"configure","params":{"credential":"%s"}}',
    '{"jsonrpc":"2.0","id":1,"method":"configure","params":{"credentials":"%s\\n"}}',
    '{"jsonrpc":"2.0","id":1,"method":"configure","params":["%s"]}',
    '{"jsonrpc":"2.0","id":1,"method":"configure","params":"%s"}',
    '{"jsonrpc":"2.0","id":1,"method":"configure","params":{"credentials":"%s"',
    '{"jsonrpc":"2.0","id":1,"method":"configure","params":{"credentials" "%s"}}',
    '{"jsonrpc":"2.0","id":1,"method":"configure","params":{"credentials":%s}}',
    '{"jsonrpc":"2.0","id":1,"method":"configure","params":{"credentials":"%s" "backend":"fal"}}',
    '{"jsonrpc":"2.0","id":1,"method":"configure","params":{"credentials":"%s\x01"}}',
    "%s", 'credentials: %s', '"%s"', '{"method":"%s"',
])
@pytest.mark.parametrize("framing", ["lines", "headers"])
def test_configure_never_echoes(state, text, framing):
    sent = (text % KEY).encode() + b"\n" + b'{"jsonrpc":"2.0","id":2,"method":"initialize"}\n'
    done = subprocess.run([BIN, "--framing", framing, "--log-level", "trace"], input=sent, capture_output=True,
                          env=environment(state), timeout=20)
    assert done.returncode == 0 and done.stdout
    assert SECRET.encode() not in done.stdout + done.stderr, done.stdout


def test_proxies_with_names_in_them_are_refused(bridge):
    b = bridge()
    for url in ["https://user:hunter22@proxy.example/x", "http://hunter22@proxy.example"]:
        error = b.call("configure", {"proxy_url": url})["error"]
        assert error["code"] == -32602 and "hunter22" not in json.dumps(error)
    assert "result" in b.call("configure", {"proxy_url": "https://proxy.example/a@b?c=d@e"})


@pytest.mark.parametrize("name", [
    "Authorization", "authorization", "AUTHORIZATION", "Proxy-Authorization", "Host", "hOsT", "Content-Length",
    "Transfer-Encoding", "Content-Type", "Cookie", "X-Fal-Target-Url", "Connection", "Upgrade", "Expect",
    "", "a b", "a:b", "a\r\nAuthorization", f"Authorization: Key {KEY}", "ü",
])
def test_headers_that_are_ours(bridge, fal, name):
    b = bridge(**fal.settings(KEY))
    for method in ("submit", "subscribe"):
        error = b.call(method, {"input": INPUT, "headers": {name: "x"}})["error"]
        assert error["code"] == -32602 and SECRET not in json.dumps(error)
    assert not fal.requests


def test_headers_that_are_the_callers(bridge, fal):
    fal.routes[SUBMIT] = answer({"status": "IN_QUEUE", "request_id": ID, "queue_position": 0})
    b = bridge(**fal.settings(KEY))
    own = {"X-Fal-Store-IO": "0", "x-app-fal-disable-fallback": "1", "User-Agent": "mine/1", "X-Fal-Queue-Priority": "normal"}
    assert "result" in b.call("submit", {"input": INPUT, "headers": own, "priority": "low"})
    sent = fal.requests[0].headers
    assert sent["X-Fal-Store-IO"] == "0" and sent["x-app-fal-disable-fallback"] == "1"
    assert sent.get_all("user-agent") == ["mine/1"] and sent.get_all("x-fal-queue-priority") == ["low"]
    assert b.call("submit", {"input": INPUT, "headers": {"X-A": "1\r\nX-B: 2"}})["error"]["code"] == -32602


def test_proxies_of_the_environment_do_not_see_it(bridge, fal, other, tmp_path):
    """http_proxy and its kin: not for this machine, and never for a key in clear text."""
    fal.routes[STATUS] = answer({"status": "COMPLETED", "request_id": ID, "logs": []})
    env = {name: other.url for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")}
    b = bridge(**fal.settings(KEY), **env)
    assert b.call("status", {"request_id": ID})["result"]["status"] == "COMPLETED"
    b = bridge(**fal.settings(KEY, FAL_QUEUE_URL="http://queue.invalid"), **env)
    assert b.call("status", {"request_id": ID})["error"]["code"] == 1503
    b = bridge(**fal.settings(KEY, FAL_QUEUE_URL="https://queue.invalid"), **env)
    b.start("status", {"request_id": ID})
    tunnel = other.wait(lambda request: True)
    assert tunnel.method == "CONNECT" and SECRET not in "".join(r.everything() for r in other.requests)
    # Files carry no key, so they may go that way.
    other.requests.clear()
    other.routes["GET http://files.invalid/film"] = answer(b"film")
    b = bridge("--root", str(tmp_path), **fal.settings(KEY), **env)
    b.call("download", {"url": "http://files.invalid/film", "to": str(tmp_path / "film")})
    assert [r.method for r in other.requests] == ["GET"] and SECRET not in other.requests[0].everything()


def test_local_jobs_need_no_proxy(bridge, other):
    b = bridge(http_proxy=other.url, all_proxy=other.url, FAL_KEY=KEY)
    assert b.call("upload", {"data": "SGVsbG8="})["result"]["file_size"] == 5
    assert not other.requests


def test_netrc_and_curlrc_are_not_read(bridge, fal, other, tmp_path):
    (tmp_path / ".netrc").write_text("default login someone password hunter22\n")
    (tmp_path / ".curlrc").write_text(f'proxy = "{other.url}"\nheader = "X-Curlrc: 1"\n')
    fal.routes["GET /.well-known/jwks.json"] = answer({"keys": []})
    fal.routes[INITIATE] = answer({"upload_url": fal.url + "/put", "file_url": fal.url + "/file"})
    fal.routes["PUT /put"] = answer({})
    settings = {**fal.settings(), "HOME": str(tmp_path), "CURL_HOME": str(tmp_path)}
    b = bridge(**settings)
    assert "result" in b.call("upload", {"data": "AAAA"})
    assert not other.requests and len(fal.requests) == 2
    assert "authorization" not in fal.requests[1].headers
    assert all("x-curlrc" not in r.headers for r in fal.requests)


def started_for(state):
    """The command lines and the environments of fal-local and of all that it started."""
    found = {}
    for entry in pathlib.Path("/proc").iterdir():
        try:
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            found[int(entry.name)] = parent, (entry / "cmdline").read_bytes(), (entry / "environ").read_bytes()
        except (OSError, ValueError):
            continue
    ours = {pid for pid, (_, words, _) in found.items() if b"fal-local" in words and str(state).encode() in words}
    while more := {pid for pid, (parent, _, _) in found.items() if parent in ours} - ours:
        ours |= more
    return [found[pid][1:] for pid in ours]


def test_what_is_started_does_not_get_it(bridge, state):
    b = bridge("--log-level", "trace", FAL_KEY=KEY, FAL_KEY_ID="kid-1234abcd", FAL_KEY_SECRET=SECRET)
    job = {"video_url": str(BUNNY), "prompt": "ink", "seed": 7, "first_n_seconds": 2, "fps": 4}
    id = b.start("subscribe", {"input": job, "logs": True})
    # An engine has begun to write when there are lines of the job's.
    b.until(lambda m: m["params"].get("status") == "IN_PROGRESS" and len(m["params"].get("logs") or []) > 0)
    seen = started_for(state)
    b.answer(id)
    seen += started_for(state)  # an engine stays warm for the next job
    assert any(b"fal-local" in words for words, _ in seen) and any(b"fal-engine" in words for words, _ in seen), seen
    for words, variables in seen:
        assert SECRET.encode() not in words + variables, words
    assert SECRET not in stderr_of(b)
    assert SECRET.encode() not in hold_files(state)


def test_key_files(state, tmp_path, fal):
    fal.routes[STATUS] = answer({"status": "COMPLETED", "request_id": ID, "logs": []})
    settings = fal.settings()
    del settings["FAL_KEY"]

    def run(path):
        call = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "status", "params": {"request_id": ID}}).encode()
        return subprocess.run([BIN, "--key-file", path, "--log-level", "trace"], input=call, capture_output=True,
                              env=environment(state, **settings), timeout=20)

    good = tmp_path / "key"
    good.write_text(f"  {KEY}\t\r\nsomething else\n")
    done = run(good)
    assert b"COMPLETED" in done.stdout and fal.requests[0].headers["authorization"] == f"Key {KEY}"
    for name, content in [("blank", f"{SECRET} {KEY}"), ("control", f"{SECRET}\x01"), ("empty", ""), ("ü", f"ü{SECRET}"),
                          ("large", SECRET * 9_000)]:
        (tmp_path / name).write_text(content)
        done = run(tmp_path / name)
        assert done.returncode == 2 and b"--key-file" in done.stderr, done.stderr
        assert SECRET.encode() not in done.stdout + done.stderr
    assert run(tmp_path / "none").returncode == 2 and run(tmp_path).returncode == 2


def test_a_key_that_no_header_carries(state):
    for name in ("FAL_KEY", "FAL_KEY_SECRET"):
        done = subprocess.run([BIN], input=b"", capture_output=True, timeout=20,
                              env=environment(state, **{"FAL_KEY_ID": "x", name: f"{SECRET}\nX: y"}))
        assert done.returncode == 2 and SECRET.encode() not in done.stdout + done.stderr
