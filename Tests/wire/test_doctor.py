"""fal-bridge doctor: what it finds, what it says to do, and that it shows nobody the key."""

import json
import os
import pathlib
import re
import shutil
import socket
import sqlite3
import subprocess
import tomllib

import pytest
from conftest import BIN, BUNNY, LOCAL, environment
from fake_fal import FakeFal, answer

KEY = "kid-1234abcd:5ecret-5678-s3cret"
SECRET = KEY.split(":")[1]
STATUS = "GET /fal-ai/fast-animatediff/requests/00000000-0000-4000-8000-000000000000/status"
HOSTS = ["claude-desktop", "claude-code", "cursor", "vscode", "zed", "codex", "neovim"]


def doctor(state, *words, cwd=None, **env):
    env = {**environment(state, **env)}
    env = {name: value for name, value in env.items() if value is not None}
    done = subprocess.run([BIN, "doctor", *map(str, words)], capture_output=True, text=True, timeout=90, env=env,
                          stdin=subprocess.DEVNULL, cwd=cwd)
    assert SECRET not in done.stdout + done.stderr
    assert done.stderr == "" or done.returncode == 2, done.stderr
    return done.returncode, done.stdout, done.stderr


def look(state, *words, **env):
    code, out, _ = doctor(state, "--json", *words, **env)
    report = json.loads(out)
    assert code == (0 if report["ok"] else 1)
    assert report["ok"] == all(f["mark"] != "fault" for f in report["findings"])
    for finding in report["findings"]:
        assert finding["mark"] in ("ok", "note", "warning", "fault")
        assert finding["mark"] in ("ok", "note") or finding["todo"], finding
    found = {finding["name"]: finding for finding in report["findings"]}
    assert len(found) == len(report["findings"])
    return report, found


@pytest.fixture
def fal():
    fake = FakeFal()
    fake.routes[STATUS] = answer({"detail": "Request not found"}, 404)
    yield fake
    fake.close()


@pytest.fixture
def tools(tmp_path):
    """A PATH that has only what a test puts there, with what scripts need."""
    folder = tmp_path / "tools"
    folder.mkdir()
    for name in ("sh", "cat", "prlimit", "setpriv"):
        if path := shutil.which(name):
            (folder / name).symlink_to(path)
    return folder


def test_a_machine_that_has_all(state):
    report, found = look(state)
    assert report["ok"], report["findings"]
    version = subprocess.run([BIN, "version"], capture_output=True, text=True).stdout.split()[1]
    assert report["version"] == version == found["version"]["version"]
    assert found["version"]["build"] in ("debug", "release") and re.match(r"6\.\d", found["version"]["swift"])
    for library in ("jansson", "sqlite", "pcre2", "libcurl"):
        assert re.match(r"\d+\.\d+", found["libraries"][library])
    assert found["libraries"]["tls"] and found["libraries"]["http2"] in (True, False)
    assert found["key"]["found"] is False and found["backend"]["kind"] == "local"
    assert found["fal-local"]["answers"] and found["fal-local"]["running"] is False
    assert found["engine stylize"]["ready"] and found["engine stylize"]["generative"] is False
    assert re.match(r"\d", found["ffmpeg"]["version"]) and re.match(r"\d", found["ffprobe"]["version"])
    assert found["framings"]["lines"] and found["framings"]["headers"]
    # It leaves nothing behind: no state, no server.
    assert not state.exists()
    assert not [p for p in pathlib.Path("/proc").glob("[0-9]*/cmdline") if is_left(p)]


def is_left(path):
    try:
        words = path.read_bytes().split(b"\0")
    except OSError:
        return False
    return words[0].endswith(b"fal-local") and any(word.startswith(b"/tmp/fal-bridge-") for word in words)


def test_the_page_for_people(state):
    code, out, _ = doctor(state)
    assert code == 0 and out.rstrip().endswith("All that is needed is there.")
    for title in ("Program", "Key and backend", "Hosts, TLS, proxies", "State", "Jobs on this machine", "Wire"):
        assert f"\n{title}\n" in out
    checks = out.split("\nWhat editors and agents are told\n")[0]
    for line in checks.splitlines():
        # A path stands whole, however long it is: it is there to be copied.
        assert len(line) <= 80 or "/" in line.split()[-1], line
        assert not line.startswith("  ") or re.match(r"  [✓·!✗] \S.{15}\S| {20}(→ |  )?\S", line), line
    assert "\x1b" not in out


def test_the_key_goes_to_the_queue_alone(state, fal):
    other = FakeFal()
    try:
        report, found = look(state, **fal.settings(KEY, FAL_REST_URL=other.url, FAL_RUN_URL=other.url + "/run"))
        assert report["ok"], report["findings"]
        assert found["key"] | {"source": "FAL_KEY", "masked": "kid-…"} == found["key"]
        assert found["queue"]["key_accepted"] is True and found["queue"]["http_status"] == 404
        assert [f"{r.method} {r.path}" for r in fal.requests] == [STATUS]
        assert fal.requests[0].headers["authorization"] == f"Key {KEY}"
        assert sorted(r.path for r in other.requests) == ["/", "/run"]
        assert all(SECRET not in r.everything() for r in other.requests)
        assert found["run"]["reached"] and found["rest"]["reached"]
    finally:
        other.close()


@pytest.mark.parametrize("status", [401, 403])
def test_a_key_that_is_refused(state, fal, status):
    fal.routes[STATUS] = answer({"detail": f"no such key: {KEY}"}, status)
    report, found = look(state, **fal.settings(KEY))
    assert not report["ok"] and found["queue"]["mark"] == "fault" and found["queue"]["key_accepted"] is False
    assert "dashboard/keys" in found["queue"]["todo"]


def test_a_host_that_nobody_answers_at(state, fal):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
    report, found = look(state, **fal.settings(KEY, FAL_REST_URL=url))
    assert not report["ok"] and found["rest"]["mark"] == "fault" and found["rest"]["reached"] is False
    assert url in found["rest"]["message"] and found["queue"]["mark"] == "ok"
    code, out, _ = doctor(state, **fal.settings(KEY, FAL_REST_URL="https://queue.invalid"))
    assert code == 1 and "✗ rest" in out and "\n1 fault\n  ✗ rest" in out
    # Where jobs run here, nobody needs it.
    report, found = look(state, **{**fal.settings(KEY, FAL_REST_URL=url), "FAL_BRIDGE_BACKEND": "local"})
    assert report["ok"] and found["rest"]["mark"] == "note"
    assert all("authorization" not in r.headers for r in fal.requests[1:] if r.path == "/")


def test_where_the_key_comes_from(state, fal, tmp_path):
    (tmp_path / "key").write_text(KEY + "\n")
    settings = {**fal.settings(), "FAL_KEY": None}
    found = look(state, "--key-file", tmp_path / "key", **settings)[1]
    assert found["key"]["source"] == f"--key-file {tmp_path}/key" and found["queue"]["key_accepted"] is True
    found = look(state, **{**settings, "FAL_KEY_ID": "kid-1234abcd", "FAL_KEY_SECRET": SECRET})[1]
    assert found["key"]["source"] == "FAL_KEY_ID and FAL_KEY_SECRET"
    report, found = look(state, **settings)
    assert not report["ok"] and found["key"]["mark"] == "fault" and "dashboard/keys" in found["key"]["todo"]
    found = look(state, **{**settings, "FAL_KEY": SECRET})[1]
    assert found["key"]["mark"] == "warning" and "no colon" in found["key"]["message"]
    (tmp_path / "config.toml").write_text(f'[default]\nkey = "{KEY}"\n')
    found = look(state, **{**settings, "FAL_BRIDGE_BACKEND": "auto"}, FAL_CONFIG_PATH=str(tmp_path / "config.toml"))[1]
    assert found["key"]["command_line"] == "kid-…" and found["key"]["mark"] == "note"
    assert found["backend"]["kind"] == "local"
    (tmp_path / "auth0_token").write_text("x")
    found = look(state, **settings, FAL_HOME_DIR=str(tmp_path))[1]
    assert "is no key" in found["key"]["message"]


def test_a_proxy_that_holds_the_key(state):
    proxy = FakeFal()
    proxy.routes["GET /fal"] = answer({"detail": "Request not found"}, 404)
    try:
        settings = {"FAL_BRIDGE_BACKEND": "auto", "FAL_PROXY_URL": proxy.url + "/fal"}
        report, found = look(state, **settings)
        assert report["ok"] and found["backend"]["kind"] == "proxy" and found["proxy"]["reached"]
        assert proxy.requests[0].headers["x-fal-target-url"].endswith("/status")
        proxy.routes["GET /fal"] = answer({"detail": "nobody is signed in"}, 401)
        report, found = look(state, **settings)
        assert not report["ok"] and "nobody is signed in" in found["proxy"]["message"]
    finally:
        proxy.close()


def test_settings_that_cannot_be_used(state):
    code, out, _ = doctor(state, FAL_QUEUE_URL="queue.fal.run")
    assert code == 1 and "FAL_QUEUE_URL must be a URL" in out and "✓ framings" in out
    report = json.loads(doctor(state, "--json", FAL_QUEUE_URL="queue.fal.run")[1])
    assert not report["ok"] and len(report["configurations"]) == len(HOSTS)


def test_proxies_of_the_environment_without_their_passwords(state, fal):
    found = look(state, **fal.settings(KEY), https_proxy="http://me:hunter22@proxy.example:3128", no_proxy="localhost")[1]
    assert found["proxies"]["environment"] == {"https_proxy": "http://…@proxy.example:3128", "no_proxy": "localhost"}
    assert "hunter22" not in json.dumps(found)


def test_certificates(state, tmp_path):
    fal_settings = {"FAL_BRIDGE_BACKEND": "fal", "FAL_KEY": KEY, "FAL_QUEUE_URL": "https://queue.invalid",
                    "FAL_RUN_URL": "https://queue.invalid", "FAL_REST_URL": "https://queue.invalid"}
    found = look(state, **fal_settings, SSL_CERT_FILE=str(tmp_path / "none"))[1]
    assert found["certificates"]["mark"] == "fault" and "SSL_CERT_FILE" in found["certificates"]["todo"]
    (tmp_path / "empty").write_text("nothing")
    assert look(state, **fal_settings, SSL_CERT_FILE=str(tmp_path / "empty"))[1]["certificates"]["count"] == 0
    (tmp_path / "two").write_text("-----BEGIN CERTIFICATE-----\n" * 2)
    certificates = look(state, **fal_settings, SSL_CERT_FILE=str(tmp_path / "two"))[1]["certificates"]
    assert certificates["count"] == 2 and certificates["source"] == "SSL_CERT_FILE"


# State.

def test_a_state_folder_that_cannot_be(state, tmp_path):
    (tmp_path / "file").write_text("")
    report, found = look(tmp_path / "file")
    assert not report["ok"] and found["folder"]["mark"] == "fault" and "--state-dir" in found["folder"]["todo"]
    assert look(tmp_path / "file/below")[1]["folder"]["mark"] == "fault"
    state.mkdir()
    assert look(state)[1]["folder"]["mark"] == "ok" and list(state.iterdir()) == []


def test_a_journal_is_looked_at_and_left_alone(bridge, state, fal):
    fal.routes["POST /fal-ai/fast-animatediff/video-to-video"] = answer(
        {"status": "IN_QUEUE", "request_id": "764cabcf-b745-4b3e-ae38-1200304cf45b", "queue_position": 0})
    b = bridge(**fal.settings(KEY))
    b.call("submit", {"input": {"video_url": "https://v3.fal.media/a.mp4", "prompt": "x"}})
    report, found = look(state, **fal.settings(KEY))
    assert found["journal"]["requests"] == 1 and found["journal"]["mark"] == "ok"
    assert b.close() == 0
    path = state / "journal.db"
    kept = sqlite3.connect(path)
    kept.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # what is damaged below would else be read from the log beside it
    kept.close()
    whole = path.read_bytes()
    assert look(state)[1]["journal"]["requests"] == 1 and path.read_bytes() == whole
    # A page that is overwritten, a file that is none, one of a later form.
    path.write_bytes(whole[:4096] + b"\xa5" * 4096 + whole[8192:])
    found = look(state)[1]
    assert found["journal"]["mark"] == "fault" and found["journal"]["faults"] and "-wal" in found["journal"]["todo"]
    path.write_bytes(b"no database at all" * 1000)
    assert "damaged, or no journal" in look(state)[1]["journal"]["message"]
    path.unlink()
    later = sqlite3.connect(path)
    later.execute("PRAGMA user_version = 99")
    later.close()
    assert "newer version" in look(state)[1]["journal"]["message"]


# Jobs on this machine.

def test_a_server_that_runs_already_is_asked(bridge, state):
    b = bridge()
    assert "result" in b.call("upload", {"data": "SGVsbG8="})
    report, found = look(state)
    assert report["ok"] and found["fal-local"]["running"] is True and "runs and answers" in found["fal-local"]["message"]
    assert found["local queue"]["mark"] == "ok"


def test_what_is_missing_here_matters_where_jobs_run_here(state, tmp_path, tools, fal):
    bare = {"PATH": str(tools), "FAL_LOCAL_BIN": str(tmp_path / "none")}
    report, found = look(state, **bare)
    assert not report["ok"]
    for name in ("fal-local", "ffmpeg", "ffprobe"):
        assert found[name]["mark"] == "fault" and found[name]["todo"], found[name]
    report, found = look(state, **bare, **fal.settings(KEY))
    assert report["ok"] and found["ffmpeg"]["mark"] == "note" and found["fal-local"]["mark"] == "note"


def test_a_server_that_ends_at_once(state, tmp_path, tools):
    server = tools / "server"
    server.write_text('#!/bin/sh\n[ "$1" = --version ] && { echo fal-local 9.9; exit; }\necho "no luck today" >&2; exit 3\n')
    server.chmod(0o755)
    found = look(state, FAL_LOCAL_BIN=str(server))[1]
    assert found["fal-local"]["mark"] == "fault" and "no luck today" in found["fal-local"]["message"]


@pytest.fixture
def engine(tools):
    def make(name, *answers, error=""):
        lines = "".join(f"cat <<'END'\n{json.dumps(each)}\nEND\n" for each in answers)
        path = tools / f"fal-engine-{name}"
        path.write_text(f"#!/bin/sh\n{lines}echo '{error}' >&2\ncat >/dev/null\n[ -z \"$FAL_KEY\" ] || exit 9\n")
        path.chmod(0o755)
    return make


ABOUT = {"id": 1, "result": {"contract": 1, "engine": "x", "version": "7.1", "generative": True}}


@pytest.mark.parametrize("answers, error, ready, words", [
    ([ABOUT, {"id": 2, "result": {"ready": True, "missing": []}}], "", True, "7.1, ready (generative)"),
    ([ABOUT, {"id": 2, "result": {"ready": False, "missing": [{"id": "weights", "how": "fetch them"}]}}], "", False,
     "weights is missing"),
    ([ABOUT, {"id": 2, "error": {"code": -32013, "message": "no torch here"}}], "", False, "no torch here"),
    ([{"id": 1, "result": {"contract": 2}}], "", False, "contract"),
    ([], "ModuleNotFoundError: no torch", False, "ModuleNotFoundError: no torch"),
])
def test_engines_are_asked(state, tools, engine, answers, error, ready, words):
    engine("mine", *answers, error=error)
    found = look(state, PATH=f"{tools}:{os.environ['PATH']}", FAL_KEY=KEY)[1]["engine mine"]
    assert found["ready"] is ready and words in found["message"], found
    # One that is ready is enough.
    assert found["mark"] == ("ok" if ready else "note")


# What editors and agents are told.

def test_configurations(state, tmp_path):
    report, _ = look(state, "--root", tmp_path, "--key-file", make_key(tmp_path))
    assert [c["word"] for c in report["configurations"]] == HOSTS
    for each in report["configurations"]:
        if each["language"] == "json":
            servers = next(iter(json.loads(each["text"]).values()))
            command, args = servers["fal"]["command"], servers["fal"]["args"]
        elif each["language"] == "toml":
            server = tomllib.loads(each["text"])["mcp_servers"]["fal"]
            command, args = server["command"], server["args"]
        else:
            assert str(tmp_path) in each["text"] and "serve" in each["text"]
            continue
        assert pathlib.Path(command).samefile(BIN)
        assert args == ["mcp", "--root", str(tmp_path), "--key-file", str(tmp_path / "key")]


def make_key(folder):
    (folder / "key").write_text(KEY)
    return folder / "key"


@pytest.mark.parametrize("host", HOSTS)
def test_each_alone(state, host):
    code, out, _ = doctor(state, host)
    whole = {c["word"]: c for c in json.loads(doctor(state, "--json")[1])["configurations"]}
    assert code == 0 and out == whole[host]["text"]


def test_hosts_that_are_none(state):
    for words, said in [(["emacs"], "no host 'emacs': claude-desktop"), (["zed", "codex"], "too many"), (["--logs"], "does not belong")]:
        code, out, err = doctor(state, *words)
        assert code == 2 and out == "" and said in err
