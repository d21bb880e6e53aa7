"""How faces and sounds are taken from clips."""

from dataclasses import dataclass
from typing import Annotated, Literal

from annotated_types import Ge, Le

from crossmodal.contracts.settings import Count, NonNegative, Positive, Settings


@dataclass(frozen=True)
class FaceConfig(Settings):
    """How faces are found and cropped."""

    detector: Literal["dlib", "blazeface", "sfd"] = "dlib"
    """dlib (HOG, needs no weights), blazeface (fast) or sfd (S3FD, slow without a GPU)."""
    weights: str | None = None
    """File of the detector's weights; null lets face-alignment download them."""
    anchors: str | None = None
    """File of BlazeFace's anchors, belonging to its weights; null for the other detectors."""
    upsample: Annotated[int, Ge(0), Le(3)] = 1
    """How often dlib doubles the image; 1 finds faces from 40 pixels on."""
    min_score: float = 0.0
    """Detections with a lower score do not count; 0 is dlib's own threshold, 0.5 that of the
    others. BlazeFace blends all boxes above it into one and gives that their mean score."""
    detection_height_px: Annotated[int, Ge(64)] = 360
    """Taller frames are shrunk to this height for detection only, pixels."""
    detection_interval_s: NonNegative = 0.2
    """Time between the frames in which the face is looked for, s; boxes between them are
    interpolated and their score is NaN. 0 looks in every frame."""
    smoothing_s: NonNegative = 0.2
    """SD of the Gaussian that smooths the boxes over time, s; 0 is off."""
    min_detected: Annotated[float, Ge(0), Le(1)] = 0.5
    """A clip with a face in a smaller share of the frames looked at is an error."""
    margin: Annotated[float, Ge(0), Le(2)] = 0.2
    """Width added to the box on every side, as a share of its longer side."""
    grey_px: Annotated[int, Ge(8)] = 64
    """Side of the grey crops, pixels."""
    rgb_px: Annotated[int, Ge(8)] = 112
    """Side of the colour crops, pixels."""


@dataclass(frozen=True)
class AudioConfig(Settings):
    """How sounds become images."""

    sample_rate_hz: Annotated[int, Ge(4000)] = 16000
    """Every sound is resampled to this rate, Hz."""
    duration_s: Positive = 3.0
    """Length of sound in a mel image, s; longer sounds are cut, shorter ones padded."""
    n_mels: Count = 96
    """Mel bands, the rows of the image."""
    n_times: Count = 80
    """Time bins, the columns of the image."""
    n_fft: Annotated[int, Ge(16)] = 1024
    """Samples of one analysis window."""
