"""What fal's pages show of its clients runs with the import line changed and nothing else."""

import json
import os
import pathlib
import shutil
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Tests/wire"))
from conftest import BIN  # noqa: E402
from fake_fal import FakeFal, answer  # noqa: E402

PAGE = sorted((ROOT / "Tests/clients/page").iterdir())
MODEL = "fal-ai/fast-animatediff/video-to-video"
ID = "764cabcf-b745-4b3e-ae38-1200304cf45b"
BASE = f"/fal-ai/fast-animatediff/requests/{ID}"
OUTPUT = {"video": {"url": "https://v3.fal.media/files/b/out.mp4"}, "seed": 7}
LOG = {"timestamp": "2026-01-01T00:00:00", "message": "step 1", "labels": {"level": "INFO"}}
IMPORTS = {".py": ("import fal_client", "import falbridge as fal_client"),
           ".mjs": ('"@fal-ai/client"', json.dumps(str(ROOT / "clients/node/index.js")))}


@pytest.fixture
def fal():
    fake = FakeFal()
    state = {"request_id": ID, "logs": [LOG], "metrics": {"inference_time": 1.5}}
    fake.routes.update({
        f"POST /{MODEL}": answer({"status": "IN_QUEUE", "request_id": ID, "queue_position": 0}),
        f"GET {BASE}/status": [answer({**state, "status": "IN_PROGRESS"}), answer({**state, "status": "COMPLETED"})],
        f"GET {BASE}": answer(OUTPUT, x_fal_request_id=ID),
        "POST /storage/upload/initiate": lambda _: answer({
            "upload_url": fake.url + "/put", "file_url": "https://v3.fal.media/files/c/up"}),
        "PUT /put": answer({}),
    })
    yield fake
    fake.close()


def run(fal, tmp_path, path):
    """The lines that a page's script prints."""
    theirs, ours = IMPORTS[path.suffix]
    lines = path.read_text().splitlines()
    changed = [line.replace(theirs, ours) for line in lines]
    assert sum(line != other for line, other in zip(lines, changed)) == 1
    script = tmp_path / path.name
    script.write_text("\n".join(changed))
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("FAL_", "XDG_"))}
    settings = fal.settings(FAL_BRIDGE_BIN=str(BIN), FAL_BRIDGE_STATE=str(tmp_path / "state"))
    program = sys.executable if path.suffix == ".py" else shutil.which("node")
    done = subprocess.run([program, script.name], cwd=tmp_path, capture_output=True, text=True, timeout=60,
                          env={**kept, **settings, "PYTHONPATH": str(ROOT / "clients/python")})
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.parametrize("path", PAGE, ids=[path.name for path in PAGE])
def test_page(fal, tmp_path, path):
    printed = run(fal, tmp_path, path)
    name, output = path.stem, json.dumps(OUTPUT, separators=(",", ":")) if path.suffix == ".mjs" else str(OUTPUT)
    expected = {
        "config": [output], "file_in_input": [output], "upload": ["https://v3.fal.media/files/c/up"], "submit": [ID],
        "subscribe": ["step 1", output] + [ID] * (path.suffix == ".mjs"),
        "result": [output] + [ID] * (path.suffix == ".mjs"),
        "status": ["IN_PROGRESS 1" if path.suffix == ".mjs" else "InProgress 1"],
        "asynchronous": ["InProgress", "Completed", output],
    }
    assert printed == expected[name]
    submits = [request for request in fal.requests if request.path.split("?")[0] == f"/{MODEL}"]
    assert all(request.json["prompt"] == "fireworks over a harbour" for request in submits)
    if name == "config":
        assert submits[0].headers["authorization"] == "Key YOUR_FAL_KEY"
    if name == "submit":
        assert submits[0].path.endswith("?fal_webhook=https%3A%2F%2Foptional.webhook.url%2Ffor%2Fresults")
    if name in ("upload", "file_in_input"):
        [asked] = [request.json for request in fal.requests if request.path.startswith("/storage")]
        [put] = [request for request in fal.requests if request.method == "PUT"]
        is_text = name == "upload"
        assert asked["file_name"] == ("hello.txt" if is_text else "clip.mp4")
        assert asked["content_type"] == put.headers["content-type"] == ("text/plain" if is_text else "video/mp4")
        assert put.body == (b"Hello, World!" if is_text else bytes(1000))
    if name == "file_in_input":
        assert submits[0].json["video_url"] == "https://v3.fal.media/files/c/up"
