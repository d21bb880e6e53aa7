"""Whole-brain searchlight RSA: patterns and model RDMs in, one similarity map per model out."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from crossmodal.rsa.checkpoint import Checkpoint
from crossmodal.rsa.comparisons import prepared
from crossmodal.rsa.config import SearchlightConfig
from crossmodal.rsa.layout import Patterns, arrange
from crossmodal.rsa.memory import Demand, Slab, slabs, workers
from crossmodal.rsa.neighbourhoods import Neighbourhoods, as_mask, spheres
from crossmodal.rsa.noise import require_varied
from crossmodal.rsa.tiles import TILE, threaded, tile_rdms

Compare = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Brain:
    """Data of one participant on the voxels (C order of a mask) that have any.

    betas : (run, condition, voxel of the mask), residuals : (time, voxel of the mask) or None
    finite : int (voxel,); which voxels of the mask; ``around`` : their spheres
    """

    betas: np.ndarray
    residuals: np.ndarray | None
    finite: np.ndarray
    around: Neighbourhoods
    distance: str
    dtype: type

    @classmethod
    def of(
        cls,
        betas: np.ndarray,
        mask: np.ndarray,
        affine: np.ndarray,
        config: SearchlightConfig,
        residuals: np.ndarray | None,
    ) -> "Brain":
        """The voxels that have data, and their spheres; arguments of ``searchlight_rsa``."""
        finite = finite_voxels(betas)
        if residuals is not None:
            require_varied(residuals, finite)  # before the first slab, not when its turn comes
        inner = mask.copy()
        inner[mask] = finite
        around = spheres(inner, affine, config.radius_mm)
        dtype = np.float64 if betas.dtype == np.float64 else np.float32
        return cls(betas, residuals, np.flatnonzero(finite), around, config.distance, dtype)

    def patterns(self, slab: Slab) -> Patterns:
        """The slab's patterns, laid out."""
        chosen = self.finite[slab.low : slab.high]
        residuals = None if self.residuals is None else self.residuals[:, chosen]
        return arrange(self.betas[:, :, chosen], self.distance, self.dtype, residuals)

    def demand(self, n_models: int) -> Demand:
        n_runs, n_conditions, _ = self.betas.shape
        n_times = 0 if self.residuals is None else len(self.residuals)
        return Demand(n_runs, n_conditions, n_times, n_models, np.dtype(self.dtype).itemsize)


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
    mask : bool (x, y, z), or numbers 0 and 1
    affine : (4, 4), voxel index -> mm
    models : (model, pair), pairs in ``numpy.triu_indices(n, 1)`` order
    controls : (control, pair) for partial comparisons
    residuals : (time, voxel) of the GLM, all runs; whitens the patterns of every sphere by their
        shrunk covariance; needed for 'mahalanobis', possible for every distance
    checkpoint_file : finished tiles are kept in it every minute; a later call with the same input
        goes on from there; removed at the end

    Returns
    -------
    (model, voxel) similarities; NaN where the sphere is smaller than ``min_voxels`` or its RDM
    is undefined (a pattern without variance) or constant. The same bytes for any ``n_threads``,
    ``config.max_memory_mb`` and number of interruptions.

    Raises
    ------
    ValueError : arrays that do not belong together; see ``spheres``, ``arrange``, ``prepared`` and
        ``slabs``
    InputError : models or controls that are not finite; residuals: see ``require_varied``
    """
    mask = as_mask(mask)
    require_shapes(betas, mask, models, controls, residuals)
    brain = Brain.of(betas, mask, affine, config, residuals)
    comparison = prepared(models, config.comparison, controls, brain.dtype)
    demand = brain.demand(len(models) + (0 if controls is None else len(controls)))
    n_workers = workers(demand, brain.around, n_threads, config.max_memory_mb)
    parts = list(slabs(demand, brain.around, n_workers, config.max_memory_mb))
    checkpoint = None
    if checkpoint_file is not None:
        known = [betas, mask, affine, models, controls, residuals]
        checkpoint = Checkpoint.of(checkpoint_file, config.identity, known)
    maps = np.full((len(models), int(mask.sum())), np.nan, dtype=brain.dtype)
    _fill(maps, brain, parts, comparison, n_workers, checkpoint)
    maps[:, brain.finite[brain.around.sizes < config.min_voxels]] = np.nan
    if checkpoint is not None:
        checkpoint.remove()
    return maps


def require_shapes(
    betas: np.ndarray,
    mask: np.ndarray,
    models: np.ndarray,
    controls: np.ndarray | None,
    residuals: np.ndarray | None,
) -> None:
    """Refuse arrays of other voxels or conditions, by their sizes."""
    if betas.ndim != 3 or mask.ndim != 3 or betas.shape[2] != mask.sum():
        raise ValueError(
            f"betas {betas.shape} are not (run, condition, {mask.sum()} voxels of the mask)"
        )
    n = betas.shape[1]
    n_pairs = n * (n - 1) // 2
    for name, rdms in (("models", models), ("controls", controls)):
        if rdms is not None and (rdms.ndim != 2 or rdms.shape[1] != n_pairs):
            raise ValueError(
                f"{name} {rdms.shape} are not (RDM, {n_pairs} pairs of {n} conditions)"
            )
    if residuals is not None and (residuals.ndim != 2 or residuals.shape[1] != betas.shape[2]):
        raise ValueError(f"residuals {residuals.shape} are not (time, {betas.shape[2]} voxels)")


def _fill(
    maps: np.ndarray,
    brain: Brain,
    parts: list[Slab],
    comparison: Compare,
    n_workers: int,
    checkpoint: Checkpoint | None,
) -> None:
    """Write all centres into ``maps`` (model, voxel of the mask), slab by slab."""
    around = brain.around
    done = checkpoint.restore(maps) if checkpoint is not None else 0
    with tqdm(
        total=len(around), initial=done, desc="searchlight", mininterval=5, disable=None
    ) as progress:
        for slab in parts:
            starts = range(max(slab.first, done), slab.stop, TILE)
            if not len(starts):
                continue
            work = similarities(brain.patterns(slab), slab, around, comparison)
            for first, tile in threaded(work, starts, n_workers):
                stop = min(first + TILE, len(around))
                maps[:, brain.finite[first:stop]] = tile[: stop - first].T
                progress.update(stop - first)
                if checkpoint is not None and stop < len(around):
                    checkpoint.keep(maps, stop)


def similarities(
    patterns: Patterns, slab: Slab, around: Neighbourhoods, comparison: Compare
) -> Callable[[int], np.ndarray]:
    """A function from the first centre of a tile to its similarities (TILE, model)."""
    own = slab.of(around)

    def work(first: int) -> np.ndarray:
        rdms, valid = tile_rdms(patterns, own, first - slab.first)
        rdms[~valid] = 0
        values = comparison(rdms)
        values[~valid] = np.nan
        return values

    return work


def finite_voxels(betas: np.ndarray) -> np.ndarray:
    """Voxels (bool) without NaN or infinity in any condition that its run has."""
    finite = np.ones(betas.shape[2], dtype=bool)
    for run in betas:
        for pattern in run:
            if not np.isnan(pattern).all():
                finite &= np.isfinite(pattern)
    return finite


def fisher_z(correlations: np.ndarray) -> np.ndarray:
    """Fisher's z of correlations; |r| of 1 and next to it becomes 8.66 in any precision.

    That is the z of float32's largest number below 1, so that maps do not depend on their type.
    """
    limit = correlations.dtype.type(np.nextafter(np.float32(1), np.float32(0)))
    return np.arctanh(np.clip(correlations, -limit, limit))
