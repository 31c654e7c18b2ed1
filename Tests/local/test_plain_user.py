"""fal-local as a user who may not do everything: on folders and files that belong to somebody else."""

import os
import pathlib
import shutil
import subprocess
import tempfile

import pytest
from conftest import LOCAL

AS_NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"]


@pytest.fixture
def folder():
    """A folder that everybody may look into and nobody else may write to; those of pytest are closed to others."""
    if os.geteuid() != 0 or not shutil.which("setpriv"):
        pytest.skip("only root can become somebody else")
    path = pathlib.Path(tempfile.mkdtemp(prefix="plain-user-", dir="/tmp"))
    path.chmod(0o755)
    if subprocess.run([*AS_NOBODY, LOCAL, "--version"], capture_output=True).returncode != 0:
        shutil.rmtree(path)
        pytest.skip("the programs lie where others may not look")
    yield path
    shutil.rmtree(path)


def end_of(*words):
    done = subprocess.run([*AS_NOBODY, LOCAL, *map(str, words)], capture_output=True, text=True, timeout=20, cwd="/")
    return done.returncode, done.stderr


@pytest.mark.parametrize("name, what", [
    ("missing", "mkdir {}"), ("closed", "open {}/fal-local.lock"), ("half", "mkdir {}/local/work"),
    ("data", "unable to open database file"),
])
def test_folders_of_somebody_else(folder, name, what):
    (folder / "closed").mkdir(mode=0o755)
    (folder / "half/local").mkdir(parents=True)
    (folder / "half").chmod(0o777)
    (folder / "data/local/work").mkdir(parents=True)
    for each in ("data", "data/local/work"):
        (folder / each).chmod(0o777)
    code, said = end_of("--state-dir", folder / name)
    assert code == 1
    assert said.startswith("fal-local: ") and what.format(folder / name) in said and said.count("\n") == 1, said
    assert name == "data" or "Permission denied" in said


def test_a_key_file_of_somebody_else(folder):
    (folder / "key").write_text("id:secret\n")
    (folder / "key").chmod(0o600)
    (folder / "state").mkdir()
    (folder / "state").chmod(0o777)
    code, said = end_of("--state-dir", folder / "state", "--listen", "127.0.0.1:0", "--key-file", folder / "key")
    assert code == 1 and f"fal-local: open {folder}/key: Permission denied" in said and "secret" not in said
