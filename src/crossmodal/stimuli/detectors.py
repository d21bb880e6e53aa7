"""Find faces in one frame with one of face-alignment's detectors."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from crossmodal.contracts.errors import InputError
from crossmodal.stimuli.extraction_config import FaceConfig

Detector = Callable[[np.ndarray], np.ndarray]
"""RGB image uint8 (row, col, 3) -> float32 (face, 5): left, top, right, bottom, score.

What a score means is the detector's: dlib's is a distance from its decision border (above 0: a
face; 1 is clear), S3FD's a probability, BlazeFace's the mean probability of all boxes above
``min_score`` that were blended into this one. A lower threshold blends weaker boxes in and lowers
the score of the same face: scores compare within one detector and one threshold only.
"""

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
        return lambda image: in_squares(image, partial(_detect_face_alignment, finder))
    return partial(_detect_face_alignment, finder)


def in_squares(image: np.ndarray, detector: Detector) -> np.ndarray:
    """Faces that a detector for square images finds in one of any shape, float32 (face, 5).

    face-alignment's BlazeFace looks at the central square of what it gets, and at nothing else. It
    gets squares as large as the image allows, each half over the next, and the whole padded to
    one, for faces that no square holds. Of boxes about one face the best stays.
    """
    height, width = image.shape[:2]
    side, longer = min(height, width), max(height, width)
    below, right = longer - height, longer - width
    found = [detector(cv2.copyMakeBorder(image, 0, below, 0, right, cv2.BORDER_CONSTANT))]
    n_squares = 1 + int(np.ceil(2 * (longer - side) / side))
    starts = np.linspace(0, longer - side, n_squares).round().astype(int)
    for start in starts if n_squares > 1 else ():
        left, top = (start, 0) if width > height else (0, start)
        boxes = detector(image[top : top + side, left : left + side]).copy()
        boxes[:, :4] += [left, top, left, top]
        found.append(boxes)
    return _best(np.concatenate(found))


def _best(boxes: np.ndarray) -> np.ndarray:
    """Of boxes (face, 5) that overlap by half of the smaller one, the one with the best score."""
    kept: list[np.ndarray] = []
    for box in boxes[np.argsort(-boxes[:, 4], kind="stable")]:
        if all(_shared(box, other) < 0.5 for other in kept):
            kept.append(box)
    return np.array(kept, np.float32).reshape(-1, 5)


def _shared(one: np.ndarray, other: np.ndarray) -> float:
    sides = np.minimum(one[2:4], other[2:4]) - np.maximum(one[:2], other[:2])
    areas = [np.prod(box[2:4] - box[:2]) for box in (one, other)]
    return float(np.prod(sides.clip(0)) / max(min(areas), 1e-6))


def _detect_face_alignment(finder: object, image: np.ndarray) -> np.ndarray:
    found = finder.detect_from_image(image)
    return np.array([box for box in found if len(box)], dtype=np.float32).reshape(-1, 5)
