"""Settings of clip extraction."""

from dataclasses import dataclass


@dataclass(frozen=True)
class FaceConfig:
    """Config block ``stimuli.face``; see config/README.md for each key.

    ``detection_height_px`` : frames are shrunk to this height before detection
    ``detection_interval_s`` : time between frames in which the face is looked for
    ``margin`` : enlargement of the box on every side, as a share of its longer side
    """

    detector: str
    weights: str | None
    anchors: str | None
    upsample: int
    min_score: float
    detection_height_px: int
    detection_interval_s: float
    smoothing_s: float
    min_detected: float
    margin: float
    grey_px: int
    rgb_px: int


@dataclass(frozen=True)
class AudioConfig:
    """Config block ``stimuli.audio``: ``duration_s`` of sound as an n_mels x n_times image."""

    sample_rate_hz: int
    duration_s: float
    n_mels: int
    n_times: int
    n_fft: int
