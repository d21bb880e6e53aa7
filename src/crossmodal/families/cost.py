"""What the cost of any family's jobs grows with: the facts that it reckons from."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Facts:
    """What the study's clips are like.

    n_study, n_clips : clips of the study, and of study and pool
    clip_s, frame_rate_hz : duration of a clip, s, and its frames per second
    modalities : of the clips
    rgb_px : rows and columns of a face crop; 0 without faces
    test_share : of the study's clips those of ``stimuli.test_actors``; 0: folds in their place
    """

    n_study: float
    n_clips: float
    clip_s: float
    frame_rate_hz: float
    modalities: tuple[str, ...]
    rgb_px: int
    test_share: float = 0.0


def width_cost(width: float) -> float:
    """Time of a convolutional network over that at width 1: memory traffic and arithmetic.

    Measured for ResNet-18, one core: 196, 333, 821 and 2,516 ns per pixel at widths .125, .25,
    .5 and 1; the arms of cross_channel follow the same curve within a fifth.
    """
    return 0.04 + 0.17 * width + 0.79 * width**2
