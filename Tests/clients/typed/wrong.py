"""What type checkers must refuse: each line that says so, and no other."""

import falbridge as fal_client

fal_client.subscribe("fal-ai/fast-animatediff/video-to-video", {"video_url": "x", "prompt": 3})  # wrong: type
fal_client.subscribe("fal-ai/fast-animatediff/video-to-video", arguments={"prompt": "x"})  # wrong: left out
fal_client.subscribe("fal-ai/fast-animatediff/video-to-video", {"video_url": "x", "prompt": "x", "fsp": 8})  # wrong: name
fal_client.run("fal-ai/fast-animatediff/video-to-video", {"video_url": "x", "prompt": "x", "motions": ["up"]})  # wrong: word
fal_client.submit("fal-ai/fast-animatediff/video-to-video", {"video_url": "x", "prompt": "x"}, priority="high")  # wrong: word
fal_client.subscribe("fal-ai/fast-animatediff/video-to-vido", {"video_url": "x", "prompt": "x"})  # wrong: endpoint
fal_client.run("fal-ai/fast-animatediff/video-to-video", {"video_url": "x", "prompt": "x"}, webhook_url="x")  # wrong: option
print(fal_client.run("fal-ai/fast-animatediff/video-to-video", {"video_url": "x", "prompt": "x"})["image"])  # wrong: output


async def main(client: fal_client.AsyncClient) -> None:
    await client.subscribe("fal-ai/fast-animatediff/video-to-video", {"video_url": 1, "prompt": "x"})  # wrong: type
    await fal_client.run_async("fal-ai/fast-animatediff/video-to-video", {"prompt": "x"})  # wrong: left out
