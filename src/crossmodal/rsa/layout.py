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
    # Sums of incomplete runs hold large terms that cancel: float32 would lose them.
    inner = np.float64 if distance == "crossnobis" and not present.all() else dtype
    noise = _noise(betas, distance, residuals, inner)
    if distance == "crossnobis":
        rows, signs, inverse_counts = _cross_run_rows(betas, present, inner)
        weights = np.zeros((0, betas.shape[1] * (betas.shape[1] - 1) // 2))
    else:
        rows, weights = _within_run_rows(betas, present, inner, distance != "correlation")
        signs, inverse_counts = np.zeros(0), np.zeros((0, 0))
    arrays = (array.astype(inner) for array in (weights, signs, inverse_counts))
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
            mean = sum(betas[run, i].astype(np.float64) for i in np.flatnonzero(seen)) / seen.sum()
            rows[run] -= mean.astype(dtype)[:, None]
        rows[run][:, ~seen] = 0
    return rows, together / together.sum(axis=0)


def _cross_run_rows(
    betas: np.ndarray, present: np.ndarray, dtype: type
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows of parts, signs and inverse counts for products of different runs.

    All runs complete: with an orthonormal basis u0 = 1/sqrt(R), u1 … of the runs, the sum over
    pairs of different runs is (R - 1) * X0 X0' - sum of Xq Xq', one product fewer than by
    runs. Otherwise: (sum of runs)(sum of runs)' - sum of each run with itself.
    """
    runs = len(betas)
    if present.all():
        if runs < 2:
            raise ValueError("crossnobis needs at least two runs, but there is one")
        basis = _orthonormal_basis(runs)
        basis[0] *= np.sqrt(runs - 1)
        counts = np.full((betas.shape[1],) * 2, runs * (runs - 1))
    else:
        basis = np.concatenate([np.ones((1, runs)), np.eye(runs)])
        seen = present.astype(int)
        counts = np.outer(seen.sum(axis=0), seen.sum(axis=0)) - seen.T @ seen
        if (counts == 0).any():
            raise ValueError("some conditions have no two different runs to be compared across")
    rows = np.empty((len(basis), betas.shape[2], betas.shape[1]), dtype=dtype)
    # No matrix product: its rounding may depend on how many voxels there are.
    for row, part in zip(rows, basis, strict=True):
        total = np.zeros(betas.shape[1:])
        for weight, run in zip(part, betas, strict=True):
            if weight:
                total += weight * _without_mean_pattern(run, complete=present.all())
        row[:] = total.T
    signs = np.concatenate([[1.0], -np.ones(len(rows) - 1)])
    return rows, signs, 1 / counts


def _without_mean_pattern(run: np.ndarray, complete: bool) -> np.ndarray:
    """float64 (condition, voxel); conditions that the run lacks become 0.

    The mean pattern cancels in every difference; taking it out keeps float32 exact. It is not
    the same in runs that lack conditions.
    """
    wide = run.astype(np.float64)
    return wide - wide.mean(axis=0) if complete else np.nan_to_num(wide, copy=False)


def _orthonormal_basis(n: int) -> np.ndarray:
    """(n, n) orthonormal rows, the first constant (Helmert)."""
    basis = np.zeros((n, n))
    basis[0] = 1 / np.sqrt(n)
    for k in range(1, n):
        basis[k, :k] = 1 / np.sqrt(k * (k + 1))
        basis[k, k] = -k / np.sqrt(k * (k + 1))
    return basis
