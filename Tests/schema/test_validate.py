"""`fal-bridge schema validate`, and what a file of the test suite that fails looks like."""

import json
import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("FAL_BRIDGE_BIN", ROOT / ".build/debug/fal-bridge"))
MODEL = "fal-ai/fast-animatediff/video-to-video"


def schema(folder, *words, **files):
    for name, value in files.items():
        (folder / f"{name}.json").write_text(json.dumps(value))
    return subprocess.run([BIN, "schema", *words], cwd=folder, text=True, capture_output=True, timeout=60)


def test_a_model_s_input(tmp_path):
    done = schema(tmp_path, "validate", MODEL, "good.json", "bad.json", good={"video_url": "a", "prompt": "b"},
                  bad={"video_url": "a", "promt": "b"})
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert lines[:2] == ["good.json fits", "bad.json does not fit"]
    assert [json.loads(line)["type"] for line in lines[2:]] == ["missing", "extra_forbidden"]


def test_formats_only_where_they_are_asked_for(tmp_path):
    words = ["validate", "s.json", "v.json"]
    assert schema(tmp_path, *words, s={"format": "uuid"}, v="no").returncode == 0
    done = schema(tmp_path, *words, "--assert-formats")
    assert (done.returncode, json.loads(done.stdout.splitlines()[1])["type"]) == (1, "uuid_parsing")


def test_repeated(tmp_path):
    done = schema(tmp_path, "validate", "s.json", "v.json", "--repeat", "100", s=True, v=1)
    assert done.returncode == 0
    assert done.stdout.splitlines()[1].startswith("  100 checks in ")


def test_no_network(tmp_path):
    done = schema(tmp_path, "validate", "s.json", "v.json", s={"$ref": "http://127.0.0.1:9/x.json"}, v=1)
    assert done.returncode == 2
    assert "no document is known as http://127.0.0.1:9/x.json" in done.stderr


def test_a_failure_is_named(tmp_path):
    tests = [{"description": "one", "data": 1, "valid": False}, {"description": "two", "data": 1, "valid": True}]
    done = schema(tmp_path, "test-suite", "f.json", f=[{"description": "any", "schema": True, "tests": tests}])
    assert done.returncode == 1
    assert done.stdout == "f.json passed 1 failed 1\nf.json :: any :: one\n"
