import fal_client


def on_queue_update(update):
    if isinstance(update, fal_client.InProgress):
        for log in update.logs:
            print(log["message"])


result = fal_client.subscribe(
    "fal-ai/fast-animatediff/video-to-video",
    arguments={
        "video_url": "https://v3.fal.media/files/a/clip.gif",
        "prompt": "fireworks over a harbour",
    },
    with_logs=True,
    on_queue_update=on_queue_update,
)
print(result)
