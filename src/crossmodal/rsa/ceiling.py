"""Noise-ceiling maps: how well any model could do, given how participants differ (Nili 2014)."""

from collections.abc import Callable, Sequence

import numpy as np

from crossmodal.rsa.comparisons import (
    METHODS,
    RANKED,
    control_basis,
    ranked,
    standardised,
    sum_of_squared_ranks,
    whitened_products,
    whitened_squares,
)
from crossmodal.rsa.kendall import tau_a
from crossmodal.rsa.layout import Patterns
from crossmodal.rsa.neighbourhoods import Neighbourhoods
from crossmodal.rsa.tiles import over_tiles, tile_rdms

ROUNDING = 1e-6
# Sums of these are pooled as ranks, which tie exactly, instead of rows of unit norm.
POOLED_RANKS = ("spearman", "rho_a", "tau_a")


def noise_ceiling(
    participants: Sequence[Patterns],
    around: Neighbourhoods,
    method: str,
    n_threads: int = 1,
    controls: Sequence[np.ndarray] | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper noise ceiling of every sphere.

    Each participant's RDM is ranked or standardised, then compared with the mean over all
    participants (upper) or over the others (lower), as in rsatoolbox. For tau-a mean ranks stand
    in for the best model, which has no closed form; for whitened comparisons RDMs of unit norm
    are averaged, though whitened norms would be a little better. rsatoolbox does both.

    Partial comparisons take each participant's controls out of the ranked or centred RDM; what
    is left, of unit norm, is averaged. With controls that all share it bounds every model.

    Parameters
    ----------
    participants : on the same voxels, with the same order of conditions
    method : one of ``METHODS``
    controls : of partial comparisons: each participant's control RDMs (control, pair)

    Returns
    -------
    lower, upper : float64 (voxel,); NaN where a participant's RDM is undefined or constant

    Raises
    ------
    ValueError : fewer than two participants, another method, or controls that do not go with it
    """
    if len(participants) < 2 or method not in METHODS:
        raise ValueError(
            f"a noise ceiling needs two participants or more and one of {METHODS}, "
            f"not {len(participants)} and {method!r}"
        )
    if method.startswith("partial") != (controls is not None):
        raise ValueError(f"comparison {method!r} with {'some' if controls else 'no'} controls")
    bases = [control_basis(rows, method) for rows in controls or ()] or [None] * len(participants)

    def work(first: int) -> np.ndarray:
        tiles = [
            _ready_tile(one, around, first, method, basis)
            for one, basis in zip(participants, bases, strict=True)
        ]
        return np.stack(ceilings(np.stack(tiles), method, bases), axis=1)

    n = len(around)
    tiles = [part for _, part in over_tiles(work, n, n_threads, "noise ceiling")]
    lower, upper = np.concatenate(tiles)[:n].T
    return lower, upper


def _ready_tile(
    patterns: Patterns, around: Neighbourhoods, first: int, method: str, basis: np.ndarray | None
) -> np.ndarray:
    rdms, valid = tile_rdms(patterns, around, first)
    rdms[~valid] = 0
    ready = ready_rows(rdms, method, basis)
    ready[~valid] = np.nan
    return ready


def ready_rows(rdms: np.ndarray, method: str, basis: np.ndarray | None) -> np.ndarray:
    """What is averaged over participants: RDMs (rdm, pair), which are overwritten, as centred
    ranks or of unit norm; ``basis`` : of the controls, whose part is taken out."""
    if method in POOLED_RANKS:
        return ranked(rdms)
    if basis is None:
        return standardised(rdms, method)
    whole = (ranked(rdms) if method in RANKED else standardised(rdms, method)).astype(np.float64)
    rest = whole - (whole @ basis) @ basis.T
    rest[_norms(rest) < ROUNDING * _norms(whole)] = 0  # the controls explain all of it
    return standardised(rest, "cosine")


def ceilings(
    ready: np.ndarray, method: str, bases: Sequence[np.ndarray | None]
) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper ceiling from RDMs (participant, sphere, pair) made by ``ready_rows``."""
    n = len(ready)
    # Sums of ranks are multiples of 1/2: exact in float32, whose ranking is much faster.
    exact = method in POOLED_RANKS and n * ready.shape[2] < 2**22
    total = ready.sum(axis=0, dtype=np.float64)
    similarity = _similarity(method)
    upper, lower = np.zeros(ready.shape[1]), np.zeros(ready.shape[1])
    for one, basis in zip(ready, bases, strict=True):
        for out, reference in ((upper, total), (lower, total - one)):
            pooled = reference.astype(np.float32 if exact else np.float64)
            if basis is not None:
                pooled -= (pooled @ basis) @ basis.T
            with np.errstate(invalid="ignore", divide="ignore"):
                out += similarity(one, pooled) / n
    return lower, upper


RowSimilarity = Callable[[np.ndarray, np.ndarray], np.ndarray]


def _similarity(method: str) -> RowSimilarity:
    """Of ready RDMs and pooled ones, row by row: (sphere, pair) twice -> float64 (sphere,).

    The pooled ones may be overwritten.
    """
    if method == "tau_a":
        return _tau_a_rows
    if method == "rho_a":
        return _rho_a_rows
    if method.startswith("whitened"):
        return lambda one, pooled: (
            whitened_products(one, pooled)
            / np.sqrt(whitened_squares(one) * whitened_squares(pooled))
        )
    # What partial comparisons leave is compared as it is.
    target = "cosine" if method.startswith("partial") else method
    return lambda one, pooled: (
        np.einsum("sp,sp->s", one, standardised(pooled, target), dtype=np.float64) / _norms(one)
    )


def _rho_a_rows(one: np.ndarray, pooled: np.ndarray) -> np.ndarray:
    products = np.einsum("sp,sp->s", one, ranked(pooled), dtype=np.float64)
    return np.where(_norms(one) > 0, products / sum_of_squared_ranks(one.shape[1]), np.nan)


def _tau_a_rows(one: np.ndarray, pooled: np.ndarray) -> np.ndarray:
    out = np.full(len(one), np.nan)
    for row in np.flatnonzero(np.isfinite(one).all(axis=1) & np.isfinite(pooled).all(axis=1)):
        out[row] = tau_a(one[row : row + 1], pooled[row : row + 1])[0, 0]
    return out


def _norms(rows: np.ndarray) -> np.ndarray:
    return np.sqrt(np.einsum("sp,sp->s", rows, rows, dtype=np.float64))
