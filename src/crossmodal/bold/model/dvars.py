"""DVARS: how much the image changes from one volume to the next (Power et al. 2012).

Both versions as fMRIPrep reports them (nipype's ComputeDVARS; Nichols 2013, DVARS notes).
"""

import numpy as np

MEDIAN_INTENSITY = 1000.0  # of all voxels and volumes, after scaling
IQR_OF_NORMAL = 1.349


def dvars(series: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """DVARS and standardised DVARS of aligned volumes.

    Parameters
    ----------
    series : (volume, voxel), motion undone, brain only

    Returns
    -------
    dvars : (volume,), root mean square of the differences to the volume before, after scaling
        to a median of 1000
    std_dvars : (volume,), the same over what AR(1) noise of the voxels' robust SD would give;
        about 1 where nothing happens
        The first of both is NaN, because it has no predecessor.
    """
    scaled = series * np.float32(MEDIAN_INTENSITY / max(np.median(series), 1e-12))
    quartiles = np.percentile(scaled, [25, 75], axis=0, method="lower")
    sd = (quartiles[1] - quartiles[0]) / IQR_OF_NORMAL
    varying = sd > 0
    if not varying.any():
        return (np.r_[np.nan, np.zeros(len(series) - 1)],) * 2
    scaled, sd = scaled[:, varying], sd[varying]
    changes = np.sqrt(np.square(np.diff(scaled, axis=0)).mean(axis=1, dtype=float))
    expected = (np.sqrt(2 * (1 - lag_one(scaled))) * sd).mean()
    return np.r_[np.nan, changes], np.r_[np.nan, changes / expected]


def lag_one(series: np.ndarray) -> np.ndarray:
    """Lag-1 autocorrelation of every column by Yule-Walker (covariances divided by n)."""
    centred = series - series.mean(axis=0)
    n_volumes = len(series)
    variance = np.einsum("tv,tv->v", centred, centred) / n_volumes
    covariance = np.einsum("tv,tv->v", centred[1:], centred[:-1]) / n_volumes
    return covariance / variance
