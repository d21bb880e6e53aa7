"""Low-level features."""

from dataclasses import dataclass

from crossmodal.contracts.settings import Count, Positive, Settings


@dataclass(frozen=True)
class LowLevelConfig(Settings):
    """Low-level control features of the clips."""

    cells: Count = 8
    """The face crop is divided into cells x cells for luminance and motion energy."""
    f0_min_hz: Positive = 65.0
    """Lowest fundamental frequency searched."""
    f0_max_hz: Positive = 600.0
    """Highest fundamental frequency searched."""
