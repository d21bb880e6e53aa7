"""Where the face is in every frame of a clip: detected, tracked, filled and smoothed."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from scipy.ndimage import gaussian_filter1d

from crossmodal.contracts.errors import InputError
from crossmodal.stimuli.detectors import Detector
from crossmodal.stimuli.extraction_config import FaceConfig

SHIFT_PENALTY = 2.0  # score lost when a box lies one box size away from the previous one


@dataclass(frozen=True)
class FaceTrack:
    """One box per frame.

    Shapes and units
    ----------------
    box_px : float32 (frame, 4); left, top, right, bottom in the original frame
    score : float32 (frame,); the detector's score, NaN where the box was interpolated
    detected : share of the examined frames in which a face was found
    """

    box_px: np.ndarray
    score: np.ndarray
    detected: float


def track_face(
    frames: Sequence[np.ndarray],
    frame_rate_hz: float,
    detector: Detector,
    config: FaceConfig,
    source: str,
) -> FaceTrack:
    """Follow one face through ``frames``, each uint8 (row, col, 3).

    Raises
    ------
    InputError : a face in fewer than ``min_detected`` of the examined frames
    """
    step = max(1, round(config.detection_interval_s * frame_rate_hz))
    examined = np.unique([*range(0, len(frames), step), len(frames) - 1])
    boxes = np.full((len(frames), 4), np.nan)
    score = np.full(len(frames), np.nan, dtype=np.float32)
    previous = None
    for index in examined:
        found = detect(frames[index], detector, config.detection_height_px)
        if len(found):
            best = choose_box(found, previous)
            boxes[index], score[index] = best[:4], best[4]
            previous = best[:4]
    detected = float(np.isfinite(score[examined]).mean())
    if detected == 0 or detected < config.min_detected:
        raise InputError(
            source,
            "face",
            f"found in at least {config.min_detected:.0%} of the frames examined",
            f"{detected:.0%}",
        )
    box_px = smooth_boxes(fill_gaps(boxes), config.smoothing_s * frame_rate_hz)
    return FaceTrack(box_px.astype(np.float32), score, detected)


def detect(frame: np.ndarray, detector: Detector, height_px: int) -> np.ndarray:
    """Faces of one frame, found in a copy no taller than ``height_px``, in its own pixels."""
    scale = min(1.0, height_px / frame.shape[0])
    if scale < 1:
        size = (round(frame.shape[1] * scale), round(frame.shape[0] * scale))
        frame = cv2.resize(frame, size, interpolation=cv2.INTER_AREA)
    found = detector(frame).copy()
    found[:, :4] /= scale
    return found


def choose_box(found: np.ndarray, previous: np.ndarray | None) -> np.ndarray:
    """The best of several boxes (face, 5), preferring those near ``previous`` (4,)."""
    if previous is None:
        return found[np.argmax(found[:, 4])]
    size = max(previous[2] - previous[0], 1.0)
    centres = (found[:, :2] + found[:, 2:4]) / 2 - (previous[:2] + previous[2:]) / 2
    shift = np.hypot(*centres.T) / size
    return found[np.argmax(found[:, 4] - SHIFT_PENALTY * shift)]


def fill_gaps(boxes: np.ndarray) -> np.ndarray:
    """Interpolate rows of NaN in (frame, 4) linearly over time; ends keep the nearest box."""
    known = np.flatnonzero(np.isfinite(boxes).all(axis=1))
    every = np.arange(len(boxes))
    return np.column_stack([np.interp(every, known, boxes[known, side]) for side in range(4)])


def smooth_boxes(boxes: np.ndarray, sd_frames: float) -> np.ndarray:
    """Gaussian over time, (frame, 4): a detector's boxes jump by some pixels."""
    if sd_frames <= 0:
        return boxes
    return gaussian_filter1d(boxes, sd_frames, axis=0, mode="nearest")
