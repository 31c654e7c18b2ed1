"""What is spoken: the revision of each request, or the one that was agreed on."""

import json

import pytest
from conftest import MODERN, V2V, VERSION

CAPABILITIES = "io.modelcontextprotocol/clientCapabilities"
LEGACY = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"]


def raw(w, method, params, id):
    w.send({"jsonrpc": "2.0", "id": id, "method": method, "params": params})
    return w.answer(id)


def test_discover_tells_what_there_is(wire):
    w = wire()
    result = w.call("server/discover")["result"]
    assert result["supportedVersions"] == [MODERN] and result["ttlMs"] > 0 and result["cacheScope"] == "private"
    assert set(result["capabilities"]) == {"tools", "resources", "prompts", "completions", "extensions"}
    assert result["_meta"]["io.modelcontextprotocol/serverInfo"]["name"] == "fal-bridge"


@pytest.mark.parametrize("version", ["1900-01-01", "2025-11-25", "2027-01-01"])
def test_a_version_that_no_request_can_say(wire, version):
    answer = raw(wire(), "tools/list", {"_meta": {VERSION: version, CAPABILITIES: {}}}, 1)
    assert answer["error"]["code"] == -32022
    assert answer["error"]["data"]["requested"] == version
    assert answer["error"]["data"]["supported"] == [MODERN, *reversed(LEGACY)]


@pytest.mark.parametrize("meta", [{VERSION: MODERN}, {VERSION: MODERN, CAPABILITIES: []}, {VERSION: 7, CAPABILITIES: {}}, {}])
def test_a_request_without_what_each_must_say(wire, meta):
    answer = raw(wire(), "tools/list", {"_meta": meta}, 1)
    assert answer["error"]["code"] == -32602


@pytest.mark.parametrize("version", LEGACY)
def test_each_handshake(wire, version):
    w = wire()
    assert w.initialize(version)["protocolVersion"] == version
    assert w.call("ping", meta=False)["result"] == {}
    tool = next(t for t in w.call("tools/list", meta=False)["result"]["tools"] if t["name"] == V2V)
    assert ("outputSchema" in tool) == (version >= "2025-06-18") and ("annotations" in tool) == (version >= "2025-03-26")
    result = w.tool("find_models", {"query": "turbo"}, meta=False)
    assert ("structuredContent" in result) == (version >= "2025-06-18")
    assert "resultType" not in result and json.loads(result["content"][0]["text"])["models"]


@pytest.mark.parametrize("version", ["2026-07-28", "1.0", "2030-01-01"])
def test_a_handshake_for_another_version_gets_the_newest_that_can_be_had(wire, version):
    assert wire().initialize(version)["protocolVersion"] == "2025-11-25"


def test_both_eras_in_one_process(wire):
    w = wire()
    w.initialize("2025-06-18")
    assert "resultType" not in w.call("tools/list", meta=False)["result"]
    assert w.call("tools/list")["result"]["resultType"] == "complete"


def test_methods_of_the_other_era_are_not_there(wire):
    w = wire()
    assert w.call("ping")["error"]["code"] == -32601
    w.initialize()
    for method in ("server/discover", "tasks/get", "subscriptions/listen"):
        assert w.call(method, {"taskId": "x"}, meta=False)["error"]["code"] == -32601


def test_a_ping_may_come_before_the_handshake(wire):
    assert wire().call("ping", meta=False)["result"] == {}


@pytest.mark.parametrize("version", [*LEGACY, None])
def test_batches_are_of_one_revision(wire, version):
    w = wire()
    if version:
        w.initialize(version)
    w.send([{"jsonrpc": "2.0", "id": "a", "method": "ping"}, {"jsonrpc": "2.0", "id": "b", "method": "tools/list"}])
    answer = w.receive()
    if version == "2025-03-26":
        assert {each["id"] for each in answer} == {"a", "b"} and all("result" in each for each in answer)
    else:
        assert answer["id"] is None and answer["error"]["code"] == -32600


def test_a_cancelled_call_leaves_its_batch(wire, fake):
    from fake_queue import say
    queue = fake(status=say("IN_PROGRESS"))
    w = wire(**queue.environment)
    w.initialize("2025-03-26")
    w.send([{"jsonrpc": "2.0", "id": "slow", "method": "tools/call",
             "params": {"name": "run_model", "arguments": {"endpoint": "me/thing", "input": {}}}},
            {"jsonrpc": "2.0", "id": "quick", "method": "ping"}])
    queue.wait("status")
    w.send({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": "slow"}})
    assert [each["id"] for each in w.receive()] == ["quick"]
    queue.wait("cancel")


@pytest.mark.parametrize("id", [None, 1.5, {}, True])
def test_ids_that_the_protocol_has_not(wire, id):
    w = wire()
    w.send({"jsonrpc": "2.0", "id": id, "method": "ping"})
    answer = w.receive()
    assert answer["error"]["code"] == -32600 and answer["id"] is None


def test_lines_only_and_on_after_rubbish(wire):
    w = wire()
    for line, code in (("{", -32700), ("Content-Length: 2", -32700), ('{"jsonrpc":"1.0","id":"a","method":"ping"}', -32600),
                       ('{"jsonrpc":"2.0","id":"b","method":"shutdown"}', -32601)):
        w.send(line)
        assert w.receive()["error"]["code"] == code
    w.send({"jsonrpc": "2.0", "method": "exit"})
    assert w.call("tools/list")["result"]["tools"]


def test_no_cursor_was_ever_given(wire):
    assert wire().call("tools/list", {"cursor": "x"})["error"]["code"] == -32602


def test_the_end_of_the_input_ends_it(wire, fake):
    from fake_queue import say
    queue = fake(status=say("IN_PROGRESS"))
    w = wire(**queue.environment)
    w.ask("tools/call", {"name": "run_model", "arguments": {"endpoint": "me/thing", "input": {}}})
    queue.wait("status")
    # Who closes its end may have stopped reading: the job goes on, and nothing is said for the call.
    assert w.close() == 0 and not queue.of("cancel")
    assert w.inbox.get(timeout=5) is None


def test_a_signal_ends_it_with_a_handle(wire, fake):
    from fake_queue import say
    queue = fake(status=say("IN_PROGRESS"))
    w = wire(**queue.environment)
    id = w.ask("tools/call", {"name": "run_model", "arguments": {"endpoint": "me/thing", "input": {}}})
    queue.wait("status")
    w.process.terminate()
    assert "result with request_id" in w.answer(id)["result"]["content"][0]["text"]
    assert w.process.wait(timeout=10) == 0 and not queue.of("cancel")


def test_tools_are_selected(wire, home):
    def names(*args):
        return [tool["name"] for tool in wire(*args).call("tools/list")["result"]["tools"]]
    assert names("--tools", f"{V2V},result") == [V2V, "result"]
    assert names("--tools", "models")[0] == V2V and "submit" not in names("--tools", "models")
    assert names("--tools", "general,-submit")[:4] == ["find_models", "model_schema", "run_model", "status"]
    assert V2V not in names("--tools", "-models")
    w = wire("--tools", "bogus")
    assert w.process.wait(timeout=10) == 2 and b"no tool 'bogus'" in w.process.stderr.read()


def test_unknown_things_are_protocol_errors(wire):
    w = wire()
    for method, params in (("tools/call", {"name": "nothing"}), ("tools/call", {}), ("prompts/get", {"name": "x"}),
                           ("tools/call", {"name": "find_models", "arguments": []}),
                           ("prompts/get", {"name": "animatediff_prompt"}), ("resources/read", {"uri": "fal://models/no/such"}),
                           ("resources/read", {"uri": "file:///etc/passwd"}), ("completion/complete", {"ref": {"type": "x"}})):
        assert w.call(method, params)["error"]["code"] == -32602, method
    assert w.call("no/such")["error"]["code"] == -32601
    w.initialize()
    assert w.call("resources/read", {"uri": "fal://x"}, meta=False)["error"]["code"] == -32002
