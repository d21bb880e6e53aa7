"""Absolute limits of measures, whatever the other participants are like; each with its source."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Limit:
    """The most, or the least, that a measure should be."""

    value: float
    is_least: bool
    source: str

    def is_kept(self, value: float) -> bool:
        """Whether a measure is inside; one that is not known is."""
        return bool(np.isnan(value)) or (
            value >= self.value if self.is_least else value <= self.value
        )

    @property
    def words(self) -> str:
        return f"at {'least' if self.is_least else 'most'} {self.value:g} ({self.source})"


# ASSUME: limits made for other samples and scanners are advice here; nobody is left out by them.
LIMITS = {
    "mean_framewise_displacement_mm": Limit(0.5, False, "a moved volume of Power et al. 2012"),
    "mean_std_dvars": Limit(1.5, False, "a spike by fMRIPrep's default"),
    "min_median_tsnr": Limit(
        50.0, True, "responses of 2 % in 350 volumes, Murphy et al. 2007, NeuroImage 34:565"
    ),
    "max_variance_inflation": Limit(10.0, False, "Marquardt 1970, Technometrics 12:591"),
}


def beyond(measures: Mapping[str, float]) -> list[str]:
    """Names of the measures that are outside of their limits."""
    return [
        name
        for name, limit in LIMITS.items()
        if name in measures and not limit.is_kept(measures[name])
    ]
