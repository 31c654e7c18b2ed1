"""The clients' types, by the type checkers that people use: what is right passes, and each wrong line is found.

The checkers run side by side and once each; that is why all that they check stands in one folder.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import sysconfig

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
TYPED = ROOT / "Tests/clients/typed"
PYTHON = ROOT / "clients/python"
SWIFT = ROOT / "clients/swift/Sources/FalBridgeClient"
BIN = ROOT / ".build/debug/fal-bridge"
SCRIPTS = pathlib.Path(sysconfig.get_path("scripts"))


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """What each checker says, started together."""
    folder = tmp_path_factory.mktemp("types")
    (folder / "pyrightconfig.json").write_text(json.dumps(
        {"include": [str(TYPED)], "extraPaths": [str(PYTHON)], "pythonVersion": "3.10"}))
    commands = {
        "mypy": [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(folder / "mypy"),
                 str(PYTHON / "falbridge"), str(TYPED / "right.py"), str(TYPED / "wrong.py")],
        "basedpyright": [str(SCRIPTS / "basedpyright"), "--level", "error", "-p", str(folder)],
        "basedpyright of the package": [str(SCRIPTS / "basedpyright"), "-p", str(PYTHON)],
        "tsc": ["tsc", "-p", str(TYPED), "--pretty", "false"],
        "swiftc": ["swiftc", "-swift-version", "6", "-warnings-as-errors", "-o", str(folder / "typed"),
                   *map(str, sorted(SWIFT.glob("*.swift"))), str(TYPED / "main.swift")],
    }
    env = {**os.environ, "MYPYPATH": str(PYTHON)}
    running = {
        name: subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=TYPED, env=env)
        for name, words in commands.items()
    }
    yield {name: (process.communicate(timeout=300)[0], process.returncode) for name, process in running.items()} | {
        "program": folder / "typed"}


def wrong_lines(file, mark):
    text = (TYPED / file).read_text().split("\n")
    return {number for number, line in enumerate(text, 1) if f"{mark} wrong:" in line}


def found_lines(output, pattern):
    found = {}
    for file, line in re.findall(pattern, output, re.M):
        found.setdefault(pathlib.Path(file).name, set()).add(int(line))
    return found


@pytest.mark.parametrize("checker, file, mark, pattern", [
    ("mypy", "wrong.py", "#", r"^(\S+?):(\d+): error"),
    ("basedpyright", "wrong.py", "#", r"^ *(/\S+?):(\d+):\d+ - error"),
    ("tsc", "wrong.ts", "//", r"^(\S+?)\((\d+),\d+\): error"),
])
def test_each_wrong_line_is_found_and_nothing_else(said, checker, file, mark, pattern):
    output, _ = said[checker]
    assert found_lines(output, pattern) == {file: wrong_lines(file, mark)}, output


def test_the_package_itself_has_no_faults(said):
    assert said["basedpyright of the package"][1] == 0, said["basedpyright of the package"][0]


def test_a_swift_program_has_its_types(said, tmp_path):
    assert said["swiftc"] == ("", 0)
    env = {"PATH": "/usr/bin:/bin", "FAL_BRIDGE_BACKEND": "local", "FAL_BRIDGE_STATE": str(tmp_path)}
    done = subprocess.run([str(said["program"]), str(BIN)], capture_output=True, text=True, timeout=60, env=env)
    assert done.stderr == ""
    assert done.stdout.split("\n") == [
        '{"fps":99,"motions":["zoom-in"],"prompt":"ink","video_url":"clip.mp4"}',
        "https://x/out.mp4 3 7",
        "-32602 invalid_params fps: Input should be less than or equal to 16",
        "there",
        "no such program",
        "",
    ]


def test_the_options_are_those_that_the_methods_take():
    sys.path.insert(0, str(PYTHON))
    import inspect

    import falbridge
    from falbridge import options

    def taken(method):
        return set(inspect.signature(method).parameters) - {"self", "application", "arguments"}

    for client, subscribe in ((falbridge.SyncClient, options.SubscribeOptions),
                              (falbridge.AsyncClient, options.AsyncSubscribeOptions)):
        assert taken(client.subscribe) == set(subscribe.__annotations__)
        assert taken(client.submit) == set(options.SubmitOptions.__annotations__)
        assert taken(client.run) == set(options.RunOptions.__annotations__)
