"""Models from outside: an OpenAPI document of a model that nobody has seen, imported, checked and run."""

import json
import stat
import subprocess

import pytest
from conftest import BIN, BUNNY, LOCAL, ROOT, environment, kill_local

OPENAPI = ROOT / "Tests/models/tidal-paint.openapi.json"
MODEL = "harbour-lab/tidal-paint/video-to-video"
V2V = "fal-ai/fast-animatediff/video-to-video"
# Beside them lie the surface, what is generated, and the draft's metaschemas.
BUNDLED = sorted((ROOT / "schemas/fal-ai").rglob("*.json"))


def command(state, *words, cwd=ROOT, **env):
    return subprocess.run([str(BIN), *map(str, words)], capture_output=True, text=True, cwd=cwd,
                          env=environment(state, **env), timeout=60)


@pytest.fixture
def models(state, tmp_path):
    folder = tmp_path / "models"
    done = command(state, "schema", "import", OPENAPI, "-o", f"{folder}/")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{MODEL}\t{folder}/{MODEL}.json\n"
    return folder


@pytest.fixture
def copying(tmp_path):
    """A fal-local whose engine does next to nothing."""
    script = tmp_path / "local"
    script.write_text(f'#!/bin/sh\nexec {LOCAL} "$@" --engines {ROOT}/Tests/local/engines --engine copy\n')
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return {"FAL_LOCAL_BIN": str(script)}


# Documents

def test_an_import(state, models):
    document = json.loads((models / f"{MODEL}.json").read_text())
    types = document["$defs"]
    assert document["$id"] == f"urn:fal:{MODEL}" and document["x-category"] == "video-to-video"
    assert list(types) == [
        "TidalPaintInput", "Video", "Colour", "Brush", "ImageSize", "Tip", "TidalPaintOutput", "File"]
    properties = types["TidalPaintInput"]["properties"]
    assert list(properties) == [
        "clip", "prompt", "palette", "style", "brush", "reference_image_urls", "mask_url", "canvas", "strength",
        "layers", "seed", "fps", "webhook_url"]
    assert types["TidalPaintInput"]["additionalProperties"] is False
    assert properties["clip"]["$ref"] == "#/$defs/Video" and types["Video"]["properties"]["url"]["x-file"] == "video"
    assert properties["mask_url"]["type"] == ["string", "null"] and properties["mask_url"]["x-file"] == "image"
    assert properties["reference_image_urls"]["items"] == {"type": "string", "x-file": "image"}
    assert "x-file" not in properties["webhook_url"] and "x-file" not in types["File"]["properties"]["url"]
    assert properties["brush"]["anyOf"] == [{"$ref": "#/$defs/Brush"}, {"type": "null"}]
    assert properties["seed"]["type"] == ["integer", "null"] and properties["prompt"]["examples"] == ["waves at dusk"]
    assert properties["strength"]["exclusiveMinimum"] == 0 and "minimum" not in properties["strength"]
    assert types["Brush"]["properties"]["size"]["maximum"] == 64
    again = command(state, "schema", "import", OPENAPI)
    assert again.stdout == (models / f"{MODEL}.json").read_text()
    assert command(state, "schema", "check", models / f"{MODEL}.json").returncode == 0


def test_bundled_documents(state):
    assert len(BUNDLED) >= 6
    done = command(state, "schema", "check", *BUNDLED)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


WRONG = """{
  "$id": "urn:fal:a/c",
  "type": "object",
  "properties": {
    "input": { "$ref": "#/$defs/In" },
    "output": { "$ref": "#/$defs/Out" }
  },
  "$defs": {
    "In": {
      "type": "object",
      "required": ["promt"],
      "x-fal-order-properties": ["prompt", "sede"],
      "properties": {
        "prompt": { "type": "string", "minLenght": 3, "default": 5 },
        "size": { "$ref": "#/$defs/Size" },
        "n": { "type": "int", "minimum": 9, "maximum": 3, "examples": [4], "type": "integer" },
        "m": { "type": "string", "pattern": "(" }
      }
    },
    "Out": { "type": "object" }
  }
}
"""


def test_a_check(state, tmp_path):
    file = tmp_path / "a/b.json"
    file.parent.mkdir()
    file.write_text(WRONG)
    done = command(state, "schema", "check", file)
    assert done.returncode == 1 and done.stderr == ""
    lines = [line.removeprefix(f"{file}:").rpartition(" (")[0] or line.removeprefix(f"{file}:")
             for line in done.stdout.splitlines()]
    assert lines == [
        "2:3: the document is about a/c, so its path must end in a/c.json",
        "11:20: 'promt' is required, and is not among the properties; did you mean 'prompt'?",
        "12:44: the order names 'sede', which is not among the properties; did you mean 'size'?",
        "14:39: unknown keyword 'minLenght'; did you mean 'minLength'?",
        "14:55: the default does not fit its own schema: Input should be a valid string",
        "15:19: the reference '#/$defs/Size' leads nowhere",
        "16:31: 'minimum' is above 'maximum': nothing fits",
        "16:72: the example does not fit its own schema: Input should be greater than or equal to 9",
        "16:76: 'type' stands twice in one object",
        "17:34: pattern has a group without an end at character 1",
    ]
    file.write_text('{"$id": "urn:fal:a/b",\n  oops}')
    done = command(state, "schema", "check", file)
    assert done.returncode == 1 and done.stdout.startswith(f"{file}:2:7: string or '}}' expected")


@pytest.mark.parametrize("words", [
    ["schema", "frob"], ["schema", "check"], ["schema", "import"], ["schema", "check", "/no/such.json"],
    ["schema", "import", "/no/such.json"], ["schema", "show", "fal-ai/fast-animatedif/video-to-video"],
    ["schema", "list", "-o", "x"], ["schema", "list", "--schemas", "/no/such"],
])
def test_unusable_arguments(state, words):
    done = command(state, *words)
    assert done.returncode == 2 and done.stdout == "" and done.stderr.startswith("fal-bridge: ")


def edited(tmp_path, change):
    document = json.loads(OPENAPI.read_text())
    change(document, document["components"]["schemas"])
    file = tmp_path / "openapi.json"
    file.write_text(json.dumps(document, indent=1))
    return file


def loop(document, schemas):
    schemas["Tip"] = {"$ref": "#/components/schemas/Tap"}
    schemas["Tap"] = {"allOf": [{"$ref": "#/components/schemas/Tip"}]}


def chain(document, schemas):
    for i in range(450):
        schemas[f"T{i}"] = {"type": "object", "properties": {"n": {"$ref": f"#/components/schemas/T{i + 1}"}}}
    schemas["T450"] = {"type": "string"}
    schemas["Brush"]["properties"]["t"] = {"$ref": "#/components/schemas/T0"}


@pytest.mark.parametrize("change, words", [
    (lambda d, s: s.pop("Tip"), "the reference '#/components/schemas/Tip' leads nowhere"),
    (loop, "leads only to references, and back to itself"),
    (chain, "nested deeper than 1000"),
    (lambda d, s: s.update({f"U{i}": {} for i in range(600)}, Tip={"anyOf": [
        {"$ref": f"#/components/schemas/U{i}"} for i in range(600)]}), "more than 500 types"),
    (lambda d, s: s["Brush"].update(properties=[]), "'properties' must be an object"),
    (lambda d, s: s["Brush"]["properties"].update(x=5), "a schema is an object, true or false"),
    (lambda d, s: s["Brush"]["properties"]["size"].update(minimum="1"), "'minimum' must be a number"),
    (lambda d, s: s["Brush"]["properties"]["tip"].update({"$ref": "https://x/y"}), "only references within the"),
    (lambda d, s: d["info"]["x-fal-metadata"].update(endpointId="../etc"), "'../etc' is no endpoint"),
    (lambda d, s: d.update(openapi="2.0"), "OpenAPI 2.0 is not read, only 3"),
    (lambda d, s: d.update(paths=7), "'paths' must be an object"),
    (lambda d, s: d["paths"].pop(f"/{MODEL}/requests/{{request_id}}"), "no path gives a result"),
])
def test_documents_that_cannot_be_imported(state, tmp_path, change, words):
    file = edited(tmp_path, change)
    done = command(state, "schema", "import", file)
    assert done.returncode == 1 and done.stdout == "", done.stderr
    place, _, message = done.stderr.partition(": ")[2].partition(": ")
    name, line, column = place.rsplit(":", 2)
    assert name == str(file) and int(line) > 0 and int(column) > 0 and words in message


def test_what_does_not_fit_is_left_out(state, tmp_path):
    def change(document, schemas):
        schemas["Brush"]["required"] = ["size", "tipp"]
        schemas["Brush"]["properties"]["size"].update(default=99, examples=[4, "x", 77], maximun=3)
    done = command(state, "schema", "import", edited(tmp_path, change))
    brush = json.loads(done.stdout)["$defs"]["Brush"]
    assert done.returncode == 0 and done.stderr.count("\n") == 5 and done.stderr.count("left out") == 5
    assert brush["required"] == ["size"] and brush["properties"]["size"]["examples"] == [4]
    assert "default" not in brush["properties"]["size"] and "maximun" not in brush["properties"]["size"]


# What is known of the models

def test_what_is_known(bridge):
    b = bridge()
    known = {m["endpoint"]: m for m in b.call("models")["result"]["models"]}
    assert known[V2V]["related"] == ["fal-ai/fast-animatediff/turbo/video-to-video",
                                     "fal-ai/fast-animatediff/text-to-video", "fal-ai/amt-interpolation"]
    assert set(known) == {str(p.relative_to(ROOT / "schemas")).removesuffix(".json") for p in BUNDLED}
    found = b.call("models", {"query": "TURBO text-to"})["result"]["models"]
    assert [m["endpoint"] for m in found] == ["fal-ai/fast-animatediff/turbo/text-to-video"]
    for endpoint in known:
        schema = b.call("schema", {"endpoint": endpoint})["result"]
        for side in ["input", "output"]:
            assert schema[side]["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    frames = {"endpoint": "fal-ai/amt-interpolation/frame-interpolation"}
    assert b.call("validate", {**frames, "input": {"frames": [{"url": "a.png"}]}})["result"] == {
        "valid": True, "errors": [], "input": {"frames": [{"url": "a.png"}], "output_fps": 24,
                                               "recursive_interpolation_passes": 4}}


@pytest.mark.parametrize("way", ["flag", "environment"])
def test_a_folder_adds_and_replaces(bridge, models, tmp_path, way):
    other = tmp_path / "other" / f"{V2V}.json"
    other.parent.mkdir(parents=True)
    document = json.loads((ROOT / f"schemas/{V2V}.json").read_text())
    document["title"] = "Mine"
    other.write_text(json.dumps(document))
    folders = [models, tmp_path / "other"]
    b = bridge(*(w for f in folders for w in ("--schemas", f))) if way == "flag" else \
        bridge(FAL_BRIDGE_SCHEMAS=":".join(map(str, folders)))
    assert MODEL in b.call("initialize")["result"]["endpoints"]
    titles = {m["endpoint"]: m["title"] for m in b.call("models")["result"]["models"]}
    assert titles[V2V] == "Mine" and titles[MODEL] == MODEL and len(titles) == len(BUNDLED) + 1
    assert b.call("schema", {"endpoint": MODEL})["result"]["output"]["required"] == ["painting", "seed"]


def test_a_file_that_cannot_be_used(bridge, state, models):
    broken = models / "acme/broken.json"
    broken.parent.mkdir()
    for text, words in [('{\n "type": oops}', ":2:14: invalid token"),
                        ('{"properties": {\n  "input": {"$ref": "#/$defs/X"}}}', ":2:13: the reference"),
                        ('{"properties": {"input": {"type": "object",\n "minItems": -1}, "output": {}}}', ":2:2: ")]:
        broken.write_text(text)
        b = bridge("--schemas", models)
        error = b.call("validate", {"endpoint": "acme/broken", "input": {}})["error"]
        assert error["code"] == 1002 and error["data"]["endpoint"] == "acme/broken"
        assert error["message"].startswith(f"{broken}{words}"), error
        assert MODEL in [m["endpoint"] for m in b.call("models")["result"]["models"]]
        good = {"endpoint": MODEL, "input": {"clip": {"url": "a"}, "prompt": "ink"}}
        assert b.call("validate", good)["result"]["valid"]
    listed = command(state, "schema", "list", "--schemas", models)
    assert listed.returncode == 1 and MODEL in listed.stdout and f"{broken}:2:2: " in listed.stderr
    done = command(state, "run", "acme/broken", "--schemas", models)
    assert done.returncode == 2 and f"{broken}:2:2: " in done.stderr


# A run of one that nobody has seen

def test_all_faults_of_an_input(bridge, models):
    b = bridge("--schemas", models)
    wrong = {"prompt": "x", "palette": [{"name": "sea"}, {"name": "mud", "weight": 2}], "style": "oils", "brush": None,
             "canvas": {"width": 0}, "strength": 0, "reference_image_urls": ["a", 5], "mask_url": None, "stile": 1}
    faults = b.call("validate", {"endpoint": MODEL, "input": wrong})["result"]["errors"]
    assert {(".".join(map(str, f["loc"][1:])), f["type"]) for f in faults} == {
        ("clip", "missing"), ("prompt", "string_too_short"), ("palette.1.name", "literal_error"),
        ("palette.1.weight", "less_than_equal"), ("style", "literal_error"), ("canvas.width", "greater_than"),
        ("strength", "greater_than"), ("reference_image_urls.1", "string_type"), ("stile", "extra_forbidden")}
    error = b.call("submit", {"endpoint": MODEL, "input": wrong})["error"]
    assert error["code"] == -32602 and len(error["data"]["detail"]) == len(faults) == 9


@pytest.mark.parametrize("told", ["at its start", "later"])
def test_a_run(bridge, state, models, tmp_path, copying, told):
    if told == "later":
        # The server runs already, and was started by one who did not know the model.
        b = bridge(**copying)
        known = b.call("submit", {"input": {"video_url": str(BUNNY), "prompt": "x", "fps": 1}})
        assert known["result"]["backend"] == "local"
        unknown = b.call("submit", {"endpoint": MODEL, "input": {"clip": {"url": str(BUNNY)}, "prompt": "ink"}})
        assert unknown["error"]["data"]["kind"] == "not_found"
    b = bridge("--schemas", models, "--root", ROOT, "--root", tmp_path, **copying)
    given = {"clip": {"url": str(BUNNY)}, "prompt": "ink", "seed": 9, "canvas": {"width": 320}, "fps": 2}
    out = tmp_path / "out.mp4"
    done = b.call("subscribe", {"endpoint": MODEL, "input": given, "logs": True, "download_to": str(out)})
    assert "error" not in done, done
    result = done["result"]
    assert list(result["data"]) == ["painting", "seed"] and result["data"]["seed"] == 9
    assert result["data"]["painting"]["content_type"] == "video/mp4" and result["metrics"]["engine"] == "copy"
    assert [f["path"] for f in result["files"]] == [str(out)]
    assert out.read_bytes()[4:8] == b"ftyp"
    logs = [l["message"] for n in b.notifications for l in n["params"].get("logs", [])]
    assert any("stands in for" in l and "palette" in l for l in logs)
    submitted = b.call("submit", {"endpoint": MODEL, "input": {**given, "clip": {"url": "https://127.0.0.1:1/a.mp4"}}})
    error = b.call("result", {"request_id": submitted["result"]["request_id"], "wait": True})["error"]["data"]
    assert error["kind"] == "rejected" and error["detail"][0]["loc"] == ["body", "clip", "url"]
    assert b.close() == 0
    if told == "later":
        # What it was told outlives it.
        assert kill_local(state)
        b = bridge(**copying)
        retried = b.call("subscribe", {"endpoint": MODEL, "input": {**given, "clip": {"url": str(BUNNY)}}})
        assert "painting" in retried["result"]["data"]
