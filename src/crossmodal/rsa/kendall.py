"""Kendall's tau-a between RDMs: concordant minus discordant pairs over all pairs.

It counts inversions (Knight 1966) and is the one comparison that is no matrix product: about
a thousand times slower than Spearman, whose tie-proof form ``rho_a`` orders models alike.
"""

import numpy as np
from numba import njit


def tau_a(rdms: np.ndarray, models: np.ndarray) -> np.ndarray:
    """Kendall's tau-a (rdm, model) of RDMs (rdm, pair) with models (model, pair).

    NaN for an RDM that is constant, as with the other comparisons.
    """
    models = np.ascontiguousarray(models, dtype=np.float64)
    orders = np.argsort(models, axis=1, kind="stable")
    out = np.empty((len(rdms), len(models)), dtype=rdms.dtype)
    _tau_a_rows(np.ascontiguousarray(rdms, dtype=np.float64), models, orders, out)
    out[np.ptp(rdms, axis=1) == 0] = np.nan
    return out


@njit(nogil=True, cache=True)
def _tau_a_rows(rdms, models, orders, out):  # noqa: ANN001, ANN202
    n = rdms.shape[1]
    pairs = n * (n - 1) / 2
    for r in range(len(rdms)):
        tied_rdm = _tied_pairs(np.sort(rdms[r]))
        for m in range(len(models)):
            ranked = models[m][orders[m]]
            values = rdms[r][orders[m]]
            tied_both = _sort_within_ties(ranked, values)
            tied_model = _tied_pairs(ranked)
            swaps = _inversions(values)
            out[r, m] = (pairs - tied_rdm - tied_model + tied_both - 2 * swaps) / pairs


@njit(nogil=True, cache=True)
def _tied_pairs(ordered):  # noqa: ANN001, ANN202
    """Pairs of equal values in a sorted array."""
    total, run = 0.0, 1
    for i in range(1, len(ordered)):
        run = run + 1 if ordered[i] == ordered[i - 1] else 1
        total += run - 1
    return total


@njit(nogil=True, cache=True)
def _sort_within_ties(ranked, values):  # noqa: ANN001, ANN202
    """Sort values inside each run of equal models; return the pairs tied in both."""
    total, start = 0.0, 0
    for i in range(1, len(ranked) + 1):
        if i == len(ranked) or ranked[i] != ranked[start]:
            values[start:i].sort()
            total += _tied_pairs(values[start:i])
            start = i
    return total


@njit(nogil=True, cache=True)
def _inversions(values):  # noqa: ANN001, ANN202
    """Number of pairs in descending order; a bottom-up merge sort, which overwrites values."""
    n = len(values)
    spare = np.empty_like(values)
    swaps, width = 0, 1
    while width < n:
        for low in range(0, n, 2 * width):
            middle, high = min(low + width, n), min(low + 2 * width, n)
            left, right = low, middle
            for to in range(low, high):
                if right >= high or (left < middle and values[left] <= values[right]):
                    spare[to] = values[left]
                    left += 1
                else:
                    spare[to] = values[right]
                    right += 1
                    swaps += middle - left
        values, spare = spare, values
        width *= 2
    return swaps
