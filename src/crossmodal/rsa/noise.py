"""Noise normalisation of patterns by the GLM's residuals (Walther et al. 2016)."""

import numpy as np

from crossmodal.contracts.errors import InputError
from crossmodal.rsa.distances import shrunk_factor, solve_lower


def univariate(betas: np.ndarray, residual_variance: np.ndarray) -> np.ndarray:
    """Divide every voxel's betas by the SD of its residuals, per run.

    Parameters
    ----------
    betas : (run, condition, voxel)
    residual_variance : (run, voxel)

    Returns
    -------
    (run, condition, voxel); NaN in voxels without residual variance, which the searchlight
    then leaves out
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = np.where(residual_variance > 0, 1 / np.sqrt(residual_variance), np.nan)
    return betas * scale[:, None, :].astype(betas.dtype)


def require_varied(residuals: np.ndarray, used: np.ndarray | None = None) -> None:
    """Refuse residuals (time, voxel) that have no covariance to whiten by.

    Parameters
    ----------
    used : bool (voxel,); others may be anything; None: all are used

    Raises
    ------
    InputError : NaN, infinity or one value at all times; names the voxel
    """
    low = np.full(residuals.shape[1], np.inf, dtype=residuals.dtype)
    high = -low
    for row in residuals:  # of runs of a whole brain, no copy is wanted
        np.minimum(low, row, out=low)
        np.maximum(high, row, out=high)
    finite = np.isfinite(low) & np.isfinite(high)
    wrong = ~finite | (low == high)
    if used is not None:
        wrong &= used
    if wrong.any():
        voxel = int(np.flatnonzero(wrong)[0])
        got = f"{low[voxel]} at all times" if finite[voxel] else "values that are not"
        expected = "finite values that vary over time"
        raise InputError("residuals", f"voxel {voxel}", expected, got)


def whiten_patterns(patterns: np.ndarray, residuals: np.ndarray) -> np.ndarray:
    """Multivariate noise normalisation in one region: patterns times covariance^(-1/2).

    The searchlight does the same in every sphere; this is for regions of interest.

    Parameters
    ----------
    patterns : (…, condition, voxel)
    residuals : (time, voxel); their mean over time is removed

    Returns
    -------
    (…, condition, voxel), whitened by the inverse Cholesky factor, so that squared Euclidean
    distances are Mahalanobis distances

    Raises
    ------
    InputError : see ``require_varied``
    """
    require_varied(residuals)
    centred = residuals.T.astype(np.float64) - residuals.mean(axis=0, dtype=np.float64)[:, None]
    factor = shrunk_factor(np.ascontiguousarray(centred))
    flat = np.ascontiguousarray(patterns.reshape(-1, patterns.shape[-1]).T, dtype=np.float64)
    solve_lower(factor, flat, len(flat))
    return flat.T.reshape(patterns.shape).astype(patterns.dtype)
