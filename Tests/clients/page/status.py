import fal_client

request_id = "764cabcf-b745-4b3e-ae38-1200304cf45b"
status = fal_client.status("fal-ai/fast-animatediff/video-to-video", request_id, with_logs=True)
print(type(status).__name__, len(status.logs))
