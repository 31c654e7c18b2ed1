"""verify_webhook: fal's signature, told from all that is none."""

import json
import time

import pytest
from fake_fal import FakeFal, Signer, answer

JWKS = "GET /.well-known/jwks.json"
BODY = json.dumps({"request_id": "764cabcf", "gateway_request_id": "764cabcf", "status": "OK",
                   "payload": {"video": {"url": "https://v3.fal.media/ü.mp4"}, "seed": 42}}, ensure_ascii=False)


@pytest.fixture
def fal():
    fake = FakeFal()
    yield fake
    fake.close()


@pytest.fixture
def signer():
    return Signer(bytes(range(32)))


def verify(b, headers, body=BODY, **more):
    return b.call("verify_webhook", {"headers": headers, "body": body, **more})["result"]


def test_fals_own(bridge, fal, signer):
    fal.routes[JWKS] = answer({"keys": [Signer(b"a" * 32).jwk, {"kty": "RSA", "n": "x"}, signer.jwk]})
    b = bridge(**fal.settings())
    headers = signer.headers(BODY)
    assert verify(b, headers) == {
        "valid": True, "request_id": "764cabcf", "status": "OK", "payload": json.loads(BODY)["payload"]}
    lower = {name.lower(): [value] for name, value in headers.items()}
    assert verify(b, {**lower, "Content-Length": 12, "Accept": ["a", "b"]})["valid"]
    upper = {name.upper(): f" {value.upper() if 'Signature' in name else value} " for name, value in headers.items()}
    assert verify(b, upper)["valid"]
    assert fal.count("GET", "/.well-known/jwks.json") == 1
    assert "authorization" not in fal.requests[0].headers


def test_no_key_is_needed(bridge, fal, signer):
    fal.routes[JWKS] = answer({"keys": [signer.jwk]})
    settings = fal.settings()
    del settings["FAL_KEY"]
    assert verify(bridge(**settings), signer.headers(BODY))["valid"]


def test_bodies_of_other_forms(bridge, fal, signer):
    fal.routes[JWKS] = answer({"keys": [signer.jwk]})
    b = bridge(**fal.settings())
    for body in ["", "no JSON", "[1]", '{"status": 1, "request_id": null}', "\x00\ud7ff\U0001f600\r\n"]:
        assert verify(b, signer.headers(body), body) == {"valid": True, "request_id": "764cabcf"}
    error = '{"request_id":"2","status":"ERROR","error":"Invalid status code: 422","payload":{"detail":[]}}'
    assert verify(b, signer.headers(error), error) == {
        "valid": True, "request_id": "2", "status": "ERROR", "payload": {"detail": []}}


def changed(name, value):
    def change(headers):
        if value is None:
            del headers["X-Fal-Webhook-" + name]
        else:
            headers["X-Fal-Webhook-" + name] = value
    return change


@pytest.mark.parametrize("change, reason", [
    (changed("Signature", None), "no header x-fal-webhook-signature"),
    (changed("Request-Id", None), "no header x-fal-webhook-request-id"),
    (changed("User-Id", None), "no header x-fal-webhook-user-id"),
    (changed("Timestamp", None), "no header x-fal-webhook-timestamp"),
    (changed("Signature", "00" * 64), "no key of fal's"),
    (changed("Signature", "zz" * 64), "not 128 hexadecimal digits"),
    (changed("Signature", "0"), "not 128 hexadecimal digits"),
    (changed("Signature", "ab" * 63), "not 128 hexadecimal digits"),
    (changed("Signature", "ü" * 128), "not 128 hexadecimal digits"),
    (changed("Signature", ""), "not the text of one header"),
    (changed("Signature", 5), "not the text of one header"),
    (changed("Signature", None) and (lambda h: h.update({"x-fal-webhook-signature": "00" * 64})), "is there twice"),
    (changed("Signature", ["aa", "bb"]), "not the text of one header"),
    (changed("Signature", {}), "not the text of one header"),
    (changed("Request-Id", "764cabcg"), "no key of fal's"),
    (changed("Request-Id", "a\nb"), "not the text of one header"),
    (changed("Request-Id", "a" * 2000), "not the text of one header"),
    (changed("User-Id", "u-2"), "no key of fal's"),
    (changed("Timestamp", "12e3"), "not a number of seconds"),
    (changed("Timestamp", "-5"), "not a number of seconds"),
    (changed("Timestamp", "+5"), "not a number of seconds"),
    (changed("Timestamp", "9" * 40), "not a number of seconds"),
    (changed("Timestamp", "999999999999999"), "in the future"),
    (changed("Timestamp", "0"), "too old"),
])
def test_none_of_fals(bridge, fal, signer, change, reason):
    fal.routes[JWKS] = answer({"keys": [signer.jwk]})
    headers = signer.headers(BODY)
    change(headers)
    result = verify(bridge(**fal.settings()), headers)
    assert set(result) == {"valid", "reason"} and result["valid"] is False and reason in result["reason"]


def test_the_raw_body_counts(bridge, fal, signer):
    fal.routes[JWKS] = answer({"keys": [signer.jwk]})
    b = bridge(**fal.settings())
    headers = signer.headers(BODY)
    for body in [BODY + " ", json.dumps(json.loads(BODY)), BODY[:-1], ""]:
        assert not verify(b, headers, body)["valid"]


def test_the_time_counts(bridge, fal, signer):
    fal.routes[JWKS] = answer({"keys": [signer.jwk]})
    b = bridge(**fal.settings())
    now = time.time()
    assert verify(b, signer.headers(BODY, timestamp=int(now - 290)))["valid"]
    assert verify(b, signer.headers(BODY, timestamp=int(now + 290)))["valid"]
    assert verify(b, signer.headers(BODY, timestamp=int(now - 310)))["reason"] == "the timestamp is too old"
    assert verify(b, signer.headers(BODY, timestamp=int(now + 320)))["reason"] == "the timestamp is in the future"
    assert verify(b, signer.headers(BODY, timestamp=int(now - 310)), max_age=400)["valid"]
    assert not verify(b, signer.headers(BODY, timestamp=int(now - 310)), max_age=1)["valid"]


@pytest.mark.parametrize("keys", [
    [], [None, 1, "x", []], [{"kty": "OKP", "crv": "Ed25519"}], [{"kty": "OKP", "crv": "Ed25519", "x": 5}],
    [{"kty": "OKP", "crv": "Ed25519", "x": "A" * 42}], [{"kty": "OKP", "crv": "Ed25519", "x": "=" * 43}],
    [{"kty": "OKP", "crv": "Ed25519", "x": "é" * 43}], [{"kty": "OKP", "crv": "X25519", "x": "A" * 43}],
    [{"kty": "OKP", "crv": "Ed25519", "x": "_" * 43}], [{"kty": "OKP", "crv": "Ed25519", "x": "A" * 43}],
])
def test_keys_that_are_none(bridge, fal, signer, keys):
    fal.routes[JWKS] = answer({"keys": keys})
    b = bridge(**fal.settings())
    assert verify(b, signer.headers(BODY)) == {"valid": False, "reason": "no key of fal's made the signature"}
    assert b.call("ping")["result"] == {}


def test_a_new_key_is_found_and_a_forger_cannot_make_us_ask_for_ever(bridge, fal, signer):
    new = Signer(b"n" * 32)
    fal.routes[JWKS] = answer({"keys": [signer.jwk]})
    b = bridge(**fal.settings())
    assert verify(b, signer.headers(BODY))["valid"]
    fal.routes[JWKS] = answer({"keys": [new.jwk]})
    assert verify(b, new.headers(BODY))["valid"]
    assert fal.count("GET", "/.well-known/jwks.json") == 2
    for _ in range(50):
        assert not verify(b, Signer(b"f" * 32).headers(BODY))["valid"]
    assert verify(b, new.headers(BODY))["valid"]
    assert fal.count("GET", "/.well-known/jwks.json") <= 4


def test_many_at_once_ask_once(bridge, fal, signer):
    fal.routes[JWKS] = lambda request: time.sleep(0.3) or answer({"keys": [signer.jwk]})
    b = bridge(**fal.settings())
    ids = [b.start("verify_webhook", {"headers": signer.headers(BODY), "body": BODY}) for _ in range(20)]
    assert sorted(m["id"] for m in (b.receive() for _ in ids) if m["result"]["valid"]) == ids
    assert len(fal.requests) == 1


def test_keys_that_cannot_be_had_are_an_error(bridge, fal, signer):
    b = bridge(**fal.settings())
    fal.routes[JWKS] = answer("gone", 404)
    assert b.call("verify_webhook", {"headers": signer.headers(BODY), "body": BODY})["error"]["code"] == 1503
    b = bridge(**fal.settings())
    fal.routes[JWKS] = answer("<html>")
    error = b.call("verify_webhook", {"headers": signer.headers(BODY), "body": BODY})["error"]
    assert error["code"] == 1503
    b = bridge(**{**fal.settings(), "FAL_REST_URL": "http://127.0.0.1:9"})
    error = b.call("verify_webhook", {"headers": signer.headers(BODY), "body": BODY})["error"]
    assert error["code"] == 1503 and error["data"]["retryable"] is True


def test_a_wait_for_keys_can_be_cancelled(bridge, fal, signer):
    fal.routes[JWKS] = lambda request: time.sleep(20) or answer({"keys": []})
    b = bridge(**fal.settings())
    id = b.start("verify_webhook", {"headers": signer.headers(BODY), "body": BODY})
    fal.wait(lambda request: True)
    b.send({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": id}})
    assert b.answer(id, 5)["error"]["code"] == -32800


@pytest.mark.parametrize("params", [
    {}, {"headers": {}}, {"body": ""}, {"headers": [], "body": ""}, {"headers": {}, "body": {}},
    {"headers": {}, "body": "", "max_age": 0}, {"headers": {}, "body": "", "max_age": "5"},
])
def test_params(bridge, params):
    assert bridge().call("verify_webhook", params)["error"]["code"] == -32602
