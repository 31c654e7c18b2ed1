"""The 26-style network in ONNX Runtime: one picture and a mix of styles in, the repainted picture out."""

from __future__ import annotations

import cv2
import numpy as np
import onnxruntime

STYLES = 26
BYTES_A_PIXEL = 1100  # of memory that one pass takes at its peak; measured 840 at 512x288 and 1045 at 1024x1024


class Network:
    """May run on several threads at once.

    A pass uses one thread: two passes side by side repaint 1.5 times as many frames on two cores as one pass on
    both, and one thread adds numbers up in one order, so that the same input gives the same bytes.
    """

    def __init__(self, model: bytes) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])

    def repaint(self, picture: np.ndarray, mix: np.ndarray) -> np.ndarray:
        """picture: uint8 (height, width, 3); mix: float32 (26,), not negative, sum 1.

        Returns float32 (height, width, 3), 0 to 255.
        """
        height, width, _ = picture.shape
        planes = np.empty((1, 3, height, width), np.float32)
        for plane, channel in zip(planes[0], cv2.split(picture)):
            np.multiply(channel, np.float32(1 / 255), out=plane)
        (painted,) = self._session.run(["stylized"], {"image": planes, "style_weights": mix})
        painted *= np.float32(255)
        return cv2.merge(list(painted[0]))
