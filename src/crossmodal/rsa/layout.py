"""Condition patterns laid out for the kernels: voxel by voxel, run by run."""

from dataclasses import dataclass

import numpy as np

from crossmodal.rsa.noise import require_varied


@dataclass(frozen=True)
class Patterns:
    """Condition patterns of one participant, laid out for the searchlight.

    Shapes
    ------
    rows : float (part, voxel, condition)
    present : bool (run, condition)
    weights : float (run, pair) for distances within runs, (pair of runs, pair) for crossnobis of
        runs that lack conditions
    signs : float (part,), inverse_counts : float (condition, condition); for crossnobis of
        complete runs
    residuals : float (voxel, time); their covariance whitens each sphere; no times: it is not
    dtype : of the arrays above and of the RDMs
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

    Every voxel is treated alone, so that part of a brain has the same bytes as in the whole.

    Parameters
    ----------
    betas : (run, condition, voxel); a condition that a run lacks is NaN in all voxels
    residuals : (time, voxel) of all runs, for multivariate noise normalisation

    Raises
    ------
    ValueError : NaN in single voxels, a pair of conditions that is never compared,
        cross-validation with one run, or residuals that are missing or belong to other voxels
    InputError : see ``require_varied``
    """
    missing = np.isnan(betas)
    present = ~missing.all(axis=2)
    if (missing.any(axis=2) & present).any():
        raise ValueError("betas hold NaN in single voxels: take these out of the mask first")
    del missing
    noise = _noise(betas, distance, residuals, dtype)
    signs, inverse_counts = np.zeros(0), np.zeros((0, 0))
    if distance == "crossnobis" and not present.all():
        rows, weights = _paired_run_rows(betas, present, dtype)
    elif distance == "crossnobis":
        rows, signs, inverse_counts = _cross_run_rows(betas, dtype)
        weights = np.zeros((0, betas.shape[1] * (betas.shape[1] - 1) // 2))
    else:
        rows, weights = _within_run_rows(betas, present, dtype, distance != "correlation")
    arrays = (array.astype(dtype) for array in (weights, signs, inverse_counts))
    return Patterns(rows, distance, present, *arrays, noise, dtype)


def _noise(
    betas: np.ndarray, distance: str, residuals: np.ndarray | None, dtype: type
) -> np.ndarray:
    """Residuals (voxel, time) with mean 0; (voxel, 0) if there are none."""
    if residuals is None:
        if distance == "mahalanobis":
            raise ValueError("mahalanobis distance needs the GLM's residuals")
        return np.zeros((betas.shape[2], 0), dtype=dtype)
    if residuals.ndim != 2 or residuals.shape[1] != betas.shape[2]:
        raise ValueError(f"residuals {residuals.shape} are not (time, {betas.shape[2]} voxels)")
    require_varied(residuals)
    rows = np.ascontiguousarray(residuals.T, dtype=dtype)
    rows -= rows.mean(axis=1, keepdims=True, dtype=np.float64).astype(dtype)
    return rows


def _within_run_rows(
    betas: np.ndarray, present: np.ndarray, dtype: type, without_mean: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Rows of all runs, and the share of every run in the mean distance of each pair.

    Parameters
    ----------
    without_mean : take each run's mean pattern out, which cancels in every difference and would
        cost float32 its digits; correlations depend on it
    """
    first, second = np.triu_indices(betas.shape[1], 1)
    together = present[:, first] & present[:, second]
    if not together.any(axis=0).all():
        raise ValueError("some conditions never occur in one run: their distance is unknown")
    rows = np.ascontiguousarray(np.swapaxes(betas, 1, 2), dtype=dtype)
    for run, seen in enumerate(present):
        if without_mean and seen.any():
            rows[run] -= _mean_pattern(betas[run], seen).astype(dtype)[:, None]
        rows[run][:, ~seen] = 0
    return rows, together / together.sum(axis=0)


def _mean_pattern(run: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Mean of the conditions that a run shows, float64 (voxel,); the same for any slab."""
    return sum(run[i].astype(np.float64) for i in np.flatnonzero(seen)) / seen.sum()


def _paired_run_rows(
    betas: np.ndarray, present: np.ndarray, dtype: type
) -> tuple[np.ndarray, np.ndarray]:
    """Rows of all runs without their mean pattern, and the share of every pair of runs.

    With sums over runs, as for complete ones, the three terms of a distance would come from
    different runs, and whatever a run adds to all its patterns would stay in.
    """
    first, second = np.triu_indices(betas.shape[1], 1)
    one, other = np.triu_indices(len(betas), 1)
    together = present[:, first] & present[:, second]
    shared = together[one] & together[other]
    if not shared.any(axis=0).all():
        pair = int(np.flatnonzero(~shared.any(axis=0))[0])
        raise ValueError(
            f"crossnobis needs two runs that show both conditions of a pair: {first[pair]} and "
            f"{second[pair]} share {together[:, pair].sum()}"
        )
    rows = _within_run_rows(betas, present, dtype, without_mean=True)[0]
    return rows, shared / shared.sum(axis=0)


def _cross_run_rows(betas: np.ndarray, dtype: type) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows of parts, signs and inverse counts for products of different runs, all complete.

    With an orthonormal basis u0 = 1/sqrt(R), u1 … of the runs, the sum over pairs of different
    runs is (R - 1) * X0 X0' - sum of Xq Xq'.
    """
    runs = len(betas)
    if runs < 2:
        raise ValueError("crossnobis needs at least two runs, but there is one")
    basis = _orthonormal_basis(runs)
    basis[0] *= np.sqrt(runs - 1)
    rows = np.empty((runs, betas.shape[2], betas.shape[1]), dtype=dtype)
    # No matrix product: its rounding may depend on how many voxels there are.
    for row, part in zip(rows, basis, strict=True):
        total = np.zeros(betas.shape[1:])
        for weight, run in zip(part, betas, strict=True):
            if weight:
                # The mean pattern cancels in every difference; without it float32 is exact.
                wide = run.astype(np.float64)
                total += weight * (wide - wide.mean(axis=0))
        row[:] = total.T
    signs = np.concatenate([[1.0], -np.ones(runs - 1)])
    return rows, signs, np.full((betas.shape[1],) * 2, 1 / (runs * (runs - 1)))


def _orthonormal_basis(n: int) -> np.ndarray:
    """(n, n) orthonormal rows, the first constant (Helmert)."""
    basis = np.zeros((n, n))
    basis[0] = 1 / np.sqrt(n)
    for k in range(1, n):
        basis[k, :k] = 1 / np.sqrt(k * (k + 1))
        basis[k, k] = -k / np.sqrt(k * (k + 1))
    return basis
