"""fal's own Python client as the other side of a comparison: run by queue_bench.py, in a process of its own.

python_client.py latency URL KEY RUNS     seconds of each subscribe, one after the other
python_client.py waiting URL KEY COUNT    COUNT subscriptions at once; told when all are enqueued, and the end
"""

import asyncio
import json
import resource
import sys
import time

import fal_client

URL, KEY, COUNT = sys.argv[2], sys.argv[3], int(sys.argv[4])
fal_client.client.RUN_URL_FORMAT = fal_client.client.QUEUE_URL_FORMAT = URL + "/"
fal_client.client.REST_URL = fal_client.client.CDN_URL = URL


def latency():
    client = fal_client.SyncClient(key=KEY)
    times = []
    for n in range(COUNT + 1):
        start = time.perf_counter()
        client.subscribe("test/echo", {"prompt": "quick", "n": n})
        times.append(time.perf_counter() - start)
    print(json.dumps(times[1:]))


async def waiting():
    client = fal_client.AsyncClient(key=KEY)
    enqueued = 0

    def note(_):
        nonlocal enqueued
        enqueued += 1
        if enqueued == COUNT:
            print("enqueued", flush=True)

    await asyncio.gather(*(client.subscribe("test/echo", {"prompt": "slow", "n": n}, on_enqueue=note) for n in range(COUNT)))
    usage = resource.getrusage(resource.RUSAGE_SELF)
    print(json.dumps({"cpu": usage.ru_utime + usage.ru_stime, "memory": usage.ru_maxrss / 1024}), flush=True)


if sys.argv[1] == "latency":
    latency()
else:
    asyncio.run(waiting())
