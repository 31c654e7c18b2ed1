import asyncio

import fal_client


async def main():
    handler = await fal_client.submit_async(
        "fal-ai/fast-animatediff/video-to-video",
        arguments={
            "video_url": "https://v3.fal.media/files/a/clip.gif",
            "prompt": "fireworks over a harbour",
        },
    )
    async for event in handler.iter_events(with_logs=True):
        print(type(event).__name__)
    print(await handler.get())


asyncio.run(main())
