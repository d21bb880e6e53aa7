"""One-sample statistics per voxel: mean, t, confidence interval and false discovery rate."""

import numpy as np
from scipy.stats import beta, false_discovery_control
from scipy.stats import t as t_distribution

ALTERNATIVES = ("greater", "less", "two-sided")


def mean_and_t(data: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and one-sample t against zero over the first axis, in float64.

    Parameters
    ----------
    data : (participant, …)

    Returns
    -------
    mean, t : (…); t is NaN where all values are zero
    """
    data = np.asarray(data, dtype=np.float64)
    mean = data.mean(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return mean, mean / (data.std(axis=0, ddof=1) / np.sqrt(len(data)))


def interval_half_width(data: np.ndarray, confidence: float = 0.95) -> np.ndarray:
    """Half-width of the t confidence interval of the mean over the first axis, float64."""
    data = np.asarray(data, dtype=np.float64)
    error = data.std(axis=0, ddof=1) / np.sqrt(len(data))
    return error * t_distribution.isf((1 - confidence) / 2, len(data) - 1)


def sign_prevalence(data: np.ndarray, confidence: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """In how many participants a value is above zero, and the lower bound for the population.

    Parameters
    ----------
    data : (participant, …)

    Returns
    -------
    share, lower : (…), in [0, 1]; the bound is Clopper & Pearson's (1934), one-sided
    """
    n, above = len(data), (np.asarray(data) > 0).sum(axis=0)
    lower = beta.ppf(1 - confidence, np.maximum(above, 1), n - above + 1)
    return above / n, np.where(above == 0, 0.0, lower)


def q_fdr(t: np.ndarray, n_participants: int, alternative: str) -> np.ndarray:
    """Benjamini-Hochberg q of parametric t, over the last axis.

    Parameters
    ----------
    t : (…, voxel); NaN is left out

    Returns
    -------
    float64, as ``t``; the smallest false discovery rate at which a voxel is found
    """
    tails = {
        "greater": lambda x: t_distribution.sf(x, n_participants - 1),
        "less": lambda x: t_distribution.cdf(x, n_participants - 1),
        "two-sided": lambda x: 2 * t_distribution.sf(np.abs(x), n_participants - 1),
    }
    q = np.full(t.shape, np.nan)
    for row in np.ndindex(t.shape[:-1]):
        tested = ~np.isnan(t[row])
        if tested.any():
            q[row][tested] = false_discovery_control(tails[alternative](t[row][tested]))
    return q
