"""fal-local's webhooks and its synchronous route, as the bridge takes them."""

import json

import pytest
from conftest import BUNNY
from fake_fal import FakeFal, answer

INPUT = {"video_url": str(BUNNY), "prompt": "ink drawing", "seed": 7, "first_n_seconds": 2, "fps": 4}


@pytest.fixture
def receiver():
    fake = FakeFal()
    fake.routes["POST /hook"] = answer({})
    yield fake
    fake.close()


def test_a_webhook_of_fal_local(bridge, receiver):
    b = bridge()
    id = b.call("submit", {"input": INPUT, "webhook_url": receiver.url + "/hook?a=b"})["result"]["request_id"]
    call = receiver.wait(lambda request: request.path == "/hook?a=b", deadline=60)
    given = {"headers": dict(call.headers), "body": call.body.decode()}
    verdict = b.call("verify_webhook", given)["result"]
    assert verdict["valid"] is True and verdict["request_id"] == id and verdict["status"] == "OK"
    assert verdict["payload"] == b.call("result", {"request_id": id})["result"]["data"]
    given["body"] = given["body"].replace("OK", "KO")
    assert b.call("verify_webhook", given)["result"]["valid"] is False
    given["body"] = json.dumps(json.loads(call.body), indent=1)
    assert b.call("verify_webhook", given)["result"]["valid"] is False


def test_a_run_at_fal_local(bridge):
    b = bridge()
    result = b.answer(b.start("run", {"input": INPUT}))["result"]
    assert result["data"]["seed"] == 7 and result["data"]["video"]["file_size"] > 0
    status = b.call("status", {"request_id": result["request_id"]})["result"]
    assert status["status"] == "COMPLETED" and status["metrics"]["engine"] == "stylize"
    error = b.answer(b.start("run", {"input": {**INPUT, "num_inference_steps": 99}, "validate": False}))["error"]
    assert error["code"] == 1422 and error["data"]["detail"][0]["loc"] == ["body", "num_inference_steps"]
