"""What the benches share: how figures are told, and on what machine."""

import os
import pathlib
import platform
import re
import statistics

ROOT = pathlib.Path(__file__).resolve().parents[2]
BRIDGE = pathlib.Path(os.environ.get("FAL_BRIDGE_BIN", ROOT / ".build/release/fal-bridge"))
LOCAL = ROOT / ".build/release/fal-local"


def spread(values, unit="", scale=1.0, digits=1):
    """The median, with the first and the third quartile."""
    low, middle, high = statistics.quantiles(values, n=4) if len(values) > 1 else [values[0]] * 3
    return f"{middle * scale:.{digits}f} {unit} ({low * scale:.{digits}f} to {high * scale:.{digits}f})".replace("  ", " ")


def machine():
    model = re.search(r"model name\s*:\s*(.*)", pathlib.Path("/proc/cpuinfo").read_text())
    name = model[1] if model else platform.machine()
    return f"machine: {os.cpu_count()} cores of {name}, {platform.system()} {platform.release()}"
