"""A thousand subscriptions at once are an ordinary case."""

import json
import re
import subprocess

import pytest
from conftest import LOCAL, environment

COUNT = 1_000
MODEL = "test/echo"


@pytest.fixture
def server(state, tmp_path):
    """A fal-local whose jobs are played: each gets an output of its own."""
    schemas = tmp_path / "schemas/test"
    schemas.mkdir(parents=True)
    (schemas / "echo.json").write_text(json.dumps({
        "type": "object", "properties": {"input": {"type": "object"}, "output": {"type": "object"}}}))
    jobs = [{"prompt": "job %04d;" % n, "queue_seconds": 0.2, "queue_positions": 2, "run_seconds": 2 + n % 7 / 4,
             "logs": ["line a of %04d" % n], "steps": 3, "output": {"number": n}} for n in range(COUNT)]
    (tmp_path / "faults.json").write_text(json.dumps({"jobs": jobs, "concurrent_jobs": COUNT}))
    process = subprocess.Popen(
        [str(LOCAL), "--state-dir", str(state / "local"), "--listen", "127.0.0.1:0", "--faults",
         str(tmp_path / "faults.json"), "--schemas", str(tmp_path / "schemas")],
        env={**environment(state), "FAL_LOCAL_KEY": "test:key-of-fal-local"}, stderr=subprocess.PIPE, text=True)
    url = None
    for text in process.stderr:
        found = re.search(r"listening (http://\S+)", text)
        if found:
            url = found.group(1)
            break
    assert url
    yield url
    process.kill()
    process.wait()


def rss(pid):
    return int(re.search(r"VmHWM:\s+(\d+)", open("/proc/%d/status" % pid).read()).group(1)) / 1024


@pytest.mark.parametrize("mode", ["auto", "polling"])
def test_each_gets_its_own(bridge, server, mode):
    process = bridge(FAL_KEY="test:key-of-fal-local", FAL_BRIDGE_BACKEND="fal", FAL_QUEUE_URL=server)
    calls = {n: process.start("subscribe", {"endpoint": MODEL, "input": {"prompt": "job %04d;" % n}, "logs": True,
                                            "mode": mode, "validate": False}, id=n + 1) for n in range(COUNT)}
    answers = {n: process.answer(call, deadline=120) for n, call in calls.items()}
    wrong = [answer for n, answer in answers.items() if answer.get("result", {}).get("data") != {"number": n}]
    assert not wrong, wrong[:3]
    ids = {answer["result"]["request_id"] for answer in answers.values()}
    assert len(ids) == COUNT
    lines, last = {}, {}
    for message in process.notifications:
        params = message["params"]
        n = params["subscription"] - 1
        assert params["request_id"] == answers[n]["result"]["request_id"]
        lines.setdefault(n, []).extend(entry["message"] for entry in params.get("logs") or [])
        last[n] = params["status"]
    assert set(last.values()) == {"COMPLETED"} and len(last) == COUNT
    for n in range(COUNT):
        assert lines[n].count("line a of %04d" % n) == 1
        assert len(lines[n]) == len(set(lines[n])) == 4, lines[n]
    print("memory of %s: %.1f MiB" % (mode, rss(process.process.pid)))
