"""Where betas of other programs lie."""

from dataclasses import dataclass
from typing import Annotated, Literal

from annotated_types import MinLen

from crossmodal.contracts.settings import Settings


@dataclass(frozen=True)
class BetasConfig(Settings):
    """Response estimates of another program, taken instead of raw scans. In paths, {participant}
    stands for a participant's label without 'sub-'."""

    source: Literal["spm", "glmsingle", "images", "bids_statmaps"]
    """spm (SPM.mat and the beta images beside it), glmsingle (a file of betasmd and a table of
    its trials), images (a table of NIfTIs) or bids_statmaps (…_contrast-X_stat-effect_statmap)."""
    path: Annotated[str, MinLen(1)]
    """spm: SPM.mat, with {participant}; glmsingle: the TYPED .hdf5 or .npz, with {participant};
    images: TSV with columns participant, run, condition, path and, if wanted, trial and
    residual_variance (paths as seen from the table); bids_statmaps: folder of sub-* folders."""
    trials: str | None = None
    """glmsingle: TSV of columns run and condition, a row for each volume of betasmd, in their
    order; with {participant} where they differ."""
    reference: str | None = None
    """glmsingle: a NIfTI on the grid of its arrays, which have none of their own; with
    {participant} where they differ."""
    mask: str | None = None
    """NIfTI of 0 and 1 on the betas' grid; only its voxels are taken. With {participant} where
    they differ; null takes all voxels with data."""
    stat: str = "effect"
    """bids_statmaps: which statistic of the name."""
