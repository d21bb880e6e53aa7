"""Numbers that say how good one participant's scans are."""

from collections.abc import Sequence

import numpy as np

from crossmodal.contracts.run_quality import RunQuality


def pattern_reliability(betas: np.ndarray) -> np.ndarray:
    """Mean correlation between runs of a voxel's responses to the conditions, (voxel,).

    NaN with a single run and where a voxel does not vary. Conditions that a run lacks count in
    no run.

    Parameters
    ----------
    betas : (run, condition, voxel); NaN for conditions that a run lacks
    """
    missing = np.isnan(betas).all(axis=2).any(axis=0)
    if missing.any():
        betas = betas[:, ~missing]
    n_runs = len(betas)
    if n_runs < 2 or betas.shape[1] < 2:
        return np.full(betas.shape[2], np.nan)
    centred = betas - betas.mean(axis=1, keepdims=True)
    norm = np.sqrt(np.square(centred).sum(axis=1, keepdims=True))
    with np.errstate(divide="ignore", invalid="ignore"):
        unit = centred / norm
    # The squared sum of unit vectors holds every pair of different runs twice.
    return (np.square(unit.sum(axis=0)).sum(axis=0) - n_runs) / (n_runs * (n_runs - 1))


def confound_measures(
    confounds: Sequence[dict[str, np.ndarray]], limit_mm: float
) -> dict[str, float]:
    """Head motion and image changes over all runs.

    Parameters
    ----------
    confounds : of each run, columns (volume,) by name
    limit_mm : framewise displacement above which a volume counts as moved
    """
    moved = np.concatenate([table["framewise_displacement"][1:] for table in confounds])
    changes = np.concatenate([table["std_dvars"][1:] for table in confounds])
    return {
        "mean_framewise_displacement_mm": float(moved.mean()),
        "max_framewise_displacement_mm": float(moved.max()),
        "percent_moved_volumes": float(100 * (moved > limit_mm).mean()),
        "mean_std_dvars": float(changes.mean()),
        "max_std_dvars": float(changes.max()),
    }


def signal_measures(runs: Sequence[RunQuality]) -> dict[str, float]:
    """Temporal signal-to-noise ratio of the worst run."""
    return {"min_median_tsnr": min(run.median_tsnr for run in runs)} if runs else {}
