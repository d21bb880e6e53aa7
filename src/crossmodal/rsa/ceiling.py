"""Noise-ceiling maps: how well any model could do, given how participants differ (Nili 2014)."""

from collections.abc import Sequence

import numpy as np

from crossmodal.rsa.comparisons import ranked, standardised
from crossmodal.rsa.layout import Patterns
from crossmodal.rsa.neighbourhoods import Neighbourhoods
from crossmodal.rsa.tiles import over_tiles, tile_rdms

METHODS = ("spearman", "pearson", "cosine")


def noise_ceiling(
    participants: Sequence[Patterns],
    around: Neighbourhoods,
    method: str,
    n_threads: int = 1,
) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper noise ceiling of every sphere.

    Each participant's RDM is standardised (ranked for Spearman), then compared with the mean over
    all participants (upper) or over the others (lower), as in rsatoolbox.

    Parameters
    ----------
    participants : on the same voxels, with the same order of conditions
    method : one of METHODS

    Returns
    -------
    lower, upper : float64 (voxel,); NaN where a participant's RDM is undefined

    Raises
    ------
    ValueError : fewer than two participants, or another method
    """
    if len(participants) < 2 or method not in METHODS:
        raise ValueError(
            f"a noise ceiling needs two participants or more and one of {METHODS}, "
            f"not {len(participants)} and {method!r}"
        )

    def work(first: int) -> np.ndarray:
        ready = np.stack([_standardised_tile(p, around, first, method) for p in participants])
        return np.stack(ceilings(ready, method), axis=1)

    n = len(around)
    tiles = [part for _, part in over_tiles(work, n, n_threads, "noise ceiling")]
    lower, upper = np.concatenate(tiles)[:n].T
    return lower, upper


def _standardised_tile(
    patterns: Patterns, around: Neighbourhoods, first: int, method: str
) -> np.ndarray:
    rdms, valid = tile_rdms(patterns, around, first)
    rdms[~valid] = 0
    ready = ranked(rdms) if method == "spearman" else standardised(rdms, method)
    ready[~valid] = np.nan
    return ready


def ceilings(ready: np.ndarray, method: str) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper ceiling from RDMs (participant, sphere, pair).

    They are of unit norm, or for Spearman centred ranks: sums of ranks tie exactly, and averaged
    ranks are what rsatoolbox pools.
    """
    n = len(ready)
    # Sums of ranks are multiples of 1/2: exact in float32, whose ranking is much faster.
    exact = method == "spearman" and n * ready.shape[2] < 2**22
    total = ready.sum(axis=0, dtype=np.float64)
    upper, lower = np.zeros(ready.shape[1]), np.zeros(ready.shape[1])
    for one in ready:
        norm = np.sqrt(np.einsum("sp,sp->s", one, one, dtype=np.float64))
        for out, reference in ((upper, total), (lower, total - one)):
            target = standardised(reference.astype(np.float32 if exact else np.float64), method)
            with np.errstate(invalid="ignore", divide="ignore"):
                out += np.einsum("sp,sp->s", one, target) / norm / n
    return lower, upper
