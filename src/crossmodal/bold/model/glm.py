"""The general linear model of one run, as SPM12 fits it, for all voxels at once."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from crossmodal.bold.model.banded import Banded
from crossmodal.bold.model.glm_config import GLMConfig
from crossmodal.bold.model.noise import (
    ar1_components,
    fast_components,
    pooled_covariance,
    restricted_likelihood,
    whitening_matrix,
)
from crossmodal.contracts.errors import InputError

CHOICES = {
    "noise": ("ar1", "fast", "white"),
    "estimator": ("lsa", "lss"),
    "patterns": ("beta", "t"),
    "motion_regressors": (0, 6, 12, 24),
}
BLOCK_VOXELS = 1024  # voxels worked on at once, so that a block of them stays in the cache


@dataclass(frozen=True)
class Design:
    """Columns of one run's model: (volume, column) each.

    conditions : one column per condition, named by the first of ``names``
    nuisance : motion and the like, named by the rest of ``names`` (the constant is added here)
    slow : orthonormal cosines that are filtered out
    repetition_time_s : needed for the noise model 'fast' alone

    Raises
    ------
    InputError : columns that are zero or combinations of others, by name
    """

    conditions: np.ndarray
    nuisance: np.ndarray
    slow: np.ndarray
    names: tuple[str, ...]
    source: str = "design"
    repetition_time_s: float | None = None

    def __post_init__(self) -> None:
        self.require_freedom()
        if dependent := dependent_columns(self.filtered(self.columns)):
            wrong = [[*self.names, "constant"][index] for index in dependent]
            got = f"zero or combinations of others: {', '.join(wrong)}"
            raise InputError(self.source, "design", "independent columns", got)

    @property
    def shown(self) -> tuple[str, ...]:
        """Names of the conditions that have a column."""
        return self.names[: self.conditions.shape[1]]

    @property
    def columns(self) -> np.ndarray:
        """Conditions, nuisance and constant, (volume, column)."""
        return np.column_stack([self.conditions, self.nuisance, np.ones(len(self.conditions))])

    @property
    def freedom(self) -> int:
        """Degrees of freedom of the residuals."""
        return len(self.conditions) - self.columns.shape[1] - self.slow.shape[1]

    def require_freedom(self, further_columns: int = 0) -> None:
        """Raise unless volumes outnumber all columns, ``further_columns`` included."""
        if self.freedom <= further_columns:
            n = len(self.conditions) - self.freedom + further_columns
            got = f"{len(self.conditions)} volumes"
            raise InputError(self.source, "design", f"more volumes than its {n} columns", got)

    def filtered(self, series: np.ndarray) -> np.ndarray:
        """High-pass filter of (volume, anything); keeps its type."""
        slow = self.slow.astype(series.dtype)
        return series - slow @ (slow.T @ series)


@dataclass(frozen=True)
class Fit:
    """Estimates of one run.

    patterns : float32 (condition, voxel), beta or t
    residual_variance : float32 (voxel,), of the whitened residuals
    """

    patterns: np.ndarray
    residual_variance: np.ndarray


def dependent_columns(columns: np.ndarray, tolerance: float = 1e-7) -> list[int]:
    """Indices of columns that earlier columns explain, or that are zero; columns (row, column)."""
    norms = np.linalg.norm(columns, axis=0)
    scaled = columns / np.where(norms > 0, norms, 1)
    diagonal = np.abs(np.diag(np.linalg.qr(scaled, mode="r")))
    short = np.zeros(columns.shape[1])
    short[: len(diagonal)] = diagonal
    return np.flatnonzero((short < tolerance) | (norms == 0)).tolist()


def voxel_blocks(series: np.ndarray) -> list[np.ndarray]:
    """Views of (volume, voxel), some voxels each."""
    return np.array_split(series, max(1, series.shape[1] // BLOCK_VOXELS), axis=1)


def whitener(series: np.ndarray, design: Design, noise: str) -> np.ndarray:
    """V^(-1/2), (volume, volume): identity for white noise.

    Raises
    ------
    ValueError : 'fast' for a design without its repetition time
    """
    if noise == "white":
        return np.eye(len(series))
    if noise == "fast" and design.repetition_time_s is None:
        raise ValueError("noise 'fast' needs the design's repetition_time_s")
    filtered = design.filtered(design.columns)
    covariance = pooled_covariance(voxel_blocks(series), design.slow, filtered)
    components = (
        fast_components(len(series), design.repetition_time_s)
        if noise == "fast"
        else ar1_components(len(series))
    )
    weights = restricted_likelihood(
        covariance, np.column_stack([filtered, design.slow]), components
    )
    return whitening_matrix(np.tensordot(weights, components, axes=1))


@dataclass(frozen=True)
class Prepared:
    """A run's model after whitening and filtering.

    columns : (volume, column); slow : float32 (volume, cosine), orthonormal, filtered out
    freedom : residual degrees of freedom; scale : to make the run's mean 100
    """

    columns: np.ndarray
    whitening: Banded
    slow: np.ndarray
    n_conditions: int
    freedom: int
    scale: np.float32

    def blocks(self, series: np.ndarray) -> Iterator[np.ndarray]:
        """The series (volume, voxel), scaled, whitened and filtered, some voxels at a time."""
        for block in voxel_blocks(series):
            # Without its mean, which the constant would take up, float32 is exact enough.
            whitened = self.whitening @ (self.scale * (block - block.mean(axis=0)))
            whitened -= self.slow @ (self.slow.T @ whitened)
            yield whitened


def prepare(series: np.ndarray, design: Design, noise: str) -> Prepared:
    """Estimate the noise's autocorrelation and whiten the design."""
    whitening = whitener(series, design, noise)
    return Prepared(
        design.filtered(whitening @ design.columns),
        Banded.from_matrix(whitening),
        design.slow.astype(np.float32),
        design.conditions.shape[1],
        design.freedom,
        np.float32(100 / series.mean(dtype=np.float64)),
    )


def fit(series: np.ndarray, design: Design, config: GLMConfig) -> Fit:
    """Fit one run.

    Parameters
    ----------
    series : float32 (volume, voxel); it is scaled so that its mean over all is 100
    """
    model = prepare(series, design, config.noise)
    inverse = np.linalg.pinv(model.columns)
    operator, unscaled = None, np.square(inverse[: model.n_conditions]).sum(axis=1)
    if config.estimator == "lss" and model.n_conditions > 1:
        operator, unscaled = separate_least_squares(model)
    patterns = np.empty((model.n_conditions, series.shape[1]), dtype=np.float32)
    variances, start = np.empty(series.shape[1], dtype=np.float32), 0
    for block in model.blocks(series):
        here = slice(start, start := start + block.shape[1])
        betas, variances[here] = least_squares(block, model, inverse)
        if operator is not None:
            betas = operator @ block
        if config.patterns == "t":
            betas = _ratio(betas, np.sqrt(variances[here] * unscaled[:, None]))
        patterns[:, here] = betas
    return Fit(patterns, variances)


def t_map(
    series: np.ndarray, design: Design, weights: np.ndarray, noise: str = "ar1"
) -> tuple[np.ndarray, int]:
    """t of one contrast, (voxel,), and its degrees of freedom; ``weights`` (condition,)."""
    model = prepare(series, design, noise)
    inverse = np.linalg.pinv(model.columns)
    unscaled = np.square(weights @ inverse[: model.n_conditions]).sum()
    parts = []
    for block in model.blocks(series):
        betas, variance = least_squares(block, model, inverse)
        parts.append(_ratio(weights @ betas, np.sqrt(variance * unscaled)))
    return np.concatenate(parts), model.freedom


def least_squares(
    series: np.ndarray, model: Prepared, inverse: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Betas (condition, voxel) and residual variance (voxel,) of prepared series."""
    betas = inverse.astype(np.float32) @ series
    residuals = series - model.columns.astype(np.float32) @ betas
    variance = np.einsum("tv,tv->v", residuals, residuals) / model.freedom
    return betas[: model.n_conditions], variance


def separate_least_squares(model: Prepared) -> tuple[np.ndarray, np.ndarray]:
    """LSS in closed form: nuisance projected out, then a 2 x 2 system per condition.

    With x one condition, z the sum of the others, all products after projection:
    beta = (z'z x'y - x'z z'y) / (x'x z'z - (x'z)^2), which is linear in y.

    Returns
    -------
    operator : float32 (condition, volume), times prepared series gives the betas
    unscaled : (condition,), variance of beta for unit noise
    """
    n = model.n_conditions
    nuisance = np.linalg.qr(model.columns[:, n:])[0]
    conditions = model.columns[:, :n] - nuisance @ (nuisance.T @ model.columns[:, :n])
    others = conditions.sum(axis=1, keepdims=True) - conditions
    own, rest = (np.square(each).sum(axis=0) for each in (conditions, others))
    cross = (conditions * others).sum(axis=0)
    determinant = own * rest - cross**2
    operator = (rest * conditions - cross * others) / determinant
    return operator.T.astype(np.float32), rest / determinant


def _ratio(values: np.ndarray, errors: np.ndarray) -> np.ndarray:
    """values / errors, 0 where the error is 0 (a voxel without any variance)."""
    return np.divide(values, errors, out=np.zeros_like(values), where=errors > 0)
