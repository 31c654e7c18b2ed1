"""What an agent must not do, whatever it is told to."""

import json
import os
import subprocess
import sys

import pytest
from conftest import BUNNY, ROOT, V2V, words

SECRETS = [".env", ".hidden/clip.mp4", "key.pem", "id_ed25519", ".netrc", "prod.env", "sub/.git/config", "credentials.json",
           "wallet.key", "id_rsa.pub"]


def put(home, name, content=b"x" * 100):
    path = home.root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("name", SECRETS)
def test_hidden_and_key_like_files_are_never_uploaded(wire, home, fake, name):
    put(home, name)
    queue = fake()
    w = wire(**queue.environment)
    for result in (w.tool("upload_file", {"path": name}), w.tool(V2V, {"video_url": name, "prompt": "x"}),
                   w.tool("run_model", {"endpoint": "me/thing", "input": {"file_url": str(home.root / name)}}),
                   w.tool("upload_file", {"path": (home.root / name).as_uri()})):
        assert result["isError"] and "not touched for an agent" in words(result), words(result)
    assert not queue.seen


def test_a_link_to_a_secret_is_the_secret(wire, home):
    os.symlink(put(home, ".env"), home.root / "clip.mp4")
    result = wire().tool("upload_file", {"path": "clip.mp4"})
    assert result["isError"] and "hidden" in words(result)


def test_a_key_is_known_by_its_bytes(wire, home):
    put(home, "holiday.mp4", b"-----BEGIN OPENSSH PRIVATE KEY-----\n" + b"x" * 100)
    result = wire().tool("upload_file", {"path": "holiday.mp4"})
    assert result["isError"] and "holds a key" in words(result)


def test_a_root_that_is_hidden_itself_is_a_root(wire, home):
    folder = home.path / ".cache"
    folder.mkdir()
    (folder / "clip.mp4").write_bytes(BUNNY.read_bytes())
    w = wire("--root", str(folder))
    assert not w.tool("upload_file", {"path": str(folder / "clip.mp4")})["isError"]


@pytest.mark.parametrize("path", ["/etc/passwd", "../outside.mp4", "~/clip.mp4"])
def test_outside_the_roots_nothing_is_read(wire, home, path):
    (home.path / "outside.mp4").write_bytes(b"x")
    (home.path / "home/clip.mp4").write_bytes(b"x")
    result = wire().tool("upload_file", {"path": path})
    assert result["isError"] and "outside the folders" in words(result)


@pytest.mark.parametrize("path", ["/etc/shadow", "/etc/nonesuch", "~/nonesuch", "~/../nonesuch"])
def test_what_is_elsewhere_is_not_told(wire, home, fake, path):
    """Where nothing says that it must be a file, a path outside is refused whether or not there is one."""
    queue = fake()
    result = wire(**queue.environment).tool("run_model", {"endpoint": "un/known", "input": {"image_url": path}})
    assert result["isError"] and "outside the folders" in words(result) and not queue.seen, words(result)


@pytest.mark.parametrize("cwd", ["/", "HOME"])
def test_a_folder_that_nobody_chose_is_no_root(wire, home, cwd):
    (home.path / "home/clip.mp4").write_bytes(BUNNY.read_bytes())
    w = wire(root=False, cwd=str(home.path / "home") if cwd == "HOME" else cwd)
    result = w.tool("upload_file", {"path": str(home.path / "home/clip.mp4")})
    assert result["isError"] and "--root DIR" in words(result)


def test_the_folder_that_it_starts_in_is_a_root(wire, home):
    assert not wire(root=False, cwd=str(home.root)).tool("upload_file", {"path": "bunny.mp4"})["isError"]


def test_a_root_beside_is_no_part_of_a_name(wire, home):
    """A root whose path is the beginning of a file's name does not make the rest of it the name."""
    folder = home.path / "more"
    for name in ("id", ".h"):
        (folder / name).mkdir(parents=True)
    (folder / "id_token.txt").write_bytes(b"x" * 100)
    (folder / ".hidden").mkdir()
    (folder / ".hidden/x.txt").write_bytes(b"x" * 100)
    w = wire("--root", str(folder), "--root", str(folder / "id"), "--root", str(folder / ".h"))
    for name in ("id_token.txt", ".hidden/x.txt"):
        result = w.tool("upload_file", {"path": str(folder / name)})
        assert result["isError"] and "not touched for an agent" in words(result), words(result)


PLAYLIST = "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n%s\n#EXT-X-ENDLIST\n"


def test_a_result_that_is_a_playlist_leads_nowhere(wire, home, fake):
    """What it names is outside the roots: neither its length nor a picture of it may be told."""
    private = home.path / "private.ts"
    subprocess.run(["ffmpeg", "-v", "error", "-i", str(BUNNY), "-t", "2", "-f", "mpegts", str(private)], check=True)
    queue = fake(other=lambda handler, seen: __import__("fake_queue").reply(
        handler, 200, (PLAYLIST % private).encode(), "video/mp4"))
    queue.data = {"video": {"url": queue.url + "/f/f.mp4", "content_type": "video/mp4"}}
    result = wire(**queue.environment).tool("run_model", {"endpoint": "evil/app", "input": {"prompt": "x"}})
    assert not result["isError"], words(result)
    assert "preview" not in result["structuredContent"] and not any(c["type"] == "image" for c in result["content"])
    (file,) = result["structuredContent"]["files"]
    assert file["path"] and "duration" not in file and "width" not in file


def test_a_film_in_the_output_itself_is_not_told(wire, home, fake):
    import base64
    film = "data:video/mp4;base64," + base64.b64encode(BUNNY.read_bytes()).decode()
    queue = fake()
    queue.data = {"video": {"url": film}, "more": [film]}
    w = wire(**queue.environment)
    result = w.tool("run_model", {"endpoint": "me/thing", "input": {}})
    assert not result["isError"], words(result)
    assert film[:200] not in json.dumps(result) and len(json.dumps(result["structuredContent"])) < 3_000
    assert result["structuredContent"]["files"][0]["path"]
    told = w.call("resources/read", {"uri": "fal://requests/" + result["structuredContent"]["request_id"]})
    assert film[:200] not in json.dumps(told)


INWARD = ["http://127.0.0.1/x.mp4", "http://localhost:8080/x", "http://LOCALHOST./x", "http://[::1]/x", "http://0.0.0.0/",
          "http://[::ffff:127.0.0.1]/x", "http://[::ffff:7f00:1]/x", "http://2130706433/", "http://0x7f000001/x",
          "http://0177.0.0.1/x", "http://127.1/", "http://10.0.0.8/x", "http://172.16.0.1/", "http://192.168.1.1/admin",
          "http://169.254.169.254/latest/meta-data", "http://[fe80::1]/", "http://[fd00::1]/x", "http://100.64.0.1/",
          "http://metadata.google.internal/", "http://printer.local/", "http://router/", "https://user@127.0.0.1/x",
          "http://example.com@127.0.0.1:80/", "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/",
          "http://127.0.0.1\\@example.com/", "http://127%2e0.0.1/", "http://１２７.0.0.1/", "HTTP://127.0.0.1/x",
          "ftp://127.0.0.1/x", "http://x.localhost/", "ht\ntp://127.0.0.1/", "\u0001http://127.0.0.1/", "http://127.0\t.0.1/"]


@pytest.mark.parametrize("url", INWARD)
def test_urls_that_lead_inward_are_refused(wire, home, fake, url):
    queue = fake()
    w = wire(**queue.environment)
    for result in (w.tool(V2V, {"video_url": url, "prompt": "x"}),
                   w.tool("run_model", {"endpoint": "me/thing", "input": {"deep": [{"anything": url}]}}),
                   w.tool("submit", {"endpoint": "me/thing", "input": {"a": " " + url}})):
        assert result["isError"] and "not used for an agent" in words(result), words(result)
    assert w.tool("download", {"url": url})["isError"]
    assert not queue.seen


@pytest.mark.parametrize("path", ["/../secret", "/%2e%2E/secret", "/a/.%2e/../secret"])
def test_no_way_leads_out_of_the_proxys_route(wire, home, fake, path):
    queue = fake()
    w = wire(FAL_PROXY_URL=queue.url + "/api/proxy", FAL_BRIDGE_BACKEND="fal")
    result = w.tool("download", {"url": queue.url + "/api/proxy" + path})
    assert result["isError"] and not queue.seen


def test_what_was_uploaded_may_be_used(wire, home):
    w = wire()
    url = w.tool("upload_file", {"path": "bunny.mp4"})["structuredContent"]["url"]
    result = w.tool("submit", {"endpoint": "fal-ai/fast-animatediff/video-to-video",
                               "input": {"video_url": url, "prompt": "x", "first_n_seconds": 2}})
    assert not result["isError"], words(result)
    w.tool("cancel", {"request_id": result["structuredContent"]["request_id"]})


def test_a_text_that_only_names_a_url_is_a_text(wire, fake):
    queue = fake()
    queue.data = {"text": "ok"}
    w = wire(**queue.environment)
    result = w.tool("run_model", {"endpoint": "me/thing", "input": {"prompt": "see http://localhost/ for more"}})
    assert not result["isError"]


def test_nothing_is_overwritten(wire, home, fake):
    queue = fake(other=lambda handler, seen: __import__("fake_queue").reply(handler, 200, b"new", "video/mp4"))
    queue.data = {"video": {"url": queue.url + "/f/out.mp4"}}
    w = wire(**queue.environment)
    before = put(home, "mine.mp4", b"old")
    for arguments in ({"url": queue.url + "/f/out.mp4", "to": "mine.mp4"}, {"url": queue.url + "/f/out.mp4", "to": str(before)}):
        result = w.tool("download", arguments)
        assert result["isError"] and "exists already" in words(result)
    assert before.read_bytes() == b"old"
    done = w.tool("run_model", {"endpoint": "me/thing", "input": {}})["structuredContent"]
    path = home.root / "fal-results" / done["request_id"] / "out.mp4"
    assert done["files"][0]["path"] == str(path) and path.read_bytes() == b"new"
    # Somebody worked on it meanwhile.
    path.write_bytes(b"edited")
    w.tool("result", {"request_id": done["request_id"]})
    w.close()
    w = wire(**queue.environment)
    assert w.tool("result", {"request_id": done["request_id"]})["structuredContent"]["files"][0]["file_size"] == 6
    assert path.read_bytes() == b"edited"


@pytest.mark.parametrize("to", [".git/hooks/post-commit", ".bashrc", "sub/.x/y.mp4", "/etc/cron.d/x", "../x.mp4"])
def test_nothing_is_written_where_it_would_have_an_effect(wire, home, fake, to):
    queue = fake(other=lambda handler, seen: __import__("fake_queue").reply(handler, 200, b"new", "video/mp4"))
    result = wire(**queue.environment).tool("download", {"url": queue.url + "/f/out.mp4", "to": to})
    assert result["isError"] and not (home.root / to).exists()


def test_the_key_is_never_told(wire, fake):
    from fake_queue import refuse
    queue = fake(submit=refuse(401, b'{"detail":"bad key test-id:test-secret-123"}'))
    result = wire(**queue.environment).tool("run_model", {"endpoint": "me/thing", "input": {}})
    assert result["isError"] and "test-secret-123" not in json.dumps(result) and "no usable key" in words(result)


@pytest.mark.parametrize("text,env", [
    ('[default]\nkey = "one-id:one-secret-1"\n', {}),
    ('[__internal__]\nprofile = "work"\n[default]\nkey="no:no"\n[work]\nkey = \'one-id:one-secret-1\'  # mine\n', {}),
    ('[default]\nkey = "no:no"\n["my own"]\nkey = "one-id:one-secret-1"\n', {"FAL_PROFILE": "my own"}),
])
def test_the_key_of_fals_own_command_line_is_found(wire, home, fake, text, env):
    (home.path / "home/.fal").mkdir()
    (home.path / "home/.fal/config.toml").write_text(text)
    queue = fake()
    variables = {**queue.environment, **env}
    del variables["FAL_KEY"]
    wire(**variables).tool("submit", {"endpoint": "me/thing", "input": {}})
    assert queue.of("submit")[0].headers["authorization"] == "Key one-id:one-secret-1"


def test_a_key_file_is_enough(wire, home, fake):
    (home.path / "key").write_text("one-id:one-secret-1\n")
    queue = fake()
    variables = dict(queue.environment)
    del variables["FAL_KEY"]
    wire("--key-file", str(home.path / "key"), **variables).tool("submit", {"endpoint": "me/thing", "input": {}})
    assert queue.of("submit")[0].headers["authorization"] == "Key one-id:one-secret-1"


def apart(flags, script, command, words_, env):
    """What a script prints that runs, with the server's command line, in a network of its own."""
    try:
        subprocess.run(["unshare", flags, "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no network of its own can be had here")
    done = subprocess.run(["unshare", flags, sys.executable, str(ROOT / "Tests/mcp" / script), command, *words_], env=env,
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_where_a_redirect_leads_is_looked_at(home):
    """In a network of its own, as an address that counts as one of the wide world cannot be had otherwise."""
    told = apart("-rn", "apart.py", *home.server())
    assert [is_error for is_error, _ in told["said"]] == [False, True, False, False, True], told
    assert all("private network" in text for is_error, text in told["said"] if is_error)
    # Fetched here, before the job is sent: fal-local was handed a file.
    assert [each.split("/")[1] for each in told["seen"]] == [
        "clip.mp4", "inward.mp4", "onward.mp4", "clip.mp4?then=http:", "clip.mp4", "inward.mp4"]
    assert not list((home.path / "state/fetched").iterdir())


def test_behind_a_proxy_nothing_leads_inward_either(home):
    """Of names that the proxy looks up, only where its redirects lead is seen; what goes past it is looked at as ever."""
    command, words_, env = home.server(FAL_BRIDGE_BACKEND="fal", FAL_KEY="test-id:test-secret-123")
    told = apart("-rnm", "proxied.py", str(home.path), [command, *words_], env)
    for path in ("/film", "/onward"):
        assert told["said"].pop("http://films.example" + path)[0] is False
    assert len(told["said"]) == 9
    assert all(is_error and "refused" in text for is_error, text in told["said"].values()), told
    assert len(told["proxy"]) == 2 + 1 + 7 and all(url.startswith("http://films.example/") for url in told["proxy"])
    assert told["machine"] == []
