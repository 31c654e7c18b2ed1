"""The files of an input: found by the model's schema, or by their names, and uploaded."""

import base64
import json
import resource
import threading

from storage import start, storage, work  # noqa: F401


def submitted(b, storage, input, **more):
    answer = b.call("submit", {"input": input, **more})
    assert "result" in answer, answer
    return storage.submitted


def test_files_of_an_input_are_found_by_the_schema(start, storage, work, tmp_path):
    folder = tmp_path / "schemas/some"
    folder.mkdir(parents=True)
    (folder / "model.json").write_text(json.dumps({
        "properties": {"input": {"$ref": "#/$defs/In"}, "output": {"$ref": "#/$defs/Out"}},
        "$defs": {
            "In": {"type": "object", "properties": {
                "video_url": {"anyOf": [{"type": "string"}, {"type": "null"}]},
                "image_urls": {"type": "array", "items": {"type": "string"}},
                "mask": {"type": "string", "format": "uri"},
                "prompt": {"type": "string"},
                "frames": {"type": "array", "items": {"$ref": "#/$defs/Frame"}},
                "either": {"anyOf": [{"$ref": "#/$defs/File"}, {"type": "string"}]},
                "deep": {"type": "object", "additionalProperties": {"type": "object",
                    "properties": {"sound": {"allOf": [{"$ref": "#/$defs/File"}]}}}},
            }},
            "Frame": {"type": "object", "properties": {"url": {"type": "string"}, "weight": {"type": "number"}}},
            "File": {"type": "object", "required": ["url"],
                "properties": {"url": {"type": "string"}, "content_type": {"type": "string"}}},
            "Out": {"type": "object"},
        }}))
    names = ["a", "b", "c", "d", "e", "f", "g"]
    for name in names:
        (work / f"{name}.mp4").write_bytes(name.encode())
    b = start(FAL_BRIDGE_SCHEMAS=str(tmp_path / "schemas"))
    sent = submitted(b, storage, {
        "video_url": "a.mp4", "image_urls": ["b.mp4", "https://x.y/z.png", (work / "c.mp4").as_uri()], "mask": "d.mp4",
        "prompt": "a.mp4", "frames": [{"url": "e.mp4", "weight": 1}, {"url": "e.mp4", "weight": 2}],
        "either": {"url": "f.mp4"},
        "deep": {"any name": {"sound": {"url": "g.mp4"}}},
    }, endpoint="some/model")
    bytes_of = lambda url: storage.files[url[len(storage.base):]][1].decode()
    assert sent["prompt"] == "a.mp4" and sent["image_urls"][1] == "https://x.y/z.png"
    assert [bytes_of(u) for u in (sent["video_url"], sent["image_urls"][0], sent["image_urls"][2], sent["mask"],
        sent["frames"][0]["url"],
                                  sent["either"]["url"], sent["deep"]["any name"]["sound"]["url"])] == names
    assert sent["frames"][0]["url"] == sent["frames"][1]["url"]
    assert len(storage.paths("PUT")) == 7
    error = b.call("submit", {"endpoint": "some/model", "input": {"image_urls": ["a.mp4", "none.mp4"]}})["error"]
    assert error["code"] == 1002 and error["data"]["detail"][0]["loc"] == ["body", "image_urls", 1]


def test_files_of_an_unknown_model_are_those_that_exist(start, storage, work):
    for name in "abcd":
        (work / f"{name}.png").write_bytes(name.encode())
    b = start()
    sent = submitted(b, storage, {
        "image_url": "a.png", "other_url": "no such file", "text": "b.png",
        "list": [{"mask_url": (work / "c.png").as_uri()}],
        "image_urls": ["d.png", "e.png"],
    }, endpoint="un/known")
    assert sent["image_url"].startswith(storage.base) and sent["list"][0]["mask_url"].startswith(storage.base)
    assert sent["image_urls"][0].startswith(storage.base)
    assert (sent["other_url"], sent["text"], sent["image_urls"][1]) == ("no such file", "b.png", "e.png")
    sent = submitted(b, storage, {"image_url": "a.png"}, endpoint="un/known", auto_upload=False)
    assert sent["image_url"] == "a.png"


def test_large_data_uris_are_uploaded(start, storage, work):
    small = "data:image/png;base64," + base64.b64encode(b"s" * 1000).decode()
    large = "data:image/png;base64," + base64.b64encode(b"l" * 300_000).decode()
    sent = submitted(start(), storage, {"a_url": small, "b_url": large}, endpoint="un/known")
    assert sent["a_url"] == small and sent["b_url"] == storage.base + "/files/1"
    assert storage.files["/files/1"][:2] == ("image/png", b"l" * 300_000)


def test_uploads_of_one_input_do_not_wait_in_groups(start, storage, work):
    """One slow file holds up only itself."""
    release = threading.Event()
    slow = b"slow" * 10
    original = storage.answer

    def answer(h, path, query, part, got):
        if h.command == "PUT" and got[2] == slow:
            release.wait(60)
        return original(h, path, query, part, got)

    storage.answer = answer
    (work / "0.png").write_bytes(slow)
    for index in range(1, 12):
        (work / f"{index}.png").write_bytes(b"%d" % index)
    b = start()
    id = b.start("submit", {"endpoint": "un/known", "input": {"image_urls": [f"{i}.png" for i in range(12)]}})
    storage.wait(lambda: sum(1 for m, p, _, _ in storage.log if m == "PUT") == 12)
    assert storage.most <= 4
    release.set()
    assert "result" in b.answer(id)
    assert len(set(storage.submitted["image_urls"])) == 12


def test_nothing_is_sent_when_one_file_is_missing(start, storage, work):
    (work / "a.png").write_bytes(b"a")
    error = start().call("submit", {"endpoint": "un/known",
        "input": {"image_urls": ["a.png", "file:///none/at/all"]}})["error"]
    assert error["code"] == 1001 and storage.log == []


def test_a_thousand_calls_with_files_and_few_descriptors(start, storage, work):
    """What is open at once is bounded: the others stand in line."""
    for n in range(2):
        (work / f"{n}.png").write_bytes(b"%d" % n)
    b = start()
    resource.prlimit(b.process.pid, resource.RLIMIT_NOFILE, (256, 256))
    calls = [b.start("submit", {"endpoint": "a/b", "input": {"a_url": "0.png", "b_url": "1.png", "n": n}})
             for n in range(1_000)]
    errors = [answer for answer in map(b.answer, calls) if "result" not in answer]
    assert not errors, errors[:2]
