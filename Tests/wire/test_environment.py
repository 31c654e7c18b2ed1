"""The machine is at fault: folders and files belong to somebody else, or programs are missing."""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile

import pytest
from conftest import BIN, BUNNY, environment

AS_NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"]


@pytest.fixture
def folder():
    """A folder that everybody may look into and nobody else may write to; those of pytest are closed to others."""
    if os.geteuid() != 0 or not shutil.which("setpriv"):
        pytest.skip("only root can become somebody else")
    path = pathlib.Path(tempfile.mkdtemp(prefix="plain-user-", dir="/tmp"))
    path.chmod(0o755)
    if subprocess.run([*AS_NOBODY, BIN, "version"], capture_output=True).returncode != 0:
        shutil.rmtree(path)
        pytest.skip("the programs lie where others may not look")
    (path / "clip.mp4").write_bytes(BUNNY.read_bytes())
    yield path
    shutil.rmtree(path)


def end_of(folder, *words, input=None, **env):
    words = [*AS_NOBODY, BIN, *words]
    env = environment(folder / "state", HOME="/nonexistent", **env)
    done = subprocess.run([str(w) for w in words], input=input, capture_output=True, text=True, timeout=30,
                          cwd=folder, env=env)
    return done.returncode, done.stdout, done.stderr


def run(folder, *more, **env):
    return end_of(folder, "run", "--input", f"video_url={folder}/clip.mp4", "--input", "prompt=x", *more, **env)


def test_a_state_folder_of_somebody_else(folder):
    code, out, said = run(folder)
    assert (code, out) == (1, "")
    said = [line for line in said.splitlines() if ": warning: " not in line]
    assert said[0].startswith("fal-bridge: unavailable: ") and f"mkdir {folder}/state: Permission denied" in said[0]
    (folder / "state").mkdir(mode=0o755)
    code, out, said = run(folder, "--json")
    error = json.loads(out)["error"]
    assert code == 1 and error["code"] == 1503
    assert f"{folder}/state" in error["message"] and "denied" in error["message"]


def test_it_goes_on_serving(folder):
    calls = [{"id": 1, "method": "submit", "params": {"input": {"video_url": f"{folder}/clip.mp4", "prompt": "x"}}},
             {"id": 2, "method": "ping"}]
    text = "".join(json.dumps({"jsonrpc": "2.0", **call}) + "\n" for call in calls)
    code, out, said = end_of(folder, input=text)
    answers = {a["id"]: a for a in map(json.loads, out.splitlines())}
    assert code == 0 and answers[1]["error"]["code"] == 1503 and answers[2]["result"] == {}


def test_a_video_and_a_key_of_somebody_else(folder):
    (folder / "clip.mp4").chmod(0o600)
    code, out, said = run(folder)
    assert code == 1 and "clip.mp4" in said and "ermission denied" in said
    (folder / "key").write_text("id:secret\n")
    (folder / "key").chmod(0o600)
    code, out, said = run(folder, "--key-file", folder / "key")
    assert code == 2 and f"open {folder}/key: Permission denied" in said and "secret" not in said


def test_run_without_ffmpeg(state, tmp_path):
    words = [BIN, "run", "--input", f"video_url={BUNNY}", "--input", "prompt=x", "-o", tmp_path / "out.mp4"]
    done = subprocess.run(list(map(str, words)), capture_output=True, text=True, timeout=60,
                          env=environment(state, PATH=str(tmp_path)))
    assert done.returncode == 1 and done.stdout == ""
    assert "ffmpeg is not installed: apt-get install ffmpeg" in done.stderr, done.stderr
    assert not (tmp_path / "out.mp4").exists()


def test_run_without_fal_local(state, tmp_path):
    words = [BIN, "run", "--input", f"video_url={BUNNY}", "--input", "prompt=x"]
    done = subprocess.run(list(map(str, words)), capture_output=True, text=True, timeout=60,
                          env=environment(state, FAL_LOCAL_BIN=str(tmp_path / "none")))
    assert done.returncode == 1 and "fal-local cannot be started" in done.stderr and "none" in done.stderr, done.stderr


def test_the_end_takes_nothing_down(tmp_path):
    """Threads of libraries may be at work when the process ends."""
    words = [BIN, "run", "--input", f"video_url={BUNNY}", "--input", "prompt=x"]
    for _ in range(12):
        processes = [subprocess.Popen(list(map(str, words)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment(
            tmp_path / str(n), FAL_LOCAL_BIN=str(tmp_path / "none"))) for n in range(6)]
        assert [each.wait(60) for each in processes] == [1] * 6


@pytest.mark.parametrize("name", ["FAL_RUN_HOST", "FAL_QUEUE_RUN_HOST"])
@pytest.mark.parametrize("host", ["https://fal.run", "fal.run/", "a/b", "id:5ecret@fal.run", "fal.run?a", "fal.run#a",
                                  "a b", "ü.run", "fal.run\n", "a\\b"])
def test_a_host_that_is_more_than_a_host(state, name, host):
    done = subprocess.run([BIN], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20,
                          env=environment(state, **{name: host}))
    assert done.returncode == 2 and f"{name} must be a host alone" in done.stderr, done.stderr
    assert done.stdout == "" and "5ecret" not in done.stderr


@pytest.mark.parametrize("settings, url", [
    ({"FAL_RUN_HOST": "fal.test"}, "https://queue.fal.test"), ({"FAL_RUN_HOST": "h:81"}, "https://queue.h:81"),
    ({"FAL_RUN_HOST": "h", "FAL_QUEUE_RUN_HOST": "[::1]:8"}, "https://[::1]:8"),
])
def test_hosts(bridge, settings, url):
    b = bridge(FAL_BRIDGE_BACKEND="fal", FAL_KEY="a:b", **settings)
    assert b.call("initialize")["result"]["backend"]["url"] == url
