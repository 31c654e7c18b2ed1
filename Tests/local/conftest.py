"""fal-local driven by HTTP over its socket, with an engine that does next to nothing."""

import http.client
import json
import os
import pathlib
import signal
import socket
import subprocess
import threading
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
LOCAL = pathlib.Path(os.environ.get("FAL_LOCAL_BIN", ROOT / ".build/debug/fal-local"))
MEDIA = ROOT / "Tests/media"
ENGINES = pathlib.Path(__file__).resolve().parent / "engines"
ENDPOINT = "/fal-ai/fast-animatediff/video-to-video"
REQUESTS = "/fal-ai/fast-animatediff/requests/"
DEADLINE = 30.0


class SocketConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("fal-local", timeout=DEADLINE)
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Answer:
    def __init__(self, response):
        self.status, self.headers, self.body = response.status, response.headers, response.read()

    @property
    def json(self):
        return json.loads(self.body)


class Local:
    """One fal-local; what it says on stderr is read by a thread, so that every wait has a deadline."""

    def __init__(self, state, *args, engine="copy", env=None, faults=None):
        self.state = pathlib.Path(state)
        self.socket = self.state / "fal-local.sock"
        if faults is not None:
            file = pathlib.Path(str(self.state) + ".faults.json")
            file.write_text(json.dumps(faults))
            args = (*args, "--faults", file)
        words = [str(LOCAL), "--state-dir", str(state), "--engines", str(ENGINES), *map(str, args)]
        if engine:
            words += ["--engine", engine]
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("FAL_", "XDG_"))}
        kept.update(FAL_KEY="secret", FAL_ENGINE_COPY_MARK=str(self.state) + ".mark", **(env or {}))
        self.process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, env=kept)
        self.lines, self.said = [], threading.Condition()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stderr:
            with self.said:
                self.lines.append(line.decode().rstrip("\n"))
                self.said.notify_all()

    def line(self, part):
        """The first line on stderr that has `part` in it."""
        with self.said:
            assert self.said.wait_for(lambda: any(part in each for each in self.lines), DEADLINE), self.lines
            return next(each for each in self.lines if part in each)

    def ready(self):
        self.line(" ready ")
        return self

    def end(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        return self.process.wait(timeout=DEADLINE)

    def ask(self, method, path, body=None, headers=None, connection=None):
        c = connection or SocketConnection(self.socket)
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
        c.request(method, path, body=body, headers=headers or {})
        answer = Answer(c.getresponse())
        if not connection:
            c.close()
        return answer

    def submit(self, prompt="x", headers=None, **more):
        body = {"video_url": more.pop("video_url", None) or self.bunny(), "prompt": prompt,
                "first_n_seconds": 2, "fps": 4, "seed": 7, **more}
        answer = self.ask("POST", ENDPOINT, body, headers)
        assert answer.status == 200, answer.body
        return answer.json["request_id"]

    def bunny(self):
        if not hasattr(self, "_bunny"):
            self._bunny = self.upload(MEDIA / "bunny.mp4")
        return self._bunny

    def upload(self, path, type="video/mp4"):
        place = self.ask("POST", "/storage/upload/initiate?storage_type=fal-cdn-v3",
                         {"content_type": type, "file_name": pathlib.Path(path).name})
        assert place.status == 200, place.body
        put = self.ask("PUT", place.json["upload_url"].removeprefix("http://fal-local"),
                       pathlib.Path(path).read_bytes(), {"Content-Type": type})
        assert put.status == 200, put.body
        return place.json["file_url"]

    def play(self, prompt="x", endpoint=ENDPOINT, headers=None, query=""):
        """Submits a job that follows a script of the faults file."""
        answer = self.ask("POST", endpoint + query, {"prompt": prompt}, headers)
        assert answer.status == 200, answer.body
        return answer.json["request_id"]

    def events(self, id, logs=True):
        """The events of a job's status, to its end or that of the connection."""
        c = SocketConnection(self.socket)
        c.request("GET", f"{REQUESTS}{id}/status/stream?logs={int(logs)}", headers={"Accept": "text/event-stream"})
        response = c.getresponse()
        assert response.status == 200
        for line in response:
            if line.startswith(b"data:"):
                yield json.loads(line[5:])

    def status(self, id, logs=True):
        return self.ask("GET", f"{REQUESTS}{id}/status?logs={int(logs)}").json

    def until(self, id, wanted, deadline=DEADLINE):
        """The first status of a job that fits."""
        end = time.monotonic() + deadline
        while True:
            status = self.status(id)
            if wanted(status):
                return status
            assert time.monotonic() < end, status
            time.sleep(0.02)

    def done(self, id, deadline=DEADLINE):
        return self.until(id, lambda s: s["status"] == "COMPLETED", deadline)

    def running(self, id):
        """Waits until the engine has made a frame of the job."""
        return self.until(id, lambda s: s["logs"] and any("it/s]" in l["message"] for l in s["logs"]))

    def result(self, id):
        self.done(id)
        return self.ask("GET", REQUESTS + id)

    def video(self, id):
        result = self.result(id)
        assert result.status == 200, result.body
        return self.ask("GET", result.json["video"]["url"].removeprefix("http://fal-local")).body

    def engines(self):
        """The process ids of its engines."""
        found = []
        for entry in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                words = (entry / "cmdline").read_bytes()
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, ValueError):
                continue
            if parent == self.process.pid and b"fal-engine-" in words:
                found.append(int(entry.name))
        return found


@pytest.fixture
def state(tmp_path):
    return tmp_path / "s"


@pytest.fixture
def start(state):
    made = []

    def make(*args, folder=None, **keywords):
        made.append(Local(folder or state, *args, **keywords))
        return made[-1]

    yield make
    for each in made:
        if each.process.poll() is None:
            each.process.kill()
            each.process.wait()


@pytest.fixture
def local(start):
    return start().ready()
