"""Family-wise error by the maximum statistic over voxels and over layers (Nichols & Holmes 2002).

A sign flip leaves each voxel's sum of squares SS as it is. With s = sum(sign * x) / sqrt(SS),
t = s sqrt(n - 1) / sqrt(n - s^2) rises with s, so the maximum of t is found from the maximum of
s: one matrix product gives all permutations, and no t is ever computed under the null.
"""

import numpy as np

from crossmodal.inference.maps.one_sample import ALTERNATIVES

VOXELS, PERMUTATIONS = 1024, 512  # a block of float32 products that stays in the L2 cache
# Two permutations that tie in exact arithmetic may differ by rounding; count them as a tie.
TIE = 1e-5


def unit_maps(data: np.ndarray) -> np.ndarray:
    """Data (participant, voxel) divided by the root of each voxel's sum of squares.

    Voxels that are zero everywhere become NaN.
    """
    norm = np.sqrt(np.einsum("pv,pv->v", data, data, dtype=np.float64))
    with np.errstate(divide="ignore", invalid="ignore"):
        return (data / np.where(norm > 0, norm, np.nan)).astype(np.float32)


def t_from_sums(sums: np.ndarray, n_participants: int) -> np.ndarray:
    """One-sample t from s = sum(x) / sqrt(sum(x^2)), float64; finite even if all x are equal."""
    wide = np.asarray(sums, dtype=np.float64)
    rest = np.maximum(n_participants - wide**2, 1e-9 * n_participants)
    return wide * np.sqrt((n_participants - 1) / rest)


def sums_from_t(t: np.ndarray, n_participants: int) -> np.ndarray:
    """The inverse of ``t_from_sums``, float64; infinite t give the largest sum, sqrt(n)."""
    angle = np.arctan(np.asarray(t, dtype=np.float64) / np.sqrt(n_participants - 1))
    return np.sqrt(n_participants) * np.sin(angle)


def oriented(sums: np.ndarray, alternative: str) -> np.ndarray:
    """Statistic that is large when the alternative holds.

    Raises
    ------
    ValueError : unknown alternative
    """
    if alternative not in ALTERNATIVES:
        raise ValueError(f"alternative {alternative!r} is none of {ALTERNATIVES}")
    return {"greater": lambda x: x, "less": np.negative, "two-sided": np.abs}[alternative](sums)


def max_sums(units: np.ndarray, signs: np.ndarray, alternative: str) -> np.ndarray:
    """Maximum over voxels of the oriented s under every sign pattern.

    Parameters
    ----------
    units : float32 (participant, voxel) from ``unit_maps``, without NaN
    signs : int8 (permutation, participant)

    Returns
    -------
    float32 (permutation,)
    """
    oriented(np.zeros(1), alternative)
    flips = signs.astype(np.float32)
    best = np.full(len(flips), -np.inf, dtype=np.float32)
    for first in range(0, units.shape[1], VOXELS):
        block = np.ascontiguousarray(units[:, first : first + VOXELS])
        for start in range(0, len(flips), PERMUTATIONS):
            sums = flips[start : start + PERMUTATIONS] @ block
            here = best[start : start + PERMUTATIONS]
            if alternative != "less":
                np.maximum(here, sums.max(axis=1), out=here)
            if alternative != "greater":
                np.maximum(here, -sums.min(axis=1), out=here)
    return best


def p_from_maxima(observed: np.ndarray, maxima: np.ndarray) -> np.ndarray:
    """Share of permutations whose maximum is at least the observed statistic.

    Parameters
    ----------
    observed : any shape; NaN gives NaN
    maxima : (permutation,), the identity among them, so that no p is zero
    """
    ordered = np.sort(maxima)
    lowest = observed - TIE * np.abs(observed)
    below = np.searchsorted(ordered, lowest, side="left")
    p = np.maximum(len(ordered) - below, 1) / len(ordered)
    return np.where(np.isnan(observed), np.nan, p)
