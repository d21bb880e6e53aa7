"""Options of the general linear model."""

from dataclasses import dataclass
from typing import Annotated, Literal

from crossmodal.contracts.settings import Positive, Settings, Unique


@dataclass(frozen=True)
class GLMConfig(Settings):
    """The general linear model of each run, by SPM12's conventions."""

    high_pass_s: Positive = 128.0
    """Cosines with longer periods are filtered out, s."""
    noise: Literal["ar1", "fast", "white"] = "ar1"
    """ar1 (pooled over voxels, restricted likelihood), fast (a dictionary of exponentials instead,
    for repetition times below about 1 s) or white."""
    motion_regressors: Literal[0, 6, 12, 24] = 6
    """Nuisance columns from the motion parameters; 6, 12 with their differences, 24 with squares
    of all."""
    estimator: Literal["lsa", "lss"] = "lsa"
    """lsa, all conditions in one model, or lss, one model a condition with the others summed."""
    patterns: Literal["beta", "t"] = "beta"
    """beta (% of the run's mean intensity) or t."""
    confounds: Annotated[tuple[str, ...], Unique()] = ()
    """Further nuisance columns of the confounds tables, by name: framewise_displacement, dvars,
    std_dvars, a_comp_cor_00 …; with fmriprep_dir any column of its tables."""
