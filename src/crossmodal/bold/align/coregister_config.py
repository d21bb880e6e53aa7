"""Options of the coregistration."""

from dataclasses import dataclass
from typing import Annotated

from annotated_types import MinLen

from crossmodal.contracts.settings import Count, Positive, Settings


@dataclass(frozen=True)
class CoregisterConfig(Settings):
    """BOLD reference to T1w, rigid, by mutual information, then refined."""

    voxel_mm: Positive = 2.0
    """Voxel size to which a finer T1w is averaged, mm."""
    iterations: Annotated[tuple[Count, ...], MinLen(1)] = (200, 100, 50)
    """Iterations of each level, coarsest first."""
    refine: bool = True
    """Whether Gauss-Newton on a smooth mapping of T1w to BOLD intensities, inside the brain,
    follows mutual information (a tenth of a millimetre instead of a third)."""
