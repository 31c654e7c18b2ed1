"""Engine programs of fal-local: each reads JSON-RPC lines, works on raw frames, and knows no URL, key or codec."""

__version__ = "0.1.0"
CONTRACT = 1
