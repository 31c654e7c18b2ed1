"""Files that are no videos, or odd ones: each has a clear answer, and the server goes on."""

import http.server
import subprocess
import threading

import pytest
from conftest import BUNNY, ROOT


def ffmpeg(*words):
    subprocess.run(["ffmpeg", "-v", "error", "-y", *map(str, words)], check=True)


@pytest.fixture(scope="module")
def media(tmp_path_factory):
    folder = tmp_path_factory.mktemp("media")
    (folder / "page.mp4").write_text("<html><title>Not found</title></html>")
    (folder / "cut.mp4").write_bytes(BUNNY.read_bytes()[:2000])
    (folder / "empty.mp4").write_bytes(b"")
    ffmpeg("-f", "lavfi", "-i", "sine=duration=2", folder / "sound.wav")
    ffmpeg("-f", "lavfi", "-i", "color=red:s=2x2:d=2:r=4", "-pix_fmt", "yuv420p", folder / "tiny.mp4")
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=7680x4320:d=2:r=2", "-pix_fmt", "yuv420p", "-preset", "ultrafast", folder / "8k.mp4")
    ffmpeg("-f", "lavfi", "-i", "color=blue:s=64x48:d=3600:r=1", "-preset", "ultrafast", folder / "hour.mp4")
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=320x240:d=2:r=8", "-vf", "setsar=2/1", "-pix_fmt", "yuv420p", folder / "wide.mp4")
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=320x176:d=2:r=8", "-pix_fmt", "yuv420p", folder / "straight.mp4")
    ffmpeg("-display_rotation", "90", "-i", folder / "straight.mp4", "-c", "copy", folder / "turned.mp4") \
        if b"display_rotation" in subprocess.run(["ffmpeg", "-h", "full"], capture_output=True).stdout \
        else ffmpeg("-i", folder / "straight.mp4", "-c", "copy", "-metadata:s:v:0", "rotate=90", folder / "turned.mp4")
    ffmpeg("-i", folder / "straight.mp4", folder / "-odd 'name\" ü.webm")
    (folder / "list.mp4").write_text("#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n")
    return folder


def run(b, folder, name, **more):
    return b.answer(b.start("subscribe", {
        "input": {"video_url": str(folder / name), "prompt": "ink", "first_n_seconds": 2, "fps": 2, "seed": 1, **more}, "logs": True}))


@pytest.fixture
def b(bridge, media, tmp_path):
    return bridge("--root", str(media), "--root", str(ROOT), "--root", str(tmp_path))


@pytest.mark.parametrize("name, type", [
    ("page.mp4", "unsupported_video_format"), ("cut.mp4", "unsupported_video_format"), ("sound.wav", "unsupported_video_format"),
    ("tiny.mp4", "image_too_small"), ("list.mp4", "unsupported_video_format"),
])
def test_refused(b, media, name, type):
    error = run(b, media, name)["error"]
    assert error["code"] == 1422
    assert error["data"]["detail"][0]["loc"] == ["body", "video_url"]
    assert error["data"]["detail"][0]["type"] == type
    assert "result" in run(b, ROOT / "Tests/media", "bunny.gif")


def test_refused_before_anything_is_sent(b, media):
    assert run(b, media, "empty.mp4")["error"]["code"] == 1002
    assert run(b, media, "missing.mp4")["error"]["code"] == 1002
    assert not [n for n in b.notifications if n["method"] == "queue/update"]


@pytest.mark.parametrize("name, size", [
    ("8k.mp4", (512, 288)), ("hour.mp4", (64, 48)), ("wide.mp4", (512, 192)), ("turned.mp4", (176, 320)),
    ("-odd 'name\" ü.webm", (320, 176)),
])
def test_taken(b, media, name, size):
    answer = run(b, media, name)
    assert "result" in answer, answer
    lines = [line["message"] for n in b.notifications for line in n["params"].get("logs", [])]
    assert f"4 frames of {size[0]}x{size[1]} at 2 fps" in lines


class Liar(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/404":
            return self.send_error(404)
        self.send_response(200)
        self.send_header("Content-Type", "video/mp4")
        self.end_headers()
        self.wfile.write(b"<html>not a video</html>")

    def log_message(self, *_):
        pass


def test_urls(b):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Liar)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_port}"

    def type_of(url):
        answer = b.answer(b.start("subscribe", {"input": {"video_url": url, "prompt": "x"}}))
        return answer["error"]["data"]["detail"][0]["type"]

    assert type_of(base + "/404") == "file_download_error"
    assert type_of(base + "/page") == "unsupported_video_format"
    assert type_of("http://127.0.0.1:1/closed") == "file_download_error"
    server.shutdown()
