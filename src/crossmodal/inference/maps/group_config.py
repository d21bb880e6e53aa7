"""Options of the test of maps."""

from dataclasses import dataclass
from typing import Annotated, Literal

from annotated_types import Ge, Gt, Le

from crossmodal.contracts.settings import NonNegative, Positive, Settings, Unique


@dataclass(frozen=True)
class GroupConfig(Settings):
    """Inference over participants (or conditions, for one participant)."""

    n_permutations: Annotated[int, Ge(20)] = 10000
    """Sign patterns or condition orders, the observed one among them; all of them where there
    are fewer."""
    alternative: Literal["greater", "less", "two-sided"] = "greater"
    """greater asks where brain and model are similar, less where they are dissimilar, two-sided
    both."""
    alpha: Annotated[float, Gt(0), Le(0.5)] = 0.05
    """Family-wise error level at which clusters are listed."""
    test: Literal["sign_flip", "condition_permutation"] = "sign_flip"
    """sign_flip tests the mean over participants; condition_permutation tests a single
    participant by permuted condition labels."""
    statistics: Annotated[tuple[Literal["tfce", "cluster_mass"], ...], Unique()] = ()
    """Statistics tested by sign flips besides the maximum of t; each adds its own maps and some
    minutes."""
    cluster_p: Annotated[float, Gt(0), Le(0.1)] = 0.001
    """Uncorrected p of the t at which cluster_mass forms clusters."""
    smoothing_mm: NonNegative = 0.0
    """FWHM of the Gaussian that participants' maps are smoothed with before sign flips, mm,
    inside the mask; patterns are never smoothed. 0 or left out for none."""
    peak_distance_mm: Positive = 8.0
    """Peaks of one cluster that its table lists are at least that far apart, mm."""
