"""The clients' types, by the type checkers that people use: what is right passes, and each wrong line is found.

The checkers run side by side and once each; that is why all that they check stands in one folder.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import sysconfig

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
TYPED = ROOT / "Tests/clients/typed"
PYTHON = ROOT / "clients/python"
NODE = ROOT / "clients/node"
SWIFT = ROOT / "clients/swift/Sources/FalBridgeClient"
BIN = ROOT / ".build/debug/fal-bridge"
SCRIPTS = pathlib.Path(sysconfig.get_path("scripts"))


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """What each checker says, started together.

    They see the clients as someone has them who has generated the types anew, with a model of a folder; that the types
    that are checked in are what is generated is `make check`'s to say.
    """
    folder = tmp_path_factory.mktemp("types")
    shutil.copytree(PYTHON, folder / "python", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(NODE, folder / "node", ignore=shutil.ignore_patterns("node_modules"))
    shutil.copytree(SWIFT, folder / "swift")
    for target, place in (("python", "python/falbridge/"), ("typescript", "node/"), ("swift", "swift/")):
        subprocess.run([str(BIN), "generate", target, "--schemas", str(TYPED / "schemas"), "-o", f"{folder}/{place}"],
                       check=True, timeout=30)
    options = json.loads((TYPED / "tsconfig.json").read_text())["compilerOptions"]
    (folder / "tsconfig.json").write_text(json.dumps({
        "compilerOptions": {**options, "paths": {"fal-bridge": ["node/index.d.ts"]}},
        "files": [str(path) for path in sorted(TYPED.glob("*.ts"))]}))
    scripts = [str(path) for path in sorted(TYPED.glob("*.py"))]
    (folder / "pyrightconfig.json").write_text(json.dumps(
        {"include": scripts, "extraPaths": [str(folder / "python")], "pythonVersion": "3.10"}))
    commands = {
        "mypy": [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(folder / "mypy"),
                 str(folder / "python/falbridge"), *scripts],
        "basedpyright": [str(SCRIPTS / "basedpyright"), "--level", "error", "-p", str(folder)],
        "basedpyright of the package": [str(SCRIPTS / "basedpyright"), "-p", str(folder / "python")],
        "tsc": ["tsc", "-p", str(folder), "--pretty", "false"],
        "swiftc": ["swiftc", "-swift-version", "6", "-warnings-as-errors", "-o", str(folder / "typed"),
                   *map(str, sorted((folder / "swift").glob("*.swift"))), str(TYPED / "main.swift")],
    }
    env = {**os.environ, "MYPYPATH": str(folder / "python")}
    running = {
        name: subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=TYPED, env=env)
        for name, words in commands.items()
    }
    yield {name: (process.communicate(timeout=300)[0], process.returncode) for name, process in running.items()} | {
        "program": folder / "typed"}


def wrong_lines(file, mark):
    text = (TYPED / file).read_text().split("\n")
    return {number for number, line in enumerate(text, 1) if f"{mark} wrong:" in line}


def all_wrong_lines(ending, mark):
    lines = {path.name: wrong_lines(path.name, mark) for path in TYPED.glob(f"*.{ending}")}
    return {name: numbers for name, numbers in lines.items() if numbers}


def found_lines(output, pattern):
    found = {}
    for file, line in re.findall(pattern, output, re.M):
        found.setdefault(pathlib.Path(file).name, set()).add(int(line))
    return found


@pytest.mark.parametrize("checker, ending, mark, pattern", [
    ("mypy", "py", "#", r"^(\S+?):(\d+): error"),
    ("basedpyright", "py", "#", r"^ *(/\S+?):(\d+):\d+ - error"),
    ("tsc", "ts", "//", r"^(\S+?)\((\d+),\d+\): error"),
])
def test_each_wrong_line_is_found_and_nothing_else(said, checker, ending, mark, pattern):
    output, _ = said[checker]
    assert found_lines(output, pattern) == all_wrong_lines(ending, mark), output


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
        '{"class":"big","image_size":{"width":3},"image_url":"x","ratio":2,"tree":{"branches":[{"leaf":"x"}]}}',
        "new true",
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
