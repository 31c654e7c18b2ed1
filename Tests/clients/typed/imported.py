"""A model of a folder, by types that were generated without a line written for it."""

import falbridge as fal_client

made = fal_client.subscribe(
    "me/every-thing",
    {
        "image_url": b"bytes", "class": "big", "mode": "2x", "image_size": "square", "seed": None, "ratio": 2,
        "loras": [{"path": "x"}], "tree": {"branches": [{"leaf": "x"}]}, "extra": {"a": 1, "b": "c"},
        "images": [{"url": "picture.png"}], "only": {"width": 3}, "inline": {"deep": True}, "words-with-dash": "x",
    },
)
state: str = made["state"]
print(made["file"]["url"].upper(), state)
fal_client.run("me/every-thing", {"image_url": "x", "class": "small", "mode": None})  # wrong: word
fal_client.run("me/every-thing", {"image_url": "x", "class": "big", "mode": None, "image_size": "huge"})  # wrong: word
