"""--trace: what goes over the wire, told to a person, without secrets and without a byte on stdout."""

import json
import re
import subprocess

import pytest
from conftest import BIN, environment, frame

KEY = "kid-1234abcd:5ecret-5678-s3cret"
SECRET = KEY.split(":")[1]
CALLS = [{"jsonrpc": "2.0", "id": 1, "method": "ping", "params": {"hello": "there"}},
         {"jsonrpc": "2.0", "id": "two", "method": "nothing"},
         {"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": 7}},
         [{"jsonrpc": "2.0", "id": 3, "method": "ping"}]]


def run(state, *words, input=None, framing="lines", **env):
    input = b"".join(frame(each, framing) for each in CALLS) if input is None else input
    done = subprocess.run([BIN, *map(str, words)], input=input, capture_output=True, timeout=20, env=environment(state, **env))
    return done.returncode, done.stdout, done.stderr.decode()


def test_off_says_nothing(state):
    code, out, said = run(state, "--trace", "off")
    assert (code, said) == (0, "") and out == run(state)[1]


@pytest.mark.parametrize("framing", ["lines", "headers"])
def test_messages(state, framing):
    code, out, said = run(state, "--trace", "messages", framing=framing)
    assert code == 0 and out == run(state, framing=framing)[1]
    lines = [re.sub(r"\d\d:\d\d:\d\d\.\d{6}|after [0-9.]+ m?s", "TIME", line) for line in said.splitlines()]
    sizes = [len(json.dumps(call)) for call in CALLS]
    assert [line for line in lines if " --> " in line] == [
        f"fal-bridge: TIME --> call 1 ping ({sizes[0]} bytes)",
        f'fal-bridge: TIME --> call "two" nothing ({sizes[1]} bytes)',
        f"fal-bridge: TIME --> notification $/cancelRequest ({sizes[2]} bytes)",
        f"fal-bridge: TIME --> a batch of 1 ({sizes[3]} bytes)",
        "fal-bridge: TIME -->   call 3 ping",
        "fal-bridge: TIME --> the input has ended",
    ]
    assert [line for line in lines if " <-- " in line] == [
        "fal-bridge: TIME <-- result 1 ping TIME (51 bytes)",
        'fal-bridge: TIME <-- error "two" nothing -32601 method_not_found TIME (137 bytes)',
        "fal-bridge: TIME <-- a batch of 1 (38 bytes)",
        "fal-bridge: TIME <--   result 3 ping TIME",
    ]


def test_verbose_shows_the_messages_and_cuts_long_ones(state):
    said = run(state, "--trace", "verbose")[2].splitlines()
    at = next(i for i, line in enumerate(said) if "call 1 ping" in line)
    assert said[at + 1].strip() == json.dumps(CALLS[0])
    long = frame({"jsonrpc": "2.0", "id": 1, "method": "ping", "params": {"x": "y" * 10_000}}, "lines")
    said = run(state, "--trace", "verbose", input=long)[2].splitlines()
    assert len(said[1]) < 4_200 and said[1].endswith("bytes more")


def test_what_came_does_not_steer_the_terminal(state):
    said = run(state, "--trace", "verbose", input=b"\x1b[31mrubbish\x07\n" + frame(CALLS[0], "lines"))[2]
    assert "no message (14 bytes)" in said and "\x1b" not in said and "\x07" not in said


def test_a_file_in_place_of_stderr(state, tmp_path):
    path = tmp_path / "trace"
    for _ in range(2):
        code, out, said = run(state, "--trace", "messages", "--trace-file", path)
        assert (code, said) == (0, "")
    text = path.read_text()
    assert text.count("call 1 ping") == 2 and "fal-bridge" not in text
    assert path.stat().st_mode & 0o777 == 0o600


def test_json_lines(state):
    said = run(state, "--trace", "verbose", "--log-format", "json")[2]
    lines = [json.loads(line) for line in said.splitlines()]
    assert lines[0]["direction"] == "in" and lines[0]["message"] == f"call 1 ping ({len(json.dumps(CALLS[0]))} bytes)"
    assert json.loads(lines[0]["text"]) == CALLS[0] and lines[0]["time"].endswith("Z")


def test_by_the_environment(state, tmp_path):
    path = tmp_path / "trace"
    assert "call 1 ping" in run(state, FAL_BRIDGE_TRACE="messages")[2]
    run(state, FAL_BRIDGE_TRACE="messages", FAL_BRIDGE_TRACE_FILE=str(path))
    assert "call 1 ping" in path.read_text()
    assert run(state, "--trace", "off", FAL_BRIDGE_TRACE="messages")[2] == ""


def test_what_cannot_be_used(state, tmp_path):
    for words, what in [(["--trace", "all"], "off, messages or verbose"),
                        (["--trace", "messages", "--trace-file", tmp_path], "--trace-file"),
                        (["--record", tmp_path / "no/such/folder"], "--record")]:
        code, out, said = run(state, *words)
        assert code == 2 and out == b"" and what in said


SENT = [
    '{"jsonrpc":"2.0","id":1,"method":"configure","params":{"credentials":"%s"}}',
    '{"jsonrpc":"2.0","id":1,"method":"configure","params":{"credentials":"%s","backend":"nowhere"}}',
    '{"jsonrpc":"2.0","id":1,"method":"configure","params":{"credentials":["%s"]}}',
    '{"jsonrpc":"2.0","id":1,"method":"configure","params":{"credential":"%s"}}',
    '{"jsonrpc":"2.0","id":1,"params":["%s"],"method":"configure"}',
    '{"jsonrpc":"2.0","id":1,"method":"configure","params":"%s"}',
    '{"jsonrpc":"2.0","id":1,"method":"configure","params":{"credentials":"%s"',
    '{"jsonrpc":"2.0","id":1,"method":"configure","params":{"credentials" "%s"}}',
    '{"jsonrpc":"2.0","id":1,"method":"configure","params":{"credentials":%s}}',
    '{"jsonrpc":"2.0","id":1,"method":"configure","params":{"credentials":"%s\x01"}}',
    '{"jsonrpc":"2.0","id":1,"method":"submit","params":{"input":{},"headers":{"Authorization":"Key %s"}}}',
    '{"jsonrpc":"2.0","id":1,"method":"submit","params":{"input":{},"headers":{"X-My-Own":"%s"}}}',
    '{"jsonrpc":"2.0","id":1,"method":"download","params":{"url":"http://%s@127.0.0.1:1/a","to":"a"}}',
    '{"jsonrpc":"2.0","id":1,"method":"ping","params":{"url":"http://h/a?fal_jwt_token=%s&a=b"}}',
    "%s", "credentials: %s", '"%s"', '{"method":"%s"', "Authorization: Key %s\r\n",
]


@pytest.mark.parametrize("text", SENT)
@pytest.mark.parametrize("framing", ["lines", "headers"])
def test_no_secret_that_nobody_told_us_of(state, tmp_path, text, framing):
    sent = (text % KEY).encode()
    if framing == "headers" and sent.startswith(b"{"):
        sent = b"Content-Length: %d\r\n\r\n" % len(sent) + sent
    record = tmp_path / "record"
    code, out, said = run(state, "--framing", framing, "--trace", "verbose", "--record", record,
                          input=sent + b"\n" + frame(CALLS[0], framing))
    kept = record.read_text()
    for line in kept.splitlines():
        kept += "".join(str(base64_of(json.loads(line))))
    assert code == 0 and SECRET not in said and SECRET not in kept, (said, kept)


def base64_of(entry):
    import base64
    return [base64.b64decode(value) for name, value in entry.items() if name.endswith("_base64")]


@pytest.mark.parametrize("where", ['{"a":"%s"}', '{"%s":1}', '{"a":["x%sy",{"b":"%s"}]}', '{"a":"Key %s"}'])
@pytest.mark.parametrize("form", [KEY, SECRET, KEY.replace("k", "\\u006b", 1), SECRET.replace("r", "\\u0072")])
def test_the_key_that_is_set_is_never_shown(state, tmp_path, where, form):
    text = '{"jsonrpc":"2.0","id":1,"method":"ping","params":' + where.replace("%s", form) + "}\n"
    record = tmp_path / "record"
    code, out, said = run(state, "--trace", "verbose", "--record", record, input=text.encode(), FAL_KEY=KEY)
    assert code == 0 and json.loads(out)["result"]
    for seen in (said, record.read_text()):
        assert SECRET not in seen and form not in seen and seen.count("[redacted]") >= 2, seen
