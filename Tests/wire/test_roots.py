"""The folders that may be read and written hold: against paths, links, URLs in disguise, and links that are swapped."""

import json
import os
import socket
import threading

import pytest
from storage import Storage
from test_downloads import Files

SECRET = b"outside"


@pytest.fixture
def storage():
    made = Storage()
    made.keep = True
    yield made
    made.close()


@pytest.fixture
def place(tmp_path):
    """in/ is the root, out/ is not."""
    (tmp_path / "in/sub").mkdir(parents=True)
    (tmp_path / "out").mkdir()
    (tmp_path / "in/a b.mp4").write_bytes(b"inside")
    (tmp_path / "in/sub/c.mp4").write_bytes(b"inside too")
    (tmp_path / "in-not/").mkdir()
    for secret in ("out/s.mp4", "in-not/s.mp4", "s.mp4"):
        (tmp_path / secret).write_bytes(SECRET)
    (tmp_path / "in/link.mp4").symlink_to(tmp_path / "out/s.mp4")
    (tmp_path / "in/same.mp4").symlink_to("a b.mp4")
    (tmp_path / "in/folder").symlink_to(tmp_path / "out")
    (tmp_path / "in/up").symlink_to("..")
    return tmp_path


@pytest.fixture
def b(bridge, storage, place):
    return bridge("--root", str(place / "in"), cwd=place / "in", **storage.env)


def sent(storage):
    return [body for _, body, *_ in storage.files.values()]


INSIDE = ["{in}/a b.mp4", "a b.mp4", "same.mp4", "./sub/../a b.mp4", "sub//c.mp4", "{in}/up/in/sub/c.mp4",
          "file://{in}/a%20b.mp4", "file:{in}/a b.mp4", "FILE://{in}/a%20b.mp4", "file://localhost{in}/a%20b.mp4",
          "file://LOCALHOST{in}/a%20b.mp4", "file://{in}/%61%20b.mp4", "file:///{in}/a b.mp4",
          "file://{in}/sub/%2e%2e/a%20b.mp4",
          "file://{in}/%2E/sub/c.mp4"]

OUTSIDE = ["{top}/out/s.mp4", "../s.mp4", "../out/s.mp4", "link.mp4", "folder/s.mp4", "up/s.mp4", "{in}/../s.mp4",
    "{in}-not/s.mp4",
           "{in}/sub/../../s.mp4", "{in}/up/out/s.mp4", "/etc/passwd", "/proc/self/environ",
           "/proc/self/root/etc/passwd",
           "/dev/null", "/dev/zero", "/dev/stdin", "/proc/self/fd/0",
           "file://{top}/out/s.mp4", "file:{top}/out/s.mp4", "FILE://{top}/s.mp4", "FiLe:{top}/s.mp4",
           "file://localhost{top}/s.mp4",
           "file://{in}/../s.mp4", "file://{in}/%2e%2e/s.mp4", "file://{in}/%2E./s.mp4",
           "file://{in}/sub/%2e%2e/.%2e/s.mp4",
           "file://{in}/link.mp4", "file://{in}/folder/s.mp4", "file:////{top}/s.mp4",
           # What is not there is no better: nobody learns what is.
           "{top}/out/none.mp4", "/none", "../none.mp4", "folder/none.mp4", "file:///none", "none/../../s.mp4",
           "/etc/none/x"]

MALFORMED = ["file://host{in}/a%20b.mp4", "file://127.0.0.1{in}/a%20b.mp4", "file://user@localhost{in}/a%20b.mp4",
    "file://localhost:80{in}/a%20b.mp4",
             "file://{in}/a%20b.mp4?x=1", "file://{in}/a%20b.mp4#x", "file://{in}/a%20b.mp4%00.png",
             "file://{in}%2fa%20b.mp4", "file://{in}%2Fa%20b.mp4",
             "file://{in}/..%2fs.mp4", "file:a%20b.mp4", "file:", "file://", "file://{in}/a%2", "file://{in}/a%zz",
             "file://{in}/%FF",
             "{in}/a b.mp4\0.png", "file://{in}/a b.mp4\0.png", "", "file:\\\\{in}\\a"]


def filled(text, place):
    return text.replace("{in}", str(place / "in")).replace("{top}", str(place))


def test_inside(b, storage, place):
    for text in INSIDE:
        answer = b.call("upload", {"path": filled(text, place), "file_name": "x.mp4"})
        assert "result" in answer, (text, answer)
    assert set(sent(storage)) == {b"inside", b"inside too"}


def test_outside(b, storage, place):
    for text in OUTSIDE:
        path = filled(text, place)
        for answer in (b.call("upload", {"path": path}),
            b.call("submit", {"input": {"video_url": path, "prompt": "x"}})):
            assert answer.get("error", {}).get("code") == 1001, (text, answer)
            assert answer["error"]["data"]["kind"] == "outside_roots"
    assert storage.log == []


def test_malformed(b, storage, place):
    for text in MALFORMED:
        path = filled(text, place)
        for answer in (b.call("upload", {"path": path}),
            b.call("submit", {"input": {"video_url": path, "prompt": "x"}})):
            assert answer.get("error", {}).get("code") in (-32602, 1001, 1002), (text, answer)
    assert storage.log == []


def test_an_unknown_model_gets_no_file_from_outside(b, storage, place):
    for text in ("../s.mp4", "link.mp4", filled("file://{top}/s.mp4", place), filled("FILE:{top}/s.mp4", place),
        "/etc/passwd"):
        answer = b.call("submit", {"endpoint": "un/known", "input": {"deep": [{"image_urls": [text]}]}})
        assert answer["error"]["code"] == 1001, (text, answer)
        assert answer["error"]["data"]["detail"][0]["loc"] == ["body", "deep", 0, "image_urls", 0]
    assert storage.log == []


def test_special_files_do_not_block(b, storage, place):
    os.mkfifo(place / "in/pipe")
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(place / "in/socket"))
    for name in ("pipe", "socket", "sub", "."):
        error = b.call("upload", {"path": name})["error"]
        assert error["code"] == 1002 and "not a file" in error["message"], (name, error)
    server.close()
    assert storage.log == []


def test_a_file_that_may_not_be_read(b, storage, place):
    if os.geteuid() == 0:
        pytest.skip("root reads everything")
    (place / "in/closed.mp4").write_bytes(b"1")
    (place / "in/closed.mp4").chmod(0)
    assert b.call("upload", {"path": "closed.mp4"})["error"]["code"] == 1002


def test_a_link_that_is_swapped_all_the_time_never_leads_out(b, storage, place):
    inside, outside = place / "in/sub/c.mp4", place / "out/s.mp4"
    done = threading.Event()

    def swap():
        for index in range(1 << 30):
            if done.is_set():
                return
            spare = place / "in/spare"
            spare.symlink_to(outside if index % 2 else inside)
            os.replace(spare, place / "in/swapped.mp4")

    (place / "in/swapped.mp4").symlink_to(inside)
    swapper = threading.Thread(target=swap)
    swapper.start()
    codes = []
    try:
        for index in range(300):
            # A name of its own, or it would go out only once.
            answer = b.call("upload", {"path": "swapped.mp4", "file_name": f"{index}.mp4"})
            codes.append(answer["error"]["code"] if "error" in answer else 0)
    finally:
        done.set()
        swapper.join()
    assert set(codes) == {0, 1001}, "the race was not run"
    assert set(sent(storage)) == {b"inside too"}


def test_names_are_compared_as_bytes(bridge, storage, tmp_path):
    """Two folders whose names look alike and are equal by Unicode's rules."""
    for form in ("\u00e9", "e\u0301"):
        (tmp_path / form).mkdir()
        (tmp_path / form / "a.mp4").write_bytes(form.encode())
    b = bridge("--root", str(tmp_path / "\u00e9"), cwd=tmp_path, **storage.env)
    assert "result" in b.call("upload", {"path": str(tmp_path / "\u00e9/a.mp4")})
    assert b.call("upload", {"path": str(tmp_path / "e\u0301/a.mp4")})["error"]["code"] == 1001
    assert b.call("download", {"url": storage.base + "/x",
        "to": str(tmp_path / "e\u0301/b.mp4")})["error"]["code"] == 1001


# Writing


@pytest.fixture
def files():
    made = Files()
    made.content = b"downloaded"
    yield made
    made.close()


@pytest.fixture
def w(bridge, files, place):
    return bridge("--root", str(place / "in"), cwd=place / "in", **files.env)


def tree(place):
    return sorted(name for p in place.rglob("*") if not (name := str(p.relative_to(place))).startswith("state"))


def test_nothing_is_written_outside(w, files, place):
    before = tree(place)
    for to in ("../x.mp4", "{top}/out/x.mp4", "folder/x.mp4", "folder/", "folder", "link.mp4", "up/x.mp4", "up/",
        "{in}-not/x.mp4", "{in}-new/x.mp4",
               "new/../../x.mp4", "sub/../../out/x.mp4", "/tmp/../etc/x.mp4", "/proc/self/cwd/../x.mp4", "x\0/../../y",
               "..", "../", ""):
        for overwrite in (False, True):
            answer = w.call("download", {"url": files.base + "/a.mp4", "to": filled(to, place), "overwrite": overwrite})
            assert answer.get("error", {}).get("code") in (1001, -32602), (to, answer)
        answer = w.call("subscribe", {"endpoint": "un/known", "input": {}, "download_to": filled(to, place)})
        assert answer.get("error", {}).get("code") in (1001, -32602), (to, answer)
    assert tree(place) == before and files.asked == []


def test_names_of_the_server_lead_nowhere(w, files, place):
    before = set(tree(place))
    for name in ("../x", "..", ".", "/etc/x", "a/../../x", ".hidden", "-rf", "x\ny", "\u202e", "a\0b", "%2e%2e%2fx",
        "n" * 300,
                 "..\u0301/\u0301x", "../\u0301../\u0301x", "\x1b[2J"):
        files.output = {"video": {"url": files.base + "/a", "file_name": name}}
        answer = w.answer(w.start("subscribe", {"endpoint": "un/known", "input": {}, "download_to": "sub/"}))
        assert "result" in answer, (name, answer)
    new = set(tree(place)) - before
    assert len(new) > 8
    for name in new:
        assert name.startswith("in/sub/") and name.count("/") == 2 and name.isprintable() and name[7] not in ".-", name


def test_a_folder_that_is_swapped_for_a_link_meanwhile(w, files, place):
    asked, release = threading.Event(), threading.Event()

    def stall(h):
        h.send_response(200)
        h.send_header("Content-Length", "10")
        h.end_headers()
        h.wfile.write(b"down")
        h.wfile.flush()
        asked.set()
        release.wait(30)
        h.wfile.write(b"loaded")

    files.script = [stall]
    id = w.start("download", {"url": files.base + "/a.mp4", "to": "sub/x.mp4"})
    assert asked.wait(10)
    (place / "in/sub").rename(place / "in/moved")
    (place / "in/sub").symlink_to(place / "out")
    release.set()
    assert "result" in w.answer(id)
    assert os.listdir(place / "out") == ["s.mp4"]
    assert (place / "in/moved/x.mp4").read_bytes() == b"downloaded"


def test_a_folder_that_is_swapped_all_the_time(w, files, place):
    done = threading.Event()
    (place / "in/real").mkdir()

    def swap():
        for index in range(1 << 30):
            if done.is_set():
                return
            spare = place / "in/spare"
            spare.symlink_to(place / "out" if index % 2 else place / "in/real")
            os.replace(spare, place / "in/target")

    swapper = threading.Thread(target=swap)
    swapper.start()
    codes = []
    try:
        for index in range(200):
            to = f"target/{index}.mp4" if index % 2 else f"target/new-{index}/x.mp4"
            answer = w.call("download", {"url": files.base + "/a.mp4", "to": to})
            codes.append(answer["error"]["code"] if "error" in answer else 0)
    finally:
        done.set()
        swapper.join()
    assert {0, 1001} <= set(codes) <= {0, 1001, 1002}, "the race was not run"
    assert os.listdir(place / "out") == ["s.mp4"]


def test_a_link_in_place_of_the_file_is_replaced_and_not_followed(w, files, place):
    """A link that stays inside is followed when it is judged, and never when it is written."""
    asked, release = threading.Event(), threading.Event()

    def stall(h):
        asked.set()
        release.wait(30)
        h.send_response(200)
        h.send_header("Content-Length", "10")
        h.end_headers()
        h.wfile.write(b"downloaded")

    files.script = [stall]
    id = w.start("download", {"url": files.base + "/a.mp4", "to": "x.mp4", "overwrite": True})
    assert asked.wait(10)
    (place / "in/x.mp4").symlink_to(place / "out/s.mp4")
    release.set()
    assert "result" in w.answer(id)
    assert (place / "out/s.mp4").read_bytes() == SECRET
    assert not (place / "in/x.mp4").is_symlink() and (place / "in/x.mp4").read_bytes() == b"downloaded"
