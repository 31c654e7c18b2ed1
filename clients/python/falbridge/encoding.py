"""Data URIs, for files that are small."""

from __future__ import annotations

import base64
import mimetypes
import os
from typing import Any

from . import inputs


def encode(data: "bytes | str", content_type: str) -> str:
    """A data URI."""
    raw = data.encode() if isinstance(data, str) else data
    return f"data:{content_type};base64,{base64.b64encode(raw).decode()}"


def encode_image(image: Any, format: str = "jpeg") -> str:
    """A Pillow image as a data URI."""
    return encode(inputs.image(image, format), f"image/{format}")


def encode_file(path: "str | os.PathLike[str]") -> str:
    """A file as a data URI."""
    type, _ = mimetypes.guess_type(os.fspath(path))
    with open(path, "rb") as file:
        return encode(file.read(), type or "application/octet-stream")
