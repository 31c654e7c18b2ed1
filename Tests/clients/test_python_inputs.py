"""Files and bytes that stand in an input of falbridge, seen by a server in fal's place."""

import asyncio
import io
import os
import pathlib
import subprocess
import sys
import tempfile

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "clients/python"))
sys.path.insert(0, str(ROOT / "Tests/wire"))
import falbridge  # noqa: E402
from conftest import BIN  # noqa: E402
from fake_fal import FakeFal, answer  # noqa: E402

MODEL = "fal-ai/fast-animatediff/video-to-video"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
LARGE = bytes(range(256)) * 2000


@pytest.fixture
def fal():
    fake = FakeFal()

    def initiate(request):
        number = fake.count("POST", "/storage/upload/initiate")
        fake.routes[f"PUT /put/{number}"] = answer({})
        return answer({"upload_url": f"{fake.url}/put/{number}", "file_url": f"https://v3.fal.media/{number}"})

    fake.routes.update({"POST /storage/upload/initiate": initiate, "POST /run/a/b": answer({"seed": 8}),
                        f"POST /run/{MODEL}": answer({"seed": 8})})
    yield fake
    fake.close()


@pytest.fixture
def env(fal, tmp_path, monkeypatch):
    for name in list(os.environ):
        if name.startswith(("FAL_", "XDG_")):
            monkeypatch.delenv(name)
    (tmp_path / "root").mkdir()
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setattr(falbridge.inputs.staging, "_folder", None)
    return fal.settings(FAL_BRIDGE_STATE=str(tmp_path / "state"), FAL_BRIDGE_ROOTS=str(tmp_path / "root"))


@pytest.fixture
def client(env):
    with falbridge.SyncClient(bin=str(BIN), env=env) as made:
        yield made


class Picture:
    """What is used of a Pillow image."""

    format = None

    def save(self, buffer, format):
        buffer.write(PNG + format.encode())

    def tobytes(self):
        return b"pixels"


class Elsewhere:
    """A path object of one's own."""

    def __init__(self, path):
        self.path = path

    def __fspath__(self):
        return str(self.path)


def opened(path, seek=0):
    file = open(path, "rb")
    file.seek(seek)
    return file


def unnamed(data):
    file = tempfile.TemporaryFile()
    file.write(data)
    return file


def written(path, data):
    file = open(path, "w+b")
    file.write(data)
    return file


def sent(fal):
    """What was uploaded: {URL: (name, type, bytes)}."""
    initiated = [request.json for request in fal.requests if request.path.startswith("/storage")]
    put = [request for request in fal.requests if request.method == "PUT"]
    by_url = {}
    for request in put:
        number = int(request.path.split("/")[-1])
        asked = initiated[number - 1]
        by_url[f"https://v3.fal.media/{number}"] = (asked["file_name"], asked["content_type"], request.body)
    return by_url


CASES = {
    "bytes": (lambda path: b"abc", "upload.bin", None, b"abc"),
    "bytes of a known kind": (lambda path: PNG, "upload.png", "image/png", PNG),
    "bytearray": (lambda path: bytearray(b"abc"), None, None, b"abc"),
    "memoryview": (lambda path: memoryview(b"abcdef")[::2], None, None, b"ace"),
    "many bytes": (lambda path: LARGE, None, None, LARGE),
    "path": (lambda path: path, "a b.txt", "text/plain", b"hello"),
    "path of one's own": (Elsewhere, "a b.txt", "text/plain", b"hello"),
    "open file": (opened, "a b.txt", "text/plain", b"hello"),
    "open file, read": (lambda path: opened(path, 5), "a b.txt", "text/plain", b"hello"),
    "open file of no name": (lambda path: unnamed(b"abc"), None, None, b"abc"),
    "open file, written": (lambda path: written(path, b"hello there"), "a b.txt", "text/plain", b"hello there"),
    "in memory": (lambda path: io.BytesIO(PNG), None, "image/png", PNG),
    "picture": (lambda path: Picture(), "upload.png", "image/png", PNG + b"PNG"),
}


@pytest.mark.parametrize("case", CASES)
def test_a_binary_value_anywhere_is_uploaded(client, fal, tmp_path, case):
    make, name, kind, data = CASES[case]
    path = tmp_path / "a b.txt"  # Outside the roots: it is this program's word.
    path.write_bytes(b"hello")
    given = {"deep": [{"video": make(path)}, ("x", 1, None)], "plain": "text"}
    assert client.run("a/b", given) == {"seed": 8}
    body = fal.requests[-1].json
    [(url, (its_name, its_kind, its_data))] = sent(fal).items()
    assert body == {"deep": [{"video": url}, ["x", 1, None]], "plain": "text"}
    assert its_data == data and (name is None or its_name == name) and (kind is None or its_kind == kind)
    assert isinstance(given["deep"][1], tuple) and not isinstance(given["deep"][0]["video"], str)
    assert list(falbridge.inputs.staging.folder().iterdir()) == []


def test_several_at_once_and_awaited(env, fal, tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"hello")

    async def main():
        async with falbridge.AsyncClient(bin=str(BIN), env=env) as client:
            await client.run("a/b", {"files": [b"abc", path, LARGE, io.BytesIO(b"xyz")]})
            assert await client.upload(LARGE[1:], "video/mp4") and await client.upload_file(path)

    asyncio.run(main())
    [run] = [request for request in fal.requests if request.path == "/run/a/b"]
    uploaded = sent(fal)
    assert [uploaded[url][2] for url in run.json["files"]] == [b"abc", b"hello", LARGE, b"xyz"]
    # The same file went out once.
    assert sorted(len(data) for _, _, data in uploaded.values()) == [3, 3, 5, len(LARGE) - 1, len(LARGE)]
    assert [name for name, kind, _ in uploaded.values() if kind == "video/mp4"][0].endswith(".mp4")


def test_a_pillow_image(client, fal):
    image = pytest.importorskip("PIL.Image")
    client.run("a/b", {"image": image.new("RGBA", (2, 2))})
    [(_, kind, data)] = sent(fal).values()
    assert kind == "image/png" and image.open(io.BytesIO(data)).mode == "RGBA"


def test_nothing_is_uploaded_of_an_input_that_is_wrong(client, fal):
    with pytest.raises(falbridge.ValidationError) as caught:
        client.subscribe(MODEL, {"video_url": b"abc", "prompt": 1, "promt": 2})
    assert {tuple(each["loc"]) for each in caught.value.errors} == {("body", "prompt"), ("body", "promt")}
    assert fal.requests == []
    client.run(MODEL, {"video_url": b"abc", "prompt": "x", "promt": 2}, validate=False)
    assert fal.requests[-1].json["video_url"] in sent(fal)


def test_a_file_inside_the_roots_is_not_copied(client, fal, tmp_path, monkeypatch):
    path = tmp_path / "root" / "a.txt"
    path.write_bytes(LARGE)
    monkeypatch.setattr(falbridge.inputs, "_staged", None)
    with open(path, "rb") as file:
        client.run("a/b", {"files": [path, file]})
    assert [data for _, _, data in sent(fal).values()] == [LARGE]


def test_what_cannot_be_uploaded(client, fal, tmp_path):
    outside = tmp_path / "a.txt"
    outside.write_text("secret")
    with pytest.raises(FileNotFoundError):
        client.run("a/b", {"x": tmp_path / "missing"})
    with pytest.raises(TypeError, match="binary mode"), open(outside) as file:
        client.run("a/b", {"x": file})
    with pytest.raises(TypeError, match="not int"):
        client.upload(5)
    # A path that stands in an input as text may be anybody's word.
    with pytest.raises(falbridge.BridgeError) as caught:
        client.run(MODEL, {"video_url": str(outside), "prompt": "x"})
    assert caught.value.kind == "outside_roots" and fal.requests == []


def test_without_a_place_to_write_all_else_works(client, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", "/nowhere")
    assert client.models()
    with pytest.raises(FileNotFoundError):
        client.upload(LARGE)


def test_the_private_folder_goes_with_its_process_or_after_it(env, tmp_path):
    script = f"""
import os, signal, sys
sys.path.insert(0, {str(ROOT / "clients/python")!r})
import falbridge
from falbridge import staging
falbridge.SyncClient(bin={str(BIN)!r}).models()
(staging.folder() / "left").write_text("x")
print(staging.folder(), flush=True)
if sys.argv[1] == "killed":
    os.kill(os.getpid(), signal.SIGKILL)
if not (child := os.fork()):
    print(staging.folder(), flush=True)
    sys.exit()
os.waitpid(child, 0)
print(os.path.exists(staging.folder() / "left"))
"""
    folders = []
    for end in ("killed", "whole"):
        done = subprocess.run([sys.executable, "-c", script, end], env={**os.environ, **env}, capture_output=True,
                              text=True, timeout=60)
        assert done.returncode == (0 if end == "whole" else -9), done.stderr
        folders += done.stdout.split()
        if end == "killed":
            assert pathlib.Path(folders[0], "left").exists()
    killed, whole, forked, stays = folders
    assert stays == "True" and len({killed, whole, forked}) == 3
    assert not any(pathlib.Path(folder).exists() for folder in (killed, whole, forked))
