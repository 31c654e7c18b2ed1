"""Tests/cases: a folder a case. Either bytes in and bytes out: `input`, `output`, flags one a line in `args`, an exit
code in `exit`; or `recording`, what `fal-bridge --record` wrote, which is played (docs/recording.md)."""

import pathlib
import subprocess

import pytest
from conftest import BIN, ROOT, environment

CASES = sorted(p for p in (ROOT / "Tests/cases").iterdir() if (p / "input").exists())
RECORDINGS = sorted((ROOT / "Tests/cases").glob("*/recording"))


@pytest.mark.parametrize("case", CASES, ids=lambda p: p.name)
def test_case(case: pathlib.Path, state):
    flags = (case / "args").read_text().split("\n") if (case / "args").exists() else []
    done = subprocess.run([str(BIN), *[f for f in flags if f]], input=(case / "input").read_bytes(),
                          capture_output=True, cwd=ROOT, env=environment(state), timeout=20)
    assert done.stdout == (case / "output").read_bytes().replace(b"@ROOT@", str(ROOT).encode())
    wanted = int((case / "exit").read_text()) if (case / "exit").exists() else 0
    assert done.returncode == wanted
    assert done.stderr == b""


@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda p: p.parent.name)
def test_recording(recording: pathlib.Path, state):
    done = subprocess.run([str(BIN), "replay", "--exact", str(recording)], capture_output=True, text=True, cwd=ROOT,
                          env=environment(state), timeout=60)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
