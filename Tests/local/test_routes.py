"""The run base, tokens, the proxy route, and who is refused on TCP."""

import http.client
import json
import socket

import pytest
from conftest import DEADLINE, ENDPOINT, MEDIA, REQUESTS, SocketConnection
from test_files import path
from test_webhooks import receiver  # noqa: F401

RUN = "/run" + ENDPOINT
PROXY = "/api/fal/proxy"


def test_a_synchronous_run(local):
    body = {"video_url": local.bunny(), "prompt": "x", "first_n_seconds": 2, "fps": 2, "seed": 7}
    answer = local.ask("POST", RUN, body)
    assert answer.status == 200 and answer.json["seed"] == 7
    id = answer.headers["x-fal-request-id"]
    assert local.ask("GET", REQUESTS + id).json == answer.json
    assert len(local.ask("GET", path(answer.json["video"]["url"])).body) == answer.json["video"]["file_size"]
    refused = local.ask("POST", RUN, {**body, "fps": 99})
    assert refused.status == 422 and refused.json["detail"][0]["loc"] == ["body", "fps"]
    assert local.ask("POST", "/run/fal-ai/unknown/thing", {}).status == 404
    assert local.ask("POST", RUN, "{").status == 400
    assert local.ask("GET", RUN).status == 405


def test_runs_that_follow_a_script(start):
    local = start(faults={"jobs": [
        {"prompt": "slow", "run_seconds": 60}, {"prompt": "bad", "fail": "runner_disconnected"},
        {"prompt": "text", "output_text": "words"}, {"output": {"ok": 1}}]}).ready()
    bad = local.ask("POST", RUN, {"prompt": "bad"})
    assert bad.status == 503 and bad.headers["X-Fal-Error-Type"] == "runner_disconnected"
    assert bad.headers["x-fal-request-id"]
    assert local.ask("POST", RUN, {"prompt": "text"}).body == b"words"
    late = local.ask("POST", RUN, {"prompt": "x"}, {"X-Fal-Request-Timeout": "5"})
    assert late.json == {"ok": 1}
    stream = local.ask("POST", RUN + "/stream", {"prompt": "x"})
    assert stream.headers["Content-Type"] == "text/event-stream" and stream.body == b'data: {"ok":1}\n\n'
    assert local.ask("POST", RUN + "/stream", {"prompt": "bad"}).status == 503


def test_who_goes_away_ends_the_run(start, receiver):
    local = start(faults={"jobs": [{"run_seconds": 600}]}).ready()
    c = SocketConnection(local.socket)
    c.request("POST", RUN + receiver.query(), json.dumps({"prompt": "slow"}))
    c.sock.shutdown(socket.SHUT_RDWR)
    c.close()
    told = json.loads(receiver.next()[2])
    assert told["status"] == "ERROR" and told["error"] == "Invalid status code: 499"


def test_methods_and_slashes(local):
    id = local.submit()
    for end in ("/status/", "/", "/response/"):
        assert local.ask("GET", f"{REQUESTS}{id}{end}").status in (200, 202, 400)
    for method, where in (("GET", ENDPOINT), ("PUT", ENDPOINT), ("GET", f"{ENDPOINT}/requests/{id}/status"),
                          ("GET", f"{ENDPOINT}/requests/{id}"), ("PUT", f"{ENDPOINT}/requests/{id}/cancel"),
                          ("POST", f"{REQUESTS}{id}/status"), ("GET", f"{REQUESTS}{id}/cancel")):
        answer = local.ask(method, where)
        assert answer.status == 405 and answer.headers["x-fal-request-id"], (method, where)
        assert answer.headers["Allow"] and method not in answer.headers["Allow"].split(", ")
    assert local.result(id).status == 200
    assert local.ask("POST", ENDPOINT + "/", {"video_url": local.bunny(), "prompt": "x", "fps": 2}).status == 200


def test_a_result_that_is_not_to_be_kept(start):
    local = start(faults={"jobs": [{}]}).ready()
    id = local.play(headers={"X-Fal-Store-IO": "0"})
    assert local.result(id).status == 200


def test_tokens(start):
    local = start(faults={"key": "kid:secret", "jobs": [{}]}).ready()
    key = {"Authorization": "Key kid:secret"}
    assert local.ask("POST", "/tokens/", {"allowed_apps": ["fast-animatediff"]}).status == 401
    old = local.ask("POST", "/tokens/", {"allowed_apps": ["fast-animatediff"], "token_expiration": 120}, key)
    new = local.ask("POST", "/tokens/realtime", {"allowed_apps": ["fal-ai/fast-animatediff"], "duration": 120}, key)
    assert isinstance(old.json, str) and set(new.json) == {"token"}
    for token in (old.json, new.json["token"]):
        assert local.ask("POST", f"{RUN}?fal_jwt_token={token}", {}).status == 200
        assert local.ask("POST", f"/run/fal-ai/other?fal_jwt_token={token}", {}).status == 401
        assert local.ask("POST", f"{ENDPOINT}?fal_jwt_token={token}", {}).status == 401
    for bad in ({}, {"allowed_apps": []}, {"allowed_apps": ["a"], "token_expiration": -1}):
        assert local.ask("POST", "/tokens/", bad, key).status == 422
    assert local.ask("GET", "/tokens/", headers=key).status == 405


def test_the_proxy_route(start):
    local = start(faults={"jobs": [{"run_seconds": 0.1, "file": {"size": 10}}]}).ready()

    def ask(method, url, body=None, route=PROXY):
        return local.ask(method, route, body, {"x-fal-target-url": url} if url else {})

    submit = ask("POST", "https://queue.fal.run" + ENDPOINT, {"prompt": "x"})
    assert submit.status == 200 and submit.json["status_url"].startswith("https://queue.fal.run/")
    id = submit.json["request_id"]
    stream = ask("GET", f"https://queue.fal.run{REQUESTS}{id}/status/stream?logs=1", route=PROXY + "/any")
    assert stream.headers["Content-Type"] == "text/event-stream" and b"COMPLETED" in stream.body
    assert ask("GET", submit.json["status_url"] + "?logs=1").json["status"] == "COMPLETED"
    result = ask("GET", submit.json["response_url"])
    assert result.json["video"]["url"].startswith("http://fal-local/files/")
    assert ask("PUT", submit.json["cancel_url"]).json == {"status": "ALREADY_COMPLETED"}
    assert ask("POST", "https://fal.run" + ENDPOINT, {"prompt": "x"}).json["video"]["file_size"] == 10
    place = ask("POST", "https://rest.fal.ai/storage/upload/initiate?storage_type=fal-cdn-v3", {"content_type": "a/b"})
    assert place.json["upload_url"].startswith("http://fal-local/uploads/")
    for url in (None, "https://rest.fal.ai/storage/upload/initiate-multipart?storage_type=fal-cdn-v3",
                "https://example.com/x", "https://rest.fal.ai/tokens/", "https://queue.fal.run.example.com/a/b",
                "ftp://fal.run/a", "fal.run/a/b", "https://user@queue.fal.run/a/b", "https://queue.fal.run:444/a/b",
                "https://queue.fal.run\\@example.com/a/b", "https://queue.fal.run/a/b#c"):
        answer = ask("POST", url, {})
        assert answer.status == 400 and answer.body == b"Invalid request", url
    assert local.ask("DELETE", PROXY).status == 405
    # What is ours alone cannot be reached through it.
    assert ask("POST", "https://queue.fal.run/storage/upload/initiate", {}).status in (200, 404)
    assert ask("GET", "https://queue.fal.run/files/upload").status in (404, 405)


def test_the_proxy_holds_the_key_or_not(start):
    rules = {"key": "kid:secret", "jobs": [{}]}
    target = {"x-fal-target-url": "https://queue.fal.run" + ENDPOINT}
    closed = start(faults=rules).ready()
    assert closed.ask("POST", PROXY, {}, target).status == 401
    assert closed.ask("POST", PROXY, {}, {**target, "Authorization": "Key kid:secret"}).status == 200
    closed.end()
    multi = "https://rest.fal.ai/storage/upload/initiate-multipart?storage_type=fal-cdn-v3"
    proxy = {"open": True, "allow": [multi.removeprefix("https://")], "endpoints": ["fal-ai/**"]}
    open = start(faults={**rules, "proxy": proxy}).ready()
    assert open.ask("POST", PROXY, {}, target).status == 200
    assert open.ask("POST", PROXY, {}, {**target, "Authorization": "Key wrong"}).status == 401
    assert open.ask("POST", PROXY, {"content_type": "a/b"}, {"x-fal-target-url": multi}).status == 200
    assert open.ask("POST", PROXY, {}, {"x-fal-target-url": "https://queue.fal.run/acme/x"}).status == 400


def test_foreign_names_and_pages(start):
    local = start("--listen", "127.0.0.1:0", faults={"jobs": [{}]}).ready()
    port = int(local.line(" listening ").rpartition(":")[2])
    key = (local.state / "local/key").read_text().strip()

    def ask(headers, method="POST", where=ENDPOINT):
        c = http.client.HTTPConnection("127.0.0.1", port, timeout=DEADLINE)
        c.putrequest(method, where, skip_host=True)
        body = b"{}" if method == "POST" else b""
        usual = {"Host": f"127.0.0.1:{port}", "Authorization": f"Key {key}", "Content-Length": len(body)}
        for name, value in {**usual, **headers}.items():
            if value is not None:
                c.putheader(name, value)
        c.endheaders(body)
        answer = c.getresponse()
        answer.read()
        assert answer.status != 403 or where.startswith("/files/") or answer.headers["x-fal-request-id"]
        assert not [h for h in answer.headers if h.lower().startswith("access-control-")]
        return answer.status

    for host in ("localhost", f"localhost:{port}", "127.0.0.1:80", "[::1]:80"):
        assert ask({"Host": host}) == 200, host
    for host in ("example.com", f"example.com:{port}", "127.0.0.1.example.com", "localhost.example.com", "",
                 "10.0.0.1"):
        assert ask({"Host": host}) in (400, 403), host
    for origin in (f"http://127.0.0.1:{port}", f"http://localhost:{port}"):
        assert ask({"Origin": origin}) == 200
    for origin in ("null", "https://example.com", f"http://example.com:{port}", f"http://127.0.0.1:{port + 1}",
                   "http://localhost", f"https://127.0.0.1:{port}", f"http://127.0.0.1.example.com:{port}"):
        assert ask({"Origin": origin}) == 403, origin
        assert ask({"Origin": origin}, "OPTIONS") == 403
    # Neither are files and places for uploads for them, though these need no key.
    assert ask({"Origin": "null", "Authorization": None}, "GET", "/files/b/x/y") == 403
    assert ask({"Host": "example.com", "Authorization": None}, "GET", "/.well-known/jwks.json") == 403
    assert ask({"Authorization": None}, "GET", "/.well-known/jwks.json") == 200
