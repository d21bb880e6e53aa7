"""When quality pages name somebody."""

from dataclasses import dataclass

from crossmodal.contracts.settings import Positive, Settings


@dataclass(frozen=True)
class QualityConfig(Settings):
    """When the quality pages name a participant or a volume."""

    max_displacement_mm: Positive = 0.5
    """A volume with more framewise displacement counts as moved; a participant with a higher
    mean is an outlier."""
    outlier_z: Positive = 3.5
    """A measure is an outlier above this modified z."""
