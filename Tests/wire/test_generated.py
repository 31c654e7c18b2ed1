"""What `fal-bridge generate` makes, as those see it who read it: OpenRPC's rules, agents' APIs, shells, people."""

import json
import os
import pathlib
import re
import shutil
import subprocess

import jsonschema
import pytest
import surface
from conftest import BIN, ROOT

MODEL = "fal-ai/fast-animatediff/video-to-video"
EVERYTHING = {
    "title": "Mine", "description": "Paints.",
    "properties": {"input": {"$ref": "#/$defs/MineInput"}, "output": {"$ref": "#/$defs/MineOutput"}},
    "$defs": {
        "MineInput": {"type": "object", "required": ["image_url"], "properties": {
            "image_url": {"type": "string", "description": "The picture."},
            "size": {"anyOf": [{"enum": ["small", "big"]}, {"$ref": "#/$defs/Size"}], "default": "small"}}},
        "MineOutput": {"type": "object", "required": ["size"], "properties": {"size": {"$ref": "#/$defs/Size"}}},
        "Size": {"type": "object", "required": ["width"],
                 "properties": {"width": {"type": "integer", "minimum": 1, "maximum": 8}}},
    },
}


def generate(*words, cwd=ROOT):
    kept = {k: v for k, v in os.environ.items() if not k.startswith("FAL_")}
    return subprocess.run([str(BIN), "generate", *words], capture_output=True, text=True, cwd=cwd, env=kept, timeout=30)


def made(*words):
    done = generate(*words)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.fixture
def mine(tmp_path):
    """A folder with a schema in it that the program has never seen."""
    (tmp_path / "schemas/me").mkdir(parents=True)
    (tmp_path / "schemas/me/mine.json").write_text(json.dumps(EVERYTHING))
    return tmp_path / "schemas"


# OpenRPC 1.3, by its specification: the members that each object may have, and those that it must.
OBJECTS = {
    "document": ({"openrpc", "info", "methods"}, {"servers", "components", "externalDocs"}),
    "method": ({"name", "params"}, {"description", "summary", "servers", "tags", "paramStructure", "result", "errors",
                                    "links", "examples", "deprecated", "externalDocs"}),
    "descriptor": ({"name", "schema"}, {"description", "summary", "required", "deprecated"}),
    "error": ({"code", "message"}, {"data"}),
    "pairing": ({"name", "params"}, {"description", "result"}),
    "example": ({"name", "value"}, {"summary", "description"}),
}


def check(kind, value):
    must, may = OBJECTS[kind]
    members = {key for key in value if not key.startswith("x-")}
    assert must <= members <= must | may, (kind, value)


def references(value):
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for each in value.values():
            yield from references(each)
    elif isinstance(value, list):
        for each in value:
            yield from references(each)


def check_openrpc(document):
    check("document", document)
    assert document["openrpc"] == "1.3.2"
    for method in document["methods"]:
        check("method", method)
        assert method["paramStructure"] == "by-name"
        names = [param["name"] for param in method["params"]]
        assert len(set(names)) == len(names)
        for descriptor in [*method["params"], *([method["result"]] if "result" in method else [])]:
            check("descriptor", descriptor)
            jsonschema.Draft7Validator.check_schema(descriptor["schema"])
        for pairing in method.get("examples", []):
            check("pairing", pairing)
            for example in [*pairing["params"], *([pairing["result"]] if "result" in pairing else [])]:
                check("example", example)
            for param in pairing["params"]:
                assert param["name"] in names or not names, (method["name"], param)
    for error in document["components"]["errors"].values():
        check("error", error)
    for name, schema in document["components"]["schemas"].items():
        assert re.fullmatch(r"[a-zA-Z0-9._-]+", name)
        jsonschema.Draft7Validator.check_schema(schema)
    for pointer in references(document):
        target = document
        for step in pointer.removeprefix("#/").split("/"):
            target = target[step.replace("~1", "/").replace("~0", "~")]


def test_openrpc_is_what_its_specification_wants(mine):
    check_openrpc(json.loads(made("openrpc")))
    document = json.loads(made("openrpc", "--schemas", str(mine)))
    check_openrpc(document)
    assert "me.mine.input" in document["components"]["schemas"]


def test_openrpc_has_every_method_with_errors_and_examples():
    document = json.loads(made("openrpc"))
    methods = {each["name"]: each for each in document["methods"]}
    sent = {name for name, each in surface.NOTIFICATIONS.items() if each["from"] == "client"}
    assert set(methods) == set(surface.METHODS) | sent
    codes = {error["code"] for error in document["components"]["errors"].values()}
    assert codes == {error["code"] for error in surface.ERRORS["errors"]}
    for name in surface.METHODS:
        assert methods[name]["errors"]
        assert methods[name]["examples"] or methods[name].get("x-error-examples") or name == "rpc.discover"
    assert {each["name"] for each in document["x-notifications"]} == set(surface.NOTIFICATIONS) - sent
    assert MODEL in document["x-endpoints"]


def test_discover_is_what_generate_makes(bridge, mine):
    assert bridge().call("rpc.discover")["result"] == json.loads(made("openrpc"))
    answer = bridge("--schemas", str(mine)).call("rpc.discover")["result"]
    assert answer == json.loads(made("openrpc", "--schemas", str(mine)))


def test_discover_outlives_a_broken_schema_and_generate_names_it(bridge, mine):
    (mine / "me/broken.json").write_text("{")
    assert "me/mine" in bridge("--schemas", str(mine)).call("rpc.discover")["result"]["x-endpoints"]
    done = generate("openrpc", "--schemas", str(mine))
    assert done.returncode != 0 and "me/broken" in done.stderr and done.stdout == ""


@pytest.mark.parametrize("form", ["openai", "anthropic"])
def test_tools_are_flat_and_have_names_that_apis_take(form, mine):
    tools = json.loads(made("tools", form, "--schemas", str(mine)))
    functions = [tool["function"] if form == "openai" else tool for tool in tools]
    parameters = "parameters" if form == "openai" else "input_schema"
    names = [each["name"] for each in functions]
    assert len(set(names)) == len(names)
    assert {"fal-ai__fast-animatediff__video-to-video", "me__mine", "submit"} <= set(names)
    for each in functions:
        assert re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", each["name"])
        assert each["description"]
        schema = each[parameters]
        assert schema["type"] == "object" and not {"anyOf", "oneOf", "allOf"} & set(schema)
        assert not list(references(schema)) and "$defs" not in json.dumps(schema)
        jsonschema.Draft202012Validator.check_schema(schema)
    assert form == "anthropic" or all(tool["type"] == "function" for tool in tools)
    size = functions[names.index("me__mine")][parameters]["properties"]["size"]
    assert size["anyOf"][1]["properties"]["width"]["maximum"] == 8


def test_the_reference_names_everything(mine):
    page = made("reference", "--schemas", str(mine))
    help = subprocess.run([str(BIN), "help"], capture_output=True, text=True).stdout
    for flag in re.findall(r"^  (--[a-z-]+)", help, re.M):
        assert f"`{flag}" in page
    for name, method in surface.METHODS.items():
        section = page.split(f"\n### {name}\n", 1)[1].split("\n### ")[0]
        for member in [*method["params"].get("properties", {}), *method["result"].get("properties", {})]:
            assert f"`{member}`" in section, (name, member)
    for name in surface.NOTIFICATIONS:
        assert f"\n### {name}\n" in page
    for error in surface.ERRORS["errors"]:
        assert f"| {error['code']} | `{error['kind']}` |" in page
    assert "| `image_url` | string |  | *Required.* The picture. |" in page
    assert "| `size.width` | integer |  | *Required.* From 1 to 8. |" in page


def complete(*words):
    """What bash offers for the last word."""
    script = """
        compopt() { :; }
        source "$1"; shift
        COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _fal_bridge
        printf '%s\\n' "${COMPREPLY[@]}"
    """
    done = subprocess.run(["bash", "-c", script, "bash", "/dev/stdin", str(BIN), *words], text=True,
                          input=made("completions", "bash"), capture_output=True, timeout=30)
    assert done.stderr == ""
    return done.stdout.split()


def test_bash_completes():
    assert "generate" in complete("") and complete("ru") == ["run"]
    assert complete("--backend", "lo") == ["local"]
    assert complete("--backend", "=", "lo") == ["local"]
    assert complete("--backend", "local", "ru") == ["run"]
    assert complete("run", "fal-ai/fast-animatediff/video") == [MODEL]
    assert complete("run", "--input-") == ["--input-file"]
    assert "--sheet" not in complete("serve", "--")
    assert complete("run", "--input", "neg") == ["negative_prompt="]
    assert complete("run", MODEL, "--input", "prompt", "=", "x", "--input", "se") == ["seed="]
    assert complete("generate", "open") == ["openrpc"]
    assert complete("generate", "tools", "") == ["openai", "anthropic"]
    assert complete("schema", "show", "fal-ai/fast-animatediff/video") == [MODEL]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completions_are_scripts_of_their_shell(shell, tmp_path):
    if not shutil.which(shell):
        pytest.skip(f"no {shell} here")
    script = tmp_path / "script"
    script.write_text(made("completions", shell))
    assert subprocess.run([shell, "-n", str(script)], capture_output=True).stderr == b""


def test_output_goes_where_it_is_wanted(tmp_path):
    assert generate("tools", "-o", f"{tmp_path}/new/").returncode == 0
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["anthropic.json", "openai.json"]
    assert generate("python", "-o", str(tmp_path / "types.py")).returncode == 0
    assert (tmp_path / "types.py").read_text() == made("python")


@pytest.mark.parametrize("words, said", [
    ([], "generate one of openrpc, python"), (["nonsense"], "generate one of"), (["tools"], "several files"),
    (["completions", "tcsh"], "takes bash or zsh or fish"), (["tools", "-o", "/dev/null"], "want a folder"),
])
def test_what_cannot_be_generated(words, said):
    done = generate(*words)
    assert (done.returncode, done.stdout) == (2, "") and said in done.stderr
