"""Beginning and end of the server: restarts, the lock, the key, folders that cannot be used."""

import http.client
import os
import signal
import sqlite3
import stat
import subprocess
import threading
import time

import pytest
from conftest import DEADLINE, ENDPOINT, LOCAL, REQUESTS, SocketConnection
from test_webhooks import Receiver


def test_jobs_survive_a_kill(start):
    local = start().ready()
    running, waiting = local.submit("slow=0.2", seed=3), local.submit(seed=4)
    local.running(running)
    engine = local.engines()[0]
    local.end(signal.SIGKILL)
    again = start().ready()
    assert not os.path.exists(f"/proc/{engine}") or b"" == open(f"/proc/{engine}/cmdline", "rb").read()
    assert again.result(running).json["seed"] == 3
    assert again.result(waiting).json["seed"] == 4


def test_a_job_survives_more_kills_of_the_server_than_of_its_engine(start):
    local = start().ready()
    id = local.submit("slow=0.1")
    for _ in range(4):
        local.until(id, lambda s: s["status"] == "IN_PROGRESS")
        local.end(signal.SIGKILL)
        local = start().ready()
    assert local.result(id).status == 200


def test_a_job_with_which_the_server_ends_too_often_fails(start, state):
    local = start().ready()
    id = local.submit("slow=0.2")
    local.until(id, lambda s: s["status"] == "IN_PROGRESS")
    local.end(signal.SIGKILL)
    with sqlite3.connect(state / "local/queue.db") as database:
        database.execute("UPDATE jobs SET attempts = 10")
    database.close()
    result = start().ready().result(id)
    assert result.status == 503 and "fal-local ended 10 times in the middle of this job" == result.json["detail"]


def test_a_job_that_had_started_in_time_starts_again_at_any_time(start):
    local = start().ready()
    id = local.submit("slow=0.2", headers={"X-Fal-Request-Timeout": "1"})
    local.running(id)
    time.sleep(1)
    assert local.end() == 0
    assert start().ready().result(id).status == 200


def test_sigterm_puts_the_job_back(start):
    local = start().ready()
    id = local.submit("slow=0.2")
    for _ in range(3):
        local.until(id, lambda s: s["status"] == "IN_PROGRESS")
        engines = local.engines()
        assert local.end() == 0
        assert not local.socket.exists()
        assert not any(os.path.exists(f"/proc/{e}") for e in engines)
        local = start().ready()
    assert local.result(id).status == 200


def test_one_at_a_time(start, state):
    many = [start() for _ in range(5)]
    end = time.monotonic() + 20
    while sum(each.process.poll() is None for each in many) > 1:
        assert time.monotonic() < end
        time.sleep(0.02)
    (one,) = [each for each in many if each.process.poll() is None]
    assert [each.process.returncode for each in many if each is not one] == [0] * 4
    assert all(each.lines == [] for each in many if each is not one)
    one.ready()
    assert stat.S_IMODE(one.socket.stat().st_mode) == 0o600
    assert stat.S_IMODE(state.stat().st_mode) == 0o700


def test_a_stale_socket_is_replaced(start):
    local = start().ready()
    local.end(signal.SIGKILL)
    assert local.socket.exists()
    again = start().ready()
    assert again.ask("GET", REQUESTS + "x").status == 404


def test_idle_exit(start):
    local = start("--idle-timeout", "0.5").ready()
    id = local.submit("slow=0.3")
    time.sleep(1.0)
    assert local.process.poll() is None, "it must not leave while a job runs"
    local.done(id)
    assert local.process.wait(timeout=10) == 0
    assert not local.socket.exists()
    assert start().ready().result(id).status == 200


def test_an_upload_that_takes_long_is_no_idleness(start):
    local = start("--idle-timeout", "0.6").ready()
    place = local.ask("POST", "/storage/upload/initiate", {"content_type": "a/b", "file_name": "a"}).json
    c = SocketConnection(local.socket)
    c.putrequest("PUT", place["upload_url"].removeprefix("http://fal-local"))
    c.putheader("Content-Type", "a/b")
    c.putheader("Content-Length", "10")
    c.endheaders()
    for _ in range(10):
        time.sleep(0.2)
        c.send(b"x")
    assert c.getresponse().status == 200
    c.close()
    assert local.process.wait(timeout=10) == 0


@pytest.mark.parametrize("seconds", ["nan", "-1", "inf"])
def test_idle_timeouts_that_are_none(start, seconds):
    assert start(f"--idle-timeout={seconds}").process.wait(timeout=10) not in (0, 1)


def test_the_key_on_tcp(start, state):
    local = start("--listen", "127.0.0.1:0").ready()
    url = local.line(" listening ").split()[-1]
    key = (state / "local/key").read_text().strip()
    assert stat.S_IMODE((state / "local/key").stat().st_mode) == 0o600

    def ask(method, path, body=None, **headers):
        c = http.client.HTTPConnection(url.removeprefix("http://"), timeout=10)
        return local.ask(method, path, body, headers, connection=c)

    path = REQUESTS + "x/status"
    assert ask("GET", path).status == 401
    wrong = ask("GET", path, Authorization="Key " + "x" * len(key))
    assert wrong.status == 401 and wrong.json == {"detail": "invalid key credentials"}
    assert ask("GET", path, Authorization="Bearer " + key).status == 401
    assert ask("GET", path, Authorization="Key " + key).status == 404
    assert ask("POST", ENDPOINT, {"prompt": "x"}).status == 401
    token = ask("POST", "/storage/auth/token?storage_type=fal-cdn-v3", {}, Authorization="Key " + key).json
    assert token["token_type"] == "Bearer" and token["expires_at"].endswith("+00:00")
    file = ask("POST", "/files/upload", b"hello", Authorization="Bearer " + token["token"],
               **{"Content-Type": "text/plain", "X-Fal-File-Name": "a b.txt"}).json["access_url"]
    assert file.startswith(url + "/files/")
    assert ask("GET", file.removeprefix(url)).body == b"hello"
    assert local.submit(), "the socket needs no key"
    assert local.line("the key is") == f"fal-local: the key is {key}"
    local.end()
    local = start("--listen", "127.0.0.1:0").ready()
    url = local.line(" listening ").split()[-1]
    assert local.line("the key is") == f"fal-local: the key is {key}", "it is said at every start"
    kept = ask("POST", "/files/upload", b"hello", Authorization="Bearer " + token["token"])
    assert kept.status == 200, "a token is good for as long as it says, whoever serves"
    wrong = token["token"][:-1] + ("0" if token["token"][-1] != "0" else "1")
    assert ask("POST", "/files/upload", b"hello", Authorization="Bearer " + wrong).status == 401


def test_the_key_of_a_file(start, state, tmp_path):
    (tmp_path / "key").write_text("\n  of-a-file:secret \nnot this line\n")
    local = start("--listen", "127.0.0.1:0", "--key-file", tmp_path / "key",
                  env={"FAL_LOCAL_KEY": "of:environment"}).ready()
    address = local.line(" listening ").split()[-1].removeprefix("http://")

    def status(key):
        c = http.client.HTTPConnection(address, timeout=10)
        return local.ask("GET", REQUESTS + "x/status", headers={"Authorization": f"Key {key}"}, connection=c).status

    assert status("of-a-file:secret") == 404
    assert status("of:environment") == status("of-a-file") == status("not this line") == 401
    assert not (state / "local/key").exists(), "none is made where one is given"
    local.end()
    assert not any("secret" in line for line in local.lines)


@pytest.mark.parametrize("name, text, reason", [("none", None, "none"),
                                                ("empty", "\n \n", "the key is empty"), ("folder", "/", "folder")])
def test_key_files_that_hold_none(start, tmp_path, name, text, reason):
    path = tmp_path / name
    if text == "/":
        path.mkdir()
    elif text is not None:
        path.write_text(text)
    local = start("--listen", "127.0.0.1:0", "--key-file", path)
    assert local.process.wait(timeout=10) == 1
    assert reason in local.line("fal-local: ")


@pytest.mark.parametrize("address", ["0.0.0.0:0", "192.0.2.1:80", "example.com:80", "127.0.0.1", "127.0.0.1:x",
                                     "127.1:80",
                                     "127.0.0.1.example.com:80", "127.0.0.1.9.9:80", "127.a.1.2.3:80"])
def test_addresses_that_are_not_loopback(state, address):
    done = subprocess.run([LOCAL, "--state-dir", state, "--listen", address], capture_output=True, timeout=10)
    assert done.returncode not in (0, 1) and b"loopback" in done.stderr


def test_a_folder_from_a_newer_version(start, state):
    (state / "local").mkdir(parents=True)
    with sqlite3.connect(state / "local/queue.db") as database:
        database.execute("PRAGMA user_version = 99")
    database.close()
    before = (state / "local/queue.db").read_bytes()
    local = start()
    assert local.process.wait(timeout=10) == 1
    assert "newer version" in local.line("newer")
    assert (state / "local/queue.db").read_bytes() == before


def test_folders_that_cannot_be_used(start, tmp_path):
    local = start(folder="/proc/none")
    assert local.process.wait(timeout=10) == 1
    assert "/proc/none" in local.line("fal-local:")
    deep = tmp_path / ("d" * 100)
    local = start(folder=deep)
    assert local.process.wait(timeout=10) == 1
    assert "107 bytes" in local.line("socket")


@pytest.fixture
def small(tmp_path):
    """A disk of 4 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder], capture_output=True).returncode:
        pytest.skip("no right to mount a small disk")
    yield folder
    subprocess.run(["umount", "-l", folder])


def test_a_full_disk(start, small):
    local = start(folder=small / "s").ready()
    result = local.result(local.submit(first_n_seconds=4, fps=16))
    assert result.status == 500 and "the disk of the state folder is full" in result.body.decode()
    id = local.submit("slow=0.2", first_n_seconds=2, fps=2)
    local.running(id)
    with open(small / "fill", "wb", buffering=0) as fill:
        try:
            while fill.write(bytes(4096)) == 4096:
                pass
        except OSError:
            pass
    refused = local.ask("POST", ENDPOINT, {"video_url": local.bunny(), "prompt": "x"})
    assert refused.status == 507 and "disk" in refused.json["detail"]
    result = local.result(id)
    assert result.status == 500 and "left on device" in result.body.decode() or "full" in result.body.decode()
    (small / "fill").unlink()
    assert local.ask("GET", REQUESTS + id).body == result.body
    assert local.result(local.submit(first_n_seconds=2, fps=1)).status == 200
    local.end()
    (small / "fill").write_bytes(b"")
    full = (small / "fill").open("wb", buffering=0)
    try:
        while full.write(bytes(4096)):
            pass
    except OSError:
        pass
    for name in ("queue.db", "queue.db-wal", "queue.db-shm"):
        (small / "s/local" / name).unlink(missing_ok=True)
    while True:
        try:
            full.write(bytes(1))
        except OSError:
            break
    again = start(folder=small / "s")
    assert again.process.wait(timeout=10) == 1
    assert "full" in again.line("fal-local:")


def fill(folder):
    with open(folder / "fill", "ab", buffering=0) as file:
        try:
            while file.write(bytes(4096)) == 4096:
                pass
        except OSError:
            pass


def until_full(local, folder):
    """Fills the disk so that nothing can be written down any more."""
    end = time.monotonic() + DEADLINE
    while True:
        fill(folder)
        if local.ask("POST", ENDPOINT, {"prompt": "refused"}).status == 507:
            return
        assert time.monotonic() < end


def test_the_queue_goes_on_when_there_is_room_again(start, small):
    local = start(folder=small / "s", faults={"jobs": [
        {"prompt": "wait", "queue_seconds": 1}, {"prompt": "refused", "queue_seconds": 60}]}).ready()
    engine, scripted = local.submit("slow=0.1", first_n_seconds=2, fps=2), local.play("wait")
    behind = local.submit(first_n_seconds=2, fps=1)
    late = local.submit(first_n_seconds=2, fps=1, headers={"X-Fal-Request-Timeout": "3600"})
    local.running(engine)
    until_full(local, small)
    end = time.monotonic() + DEADLINE
    while not any("can be taken" in line for line in local.lines):
        assert time.monotonic() < end, local.lines
        fill(small)
        time.sleep(0.05)
    (small / "fill").unlink()
    # Nobody asks for anything that would wake the queue.
    assert local.done(behind) and local.done(late)
    assert local.result(scripted).status == 200


def test_a_webhook_is_not_called_again_because_the_disk_is_full(start, small):
    receiver = Receiver(gate := threading.Event())
    local = start(folder=small / "s", faults={"jobs": [{"prompt": "call"}, {"queue_seconds": 60}]}).ready()
    local.play("call", query=receiver.query())
    receiver.next()
    until_full(local, small)
    gate.set()
    local.line("cannot be written down yet")
    time.sleep(3)
    assert receiver.calls.empty()
    (small / "fill").unlink()
    end = time.monotonic() + DEADLINE
    with sqlite3.connect(small / "s/local/queue.db") as database:
        while database.execute("SELECT state FROM deliveries").fetchone() != ("delivered",):
            assert time.monotonic() < end
            time.sleep(0.1)
    database.close()
    assert receiver.calls.empty()
    receiver.close()


def test_version():
    assert subprocess.check_output([LOCAL, "--version"], text=True).startswith("fal-local ")
