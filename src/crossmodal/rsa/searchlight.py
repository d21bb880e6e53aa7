"""Whole-brain searchlight RSA: patterns and model RDMs in, one similarity map per model out."""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits
from tqdm import tqdm

from crossmodal.rsa.checkpoint import Checkpoint
from crossmodal.rsa.comparisons import LINEAR, METHODS, Comparison, compare, prepare
from crossmodal.rsa.distances import DISTANCES, cross_run_rdms, within_run_rdms
from crossmodal.rsa.neighbourhoods import Neighbourhoods, spheres

# Centres that go through one matrix product together. Results are the same for any number of
# threads because this number, and so every product, never depends on it.
TILE = 256


@dataclass(frozen=True)
class SearchlightConfig:
    """How brain RDMs are made and compared with model RDMs.

    radius_mm : distance of voxel centres from the sphere's centre, equal included
    min_voxels : spheres with fewer voxels of the mask give NaN
    distance : one of ``DISTANCES``; 'mahalanobis' is 'squared_euclidean' after whitening by
        residuals, which have to be given
    comparison : one of ``METHODS``
    noise_normalisation : 'none' or 'univariate' (divide by the residuals' SD)
    """

    radius_mm: float
    min_voxels: int = 2
    distance: str = "correlation"
    comparison: str = "spearman"
    noise_normalisation: str = "none"

    def __post_init__(self) -> None:
        for field, known in (
            ("distance", DISTANCES),
            ("comparison", METHODS),
            ("noise_normalisation", ("none", "univariate")),
        ):
            if getattr(self, field) not in known:
                raise ValueError(f"{field} {getattr(self, field)!r} is none of {known}")


@dataclass(frozen=True)
class Patterns:
    """Condition patterns of one participant, laid out for the searchlight.

    Shapes
    ------
    rows : float (part, voxel, condition)
    present : bool (run, condition), weights : float (run, pair); for distances within runs
    signs : float (part,), inverse_counts : float (condition, condition); for crossnobis
    residuals : float (voxel, time); their covariance whitens each sphere; no times: it is not
    dtype : of the RDMs; the arrays above may be more precise
    """

    rows: np.ndarray
    distance: str
    present: np.ndarray
    weights: np.ndarray
    signs: np.ndarray
    inverse_counts: np.ndarray
    residuals: np.ndarray
    dtype: type

    @property
    def n_pairs(self) -> int:
        n = self.rows.shape[2]
        return n * (n - 1) // 2


def arrange(
    betas: np.ndarray,
    distance: str,
    dtype: type = np.float32,
    residuals: np.ndarray | None = None,
) -> Patterns:
    """Lay out betas for the kernels.

    Parameters
    ----------
    betas : (run, condition, voxel); a condition that a run lacks is NaN in all voxels
    residuals : (time, voxel) of all runs, for multivariate noise normalisation

    Raises
    ------
    ValueError : NaN in single voxels, a pair of conditions that is never compared,
        cross-validation with one run, or residuals that are missing or belong to other voxels
    """
    noise = _noise(betas, distance, residuals)
    present = ~np.isnan(betas).all(axis=2)
    filled = np.where(present[:, :, None], betas, 0)
    if np.isnan(filled).any():
        raise ValueError("betas hold NaN in single voxels: take these out of the mask first")
    rows, columns = np.triu_indices(betas.shape[1], 1)
    together = present[:, rows] & present[:, columns]
    if distance == "crossnobis":
        parts, signs, inverse_counts = _cross_run_parts(filled, present)
        weights = np.zeros((0, len(rows)))
    else:
        if not together.any(axis=0).all():
            raise ValueError("some conditions never occur in one run: their distance is unknown")
        parts, signs, inverse_counts = filled, np.zeros(0), np.zeros((0, 0))
        weights = together / together.sum(axis=0)
    # Sums of incomplete runs hold large terms that cancel: float32 would lose them.
    inner = np.float64 if distance == "crossnobis" and not present.all() else dtype
    return Patterns(
        np.ascontiguousarray(np.swapaxes(parts, 1, 2), dtype=inner),
        distance,
        present,
        *(array.astype(inner) for array in (weights, signs, inverse_counts)),
        np.ascontiguousarray(noise, dtype=inner),
        dtype,
    )


def _noise(betas: np.ndarray, distance: str, residuals: np.ndarray | None) -> np.ndarray:
    """Residuals (voxel, time) with mean 0; (voxel, 0) if there are none."""
    if residuals is None:
        if distance == "mahalanobis":
            raise ValueError("mahalanobis distance needs the GLM's residuals")
        return np.zeros((betas.shape[2], 0))
    if residuals.ndim != 2 or residuals.shape[1] != betas.shape[2]:
        raise ValueError(f"residuals {residuals.shape} are not (time, {betas.shape[2]} voxels)")
    return (residuals - residuals.mean(axis=0)).T


def _cross_run_parts(
    filled: np.ndarray, present: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Parts, signs and inverse counts for products of different runs.

    All runs complete: with an orthonormal basis u0 = 1/sqrt(R), u1 … of the runs, the sum over
    pairs of different runs is (R - 1) * X0 X0' - sum of Xq Xq', one product fewer than by
    runs. Otherwise: (sum of runs)(sum of runs)' - sum of each run with itself.
    """
    runs = len(filled)
    if present.all():
        if runs < 2:
            raise ValueError("crossnobis needs at least two runs, but there is one")
        # The mean pattern cancels in every difference; taking it out keeps float32 exact.
        centred = filled - filled.mean(axis=1, keepdims=True)
        basis = _orthonormal_basis(runs)
        basis[0] *= np.sqrt(runs - 1)
        parts = np.tensordot(basis, centred.astype(np.float64), axes=1)
        counts = np.full((filled.shape[1],) * 2, runs * (runs - 1))
    else:
        parts = np.concatenate([filled.sum(axis=0, keepdims=True), filled])
        seen = present.astype(int)
        counts = np.outer(seen.sum(axis=0), seen.sum(axis=0)) - seen.T @ seen
        if (counts == 0).any():
            raise ValueError("some conditions have no two different runs to be compared across")
    signs = np.concatenate([[1.0], -np.ones(len(parts) - 1)])
    return parts, signs, 1 / counts


def _orthonormal_basis(n: int) -> np.ndarray:
    """(n, n) orthonormal rows, the first constant (Helmert)."""
    basis = np.zeros((n, n))
    basis[0] = 1 / np.sqrt(n)
    for k in range(1, n):
        basis[k, :k] = 1 / np.sqrt(k * (k + 1))
        basis[k, k] = -k / np.sqrt(k * (k + 1))
    return basis


def tile_rdms(
    patterns: Patterns, neighbourhoods: Neighbourhoods, first: int
) -> tuple[np.ndarray, np.ndarray]:
    """RDMs (TILE, pair) of the centres from ``first`` on, and which of them are defined."""
    dtype = patterns.rows.dtype
    rdms = np.empty((TILE, patterns.n_pairs), dtype=dtype)
    valid = np.zeros(TILE, dtype=bool)
    sphere = (neighbourhoods.lookup, neighbourhoods.centres, neighbourhoods.steps)
    block = (first, rdms, valid)
    if patterns.distance == "crossnobis":
        ones = np.ones(patterns.n_pairs, dtype=dtype)
        runs = (patterns.signs, patterns.inverse_counts, ones)
        cross_run_rdms(patterns.rows, patterns.residuals, sphere, runs, block)
    else:
        runs = (patterns.distance == "correlation", patterns.present, patterns.weights)
        within_run_rdms(patterns.rows, patterns.residuals, sphere, runs, block)
    return rdms.astype(patterns.dtype, copy=False), valid


def over_tiles(
    work: Callable[[int], Any], n_centres: int, n_threads: int, label: str, start: int = 0
) -> Iterator[tuple[int, Any]]:
    """Yield (first centre, result) of every tile from ``start`` on in order, by threads.

    Only a few tiles per thread are under way at once, so that memory does not grow with the brain.
    """
    starts = range(start, n_centres, TILE)
    under_way: deque[tuple[int, Future]] = deque()
    with (
        threadpool_limits(1, user_api="blas"),
        ThreadPoolExecutor(n_threads) as pool,
        tqdm(total=n_centres, initial=start, desc=label, mininterval=5, disable=None) as progress,
    ):
        for first in starts:
            under_way.append((first, pool.submit(work, first)))
            if len(under_way) > 2 * n_threads:
                yield _finished(under_way, n_centres, progress)
        while under_way:
            yield _finished(under_way, n_centres, progress)


def _finished(
    under_way: deque[tuple[int, Future]], n_centres: int, progress: tqdm
) -> tuple[int, Any]:
    first, future = under_way.popleft()
    result = future.result()
    progress.update(min(TILE, n_centres - first))
    return first, result


def searchlight(
    patterns: Patterns,
    neighbourhoods: Neighbourhoods,
    comparison: Comparison | Callable[[np.ndarray], np.ndarray],
    min_voxels: int = 2,
    n_threads: int = 1,
    checkpoint: Checkpoint | None = None,
) -> np.ndarray:
    """Similarity of every sphere's RDM with every model.

    Parameters
    ----------
    comparison : from ``prepare``; takes (rdm, pair), which it may overwrite, to (rdm, model)
    checkpoint : where finished blocks are kept, so that a killed run goes on where it was

    Returns
    -------
    float (model, voxel); NaN where the sphere is smaller than ``min_voxels`` or its RDM is
    undefined (a pattern without variance) or constant
    """
    small = neighbourhoods.sizes < min_voxels

    def work(first: int) -> np.ndarray:
        rdms, valid = tile_rdms(patterns, neighbourhoods, first)
        rdms[~valid] = 0
        similarities = comparison(rdms)
        similarities[~valid] = np.nan
        return similarities

    maps = None
    start = 0
    if checkpoint is not None and (done := checkpoint.read()) is not None:
        start = done.shape[1]
        maps = np.empty((len(done), len(neighbourhoods)), dtype=done.dtype)
        maps[:, :start] = done
    for first, tile in over_tiles(work, len(neighbourhoods), n_threads, "searchlight", start):
        if maps is None:
            maps = np.empty((tile.shape[1], len(neighbourhoods)), dtype=tile.dtype)
        stop = min(first + TILE, len(neighbourhoods))
        maps[:, first:stop] = tile[: stop - first].T
        if checkpoint is not None and stop < len(neighbourhoods):
            checkpoint.keep(maps[:, :stop])
    maps[:, small] = np.nan
    return maps


def searchlight_rsa(
    betas: np.ndarray,
    mask: np.ndarray,
    affine: np.ndarray,
    models: np.ndarray,
    config: SearchlightConfig,
    controls: np.ndarray | None = None,
    residuals: np.ndarray | None = None,
    n_threads: int = 1,
    checkpoint_file: str | Path | None = None,
) -> np.ndarray:
    """Searchlight RSA from plain arrays.

    Parameters
    ----------
    betas : (run, condition, voxel), voxels in C order of ``mask``; float64 is kept, all else
        becomes float32. A condition that a run lacks is NaN; voxels with other NaN count as
        outside the mask.
    mask : bool (x, y, z)
    affine : (4, 4), voxel index -> mm
    models : (model, pair), pairs in ``numpy.triu_indices(n, 1)`` order
    controls : (control, pair) for partial comparisons
    residuals : (time, voxel) of the GLM, all runs; whitens the patterns of every sphere by their
        shrunk covariance; needed for 'mahalanobis', possible for every distance
    checkpoint_file : finished blocks are kept in it every minute; a later call with the same input
        goes on from there; removed at the end

    Returns
    -------
    (model, voxel) similarities, NaN where undefined

    Raises
    ------
    ValueError : see ``spheres``, ``arrange`` and ``prepare``
    """
    dtype = np.float64 if betas.dtype == np.float64 else np.float32
    finite = finite_voxels(betas)
    inner = mask.copy()
    inner[mask] = finite
    neighbourhoods = spheres(inner, affine, config.radius_mm)
    noise = None if residuals is None else residuals[:, finite]
    patterns = arrange(betas[:, :, finite], config.distance, dtype, noise)
    if config.comparison in LINEAR:
        comparison = prepare(models, config.comparison, controls, dtype)
    else:

        def comparison(rdms: np.ndarray) -> np.ndarray:
            return compare(rdms, models, config.comparison)

    checkpoint = None
    if checkpoint_file is not None:
        known = [betas, mask, affine, models, controls, residuals]
        checkpoint = Checkpoint.of(checkpoint_file, repr(config), known)
    maps = np.full((len(models), int(mask.sum())), np.nan, dtype=dtype)
    maps[:, finite] = searchlight(
        patterns, neighbourhoods, comparison, config.min_voxels, n_threads, checkpoint
    )
    if checkpoint is not None:
        checkpoint.remove()
    return maps


def finite_voxels(betas: np.ndarray) -> np.ndarray:
    """Voxels (bool) without NaN or infinity in any condition that its run has."""
    present = ~np.isnan(betas).all(axis=2)
    return np.isfinite(betas[present]).all(axis=0)


def fisher_z(correlations: np.ndarray) -> np.ndarray:
    """Fisher's z of correlations; exact +-1 becomes that of the nearest value inside."""
    limit = np.nextafter(correlations.dtype.type(1), correlations.dtype.type(0))
    return np.arctanh(np.clip(correlations, -limit, limit))
