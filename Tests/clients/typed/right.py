"""What type checkers must take."""

import asyncio
import pathlib

import falbridge as fal_client
from falbridge.endpoints import FastAnimatediffVideoToVideoInput, FastAnimatediffVideoToVideoOutput

output = fal_client.subscribe(
    "fal-ai/fast-animatediff/video-to-video",
    arguments={"video_url": "clip.mp4", "prompt": "ink", "motions": ["zoom-in", "pan-left"], "strength": 1},
    with_logs=True,
    on_queue_update=print,
)
known: FastAnimatediffVideoToVideoOutput = output
url: str = output["video"]["url"]
size: int | None = output["video"].get("file_size")
print(known["seed"] + 1, url, size)

arguments: FastAnimatediffVideoToVideoInput = {"video_url": pathlib.Path("clip.mp4"), "prompt": "ink"}
print(fal_client.run("fal-ai/fast-animatediff/video-to-video", arguments, timeout=3)["seed"] + 1)
handle = fal_client.submit("fal-ai/fast-animatediff/video-to-video", arguments, priority="low")
print(handle.request_id.upper())

# A model that has no types here.
print(fal_client.subscribe(fal_client.Endpoint("fal-ai/other"), arguments={"anything": 1})["images"][0])


async def main() -> int:
    client = fal_client.AsyncClient()
    made = await client.subscribe("fal-ai/fast-animatediff/video-to-video", arguments, mode="polling")
    task = asyncio.create_task(client.run("fal-ai/fast-animatediff/video-to-video", arguments))
    both = await asyncio.gather(fal_client.subscribe_async("fal-ai/fast-animatediff/video-to-video", arguments), task)
    return made["seed"] + both[0]["seed"] + both[1]["seed"]


print(asyncio.run(main()))
