"""What a program does with fal's Python client, told as JSON. Its first argument is the module that it imports.

    python same_script.py fal_client CLIP URL-OF-FAL-LOCAL
"""

import asyncio
import importlib
import io
import json
import os
import pathlib
import sys
import urllib.request

module, clip, url = sys.argv[1:]
fal_client = importlib.import_module(module)
if module == "fal_client":
    fal_client.client.RUN_URL_FORMAT, fal_client.client.QUEUE_URL_FORMAT = url + "/run/", url + "/"
    fal_client.client.REST_URL = fal_client.client.CDN_URL = url
    fal_client.client.BASE_DELAY = 0.01

MODEL = "fal-ai/fast-animatediff/video-to-video"
INPUT = {"video_url": "https://v3.fal.media/a.mp4"}
told = {}


def names(states):
    """The kinds of the states, each run of one kind once."""
    kinds = [type(state).__name__ for state in states]
    return [kind for index, kind in enumerate(kinds) if index == 0 or kinds[index - 1] != kind]


def last(states):
    end = states[-1]
    return {"error": end.error, "error_type": end.error_type, "inference_time": end.metrics.get("inference_time"),
            "logs": [line["message"] for line in end.logs or []]}


def fetch(file_url):
    return urllib.request.urlopen(file_url, timeout=30).read()


def failure(call):
    try:
        call()
    except fal_client.FalClientTimeoutError as error:
        return {"timeout": error.timeout, "is": isinstance(error, TimeoutError), "id": len(error.request_id)}
    except fal_client.FalClientHTTPError as error:
        detail = error.response.json().get("detail") if error.status_code == 422 else None
        is_one = isinstance(error, fal_client.FalClientError)
        return {"status": error.status_code, "type": error.error_type, "is": is_one,
                "detail": detail and [[each["loc"], each["type"], each["msg"]] for each in detail]}
    except OSError as error:
        return type(error).__name__
    return "nothing"


def subscribed():
    enqueued, states = [], []
    output = fal_client.subscribe(
        MODEL, {**INPUT, "prompt": "brief"}, with_logs=True, on_enqueue=enqueued.append, on_queue_update=states.append,
        priority="low", hint="here", headers={"X-Fal-Tags": "a=b"}, start_timeout=30, client_timeout=30, interval=0.05)
    plain = fal_client.subscribe("fal-ai/fast-animatediff", {**INPUT, "prompt": "brief"}, path="/video-to-video")
    quiet = []
    fal_client.subscribe(MODEL, {**INPUT, "prompt": "brief"}, on_queue_update=quiet.append)
    return {"output": output, "states": names(states), "last": last(states), "enqueued": list(map(len, enqueued)),
            "positions": states[0].position, "without logs": quiet[-1].logs or None,
            "plain": plain}


def submitted():
    handle = fal_client.submit(MODEL, {**INPUT, "prompt": "brief"})
    base = f"{url}/fal-ai/fast-animatediff/requests/{handle.request_id}"
    states = list(handle.iter_events(with_logs=True, interval=0.02))
    again = fal_client.sync_client.get_handle(MODEL, handle.request_id)
    return {
        "urls": [url.removeprefix(base) for url in (handle.response_url, handle.status_url, handle.cancel_url)],
        "states": names(states), "last": last(states), "got": handle.get(), "again": again.get(interval=0.1),
        "status": type(handle.status()).__name__, "result": fal_client.result(MODEL, handle.request_id),
        "with logs": last([fal_client.status(MODEL, handle.request_id, with_logs=True)]),
        "cancelled too late": failure(handle.cancel),
    }


def cancelled():
    handle = fal_client.submit(MODEL, {**INPUT, "prompt": "long"})
    fal_client.cancel(MODEL, handle.request_id)
    states = list(handle.iter_events(interval=0.02))
    return {"end": last(states), "get": failure(handle.get), "result": failure(lambda: fal_client.result(
        MODEL, handle.request_id)), "again": failure(lambda: fal_client.cancel(MODEL, handle.request_id))}


def failed():
    unknown = "00000000-0000-4000-8000-000000000000"
    other = fal_client.SyncClient(key="kid:wrong")
    return {
        **{prompt: failure(lambda: fal_client.subscribe(MODEL, {**INPUT, "prompt": prompt}))
           for prompt in ["bad field", "gone", "broken", "no policy"]},
        "run": failure(lambda: fal_client.run(MODEL, {**INPUT, "prompt": "bad field"})),
        "run, gone": failure(lambda: fal_client.run(MODEL, {**INPUT, "prompt": "gone"})),
        "key": failure(lambda: other.submit(MODEL, {**INPUT, "prompt": "brief"})),
        "id": failure(lambda: fal_client.status(MODEL, unknown)),
        "model": failure(lambda: fal_client.submit("fal-ai/unknown/thing", {})),
        "time": failure(lambda: fal_client.subscribe(MODEL, {**INPUT, "prompt": "long"}, client_timeout=1.1)),
        "start": failure(lambda: fal_client.subscribe(MODEL, {**INPUT, "prompt": "waits"}, start_timeout=1.1)),
        "file": failure(lambda: fal_client.upload_file("missing.mp4")),
    }


def uploaded():
    class Picture:
        def save(self, buffer, format):
            buffer.write(b"picture as " + format.encode())

    text = fal_client.upload("Hello, World!", "text/plain", file_name="hello.txt")
    film = fal_client.upload_file(clip)
    output = fal_client.subscribe(MODEL, {"video_url": film, "prompt": "quick", "seed": 7})
    return {
        "text": fetch(text).decode(), "bytes": fetch(fal_client.upload(b"\x00\x01", "a/b")).hex(),
        "large": len(fetch(fal_client.upload(os.urandom(400_000), "video/mp4"))), "film": len(fetch(film)),
        "film by path": len(fetch(fal_client.upload_file(pathlib.Path(clip)))),
        "picture": fetch(fal_client.upload_image(Picture(), format="png")).decode(),
        "named": [text.endswith("hello.txt"), film.endswith(os.path.basename(clip))],
        "kept": failure(lambda: fal_client.upload(b"kept", "text/plain", lifecycle=fal_client.StorageSettings(
            expires_in="1h", initial_acl=fal_client.StorageACL(default="allow")))),
        "encoded": [fal_client.encode("a", "text/plain"), len(fal_client.encode_file(clip)),
                    fal_client.encode_image(Picture())],
        "output": sorted(output), "file": sorted(output["video"]),
        "run": sorted(fal_client.run(MODEL, {"video_url": film, "prompt": "quick"})),
    }


async def asynchronous():
    states, enqueued = [], []
    output = await fal_client.subscribe_async(
        MODEL, {**INPUT, "prompt": "brief"}, with_logs=True, on_enqueue=enqueued.append, on_queue_update=states.append)
    client = fal_client.AsyncClient()
    handle = await client.submit(MODEL, {**INPUT, "prompt": "brief"})
    events = [event async for event in handle.iter_events(with_logs=True)]
    slow = await fal_client.submit_async(MODEL, {**INPUT, "prompt": "long"})
    await slow.cancel()
    try:
        await slow.get()
    except fal_client.FalClientHTTPError as error:
        wrong = [error.status_code, error.error_type]
    many = await asyncio.gather(*(client.run(MODEL, {**INPUT, "prompt": "quick", "seed": n}) for n in range(10)))
    return {
        "output": output, "states": names(states), "last": last(states), "enqueued": len(enqueued),
        "events": names(events), "got": await handle.get(), "wrong": wrong, "many": len(many),
        "again": await (await client.get_handle(MODEL, handle.request_id)).get(),
        "result": await fal_client.result_async(MODEL, handle.request_id),
        "uploaded": fetch(await fal_client.upload_async(b"abc", "text/plain")).decode(),
        "file": len(fetch(await client.upload_file(clip))),
    }


for part in (subscribed, submitted, cancelled, failed, uploaded):
    told[part.__name__] = part()
told["asynchronous"] = asyncio.run(asynchronous())
told["reprs"] = [repr(fal_client.Queued(position=1)), repr(fal_client.InProgress(logs=[])),
                 repr(fal_client.Completed(logs=None, metrics={})), repr(fal_client.StorageACL(default="hide"))]
io.TextIOWrapper(sys.stdout.buffer, "utf-8").write(json.dumps(told, indent=1, sort_keys=True))
