"""Videos of every kind, and what only says that it is one."""

import base64
import http.server
import json
import subprocess
import threading

import pytest
from conftest import MEDIA


def ffmpeg(*words):
    subprocess.run(["ffmpeg", "-v", "error", "-y", *map(str, words)], check=True)


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clips")
    bunny = (MEDIA / "bunny.mp4").read_bytes()
    (folder / "page.mp4").write_text("<html><title>Not found</title></html>")
    (folder / "text.mp4").write_text("just words\n" * 100)
    (folder / "empty.mp4").write_bytes(b"")
    (folder / "cut.mp4").write_bytes(bunny[:len(bunny) // 2])
    (folder / "list.mp4").write_text("#EXTM3U\n#EXTINF:2,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n")
    (folder / "concat.mp4").write_text("ffconcat version 1.0\nfile /etc/passwd\n")
    source = ("-f", "lavfi", "-i")
    fast = ("-pix_fmt", "yuv420p", "-preset", "ultrafast")
    ffmpeg(*source, "sine=duration=2", folder / "sound.mp4")
    ffmpeg(*source, "color=red:s=2x2:d=2:r=4", *fast, folder / "dot.mp4")
    ffmpeg(*source, "testsrc2=s=7680x4320:d=2:r=1", *fast, folder / "8k.mp4")
    ffmpeg(*source, "color=blue:s=64x48:d=3600:r=1", *fast, folder / "hour.mp4")
    ffmpeg(*source, "testsrc2=s=320x240:d=2:r=8", "-vf", "setsar=2/1", *fast, folder / "wide.mp4")
    ffmpeg(*source, "testsrc2=s=320x176:d=2:r=8", *fast, folder / "plain.mp4")
    ffmpeg("-i", folder / "plain.mp4", "-c", "copy", "-metadata:s:v:0", "rotate=90", folder / "turned.mp4")
    ffmpeg("-i", folder / "plain.mp4", folder / "-odd 'name\" ü%.webm")
    ffmpeg(*source, "testsrc2=s=101x75:d=0.5:r=10", folder / "short.gif")
    return folder


@pytest.mark.parametrize("name, type", [
    ("page.mp4", "unsupported_video_format"), ("text.mp4", "unsupported_video_format"),
    ("empty.mp4", "unsupported_video_format"),
    ("cut.mp4", "unsupported_video_format"), ("list.mp4", "unsupported_video_format"),
    ("concat.mp4", "unsupported_video_format"),
    ("sound.mp4", "unsupported_video_format"), ("dot.mp4", "image_too_small"),
])
def test_refused(local, clips, name, type):
    result = local.result(local.submit(video_url=local.upload(clips / name)))
    assert result.status == 422, result.body
    (fault,) = result.json["detail"]
    assert fault["loc"] == ["body", "video_url"] and fault["type"] == type
    assert str(local.state) not in fault["msg"], "our paths are nobody's business"
    if type == "image_too_small":
        assert fault["ctx"] == {"min_height": 8, "min_width": 8}


@pytest.mark.parametrize("name, size, frames", [
    ("8k.mp4", "512x288", 4), ("hour.mp4", "64x48", 4), ("wide.mp4", "512x192", 4), ("plain.mp4", "320x176", 4),
    ("turned.mp4", "176x320", 4), ("-odd 'name\" ü%.webm", "320x176", 4), ("short.gif", "96x72", 1),
])
def test_taken(local, clips, name, size, frames):
    id = local.submit(video_url=local.upload(clips / name), fps=2)
    assert local.result(id).status == 200
    assert local.status(id)["logs"][0]["message"] == f"{frames} frames of {size} at 2 fps"


def test_colours_stay(start, tmp_path):
    """An engine that inverts with seed 1 turns black into white: what comes out must be that, to the eye."""
    ffmpeg("-f", "lavfi", "-i", "color=0xC02040:s=64x64:d=2:r=8", "-pix_fmt", "yuv444p", "-qp", "0",
           tmp_path / "red.mp4")
    local = start().ready()
    out = tmp_path / "out.mp4"
    out.write_bytes(local.video(local.submit(video_url=local.upload(tmp_path / "red.mp4"), seed=0)))
    raw = subprocess.check_output(["ffmpeg", "-v", "error", "-i", str(out), "-vf", "scale=in_color_matrix=bt709",
                                   "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"])
    assert all(abs(a - b) <= 6 for a, b in zip(raw[:3], (0x3F, 0xDF, 0xBF))), raw[:3]


def test_a_data_uri(local):
    video = "data:image/gif;base64," + base64.b64encode((MEDIA / "bunny.gif").read_bytes()).decode()
    assert local.result(local.submit(video_url=video, fps=2)).status == 200
    for bad in ("data:video/mp4;base64,%%%", "data:video/mp4,abc", "file:///etc/passwd", "/etc/passwd",
                "ftp://x/y", ""):
        (fault,) = local.result(local.submit(video_url=bad or "http://fal-local/files/b/none/none")).json["detail"]
        assert fault["type"] == "file_download_error", bad


class Liar(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.path == "/loop":
            self.send_response(302)
            self.send_header("Location", "/loop")
            self.send_header("Content-Length", "0")
            return self.end_headers()
        if self.path in ("/404", "/403"):
            return self.send_error(int(self.path[1:]))
        body = (MEDIA / "bunny.mp4").read_bytes() if self.path == "/bunny" \
            else b"" if self.path == "/empty" else b"<html>"
        self.send_response(200)
        self.send_header("Content-Type", "video/mp4")
        self.send_header("Content-Length", str(len(body) + (1000 if self.path == "/broken" else 0)))
        self.end_headers()
        self.wfile.write(body)
        if self.path == "/broken":
            self.close_connection = True

    def log_message(self, *_):
        pass


def test_urls(local):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Liar)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_port}"
    wanted = {"/404": "file_download_error", "/403": "file_download_error", "/empty": "file_download_error",
              "/broken": "file_download_error", "/loop": "file_download_error", "/page": "unsupported_video_format"}
    ids = {path: local.submit(video_url=base + path) for path in wanted}
    closed = local.submit(video_url="http://127.0.0.1:1/x")
    assert {path: local.result(id).json["detail"][0]["type"] for path, id in ids.items()} == wanted
    assert local.result(closed).json["detail"][0]["type"] == "file_download_error"
    assert local.result(local.submit(video_url=base + "/bunny", fps=2)).status == 200
    server.shutdown()


def test_no_ffmpeg(start, tmp_path):
    (tmp_path / "bin").mkdir()
    local = start(env={"PATH": str(tmp_path / "bin")}).ready()
    result = local.result(local.submit())
    assert result.status == 500
    assert "ffmpeg is not installed: apt-get install ffmpeg" in json.dumps(result.json)
