"""Times ONNX Runtime alone on a file of raw frames: the model's default session, one frame after another.

    python Sources/engines/tools/onnx_alone.py FRAMES WIDTH HEIGHT COUNT

Prints the seconds of all passes together. Loading the model and turning bytes into floats are left out, so this is
the least that any program around the same runtime could take with one session on all cores.
"""

import sys
import time

import numpy as np
import onnxruntime

from fal_engines.stylize import weights


def main() -> None:
    path, (width, height, count) = sys.argv[1], map(int, sys.argv[2:5])
    frames = np.memmap(path, np.uint8, "r", shape=(count, height, width, 3))
    session = onnxruntime.InferenceSession(weights.load(), providers=["CPUExecutionProvider"])
    mix = np.zeros(26, np.float32)
    mix[19] = 1
    seconds = 0.0
    for index in range(-1, count):  # the first pass is for warming up
        image = np.ascontiguousarray(frames[max(index, 0)].transpose(2, 0, 1)[None], np.float32) / 255
        began = time.perf_counter()
        session.run(["stylized"], {"image": image, "style_weights": mix})
        if index >= 0:
            seconds += time.perf_counter() - began
    print(f"{seconds:.3f}")


if __name__ == "__main__":
    main()
