"""Validations a second, side by side in one run: the default model's input schema, an input that fits and one that
does not. Each side checks values that are parsed already; medians, with the spread from the first to the third quartile.

fastjsonschema ends at the first fault; jsonschema and fal-bridge find all."""

import json
import os
import pathlib
import re
import statistics
import subprocess
import tempfile
import time

import fastjsonschema
import jsonschema

from figures import BRIDGE, spread

MODEL = "fal-ai/fast-animatediff/video-to-video"
ROUNDS = 15
VALID = {
    "video_url": "https://example.com/clips/rabbit.mp4", "prompt": "van gogh style oil painting of a rabbit in a meadow",
    "negative_prompt": "blurry, low quality", "num_inference_steps": 25, "strength": 0.7, "guidance_scale": 7.5,
    "seed": 42, "fps": 8, "first_n_seconds": 3, "motions": ["zoom-out", "pan-left"],
}
INVALID = {**VALID, "num_inference_steps": 500, "strength": "0.7", "motions": ["zoom-out", "spin"], "stepz": 1}


def rate(check, value, count):
    start = time.perf_counter()
    for _ in range(count):
        check(value)
    return count / (time.perf_counter() - start)


class Ours:
    def __init__(self, folder):
        self.paths = {}
        for name, value in (("valid", VALID), ("invalid", INVALID)):
            path = pathlib.Path(folder) / f"{name}.json"
            path.write_text(json.dumps(value))
            self.paths[name] = str(path)

    def rate(self, name, count=100_000):
        out = subprocess.run([BRIDGE, "schema", "validate", MODEL, self.paths[name], "--repeat", str(count)],
                             text=True, capture_output=True).stdout
        return count / float(re.search(r"checks in (\S+) seconds", out)[1])

    def wire(self, value, count=20_000):
        params = {"endpoint": MODEL, "input": value}
        with tempfile.TemporaryFile() as source:
            for id in range(count):
                source.write(json.dumps({"jsonrpc": "2.0", "id": id, "method": "validate", "params": params}).encode() + b"\n")
            source.seek(0)
            start = time.perf_counter()
            process = subprocess.Popen([BRIDGE], stdin=source, stdout=subprocess.PIPE,
                                       env={**os.environ, "FAL_BRIDGE_BACKEND": "local"})
            answers = 0
            while block := process.stdout.read1(1 << 20):
                answers += block.count(b"\n")
            process.wait()
            assert answers == count, answers
            return count / (time.perf_counter() - start)


def main():
    shown = subprocess.run([BRIDGE, "schema", "show", MODEL], text=True, capture_output=True, check=True).stdout
    document = json.loads(shown)["input"]
    slow = jsonschema.Draft202012Validator(document)
    # It knows draft 7 at most, which says the same of this schema.
    fast = fastjsonschema.compile({**document, "$schema": "http://json-schema.org/draft-07/schema#"})

    def fast_check(value):
        try:
            fast(value)
        except fastjsonschema.JsonSchemaException:
            return False
        return True

    assert not list(slow.iter_errors(VALID)) and fast_check(VALID)
    assert list(slow.iter_errors(INVALID)) and not fast_check(INVALID)
    rates = {}
    with tempfile.TemporaryDirectory() as folder:
        ours = Ours(folder)
        for _ in range(ROUNDS):
            for name, value in (("valid", VALID), ("invalid", INVALID)):
                for side, figure in (
                    ("jsonschema", rate(lambda v: list(slow.iter_errors(v)), value, 300)),
                    ("fastjsonschema", rate(fast_check, value, 10_000)),
                    ("fal-bridge, in the process", ours.rate(name)),
                    ("fal-bridge, piped `validate` calls", ours.wire(value)),
                ):
                    rates.setdefault(side, {}).setdefault(name, []).append(figure)
    print("\n| validations a second | an input that fits | one with four faults |\n|---|---|---|")
    for side, figures in rates.items():
        print(f"| {side} | {spread(figures['valid'], 'k', 1e-3)} | {spread(figures['invalid'], 'k', 1e-3)} |")
    best = rates["fal-bridge, in the process"]
    for side in ("jsonschema", "fastjsonschema"):
        ratios = [statistics.median(a / b for a, b in zip(best[n], rates[side][n])) for n in ("valid", "invalid")]
        print(f"\nfal-bridge to {side}: {ratios[0]:.1f}, {ratios[1]:.1f}", end="")
    print()


if __name__ == "__main__":
    main()
