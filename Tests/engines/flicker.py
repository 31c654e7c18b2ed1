"""How much a stylised clip flickers: the mean difference between a frame and the one before it, warped along the
input's optical flow. Printed for the clip as a whole, and for the same frames stylised one by one."""

import pathlib
import sys
import tempfile

import cv2
import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from engine import Engine, frames  # noqa: E402


def flicker(source, made):
    """source, made: uint8 (count, height, width, 3). Levels of 255."""
    dis = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    gray = [cv2.cvtColor(f, cv2.COLOR_RGB2GRAY) for f in source]
    height, width = gray[0].shape
    grid = np.dstack(np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)))
    total = []
    for now in range(1, len(made)):
        place = grid + dis.calc(gray[now], gray[now - 1], None)
        before = cv2.remap(source[now - 1], place, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        # Only where the flow explains the input: what is uncovered is new, and no flicker.
        known = np.abs(before.astype(np.float32) - source[now]).mean(2) < 12
        carried = cv2.remap(made[now - 1], place, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        total.append(np.abs(carried.astype(np.float32) - made[now]).mean(2)[known].mean())
    return float(np.mean(total))


def measure(workdir, count=24, width=512, height=288, prompt="van gogh starry night"):
    """Flicker of the input, of the clip stylised as one, and frame by frame."""
    engine = Engine(workdir)
    engine.initialize()
    clip = frames(engine.workdir / "in.rgb", width, height, count)
    shape = (count, height, width, 3)
    source = np.fromfile(clip["path"], np.uint8).reshape(shape)
    whole = np.frombuffer(engine.generate(clip, prompt=prompt, strength=1), np.uint8).reshape(shape)
    alone = []
    for index in range(count):
        source[index].tofile(engine.workdir / "one.rgb")
        one = {**clip, "path": str(engine.workdir / "one.rgb"), "count": 1}
        alone.append(np.frombuffer(engine.generate(one, prompt=prompt, strength=1), np.uint8).reshape(shape[1:]))
    engine.close()
    return flicker(source, source), flicker(source, whole), flicker(source, np.stack(alone))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        still, whole, alone = measure(folder)
    print(f"flicker, in levels of 255: input {still:.2f}, as one clip {whole:.2f}, frame by frame {alone:.2f}, "
          f"ratio {whole / alone:.2f}")
