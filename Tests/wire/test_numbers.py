"""Numbers from outside that no clock and no integer can hold."""

import json
import subprocess

import pytest
from conftest import BIN, environment
from fake_queue import refuse, reply, say

MODEL = "fal-ai/some-model"
SUBMIT = {"endpoint": MODEL, "input": {}}
PLACES = [
    ("submit", SUBMIT, ["start_timeout", "max_queue_length", "expires_in"]),
    ("subscribe", SUBMIT, ["timeout", "poll_interval", "start_timeout", "max_queue_length", "expires_in"]),
    ("subscribe", {"endpoint": MODEL, "request_id": "abc", "mode": "polling"}, ["timeout", "poll_interval"]),
    ("run", SUBMIT, ["timeout", "start_timeout", "expires_in"]),
    ("result", {"endpoint": MODEL, "request_id": "abc", "wait": True}, ["timeout"]),
    ("requests", {}, ["limit"]),
    ("upload", {"path": "/dev/null"}, ["expires_in"]),
    ("verify_webhook", {"body": "", "headers": {}}, ["max_age"]),
    ("initialize", {}, ["process_id"]),
]
NUMBERS = ["1e19", "1e300", "1e400", "-1e400", "-0", "-0.0", "0", "5e-324", "-1", "9223372036854775807",
           "9223372036854775808", "18446744073709551616", "1" + 40 * "0", "0.5"]


@pytest.mark.parametrize("method, params, names", PLACES)
def test_numbers_of_params(bridge, fake, method, params, names):
    b = bridge(**fake().environment)
    calls = [(name, number) for name in names for number in NUMBERS]
    for id, (name, number) in enumerate(calls):
        text = json.dumps({"jsonrpc": "2.0", "id": id, "method": method, "params": {**params, name: "HERE"}})
        b.process.stdin.write(text.replace('"HERE"', number).encode() + b"\n")
    b.process.stdin.flush()
    for id, call in enumerate(calls):
        answer = b.answer(id)
        # Whatever it means, it is taken or refused; a timeout of 5e-324 s ends at once.
        assert "result" in answer or answer["error"]["code"] in (-32602, 1001, 1408), (call, answer)
    assert b.call("ping")["result"] == {}


def test_an_interval_of_more_than_an_hour(bridge, fake):
    b = bridge(**fake().environment)
    assert b.call("subscribe", {**SUBMIT, "poll_interval": 3600})["result"]
    error = b.call("subscribe", {**SUBMIT, "poll_interval": 3600.5})["error"]
    assert error["code"] == -32602 and error["data"]["detail"][0]["ctx"] == {"le": 3600}


@pytest.mark.parametrize("value", ["nan", "NaN", "inf", "-inf", "infinity", "-1", "1e400", "1e3", "0x1p9", "soon", ""])
def test_a_retry_after_that_is_none(bridge, fake, value):
    server = fake(status=[refuse(429, retry_after=value), say("COMPLETED", logs=[])])
    b = bridge(**server.environment)
    assert b.call("status", {"endpoint": MODEL, "request_id": "abc"})["result"]["status"] == "COMPLETED"
    first, second = server.of("status")
    assert second.time - first.time < 5


@pytest.mark.parametrize("value", ["Sun, 06 Nov 1994 08:49:37 GMT", "0", " 0.25 "])
def test_a_retry_after_that_is_over_soon(bridge, fake, value):
    server = fake(status=[refuse(503, retry_after=value), say("COMPLETED", logs=[])])
    assert bridge(**server.environment).call("status", {"endpoint": MODEL, "request_id": "abc"})["result"]
    first, second = server.of("status")
    assert second.time - first.time < 0.37


def test_a_retry_after_is_told(bridge, fake):
    server = fake(submit=refuse(429, retry_after="nan"))
    error = bridge(**server.environment).call("submit", {**SUBMIT, "max_queue_length": 1})["error"]
    assert error["code"] == 1429 and "retry_after" not in error["data"]
    server.answers["submit"] = refuse(429, retry_after="120.5")
    error = bridge(**server.environment).call("submit", {**SUBMIT, "max_queue_length": 1})["error"]
    assert error["data"]["retry_after"] == 120.5


@pytest.mark.parametrize("number", [
    "0.1", "9007199254740993", "9223372036854775808", "1e400", "-0", "-0.0", "1.0", "1E5", "1e+05", "4611686018427387904",
    "3.14159265358979323846264338327950288", "123456789012345678901234567890", "0.1000000000000000055511151231257827"])
def test_numbers_of_results(state, fake, number):
    """As the model wrote them, to the last digit."""
    body = b'{"a":%s,"b":[%s,{"c":%s}]}' % ((number.encode(),) * 3)
    server = fake(result=lambda handler, seen: reply(handler, 200, body))
    for method in ("result", "subscribe", "run"):
        params = {"endpoint": MODEL, **({"input": {}} if method == "run" else {"request_id": "abc"})}
        if method == "run":
            server.answers["submit"] = lambda handler, seen: reply(handler, 200, body, x_fal_request_id="abc")
        asked = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
        process = subprocess.Popen([str(BIN)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   env=environment(state, **server.environment))
        process.stdin.write(asked + b"\n")
        process.stdin.flush()
        line = next(line for line in process.stdout if b'"id":1' in line)
        process.stdin.close()
        assert process.wait(timeout=10) == 0
        assert b'"data":' + body in line, line
