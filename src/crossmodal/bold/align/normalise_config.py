"""Options of the normalisation; light, because the Snakefile reads it."""

from dataclasses import dataclass
from typing import Annotated

from annotated_types import MinLen

from crossmodal.contracts.settings import Count, Positive, Settings


@dataclass(frozen=True)
class NormaliseConfig(Settings):
    """T1w to template, affine and SyN."""

    voxel_mm: Positive = 2.0
    """Voxel size at which both images are compared, mm; 2 for real studies."""
    affine_iterations: Annotated[tuple[Count, ...], MinLen(1)] = (200, 100, 50)
    """Iterations of each level of the affine registration, coarsest first."""
    syn_iterations: tuple[Count, ...] = (50, 50, 25)
    """Iterations of each SyN level, coarsest first; empty for affine only."""
    syn_radius_voxels: Count = 4
    """Radius of the windows of the local cross-correlation, voxels."""
