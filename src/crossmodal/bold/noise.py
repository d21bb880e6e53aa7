"""Temporal autocorrelation as SPM12 estimates it: pooled over voxels, by restricted likelihood.

Friston et al. 2002, 10.1006/nimg.2002.1091 and 10.1006/nimg.2002.1090; spm_reml, spm_Ce.
"""

from collections.abc import Callable, Sequence

import numpy as np
from scipy.linalg import toeplitz
from scipy.stats import f as f_distribution

AR_COEFFICIENT = 0.2  # SPM expands AR(1) about this coefficient
P_RESPONSIVE = 0.001  # SPM pools voxels that respond at this level (defaults.stats.fmri.ufp)


def ar1_components(n_volumes: int) -> np.ndarray:
    """SPM's two covariance components, (2, volume, volume): a^lag and its derivative by a."""
    lag = np.arange(n_volumes)
    return np.stack(
        [
            toeplitz(AR_COEFFICIENT**lag),
            toeplitz(lag * AR_COEFFICIENT ** np.maximum(lag - 1, 0) * (lag > 0)),
        ]
    )


def restricted_likelihood(
    covariance: np.ndarray, design: np.ndarray, components: np.ndarray, n_iterations: int = 32
) -> np.ndarray:
    """Weights h of V = sum_i h_i Q_i by Fisher scoring of the restricted likelihood.

    Parameters
    ----------
    covariance : (volume, volume), mean of y y' over voxels of equal variance, with or without
        what the design explains
    design : (volume, column)
    components : (component, volume, volume)
    """
    basis = np.linalg.svd(design, full_matrices=False)[0][:, : np.linalg.matrix_rank(design)]
    weights = np.array([float(np.any(np.diag(component))) for component in components])
    weights *= np.trace(covariance) / len(covariance)
    for _ in range(n_iterations):
        inverse = np.linalg.inv(np.tensordot(weights, components, axes=1))
        projected = inverse @ basis
        precision = inverse - projected @ np.linalg.solve(basis.T @ projected, projected.T)
        scaled = [precision @ component for component in components]
        misfit = np.eye(len(covariance)) - precision @ covariance
        gradient = np.array([-np.sum(s.T * misfit) / 2 for s in scaled])
        information = np.array([[np.sum(a.T * b) / 2 for b in scaled] for a in scaled])
        step = np.linalg.solve(information, gradient)
        weights = weights + step
        if gradient @ step < 1e-8 * len(covariance):
            break
    return weights


def pooled_covariance(
    blocks: Sequence[np.ndarray],
    filtered: Callable[[np.ndarray], np.ndarray],
    design: np.ndarray,
    n_interest: int,
) -> np.ndarray:
    """Mean of r r' over responsive voxels, r residuals scaled to unit variance.

    Parameters
    ----------
    blocks : float32 (volume, voxel) each, together all voxels; one at a time is worked on, so
        that no second copy of a run is ever in memory
    filtered : the high-pass filter
    design : (volume, column), high-pass filtered; the first ``n_interest`` are conditions.
        Voxels count where an F test over these is significant (all voxels if none is).
    """
    bases = _orthonormal(design), _orthonormal(design[:, n_interest:])
    for only_responsive in (True, False):
        total, n_voxels = np.zeros((len(design), len(design))), 0
        for block in blocks:
            centred = filtered(block - block.mean(axis=0))
            products, n = _pooled(centred, *bases, only_responsive)
            total, n_voxels = total + products, n_voxels + n
        if n_voxels:
            break
    return total / n_voxels


def _pooled(
    series: np.ndarray,
    whole: tuple[np.ndarray, int],
    rest: tuple[np.ndarray, int],
    only_responsive: bool,
) -> tuple[np.ndarray, int]:
    """Sum of r r' over voxels that count, and their number; basis and rank of both designs."""
    n_volumes = len(series)
    (full, rank_full), (nuisance, rank_nuisance) = whole, rest
    total = np.einsum("tv,tv->v", series, series)
    residual_full = total - np.square(full.T.astype(np.float32) @ series).sum(axis=0)
    residual_nuisance = total - np.square(nuisance.T.astype(np.float32) @ series).sum(axis=0)
    freedom = (rank_full - rank_nuisance, n_volumes - rank_full)
    variance = np.maximum(residual_full, 1e-6 * total) / freedom[1]
    chosen = total > 0
    if only_responsive:
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = (residual_nuisance - residual_full) / freedom[0] / variance
        chosen = np.nan_to_num(ratio) > f_distribution.isf(P_RESPONSIVE, *freedom)
    scaled = series[:, chosen] / np.sqrt(variance[chosen])
    # The likelihood ignores what the design explains; without it float32 is exact enough.
    scaled -= full.astype(np.float32) @ (full.T.astype(np.float32) @ scaled)
    return (scaled @ scaled.T).astype(float), int(chosen.sum())


def whitening_matrix(covariance: np.ndarray) -> np.ndarray:
    """Symmetric V^(-1/2), V scaled to mean variance 1."""
    values, vectors = np.linalg.eigh(covariance * len(covariance) / np.trace(covariance))
    return vectors @ np.diag(1 / np.sqrt(np.maximum(values, 1e-6))) @ vectors.T


def _orthonormal(design: np.ndarray) -> tuple[np.ndarray, int]:
    rank = int(np.linalg.matrix_rank(design)) if design.shape[1] else 0
    if rank == 0:
        return np.zeros((len(design), 0)), 0
    return np.linalg.svd(design, full_matrices=False)[0][:, :rank], rank
