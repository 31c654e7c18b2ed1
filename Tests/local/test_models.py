"""Models beside the one that is compiled in first: from folders, brought along, and of other shapes."""

import json
import urllib.error
import urllib.request

import pytest
from conftest import ENDPOINT, MEDIA

MODEL = "acme/repaint"


def document(output, video={"type": "string", "x-file": "video"}, **members):
    return {"properties": {"input": {"type": "object", "required": ["source"], "properties": {
        "source": {"type": "array", "items": {"$ref": "#/$defs/Clip"}}, "prompt": {"type": "string"},
        "seed": {"type": "string"}, **members}}, "output": output},
        "$defs": {"Clip": {"type": "object", "properties": {"at": video}},
                  "Video": {"title": "Video", "type": "object", "properties": {"url": {"type": "string"}}}}}


VIDEO = {"type": "object", "properties": {"made": {"$ref": "#/$defs/Video"}}}


def run(local, endpoint, body, model=None):
    """The result of a job, and its log."""
    if model:
        assert local.ask("PUT", f"/schemas/{endpoint}", model).status == 200
    answer = local.ask("POST", f"/{endpoint}", body)
    assert answer.status == 200, answer.body
    base = "/" + "/".join(endpoint.split("/")[:2]) + "/requests/" + answer.json["request_id"]
    for line in stream(local, base):
        if line["status"] == "COMPLETED":
            break
    return local.ask("GET", base), local.ask("GET", base + "/status?logs=1").json["logs"]


def stream(local, base):
    body = local.ask("GET", base + "/status/stream").body
    return [json.loads(line[5:]) for line in body.split(b"\n") if line.startswith(b"data:")]


@pytest.mark.parametrize("output, wanted", [
    (VIDEO, lambda o: {"made": o["made"]}),
    ({"type": "object", "required": ["score", "tags", "state", "more"], "properties": {
        "poster": {"type": "object", "title": "Image", "properties": {"url": {}}},
        "videos": {"type": "array", "items": {"$ref": "#/$defs/Video"}}, "seed": {"type": "integer"},
        "score": {"type": "number", "minimum": 1}, "tags": {"type": "array"}, "note": {"type": "string"},
        "state": {"enum": ["fine"]}, "more": {"type": "object", "required": ["deep"], "properties": {
            "deep": {"type": "boolean"}}}}},
     lambda o: {"videos": o["videos"], "seed": o["seed"], "score": 1, "tags": [], "state": "fine", "more": {"deep": False}}),
    ({"type": "object", "properties": {"result": {"anyOf": [{"type": "null"}, {
        "type": "object", "properties": {"video_url": {"type": ["string", "null"]}}}]}}},
     lambda o: {"result": {"video_url": o["result"]["video_url"]}}),
])
def test_outputs_by_their_schema(local, output, wanted):
    body = {"source": [{"at": local.bunny()}], "prompt": "x"}
    result, logs = run(local, MODEL, body, document(output, style={"type": "string"}))
    assert result.status == 200 and result.json == wanted(result.json)
    text = json.dumps(result.json)
    url = text[text.index("http://fal-local/files/"):].partition('"')[0]
    assert local.ask("GET", url.removeprefix("http://fal-local")).body[4:8] == b"ftyp"
    assert any(l["level"] == "WARN" and l["message"].endswith("passes over style") for l in logs)


def test_what_cannot_be_run(local):
    for endpoint, body, model in [
        ("fal-ai/fast-animatediff/text-to-video", {"prompt": "x"}, None),
        ("acme/pictures", {"source": [{"at": "http://127.0.0.1:1/a"}]}, document({"type": "object", "properties": {
            "images": {"type": "array", "items": {"title": "Image", "type": "object", "properties": {"url": {}}}}}})),
        ("acme/sounds", {"source": [{"at": "http://127.0.0.1:1/a"}]},
         document(VIDEO, {"type": "string", "x-file": "audio"})),
    ]:
        result, _ = run(local, endpoint, body, model)
        assert result.status == 500 and result.json["detail"][0]["type"] == "feature_not_supported", result.body
    result, _ = run(local, MODEL, {"source": [{"at": "http://127.0.0.1:1/a"}]}, document(VIDEO))
    assert result.status == 422 and result.json["detail"][0]["loc"] == ["body", "source", 0, "at"]
    # Members that are called as ours and mean something else.
    result, logs = run(local, MODEL, {"source": [{"at": local.bunny()}], "strength": "high", "fps": 0.5},
                       document(VIDEO, strength={"type": "string"}, fps={"type": "number"}))
    assert result.status == 200 and any("strength, fps" in l["message"] for l in logs)


@pytest.mark.parametrize("endpoint, more", [
    ("fal-ai/fast-animatediff/turbo/video-to-video", {"prompt": "x", "first_n_seconds": 2, "fps": 4}),
    ("fal-ai/amt-interpolation", {}),
])
def test_models_next_to_the_first(local, endpoint, more):
    result, logs = run(local, endpoint, {"video_url": local.bunny(), **more})
    assert result.status == 200 and set(result.json) == {"video", "seed"} - (set() if more else {"seed"})
    assert any("stands in for" in l["message"] for l in logs) == (not more)


def test_what_is_brought_along(start, tmp_path):
    local = start("--listen", "127.0.0.1:0").ready()
    unknown = local.ask("POST", f"/{MODEL}", {})
    assert unknown.status == 404
    for path, body, status in [
        (f"/schemas/{MODEL}", b"{", 400), (f"/schemas/{MODEL}", {"properties": {}}, 400), ("/schemas/x", {}, 404),
        ("/schemas/a/../../b", document(VIDEO), 404), ("/schemas/..%2f/x", document(VIDEO), 404),
        ("/schemas" + ENDPOINT, document(VIDEO), 200),
    ]:
        answer = local.ask("PUT", path, body)
        assert answer.status == status, (path, answer.body)
    assert local.ask("POST", f"/{MODEL}", {}).status == 404
    # What is compiled in stays.
    assert local.result(local.submit()).json["video"]
    url, key = local.line(" listening ").split()[-1], local.line("the key is").split()[-1]
    put = urllib.request.Request(f"{url}/schemas/{MODEL}", json.dumps(document(VIDEO)).encode(), method="PUT",
                                 headers={"Authorization": f"Key {key}"})
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(put)
    assert refused.value.code == 405
    assert local.ask("PUT", f"/schemas/{MODEL}", document(VIDEO)).status == 200
    assert local.end() == 0
    # It is kept; a folder that is named wins over it, the later over the earlier.
    for name, member in [("one", "first"), ("two", "second")]:
        file = tmp_path / name / f"{MODEL}.json"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(document({"type": "object", "properties": {member: {"$ref": "#/$defs/Video"}}})))
    body = {"source": [{"at": "PLACE"}], "prompt": "x"}
    for words, env, member in [([], {}, "made"), (["--schemas", tmp_path / "one"], {}, "first"),
                               (["--schemas", tmp_path / "one", "--schemas", tmp_path / "two"], {}, "second"),
                               ([], {"FAL_BRIDGE_SCHEMAS": f"{tmp_path}/two:{tmp_path}/one"}, "first")]:
        local = start(*words, env=env).ready()
        body["source"][0]["at"] = local.upload(MEDIA / "bunny.mp4")
        assert list(run(local, MODEL, body)[0].json) == [member]
        assert local.end() == 0
    local = start("--schemas", tmp_path / "none")
    assert local.process.wait(timeout=30) == 1 and local.line("none")
