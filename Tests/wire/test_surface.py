"""Each example of schemas/rpc is played against the program, and its answer is as the example says.

What cannot be the same twice (ids, times, URLs, sizes) only has to be of the same form.
"""

import re
import shutil

import pytest
import surface
from conftest import BUNNY, ROOT, Bridge, kill_local

ID = "764cabcf-b745-4b3e-ae38-1200304cf45b"
EXAMPLES = [(name, example) for name, method in surface.METHODS.items() for example in method.get("examples", [])]
# Those whose answers say nothing of this machine and this moment.
EXACT = {"ping", "models", "validate", "shutdown", "verify_webhook"}


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """A folder with a clip, and a bridge that has run the example's job in it."""
    folder = tmp_path_factory.mktemp("examples")
    shutil.copy(BUNNY, folder / "clip.mp4")
    bridge = Bridge(folder / "state", cwd=folder)
    job = surface.METHODS["submit"]["examples"][0]["params"]
    id = bridge.call("submit", job)["result"]["request_id"]
    bridge.call("result", {"request_id": id, "wait": True})
    yield bridge, id
    bridge.process.kill()
    bridge.process.wait()
    kill_local(folder / "state")


def with_id(value, id):
    if isinstance(value, dict):
        return {key: with_id(each, id) for key, each in value.items()}
    return id if value == ID else value


def form(value):
    """What kind of value it is, with the names of an object's members."""
    if isinstance(value, dict):
        return {key: form(each) for key, each in value.items()}
    if isinstance(value, list):
        return [form(value[0])] if value else []
    return float if isinstance(value, (int, float)) and not isinstance(value, bool) else type(value)


def within(example, answer):
    """Whether the answer has every member of the example, in the same form; logs and metrics have more."""
    if isinstance(example, dict) and isinstance(answer, dict):
        return all(key in answer and within(each, answer[key]) for key, each in example.items())
    if isinstance(example, list) and isinstance(answer, list):
        return not example or bool(answer) and within(example[0], answer[0])
    return example == answer


@pytest.mark.parametrize("name, example", EXAMPLES, ids=[f"{name}: {example['name']}" for name, example in EXAMPLES])
def test_example(done, name, example):
    bridge, id = done
    # After it nothing is taken, so it is played by itself in the cases; here only its form is looked at.
    if name == "shutdown":
        return surface.check_answer(name, {"result": example["result"]})
    answer = bridge.call(name, with_id(example["params"], id))
    surface.check_answer(name, {"result" if "result" in example else "error": example.get("result")
                                or {**example["error"], "data": {"retryable": False, **example["error"]["data"]}}})
    if "error" in example:
        assert answer["error"]["code"] == example["error"]["code"]
        assert within(example["error"]["data"], answer["error"]["data"]), answer
    elif name in EXACT:
        assert answer["result"] == example["result"]
    else:
        assert within(form(example["result"]), form(answer["result"])), answer


def test_notifications_are_as_their_examples():
    for each in surface.NOTIFICATIONS.values():
        if each["from"] == "bridge":
            surface.check_notification({"method": each["method"], "params": each["example"]})


def test_every_method_of_the_program_has_a_document_and_none_is_without(bridge):
    methods = bridge().call("initialize")["result"]["capabilities"]["methods"]
    assert set(methods) == set(surface.METHODS) - {"shutdown"}


def test_the_table_of_errors_is_that_of_the_program():
    made = set()
    for path in [*ROOT.glob("Sources/JSONRPC/*.swift"), *ROOT.glob("Sources/Bridge/**/*.swift")]:
        text = path.read_text()
        made |= {(int(code), kind) for code, kind in re.findall(r'code: (-?\d+),\s+kind: "(\w+)"', text)}
        made |= {(int(code), kind) for code, kind in re.findall(r'= \((-?\d+), "(\w+)"[,)]', text)}
    assert made == {(each["code"], each["kind"]) for each in surface.ERRORS["errors"]}
