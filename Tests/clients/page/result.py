import fal_client

request_id = "764cabcf-b745-4b3e-ae38-1200304cf45b"
print(fal_client.result("fal-ai/fast-animatediff/video-to-video", request_id))
