"""How a bridge ends: on EOF, on signals, with its parent, with its reader."""

import json
import os
import signal
import subprocess
import sys
import threading
import time

import pytest
from conftest import BIN, environment
from fake_queue import reply, status


class Work:
    """Answers of a queue that come when the test lets them."""

    def __init__(self):
        self.go = threading.Event()

    def __call__(self, handler, seen):
        self.go.wait(30)
        reply(handler, 200, status(seen, "COMPLETED", logs=[]))


def end_input(b):
    b.process.stdin.close()


def terminate(b):
    b.process.send_signal(signal.SIGTERM)


def interrupt(b):
    b.process.send_signal(signal.SIGINT)


def interrupt_twice(b):
    b.process.send_signal(signal.SIGINT)
    b.process.send_signal(signal.SIGINT)


ENDINGS = [end_input, terminate, interrupt, interrupt_twice]


@pytest.mark.parametrize("end", ENDINGS)
def test_calls_in_flight_are_answered(bridge, fake, end):
    """What was asked before the end is answered after it, and only then the program is gone."""
    work = Work()
    server = fake(status=work)
    b = bridge(**server.environment)
    ids = [b.start("status", {"endpoint": "a/b", "request_id": "r%d" % n}) for n in range(20)]
    server.wait("status")
    b.call("ping")
    end(b)
    # Not gone while there is work, and not deaf to its answer.
    with pytest.raises(subprocess.TimeoutExpired):
        b.process.wait(timeout=0.5)
    work.go.set()
    for id in ids:
        assert b.answer(id)["result"]["status"] == "COMPLETED"
    assert b.process.wait(timeout=10) == 0
    assert b.process.stderr.read() == b""


@pytest.mark.parametrize("end", ENDINGS[:2])
def test_calls_that_take_longer_are_given_up(bridge, fake, end):
    """Five seconds, not more: a queue that does not answer does not keep the program."""
    work = Work()
    server = fake(status=work)
    b = bridge(**server.environment)
    b.start("status", {"endpoint": "a/b", "request_id": "r"})
    server.wait("status")
    start = time.monotonic()
    end(b)
    assert b.process.wait(timeout=15) == 0
    assert 4.5 < time.monotonic() - start < 9
    work.go.set()


@pytest.mark.parametrize("end", ENDINGS[:3])
def test_an_idle_one_is_gone_at_once(bridge, end):
    b = bridge()
    b.call("ping")
    end(b)
    assert b.process.wait(timeout=4) == 0


def test_a_signal_is_enough_when_nobody_reads(state):
    """Stuck in the middle of an answer, it still ends."""
    process = subprocess.Popen([str(BIN)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment(state))
    message = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "ping", "params": {"text": "x" * 300_000}}).encode() + b"\n"
    process.stdin.write(message)
    process.stdin.flush()
    os.read(process.stdout.fileno(), 1)  # it is in the middle of its answer
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=15) == 0
    process.stdin.close()
    process.stdout.close()


def test_a_reader_that_leaves_while_calls_are_in_flight(state, fake):
    work = Work()
    server = fake(status=work)
    process = subprocess.Popen([str(BIN)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               env=environment(state, **server.environment))
    process.stdin.write(b'{"jsonrpc":"2.0","id":1,"method":"status","params":{"endpoint":"a/b","request_id":"r"}}\n')
    process.stdin.flush()
    server.wait("status")
    process.stdout.close()
    work.go.set()
    assert process.wait(timeout=10) == 0
    assert process.stderr.read() == b""


PARENT = """
import os, subprocess, sys
child = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
child.stdin.write(b'{"jsonrpc":"2.0","id":1,"method":"ping"}\\n')
child.stdin.flush()
child.stdout.readline()
print(child.pid, flush=True)
sys.stdin.read()
"""


def gone(pid):
    """Whether a process that is not our child has ended; nobody may be there to bury it."""
    try:
        return open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True


def wait_gone(pid, deadline=10):
    end = time.monotonic() + deadline
    while not gone(pid):
        assert time.monotonic() < end, "it outlived its parent"
        time.sleep(0.01)


def test_a_parent_that_is_killed_takes_it_along(state):
    """Its pipes close, and that is the end of the input."""
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(BIN)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              env=environment(state))
    pid = int(parent.stdout.readline())
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    wait_gone(pid)


def test_a_parent_whose_pipes_live_on_is_watched(bridge):
    """Somebody else holds the pipes, as a helper of an editor does: initialize's process_id tells."""
    parent = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    b = bridge()
    b.call("initialize", {"process_id": parent.pid})
    parent.send_signal(signal.SIGKILL)
    assert b.process.wait(timeout=10) == 0
    parent.wait()


def test_a_watched_parent_leaves_calls_their_answers(bridge, fake):
    work = Work()
    server = fake(status=work)
    parent = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    b = bridge(**server.environment)
    b.call("initialize", {"process_id": parent.pid})
    id = b.start("status", {"endpoint": "a/b", "request_id": "r"})
    server.wait("status")
    parent.kill()
    parent.wait()
    work.go.set()
    assert b.answer(id)["result"]["status"] == "COMPLETED"
    assert b.process.wait(timeout=10) == 0


@pytest.mark.parametrize("pid", [0, -1, 2**22 + 12345, 2**31, 2**40, 2**63 - 1])
def test_a_parent_that_was_never_visible_is_let_be(bridge, pid):
    b = bridge()
    assert "result" in b.call("initialize", {"process_id": pid})
    assert b.call("ping")["result"] == {}


def test_a_parent_that_was_dead_before_is_let_be(bridge):
    """In a container the client's own number means nothing, or somebody else."""
    parent = subprocess.Popen([sys.executable, "-c", ""])
    parent.wait()
    b = bridge()
    b.call("initialize", {"process_id": parent.pid})
    assert b.call("ping")["result"] == {}


def test_exit_codes_with_calls_in_flight(bridge, fake):
    """exit ends at once; its code says whether shutdown came before."""
    for shutdown, code in ((True, 0), (False, 1)):
        work = Work()
        server = fake(status=work)
        b = bridge(**server.environment)
        b.start("status", {"endpoint": "a/b", "request_id": "r"})
        server.wait("status")
        if shutdown:
            assert b.call("shutdown")["result"] is None
        b.send({"jsonrpc": "2.0", "method": "exit"})
        assert b.process.wait(timeout=4) == code
        work.go.set()
