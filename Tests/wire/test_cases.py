"""Tests/cases: a folder a case, bytes in and bytes out. `args` holds flags, one a line."""

import pathlib
import subprocess

import pytest
from conftest import BIN, ROOT, environment

CASES = sorted(p for p in (ROOT / "Tests/cases").iterdir() if (p / "input").exists())


@pytest.mark.parametrize("case", CASES, ids=lambda p: p.name)
def test_case(case: pathlib.Path, state):
    flags = (case / "args").read_text().split("\n") if (case / "args").exists() else []
    done = subprocess.run([str(BIN), *[f for f in flags if f]], input=(case / "input").read_bytes(),
                          capture_output=True, cwd=ROOT, env=environment(state), timeout=20)
    assert done.stdout == (case / "output").read_bytes().replace(b"@ROOT@", str(ROOT).encode())
    wanted = int((case / "exit").read_text()) if (case / "exit").exists() else 0
    assert done.returncode == wanted
    assert done.stderr == b""
