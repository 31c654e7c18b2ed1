"""stdin and stdout as they really come: pipes, sockets, files and terminals, blocking or not, shared, broken."""

import json
import os
import pty
import resource
import shutil
import socket
import subprocess
import termios
import threading
import tty

import pytest
from conftest import BIN, SANITIZED, environment

PING = b'{"jsonrpc":"2.0","id":%d,"method":"ping","params":{"text":"%s"}}\n'


def start(state, stdin, stdout, **more):
    return subprocess.Popen([str(BIN)], stdin=stdin, stdout=stdout, stderr=subprocess.PIPE, env=environment(state), **more)


def ends(kind, tmp_path):
    """The program's end and ours of a stream of some kind, for what it writes."""
    if kind == "pipe":
        ours, theirs = os.pipe()
    elif kind == "socket":
        one, two = socket.socketpair()
        ours, theirs = one.detach(), two.detach()
    else:
        ours, theirs = pty.openpty()
        tty.setraw(theirs, termios.TCSANOW)
    return ours, theirs


@pytest.mark.parametrize("is_blocking", [True, False], ids=["blocking", "not blocking"])
@pytest.mark.parametrize("kind", ["pipe", "socket", "terminal"])
def test_answers_are_whole_however_slowly_they_are_read(state, tmp_path, kind, is_blocking):
    ours, theirs = ends(kind, tmp_path)
    # Whoever shares the open file may have made it non-blocking, as Node does.
    os.set_blocking(theirs, is_blocking)
    process = start(state, subprocess.PIPE, theirs)
    os.close(theirs)
    count = 200

    def write():
        for number in range(count):
            process.stdin.write(PING % (number, b"x" * (number * 97 % 5000)))
        process.stdin.close()

    writer = threading.Thread(target=write)
    writer.start()
    got = b""
    while got.count(b"\n") < count:
        try:
            piece = os.read(ours, 1000)
        except OSError:  # a terminal without its other end
            break
        if not piece:
            break
        got += piece
    writer.join()
    answers = [json.loads(line) for line in got.splitlines()]
    assert [answer["id"] for answer in answers] == list(range(count))
    assert all(len(answer["result"]["text"]) == answer["id"] * 97 % 5000 for answer in answers)
    assert process.wait(timeout=10) == 0
    assert process.stderr.read() == b""
    os.close(ours)


@pytest.mark.parametrize("kind", ["pipe", "socket"])
def test_a_stdin_that_does_not_block_is_waited_for(state, tmp_path, kind):
    """What is not there yet is not the end."""
    theirs, ours = os.pipe() if kind == "pipe" else [end.detach() for end in socket.socketpair()]
    os.set_blocking(theirs, False)
    process = start(state, theirs, subprocess.PIPE)
    for number in range(3):
        os.write(ours, PING % (number, b""))
        assert json.loads(process.stdout.readline())["id"] == number
    os.close(ours)
    assert process.wait(timeout=10) == 0
    os.close(theirs)


def test_a_file_as_stdin_and_stdout(state, tmp_path):
    (tmp_path / "in").write_bytes(b"".join(PING % (number, b"") for number in range(1000)))
    with open(tmp_path / "in", "rb") as source, open(tmp_path / "out", "wb") as target:
        assert start(state, source, target).wait(timeout=20) == 0
    assert [json.loads(line)["id"] for line in open(tmp_path / "out")] == list(range(1000))


def test_a_stdin_that_is_closed_is_the_end(state):
    process = start(state, None, subprocess.PIPE, preexec_fn=lambda: os.close(0))
    assert process.stdout.read() == b""
    assert process.wait(timeout=10) == 0


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full")
def test_an_answer_that_cannot_be_written_is_a_fault(state):
    """Unlike a reader that left, a full disk is nothing to keep quiet about."""
    with open("/dev/full", "wb") as full:
        process = start(state, subprocess.PIPE, full)
        _, error = process.communicate(PING % (1, b""), timeout=10)
    assert process.returncode == 70
    assert error == b"fal-bridge: write: No space left on device\n"


@pytest.mark.skipif(SANITIZED, reason="a sanitizer needs descriptors of its own")
def test_no_descriptor_left_is_a_fault_of_its_own(state):
    process = start(state, subprocess.PIPE, subprocess.PIPE,
                    preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (5, 5)))
    _, error = process.communicate(b"", timeout=10)
    assert process.returncode == 70, error
    assert b"Too many open files" in error


def test_unusable_arguments_are_exit_code_2(state):
    process = subprocess.run([str(BIN), "--no-such-flag"], capture_output=True, env=environment(state), timeout=10)
    assert process.returncode == 2 and process.stdout == b"" and b"no-such-flag" in process.stderr


@pytest.mark.skipif(not shutil.which("cc"), reason="no C compiler")
def test_whatever_writes_to_stdout_does_not_reach_the_peer(state, tmp_path):
    """A library that prints, in the middle of everything, prints to stderr."""
    (tmp_path / "noisy.c").write_text("""
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <unistd.h>
        typedef void *load(const char *, size_t, size_t, void *);
        void *json_loadb(const char *bytes, size_t size, size_t flags, void *error) {
            printf("by stdio\\n");
            fflush(stdout);
            if (write(1, "by number\\n", 10) < 0) abort();
            if (system("echo by a child") < 0) abort();
            return ((load *)dlsym(RTLD_NEXT, "json_loadb"))(bytes, size, flags, error);
        }
        """)
    subprocess.run(["cc", "-shared", "-fPIC", "-o", tmp_path / "noisy.so", tmp_path / "noisy.c", "-ldl"], check=True)
    process = subprocess.run([str(BIN)], input=PING % (1, b"a") + PING % (2, b"b"), capture_output=True,
                             env=environment(state, LD_PRELOAD=str(tmp_path / "noisy.so")), timeout=20)
    assert [json.loads(line)["id"] for line in process.stdout.splitlines()] == [1, 2]
    for words in (b"by stdio\n", b"by number\n", b"by a child\n"):
        assert process.stderr.count(words) == 2
