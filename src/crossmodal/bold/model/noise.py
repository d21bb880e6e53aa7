"""Temporal autocorrelation as SPM12 estimates it: pooled over voxels, by restricted likelihood.

Friston et al. 2002, 10.1006/nimg.2002.1091 and 10.1006/nimg.2002.1090; spm_est_non_sphericity,
spm_reml, spm_Ce. FAST: Corbin et al. 2018, 10.1002/hbm.24218.
"""

from collections.abc import Sequence

import numpy as np
from scipy.linalg import toeplitz
from scipy.linalg.lapack import dpotrf, dpotri
from scipy.stats import f as f_distribution

AR_COEFFICIENT = 0.2  # SPM expands AR(1) about this coefficient
P_RESPONSIVE = 0.001  # SPM pools voxels that respond at this level (defaults.stats.fmri.ufp)
FAST_TIMES, FAST_POWERS, FAST_LONGEST_S = 6, 3, 64.0  # as in spm_Ce
HOPELESS = 1e12  # damping at which a step is as good as none
MIN_POOLED = 100
SHORT_REPETITION_S = 1.0
SMALLEST = 1e-30  # correlations below count as 0: denormal numbers are ten times slower


def ar1_components(n_volumes: int) -> np.ndarray:
    """SPM's two covariance components, (2, volume, volume): a^lag and its derivative by a."""
    lag = np.arange(n_volumes)
    correlation = AR_COEFFICIENT**lag
    derivative = lag * AR_COEFFICIENT ** np.maximum(lag - 1, 0)
    columns = (correlation, derivative)
    return np.stack([toeplitz(np.where(column > SMALLEST, column, 0)) for column in columns])


def fast_components(n_volumes: int, repetition_time_s: float) -> np.ndarray:
    """SPM's dictionary FAST, (component, volume, volume): t^j exp(-t / d), j = 0, 1, 2.

    The decay times d are the six powers of two from a quarter of the repetition time on, as far
    as they are not above 64 s. Every component is scaled to a maximum of 1, which changes the
    weights only.
    """
    time_s = np.arange(n_volumes) * repetition_time_s
    exponents = np.arange(np.floor(np.log2(repetition_time_s / 4)), np.log2(FAST_LONGEST_S) + 1)
    columns = [
        time_s**power * np.exp(-time_s / 2.0**exponent)
        for exponent in exponents[:FAST_TIMES]
        for power in range(FAST_POWERS)
    ]
    columns = [column / column.max() for column in columns]
    return np.stack([toeplitz(np.where(column > SMALLEST, column, 0)) for column in columns])


def restricted_likelihood(
    covariance: np.ndarray, design: np.ndarray, components: np.ndarray, n_iterations: int = 64
) -> np.ndarray:
    """Weights h of V = sum_i h_i Q_i by Fisher scoring of the restricted likelihood.

    The components of FAST are almost dependent and V need not stay positive, so that a step
    that does not raise the likelihood is damped (Levenberg-Marquardt) until it does.

    Parameters
    ----------
    covariance : (volume, volume), mean of y y' over voxels of equal variance, with or without
        what the design explains
    design : (volume, column)
    components : (component, volume, volume)
    """
    basis = np.linalg.svd(design, full_matrices=False)[0][:, : np.linalg.matrix_rank(design)]
    weights = np.array([float(np.any(np.diag(component))) for component in components])
    weights *= np.trace(covariance) / len(covariance) / weights.sum()
    likelihood, precision = _likelihood(weights, components, basis, covariance)
    damping = 1e-6
    for _ in range(n_iterations):
        scaled = precision @ components
        misfit = (precision @ covariance - np.eye(len(covariance))).T
        gradient = np.array([np.vdot(each, misfit) for each in scaled]) / 2
        flat = scaled.transpose(0, 2, 1).reshape(len(scaled), -1)
        information = flat @ scaled.reshape(len(scaled), -1).T / 2
        while damping < HOPELESS:
            damped = information + damping * np.diag(np.diag(information))
            step = np.linalg.solve(damped, gradient)
            higher, there = _likelihood(weights + step, components, basis, covariance)
            if higher >= likelihood:
                break
            damping *= 10
        else:
            break
        gain, damping = higher - likelihood, damping / 10
        weights, likelihood, precision = weights + step, higher, there
        if gain < 1e-8 * len(covariance):
            break
    return weights


def _likelihood(
    weights: np.ndarray, components: np.ndarray, basis: np.ndarray, covariance: np.ndarray
) -> tuple[float, np.ndarray]:
    """Restricted log-likelihood, -inf where V is not positive, and the residuals' precision."""
    total = np.tensordot(weights, components, axes=1)
    lower, failed = dpotrf(total, lower=True)
    if failed:
        return -np.inf, total
    diagonal = np.diag(lower)
    inverse = np.tril(dpotri(lower, lower=True)[0])
    inverse += np.tril(inverse, -1).T
    projected = inverse @ basis
    inner = basis.T @ projected
    precision = inverse - projected @ np.linalg.solve(inner, projected.T)
    log_determinants = 2 * np.log(diagonal).sum() + np.linalg.slogdet(inner)[1]
    return -(log_determinants + np.sum(precision * covariance)) / 2, precision


def pooled_covariance(
    blocks: Sequence[np.ndarray], slow: np.ndarray, design: np.ndarray
) -> np.ndarray:
    """Mean of r r' over responsive voxels, r residuals scaled to unit variance.

    Parameters
    ----------
    blocks : float32 (volume, voxel) each, together all voxels; one at a time is worked on, so
        that no second copy of a run is ever in memory
    slow : (volume, cosine), orthonormal, filtered out
    design : (volume, column), independent, high-pass filtered; the last is the constant. Voxels
        count where an F test over all others, motion included, is significant, as in SPM; all
        voxels if fewer than ``MIN_POOLED`` are: so few tell too little of the noise.
    """
    n_interest = design.shape[1] - 1
    ordered = [slow, design[:, n_interest:], design[:, :n_interest]]
    basis = np.linalg.qr(np.column_stack(ordered))[0].astype(np.float32)
    for only_responsive in (True, False):
        total, n_voxels = np.zeros((len(design), len(design))), 0
        for block in blocks:
            products, n = _pooled(block, basis, slow.shape[1], n_interest, only_responsive)
            total, n_voxels = total + products, n_voxels + n
        if n_voxels >= MIN_POOLED:
            break
    return total / n_voxels


def _pooled(
    series: np.ndarray, basis: np.ndarray, n_slow: int, n_interest: int, only_responsive: bool
) -> tuple[np.ndarray, int]:
    """Sum of r r' over voxels that count, and their number.

    ``basis``: orthonormal (volume, column), first cosines and constant, then what others add.
    """
    centred = series - series.mean(axis=0)
    weights = basis.T @ centred
    total = _squares(centred) - _squares(weights[:n_slow])
    residual = total - _squares(weights[n_slow:])
    freedom = (n_interest, len(series) - (basis.shape[1] - n_slow))
    variance = np.maximum(residual, 1e-6 * total) / freedom[1]
    chosen = total > 0
    if only_responsive:
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = _squares(weights[-n_interest:]) / freedom[0] / variance
        chosen &= np.nan_to_num(ratio) > f_distribution.isf(P_RESPONSIVE, *freedom)
    # The likelihood ignores what the design explains; without it float32 is exact enough.
    residuals = np.compress(chosen, centred, axis=1)
    residuals -= basis @ np.compress(chosen, weights, axis=1)
    residuals /= np.sqrt(variance[chosen])
    return (residuals @ residuals.T).astype(float), int(chosen.sum())


def _squares(values: np.ndarray) -> np.ndarray:
    """Sum of squares of every column; (row, column) -> (column,)."""
    return np.einsum("tv,tv->v", values, values)


def whitening_matrix(covariance: np.ndarray) -> np.ndarray:
    """Symmetric V^(-1/2), V scaled to mean variance 1."""
    values, vectors = np.linalg.eigh(covariance * len(covariance) / np.trace(covariance))
    return vectors @ np.diag(1 / np.sqrt(np.maximum(values, 1e-6))) @ vectors.T


def short_repetition_remark(repetition_time_s: float, noise: str) -> str | None:
    """What AR(1) does to t maps at short repetition times; None where there is nothing to say."""
    if noise == "fast" or repetition_time_s >= SHORT_REPETITION_S:
        return None
    return (
        f"repetition time {repetition_time_s:g} s with scans.glm.noise {noise}: t maps have more "
        "false positives than they say (docs/calibration.md); noise: fast is made for it"
    )
