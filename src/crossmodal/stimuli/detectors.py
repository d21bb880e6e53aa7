"""Find faces in one frame with one of face-alignment's detectors."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from crossmodal.contracts.errors import InputError
from crossmodal.stimuli.extraction_config import FaceConfig

Detector = Callable[[np.ndarray], np.ndarray]
"""RGB image uint8 (row, col, 3) -> float32 (face, 5): left, top, right, bottom, score."""

DETECTORS = ("dlib", "blazeface", "sfd")


def make_detector(config: FaceConfig) -> Detector:
    """The detector the config names.

    Raises
    ------
    InputError : an unknown name, or a weights file that is missing
    """
    if config.detector not in DETECTORS:
        raise InputError(
            "config", "stimuli.face.detector", f"one of {DETECTORS}", repr(config.detector)
        )
    for key in ("weights", "anchors"):
        file = getattr(config, key)
        if file is not None and not Path(file).is_file():
            raise InputError(file, f"stimuli.face.{key}", "a file", "no such file")
    return _dlib(config) if config.detector == "dlib" else _face_alignment(config)


def _dlib(config: FaceConfig) -> Detector:
    """dlib's HOG detector, the one behind face-alignment's ``dlib`` on a CPU.

    Called directly: face-alignment's wrapper drops the scores, has no upsampling, and loads
    PyTorch (4 s) for nothing.
    """
    import dlib

    return partial(_detect_dlib, dlib.get_frontal_face_detector(), config)


def _detect_dlib(finder: object, config: FaceConfig, image: np.ndarray) -> np.ndarray:
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    boxes, scores, _ = finder.run(grey, config.upsample, config.min_score)
    rows = [
        (box.left(), box.top(), box.right(), box.bottom(), score)
        for box, score in zip(boxes, scores, strict=True)
    ]
    return np.array(rows, dtype=np.float32).reshape(-1, 5)


def _face_alignment(config: FaceConfig) -> Detector:
    """BlazeFace or S3FD; without ``weights`` face-alignment downloads them."""
    from face_alignment.detection import blazeface, sfd

    if config.detector == "sfd":
        finder = sfd.FaceDetector(
            "cpu", path_to_detector=config.weights, filter_threshold=config.min_score
        )
    else:
        finder = blazeface.FaceDetector(
            "cpu",
            path_to_detector=config.weights,
            path_to_anchor=config.anchors,
            min_score_thresh=config.min_score,
        )
        return lambda image: _detect_face_alignment(finder, squared(image))
    return partial(_detect_face_alignment, finder)


def squared(image: np.ndarray) -> np.ndarray:
    """The image with black at its right or bottom: places in it keep their coordinates.

    face-alignment's BlazeFace looks at the central square of what it gets, and at nothing else.
    """
    height, width = image.shape[:2]
    side = max(height, width)
    return cv2.copyMakeBorder(image, 0, side - height, 0, side - width, cv2.BORDER_CONSTANT)


def _detect_face_alignment(finder: object, image: np.ndarray) -> np.ndarray:
    found = finder.detect_from_image(image)
    return np.array([box for box in found if len(box)], dtype=np.float32).reshape(-1, 5)
