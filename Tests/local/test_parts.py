"""Uploads in parts, by both of fal's routes, and who may read what was uploaded."""

import json
import signal

import pytest
from conftest import REQUESTS
from test_files import path

PART = 5 << 20
THREE = [bytes([n]) * (PART if n < 3 else 1234) for n in (1, 2, 3)]
SMALL = {"min_part_bytes": 0}


def begin(local, headers=None, **body):
    answer = local.ask("POST", "/storage/upload/initiate-multipart?storage_type=fal-cdn-v3",
                       {"content_type": "video/mp4", "file_name": "a.mp4", **body}, headers)
    assert answer.status == 200, answer.body
    return answer.json["upload_url"], path(answer.json["file_url"])


def part_url(upload, tail):
    base, _, query = path(upload).partition("?")
    return f"{base}/{tail}?{query}"


def put(local, upload, number, body):
    answer = local.ask("PUT", part_url(upload, number), body)
    assert answer.status == 200, answer.body
    assert answer.headers["ETag"] == answer.json["etag"] and answer.json["partNumber"] == number
    return answer.json


def complete(local, upload, parts):
    return local.ask("POST", part_url(upload, "complete"), {"parts": parts}, {"Content-Type": "application/json"})


def test_a_place_with_parts(local):
    upload, file = begin(local)
    parts = [put(local, upload, n, THREE[n - 1]) for n in (3, 1, 2)]
    assert local.ask("GET", file).status == 404
    assert complete(local, upload, parts).status == 200
    got = local.ask("GET", file)
    assert got.body == b"".join(THREE) and got.headers["Content-Type"] == "video/mp4"
    assert complete(local, upload, parts).status == 200, "a lost answer is asked for again"
    assert not list((local.state / "local/files/parts").iterdir())


def test_parts_that_do_not_fit(start):
    local = start().ready()
    upload, file = begin(local)
    one, two = put(local, upload, 1, THREE[0]), put(local, upload, 2, b"end")
    small = put(local, upload, 3, b"end")
    wrong = {**two, "etag": '"no"'}
    for parts, word in (([], "no parts"), ([two], "part 1 is missing"), ([one, one], "twice"), ([one, wrong], "etag"),
                        ([one, two, small], "smaller"), ([one, {**two, "partNumber": 9}], "part 2 is missing"),
                        ([{"partNumber": 1}], "etag"), ([{"etag": "x"}], "partNumber")):
        answer = complete(local, upload, parts)
        assert answer.status == 400 and word in answer.json["detail"], (parts, answer.body)
    assert local.ask("POST", part_url(upload, "complete"), "nonsense").status == 400
    for number in ("0", "10001", "x", "1/2"):
        assert local.ask("PUT", part_url(upload, number), b"x").status == 400, number
    assert local.ask("PUT", part_url(upload, 1)[:-1], b"x").status == 403
    assert local.ask("PUT", path(upload), b"x", {"Content-Type": "video/mp4"}).status == 400
    # As the oldest toolkit sends them: by other names, and the etag without its quotes.
    old = [{"part_number": p["partNumber"], "etag": p["etag"].strip('"')} for p in (one, two)]
    assert complete(local, upload, old).status == 200
    assert local.ask("GET", file).body == THREE[0] + b"end"


def test_a_part_is_replaced_and_survives_a_kill(start):
    local = start(faults=SMALL).ready()
    upload, file = begin(local)
    put(local, upload, 1, b"wrong")
    one = put(local, upload, 1, b"one ")
    local.end(signal.SIGKILL)
    local = start(faults=SMALL).ready()
    assert complete(local, upload, [one, put(local, upload, 2, b"two")]).status == 200
    assert local.ask("GET", file).body == b"one two"


def test_the_other_route(start):
    local = start(faults=SMALL).ready()
    token = local.ask("POST", "/storage/auth/token?storage_type=fal-cdn-v3", {}).json
    auth = {"Authorization": f"Bearer {token['token']}", "Content-Type": "text/plain"}
    assert token["base_url"] == "http://fal-local"
    made = local.ask("POST", "/files/upload/multipart", b"", {**auth, "X-Fal-File-Name": "a b.txt"}).json
    url = f"{path(made['access_url'])}/multipart/{made['uploadId']}"
    parts = []
    for number, body in ((2, b"two"), (1, b"one ")):
        answer = local.ask("PUT", f"{url}/{number}", body, auth)
        assert answer.status == 200
        parts.append({"partNumber": number, "etag": answer.headers["ETag"]})
    assert local.ask("PUT", f"{url}x/1", b"x", auth).status == 404
    assert local.ask("PUT", f"{path(made['access_url'])}x/multipart/{made['uploadId']}/1", b"x", auth).status == 404
    done = local.ask("POST", f"{url}/complete", {"parts": parts}, {**auth, "Content-Type": "application/json"})
    assert done.status == 200 and done.json["access_url"] == made["access_url"]
    assert local.ask("GET", path(made["access_url"])).body == b"one two"


@pytest.mark.parametrize("type, status", [("gcs", 200), ("fal-cdn-v3", 200), ("", 200), ("floppy", 400)])
def test_types_of_storage(local, type, status):
    query = f"?storage_type={type}" if type else ""
    for route in ("initiate", "initiate-multipart"):
        answer = local.ask("POST", f"/storage/upload/{route}{query}", {"file_name": "a.bin", "content_type": "a/b"})
        assert answer.status == status
    assert local.ask("GET", "/storage/upload/initiate").status == 405
    assert local.ask("POST", "/storage/upload/other", {}).status == 404


def test_who_may_read(local):
    token = local.ask("POST", "/storage/auth/token?storage_type=fal-cdn-v3", {}).json["token"]
    owner = {"Authorization": f"Bearer {token}"}
    for access, status in (("allow", 200), ("forbid", 403), ("hide", 404)):
        lifecycle = {"X-Fal-Object-Lifecycle": json.dumps({"initial_acl": {"default": access, "rules": []}})}
        place = local.ask("POST", "/storage/upload/initiate", {"content_type": "a/b", "file_name": "a"}, lifecycle).json
        assert local.ask("PUT", path(place["upload_url"]), b"mine", {"Content-Type": "a/b"}).status == 200
        once = local.ask("POST", "/files/upload", b"mine", {**owner, **lifecycle, "Content-Type": "a/b"})
        for file in (path(place["file_url"]), path(once.json["access_url"])):
            assert local.ask("GET", file).status == status
            assert local.ask("GET", file, headers={"Authorization": "Bearer x"}).status == status
            assert local.ask("GET", file, headers=owner).body == b"mine"
            link = local.ask("POST", file + "/sign", {"duration": 60, "scope": ["read"]}, owner).body.decode()
            assert link.startswith(f"http://fal-local{file}?identity=")
            assert local.ask("GET", path(link)).body == b"mine"
            assert local.ask("GET", path(link)[:-1] + ("0" if link[-1] != "0" else "1")).status == status
    assert local.ask("POST", file + "/sign", {"duration": 1e9}, owner).status == 422


def test_a_signed_link_is_an_input(local):
    token = local.ask("POST", "/storage/auth/token", {}).json["token"]
    link = local.ask("POST", path(local.bunny()) + "/sign", {"duration": 60}, {"Authorization": f"Bearer {token}"})
    for url in (link.body.decode(), local.bunny() + "#t=1"):
        assert local.result(local.submit(video_url=url)).status == 200


def test_outputs_have_the_access_that_was_asked_for(start):
    local = start(faults={"jobs": [{"file": {"size": 1000}}]}).ready()
    name = "X-Fal-Object-Lifecycle-Preference"
    lifecycle = {name: '{"expiration_duration_seconds":60,"initial_acl":{"default":"forbid"}}'}
    video = local.result(local.play(headers=lifecycle)).json["video"]
    assert video["file_size"] == 1000 and local.ask("GET", path(video["url"])).status == 403
    assert len(local.ask("GET", path(local.result(local.play()).json["video"]["url"])).body) == 1000
    gone = local.play(headers={name: '{"expiration_duration_seconds":0.001}'})
    assert local.ask("GET", path(local.result(gone).json["video"]["url"])).status == 404
    assert local.ask("GET", REQUESTS + gone).status == 200
