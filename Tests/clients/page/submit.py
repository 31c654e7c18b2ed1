import fal_client

handler = fal_client.submit(
    "fal-ai/fast-animatediff/video-to-video",
    arguments={
        "video_url": "https://v3.fal.media/files/a/clip.gif",
        "prompt": "fireworks over a harbour",
    },
    webhook_url="https://optional.webhook.url/for/results",
)
print(handler.request_id)
