"""Large files, in parts: repeated, shared, cancelled, killed and taken up again."""

import hashlib
import os
import re
import time

from storage import MIB, remembered, sparse, start, storage, uploaded, work  # noqa: F401


def memory(process):
    return int(re.search(r"VmHWM:\s+(\d+)", open(f"/proc/{process.pid}/status").read())[1])


# Parts


def test_a_large_file_goes_in_parts(start, storage, work):
    size = 95 * MIB + 17
    sparse(work / "a.mp4", size, range(0, size, 7 * MIB))
    b = start()
    file = uploaded(b, path="a.mp4")
    assert file["file_size"] == size
    assert storage.log[0][1] == "/storage/upload/initiate-multipart?storage_type=fal-cdn-v3"
    puts = [entry for entry in storage.log if entry[0] == "PUT"]
    assert sorted(p[1] for p in puts) == sorted(f"/up/1/{n}?sig=a%2Fb&x=1" for n in range(1, 11))
    assert storage.log[-1][1] == "/up/1/complete?sig=a%2Fb&x=1"
    assert all("Authorization" not in entry[2] and "Content-Type" not in entry[2] for entry in puts)
    content = (work / "a.mp4").read_bytes()
    for number, (etag, length) in storage.parts["/up/1"].items():
        part = content[(number - 1) * 10 * MIB:number * 10 * MIB]
        assert (etag, length) == ('"%s"' % hashlib.sha256(part).hexdigest(), len(part))
    assert 2 <= storage.most <= 4
    shown = [n["params"] for n in b.notifications if n["method"] == "upload/progress"]
    assert [s["bytes"] for s in shown] == sorted({s["bytes"] for s in shown})
    assert shown[-1] == {"call": 1, "file_name": "a.mp4", "bytes": size, "total": size}


def test_ninety_mebibytes_go_in_one_piece(start, storage, work):
    sparse(work / "a.mp4", 90 * MIB)
    uploaded(start(), path="a.mp4")
    assert storage.paths("PUT") == ["/up/1?sig=a%2Fb&x=1"]


def test_parts_are_repeated_each_by_itself(start, storage, work):
    sparse(work / "a.mp4", 95 * MIB)
    storage.fail.update({2: [500, 503], 5: [429], 10: [408]})
    storage.cut[3] = 2
    uploaded(start(), path="a.mp4")
    puts = storage.paths("PUT")
    assert {n: puts.count(f"/up/1/{n}?sig=a%2Fb&x=1") for n in range(1, 11)} == \
        {1: 1, 2: 3, 3: 3, 4: 1, 5: 2, 6: 1, 7: 1, 8: 1, 9: 1, 10: 2}
    assert len(storage.completed) == 1


def test_what_failed_is_taken_up_again_in_the_same_process(start, storage, work):
    sparse(work / "a.mp4", 95 * MIB)
    storage.fail[7] = [400]
    b = start()
    first = b.call("upload", {"path": "a.mp4"})
    assert first["error"]["data"]["http_status"] == 400
    # A refusal means that the place is no good: everything begins anew. A lost connection does not.
    storage.cut[7] = 100
    second = b.answer(b.start("upload", {"path": "a.mp4"}), deadline=90)
    assert second["error"]["code"] == 1503 and second["error"]["data"]["retryable"] is True
    storage.cut[7] = 0
    done = set(storage.parts["/up/2"])
    before = len(storage.paths("PUT"))
    uploaded(b, path="a.mp4")
    sent = [int(re.search(r"/(\d+)\?", p)[1]) for p in storage.paths("PUT")[before:]]
    assert set(sent) == set(range(1, 11)) - done and len(sent) == len(set(sent))
    assert storage.completed == ["/up/2"]


def test_a_place_that_is_gone_is_replaced(start, storage, work):
    sparse(work / "a.mp4", 95 * MIB)
    storage.cut[10] = 100
    b = start()
    assert "error" in b.answer(b.start("upload", {"path": "a.mp4"}), deadline=90)
    storage.cut[10] = 0
    storage.fail[10] = [403]
    assert uploaded(b, path="a.mp4")["url"] == storage.base + "/files/2"
    assert storage.completed == ["/up/2"]


def test_killed_in_the_middle_and_taken_up_by_another_process(start, storage, work, state):
    sparse(work / "a.mp4", 205 * MIB, [0, 100 * MIB, 204 * MIB])
    storage.hold.clear()
    storage.hold_from = 12
    first = start()
    first.start("upload", {"path": "a.mp4"})
    storage.wait(lambda: len(storage.parts.get("/up/1", {})) == 11 and storage.running == 4)
    # The eleventh part is in the journal when the twelfth to fifteenth are under way and the progress is told.
    first.until(lambda m: m.get("method") == "upload/progress" and m["params"]["bytes"] >= 110 * MIB)
    first.process.kill()
    first.process.wait()
    storage.hold.set()
    storage.wait(lambda: storage.running == 0)
    before = len(storage.paths("PUT"))
    second = start()
    file = uploaded(second, path="a.mp4")
    assert file["url"] == storage.base + "/files/1"
    sent = sorted(int(re.search(r"/(\d+)\?", p)[1]) for p in storage.paths("PUT")[before:])
    # At most the parts whose entry was on its way to the disk are sent twice.
    assert set(range(16, 22)) <= set(sent) and len(sent) <= 14 and min(sent) >= 8
    assert len(storage.paths("POST")) == 2 and storage.completed == ["/up/1"]
    # What was begun by one process and ended by another is known to a third, by its digest.
    remembered(state)
    os.link(work / "a.mp4", work / "b.mp4")
    assert uploaded(start(), path="b.mp4")["url"] == file["url"]


def test_another_version_of_the_file_is_not_spliced(start, storage, work):
    sparse(work / "a.mp4", 95 * MIB)
    storage.cut[10] = 100
    b = start()
    assert "error" in b.answer(b.start("upload", {"path": "a.mp4"}), deadline=90)
    storage.cut[10] = 0
    sparse(work / "a.mp4", 95 * MIB, [5])
    uploaded(b, path="a.mp4")
    assert storage.completed == ["/up/2"] and len(storage.parts["/up/2"]) == 10


def test_a_file_that_changes_while_it_is_read(start, storage, work):
    sparse(work / "a.mp4", 95 * MIB)
    storage.hold.clear()
    storage.hold_from = 2
    b = start()
    id = b.start("upload", {"path": "a.mp4"})
    storage.wait(lambda: storage.running >= 4)
    with open(work / "a.mp4", "r+b") as file:
        file.seek(94 * MIB)
        file.write(b"changed")
    storage.hold.set()
    error = b.answer(id)["error"]
    assert error["code"] == 1002 and "changed while it was read" in error["message"]
    assert storage.completed == []


def test_memory_stays_flat(start, storage, work):
    storage.hashing = False
    size = 2000 * MIB
    sparse(work / "big.bin", size)
    b = start()
    file = b.answer(b.start("upload", {"path": "big.bin"}), deadline=120)["result"]
    assert file["file_size"] == size and len(storage.completed) == 1
    assert memory(b.process) < 48 * 1024
    shown = [n["params"]["bytes"] for n in b.notifications]
    assert shown[-1] == size and shown == sorted(set(shown))


def test_progress_is_told_at_most_ten_times_a_second(start, storage, work):
    storage.hashing = False
    sparse(work / "a.mp4", 400 * MIB)
    b = start()
    begun = time.monotonic()
    uploaded(b, path="a.mp4")
    assert len(b.notifications) <= (time.monotonic() - begun) * 10 + 2


def test_what_went_out_before_a_standstill_is_told(start, storage, work):
    storage.hold.clear()
    storage.hold_from = 1
    sparse(work / "a.mp4", 95 * MIB)
    b = start()
    b.start("upload", {"path": "a.mp4"})
    storage.wait(lambda: len(storage.paths("PUT")) == 4)
    b.until(lambda m: m.get("method") == "upload/progress" and m["params"]["bytes"] == 40 * MIB, deadline=10)


def test_two_at_once_share_one(start, storage, work):
    storage.hold.clear()
    storage.hold_from = 3
    sparse(work / "a.mp4", 95 * MIB)
    sparse(work / "b.mp4", 95 * MIB)
    b = start()
    ids = [b.start("upload", {"path": "a.mp4"}) for _ in range(2)] + [b.start("upload", {"path": "b.mp4"})]
    storage.wait(lambda: storage.running >= 4)
    # One of them is no longer wanted; the others are not disturbed.
    b.send({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": ids[0]}})
    assert b.answer(ids[0])["error"]["code"] == -32800
    storage.hold.set()
    answers = {}
    while len(answers) < 2:
        message = b.receive()
        if message.get("id") in ids:
            answers[message["id"]] = message["result"]
    assert {file["url"] for file in answers.values()} == {storage.base + "/files/1"}
    assert len(storage.completed) == 1 and len(storage.paths("PUT")) == 10


def test_a_cancel_ends_an_upload_that_nobody_waits_for(start, storage, work):
    storage.hold.clear()
    storage.hold_from = 1
    sparse(work / "a.mp4", 95 * MIB)
    b = start()
    id = b.start("upload", {"path": "a.mp4"})
    storage.wait(lambda: len(storage.paths("PUT")) == 4)
    b.send({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": id}})
    assert b.answer(id)["error"]["code"] == -32800
    storage.hold.set()
    storage.hold_from = 1 << 30
    # And what the storage has by then is not sent again.
    uploaded(b, path="a.mp4")
    assert len(storage.completed) == 1
