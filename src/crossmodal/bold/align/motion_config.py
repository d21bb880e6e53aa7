"""Options of the motion estimation."""

from dataclasses import dataclass

from crossmodal.contracts.settings import Count, Positive, Settings


@dataclass(frozen=True)
class MotionConfig(Settings):
    """Head motion, estimated by Gauss-Newton (docs/decisions/motion.md)."""

    smoothing_mm: Positive = 5.0
    """FWHM of the smoothing before volumes are compared, mm."""
    sampling_mm: Positive = 6.0
    """Distance of the points at which volumes are compared, mm."""
    max_iterations: Count = 30
    """Most steps a volume."""
    tolerance_mm: Positive = 0.001
    """Stop when a step moves no point of the head by more than this, mm."""
