"""--record and replay: both directions, byte for byte, and a recording that is played again."""

import base64
import json
import os
import pathlib
import re
import signal
import subprocess
import time

import pytest
from conftest import BIN, BUNNY, DEADLINE, ROOT, environment, frame
from fake_fal import FakeFal, answer

CASES = sorted(p for p in (ROOT / "Tests/cases").iterdir() if (p / "input").exists())
PING = {"jsonrpc": "2.0", "id": 1, "method": "ping", "params": {"n": 0.1}}


def record(state, path, *words, input=b"", **env):
    return subprocess.run([BIN, *map(str, words), "--record", str(path)], input=input, capture_output=True, timeout=60,
                          cwd=ROOT, env=environment(state, **env))


def replay(path, *words, **env):
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("FAL_", "XDG_"))}
    kept["FAL_LOCAL_BIN"] = environment("")["FAL_LOCAL_BIN"]
    done = subprocess.run([BIN, "replay", str(path), *map(str, words)], capture_output=True, text=True, timeout=120,
                          cwd=ROOT, env={**kept, **env})
    return done.returncode, done.stdout, done.stderr


def entries(path):
    # By LF alone: a text may hold what else Python takes for the end of a line.
    return [json.loads(line) for line in pathlib.Path(path).read_text().rstrip("\n").split("\n")]


def stream(path, direction):
    """The bytes of a direction, put together again."""
    whole = b""
    for line in pathlib.Path(path).read_bytes().splitlines()[1:]:
        entry = json.loads(line)
        if f"{direction}_base64" in entry:
            whole += base64.b64decode(entry[f"{direction}_base64"])
        elif direction in entry:
            message = line.split(f',"{direction}":'.encode(), 1)[1][:-1]
            whole += entry.get("before", "").encode() + message + entry.get("after", "\n").encode()
    return whole


@pytest.mark.parametrize("case", CASES, ids=lambda p: p.name)
def test_every_byte_comes_back(case, state, tmp_path):
    """The cases of Tests/cases have all that is odd in them: each is recorded whole, and is the same again."""
    flags = (case / "args").read_text().split() if (case / "args").exists() else []
    sent = (case / "input").read_bytes()
    done = record(state, tmp_path / "r", *flags, input=sent)
    assert stream(tmp_path / "r", "out") == done.stdout
    got = stream(tmp_path / "r", "in")
    assert got == sent if not b"exit" in sent else sent.startswith(got)
    assert entries(tmp_path / "r")[-1]["exit"] == done.returncode
    for words in ([], ["--exact"]):
        code, out, said = replay(tmp_path / "r", *words)
        assert (code, said) == (0, "") and "all as recorded" in out


def test_the_first_line_and_the_form_of_the_others(state, tmp_path):
    sent = b'\xef\xbb\xbf{"jsonrpc":"2.0","id":1,"method":"ping"}\r\n{"a":"\xff"}\n' + frame(PING, "lines")
    record(state, tmp_path / "r", "--max-in-flight", "5", "--proxy-url", "https://proxy.example/?token=hunter22", input=sent)
    head, *rest = entries(tmp_path / "r")
    assert head["recording"] == 1 and head["program"] == "fal-bridge" and re.match(r"\d+\.\d+", head["version"])
    assert head["arguments"] == ["serve", "--proxy-url=https://proxy.example/?token=xxxxxxxx", "--max-in-flight=5"]
    assert head["environment"]["FAL_BRIDGE_BACKEND"] == "local" and head["key"] is False
    assert rest[0]["before"] == "\ufeff" and rest[0]["after"] == "\r\n" and rest[0]["in"]["id"] == 1
    assert base64.b64decode(rest[1]["in_base64"]) == b'{"a":"\xff"}\n'
    assert set(rest[2]) == {"t", "in"} and rest[2]["in"] == PING
    assert (tmp_path / "r").stat().st_mode & 0o777 == 0o600
    times = [e["t"] for e in rest]
    assert all(0 <= t < 20 for t in times)


def test_the_key_and_its_file_are_not_in_it(state, tmp_path):
    (tmp_path / "key").write_text("id-12345:very-secret-word\n")
    done = record(state, tmp_path / "r", "--key-file", tmp_path / "key", input=b'{"jsonrpc":"2.0","id":1,"method":"initialize"}')
    assert done.returncode == 0
    assert "very-secret" not in (tmp_path / "r").read_text() and entries(tmp_path / "r")[0]["key"] is True
    # Played without the file, it still has "a key" and says so.
    (tmp_path / "key").unlink()
    assert replay(tmp_path / "r")[0] == 0


def test_configure_can_be_played_again(state, tmp_path):
    calls = [{"jsonrpc": "2.0", "id": 1, "method": "configure", "params": {"credentials": "id-12345:very-secret-word", "backend": "fal"}},
             {"jsonrpc": "2.0", "id": 2, "method": "ping", "params": {"log": "it was very-secret-word"}}]
    for framing in ("lines", "headers"):
        done = record(state, tmp_path / "r", input=b"".join(frame(c, framing) for c in calls))
        assert b'"authenticated":true' in done.stdout
        assert "very-secret" not in (tmp_path / "r").read_text()
        assert replay(tmp_path / "r")[0] == 0


def test_by_the_environment_with_the_process_in_its_name(state, tmp_path):
    process = subprocess.Popen([BIN], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               env=environment(state, FAL_BRIDGE_RECORD=str(tmp_path / "r-{pid}.jsonl")))
    process.communicate(frame(PING, "lines"), timeout=20)
    assert entries(tmp_path / f"r-{process.pid}.jsonl")[1]["in"] == PING


def test_what_was_written_outlives_a_kill(state, tmp_path):
    path = tmp_path / "r"
    process = subprocess.Popen([BIN, "--record", str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment(state))
    for id in range(100):
        process.stdin.write(frame({**PING, "id": id}, "lines"))
        process.stdin.flush()
        process.stdout.readline()
    end = time.monotonic() + DEADLINE
    while path.read_text().count('"out"') < 100:  # it is written beside the wire, and so a moment later
        assert time.monotonic() < end
    process.kill()
    process.wait()
    assert len(entries(path)) == 201
    code, out, said = replay(path)
    assert code == 0 and "100 messages" in out
    # Also where the last line was being written.
    path.write_bytes(path.read_bytes() + b'{"t":1.0,"in":{"jsonr')
    code, out, said = replay(path)
    assert code == 0 and "the last line was cut off" in out


def test_a_reader_that_left_is_told(state, tmp_path):
    process = subprocess.Popen([BIN, "--record", str(tmp_path / "r")], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               env=environment(state))
    process.stdout.close()
    process.stdin.write(frame(PING, "lines"))
    process.stdin.flush()
    assert process.wait(20) == 0
    assert {"out_end": True}.items() <= entries(tmp_path / "r")[-2].items() and entries(tmp_path / "r")[-1]["exit"] == 0
    assert replay(tmp_path / "r")[0] == 0


def test_a_full_disk_ends_the_recording_and_not_the_program(state):
    if not os.path.exists("/dev/full"):
        pytest.skip("no /dev/full here")
    done = subprocess.run([BIN, "--record", "/dev/full"], input=frame(PING, "lines"), capture_output=True, timeout=20,
                          env=environment(state))
    assert done.returncode == 0 and json.loads(done.stdout)["result"] == PING["params"]
    assert done.stderr.count(b"ends here") == 1


def test_large_messages_are_kept_whole(state, tmp_path):
    sent = frame({**PING, "params": {"x": "y" * (3 << 20)}}, "lines") * 2
    done = record(state, tmp_path / "r", input=sent)
    assert stream(tmp_path / "r", "in") == sent and stream(tmp_path / "r", "out") == done.stdout
    assert replay(tmp_path / "r")[0] == 0


# What a replay finds.

def changed(path, old, new, count=1):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, count))


def test_a_difference_is_shown_where_it_is(state, tmp_path):
    record(state, tmp_path / "r", input=frame(PING, "lines") + frame({**PING, "id": 2}, "lines"))
    changed(tmp_path / "r", '"id":2,"result":{"n":0.1}', '"id":2,"result":{"n":0.2}')
    code, out, said = replay(tmp_path / "r")
    assert code == 1 and out == ""
    lines = said.splitlines()
    assert "line 5: another message, after 1 message as recorded" in lines[0]
    place = lines[3].index("^")
    assert lines[1][place] == "2" and lines[2][place] == "1" and lines[3].endswith("^ byte 40")
    assert all(len(line) <= 100 for line in lines[1:])


def test_what_is_missing_and_what_is_more(state, tmp_path):
    record(state, tmp_path / "r", input=frame(PING, "lines"))
    good = (tmp_path / "r").read_text()
    answer = next(line for line in good.splitlines() if '"out"' in line)
    (tmp_path / "r").write_text(good.replace(answer, answer + "\n" + answer))
    code, out, said = replay(tmp_path / "r", "--wait", "0.2")
    assert code == 1 and "the program ended without message" in said or "no message" in said
    (tmp_path / "r").write_text(good.replace(answer + "\n", ""))
    code, out, said = replay(tmp_path / "r")
    assert code == 1 and "a message more than was recorded" in said
    (tmp_path / "r").write_text(good.replace('"exit":0', '"exit":1'))
    code, out, said = replay(tmp_path / "r")
    assert code == 1 and "exit code 1 was recorded, and this one is 0" in said


def test_answers_in_another_order(state, tmp_path):
    calls = frame({"jsonrpc": "2.0", "id": 1, "method": "requests"}, "lines") + frame({**PING, "id": 2}, "lines")
    record(state, tmp_path / "r", input=calls)
    lines = (tmp_path / "r").read_text().splitlines()
    outs = [i for i, line in enumerate(lines) if '"out"' in line]
    assert len(outs) == 2
    lines[outs[0]], lines[outs[1]] = lines[outs[1]], lines[outs[0]]
    (tmp_path / "swapped").write_text("\n".join(lines) + "\n")
    codes = [replay(path)[0] for path in (tmp_path / "r", tmp_path / "swapped")]
    assert codes == [0, 0]
    assert 1 in [replay(path, "--exact")[0] for path in (tmp_path / "r", tmp_path / "swapped")]


@pytest.mark.parametrize("text, what", [
    ("", "line 1"), ("{}\n", "no recording"), ("rubbish\n", "line 1"),
    ('{"recording":9,"program":"p","version":"1","arguments":[]}\n', "form 9"),
    ('{"recording":1,"program":"p","version":"1","arguments":[]}\n{"t":1}\n', "line 2"),
    ('{"recording":1,"program":"p","version":"1","arguments":[]}\n{"t":1,"in":{"a":1},"b":2}\n', "line 2"),
    ('{"recording":1,"program":"p","version":"1","arguments":[]}\n{"t":1,"in_lost":7}\n', "7 bytes are missing"),
    ('{"recording":1,"program":"p","version":"1","arguments":["run"]}\n', "nothing is recorded of 'run'"),
    ('{"recording":1,"program":"p","version":"1","arguments":["--nonsense"]}\n', "no flag"),
])
def test_what_is_no_recording(tmp_path, text, what):
    (tmp_path / "r").write_text(text)
    code, out, said = replay(tmp_path / "r")
    assert code == 2 and out == "" and what in said
    assert replay(tmp_path / "none")[0] == 2 and replay("")[0] == 2


def test_flags_for_the_program_come_behind_two_dashes(state, tmp_path):
    record(state, tmp_path / "r", input=frame(PING, "lines"))
    code, out, said = replay(tmp_path / "r", "--", "--max-message-bytes", "10")
    assert code == 1 and "-32700" in said


def test_another_version_is_told_and_forgiven(state, tmp_path):
    record(state, tmp_path / "r", input=b'{"jsonrpc":"2.0","id":1,"method":"initialize"}\n')
    changed(tmp_path / "r", '"version":"', '"version":"0.0.', 2)
    code, out, said = replay(tmp_path / "r")
    assert code == 0 and "recorded by 0.0." in said


# What is different between runs.

def test_a_job_on_this_machine_is_played_again(bridge, state, tmp_path):
    """Ids, times and URLs are another run's; what names the request later names that of this run."""
    b = bridge("--record", str(tmp_path / "r"))
    up = b.call("upload", {"path": str(BUNNY)})["result"]
    job = {"video_url": up["url"], "prompt": "ink", "seed": 7, "first_n_seconds": 2, "fps": 1}
    submitted = b.call("submit", {"input": job})
    id = submitted.get("result", submitted)["request_id"]
    assert "data" in b.call("result", {"request_id": id, "wait": True})["result"]
    b.call("requests")
    assert b.close() == 0
    words = ["--wait", "60", "--ignore", "metrics", "--ignore", "upload/progress"]
    code, out, said = replay(tmp_path / "r", *words)
    assert code == 0, said
    assert re.search(r"\d+ ids? of this run's own, \d+ other times?", out)
    code, out, said = replay(tmp_path / "r", "--exact", *words)
    assert code == 1
    left = [p for p in pathlib.Path("/proc").iterdir() if p.name.isdigit() and b"fal-bridge-" in read(p / "cmdline")]
    assert [p for p in left if b"fal-local" in read(p / "cmdline")] == []


def read(path):
    try:
        return path.read_bytes()
    except OSError:
        return b""


def test_an_id_must_be_the_same_other_one_everywhere(state, tmp_path):
    a, b = "11111111-2222-4333-8444-555555555555", "99999999-2222-4333-8444-555555555555"
    calls = [{**PING, "params": {"a": a}}, {**PING, "id": 2, "params": {"a": a}}]
    record(state, tmp_path / "r", input=b"".join(frame(c, "lines") for c in calls))
    changed(tmp_path / "r", f'"result":{{"a":"{a}"}}', f'"result":{{"a":"{b}"}}')
    assert replay(tmp_path / "r")[0] == 1


def test_a_replay_shows_no_key_to_anybody(state, tmp_path):
    """A call that needed a key is played without: it is refused, and nothing is paid for."""
    fal = FakeFal()
    fal.routes["POST /fal-ai/fast-animatediff/video-to-video"] = answer(
        {"status": "IN_QUEUE", "request_id": "764cabcf-b745-4b3e-ae38-1200304cf45b", "queue_position": 0})
    try:
        call = {"jsonrpc": "2.0", "id": 1, "method": "submit", "params": {"input": {"video_url": "https://h/a.mp4", "prompt": "x"}}}
        done = record(state, tmp_path / "r", input=frame(call, "lines"), **fal.settings("kid-1234:secret-5678-secret"))
        assert b"IN_QUEUE" in done.stdout
        fal.requests.clear()
        replay(tmp_path / "r", FAL_KEY="kid-1234:secret-5678-secret")
        assert fal.requests and all("secret-5678" not in r.everything() for r in fal.requests)
    finally:
        fal.close()
