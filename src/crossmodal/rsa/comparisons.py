"""Similarity of brain RDMs with model RDMs: one matrix product for every linear comparison.

Spearman, Pearson, cosine, rho-a, their partial and their whitened forms are all
``<f(brain), w(model)> / |f(brain)|`` with a fixed ``w`` per model, so that all models and any
control RDMs are columns of one matrix. Names and definitions are those of rsatoolbox.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numba import njit

from crossmodal.rsa.kendall import tau_a
from crossmodal.rsa.models import require_usable
from crossmodal.rsa.ranks import rank_rows, rank_rows_float64

RANKED = ("spearman", "rho_a", "partial_spearman")
CENTRED = ("pearson", "partial_pearson", "whitened_correlation")
LINEAR = (*RANKED, *CENTRED, "cosine", "whitened_cosine")
METHODS = (*LINEAR, "tau_a")
CORRELATIONS = ("spearman", "pearson", "partial_spearman", "partial_pearson", "rho_a")


@dataclass(frozen=True)
class Comparison:
    """Model RDMs, made ready for one method.

    Shapes
    ------
    weights : (pair, model + control); columns of unit norm in the method's metric
    n_models : columns that are models; the others are an orthonormal basis of the controls
    """

    method: str
    weights: np.ndarray
    n_models: int

    def __call__(self, rdms: np.ndarray) -> np.ndarray:
        """Similarities (rdm, model) of brain RDMs (rdm, pair), which are overwritten.

        A constant brain RDM gives NaN.
        """
        squares = np.empty(len(rdms))
        _transform(rdms, self.method, squares)
        products = rdms @ self.weights
        if self.method.startswith("whitened"):
            squares = whitened_squares(rdms)
        elif self.method.startswith("partial"):
            controls = products[:, self.n_models :].astype(np.float64)
            squares = _left_over(squares, (controls**2).sum(axis=1), rdms.dtype)
        elif self.method == "rho_a":
            squares = np.where(squares > 0, sum_of_squared_ranks(rdms.shape[1]), 0.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            scale = np.where(squares > 0, 1 / np.sqrt(squares), np.nan)
        return products[:, : self.n_models] * scale[:, None].astype(rdms.dtype)


def prepare(
    models: np.ndarray,
    method: str,
    controls: np.ndarray | None = None,
    dtype: type = np.float32,
) -> Comparison:
    """Make model RDMs ready for comparison with many brain RDMs.

    Parameters
    ----------
    models : (model, pair), pairs in ``triu_indices(n, 1)`` order
    method : one of ``LINEAR``
    controls : (control, pair), only for partial methods: RDMs whose part is taken out of both

    Raises
    ------
    ValueError : unknown method, a constant model, a model within the span of the controls, or
        controls that do not go with the method
    InputError : NaN or infinity in a model or a control
    """
    if method not in LINEAR:
        raise ValueError(f"comparison {method!r} is none of {LINEAR}")
    require_usable(models, method, controls)
    vectors = np.array(models, dtype=np.float64, ndmin=2)
    squares = np.empty(len(vectors))
    _transform(vectors, method, squares)
    scale = np.abs(vectors).max(axis=1, initial=0)
    if constant := np.flatnonzero(squares <= 1e-20 * scale**2).tolist():
        raise ValueError(f"model RDM {constant[0]} is constant: its {method} is not defined")
    if controls is not None:
        return _prepare_partial(vectors, squares, np.array(controls, np.float64), method, dtype)
    if method == "rho_a":
        squares = np.full(len(vectors), sum_of_squared_ranks(vectors.shape[1]))
    if method.startswith("whitened"):
        squares = whitened_squares(vectors)
        vectors = whiten(vectors)
    weights = vectors / np.sqrt(squares)[:, None]
    return Comparison(method, np.ascontiguousarray(weights.T, dtype=dtype), len(vectors))


def _prepare_partial(
    vectors: np.ndarray, squares: np.ndarray, controls: np.ndarray, method: str, dtype: type
) -> Comparison:
    """Take an orthonormal basis of the controls out of the models and keep it as columns."""
    basis = control_basis(controls, method)
    rest = vectors - (vectors @ basis) @ basis.T
    rest -= (rest @ basis) @ basis.T
    left_over = (rest**2).sum(axis=1)
    if spanned := np.flatnonzero(left_over < 1e-12 * squares).tolist():
        raise ValueError(f"model RDM {spanned[0]} is a mixture of the control RDMs")
    weights = np.concatenate([rest / np.sqrt(left_over)[:, None], basis.T])
    return Comparison(method, np.ascontiguousarray(weights.T, dtype=dtype), len(vectors))


def control_basis(controls: np.ndarray, method: str) -> np.ndarray:
    """Orthonormal columns (pair, rank) of control RDMs (control, pair), ranked or centred."""
    rows = np.array(controls, dtype=np.float64, ndmin=2)
    _transform(rows, method, np.empty(len(rows)))
    left, values, _ = np.linalg.svd(rows.T, full_matrices=False)
    return left[:, values > 1e-10 * values.max(initial=1e-300)]


def compare(
    rdms: np.ndarray, models: np.ndarray, method: str, controls: np.ndarray | None = None
) -> np.ndarray:
    """Similarity of every RDM with every model, in the precision of ``rdms``.

    Parameters
    ----------
    rdms : (rdm, pair); float32 or float64
    models : (model, pair)
    method : one of ``METHODS``

    Returns
    -------
    (rdm, model)

    Raises
    ------
    ValueError, InputError : see ``prepare``
    """
    return prepared(models, method, controls, rdms.dtype.type)(np.array(rdms, order="C"))


def prepared(
    models: np.ndarray, method: str, controls: np.ndarray | None, dtype: type
) -> Callable[[np.ndarray], np.ndarray]:
    """A function from RDMs (rdm, pair), which it may overwrite, to (rdm, model).

    Raises
    ------
    ValueError, InputError : see ``prepare``; they hold for 'tau_a' too
    """
    if method != "tau_a":
        return prepare(models, method, controls, dtype)
    require_usable(models, method, controls)
    for number, model in enumerate(models):
        if np.ptp(model) == 0:
            raise ValueError(f"model RDM {number} is constant: its {method} is not defined")
    return lambda rdms: tau_a(rdms, models)


def standardised(rdms: np.ndarray, method: str) -> np.ndarray:
    """RDMs (rdm, pair) ranked or centred as ``method`` wants and of unit norm; NaN if constant.

    The products of two such RDMs are their similarity, for 'spearman', 'pearson' and 'cosine'.
    The argument is overwritten.
    """
    squares = np.empty(len(rdms))
    _transform(rdms, method, squares)
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = np.where(squares > 0, 1 / np.sqrt(squares), np.nan)
    rdms *= scale[:, None].astype(rdms.dtype)
    return rdms


def ranked(rdms: np.ndarray) -> np.ndarray:
    """Average ranks minus their mean, of each RDM (rdm, pair), which is overwritten."""
    _transform(rdms, "spearman", np.empty(len(rdms)))
    return rdms


def whiten(vectors: np.ndarray) -> np.ndarray:
    """Multiply RDMs (rdm, pair) by the inverse of the covariance of their estimates.

    For independent noise with equal variance in all conditions, the covariance of cross-
    validated distances is proportional to V = (C C')**2 = 2 I + B B', with C the contrasts
    and B = |C| the pair-by-condition incidence (Diedrichsen et al. 2021). Its inverse is
    (I - B (2 I + B'B)^-1 B') / 2 with B'B = (n - 2) I + 11'.
    """
    n = n_conditions(vectors.shape[1])
    rows, columns = np.triu_indices(n, 1)
    solved = _solve_incidence(condition_sums(vectors), n)
    return (vectors - (solved[:, rows] + solved[:, columns])) / 2


def whitened_squares(vectors: np.ndarray) -> np.ndarray:
    """x' V^-1 x of every RDM x, with V as in ``whiten``, in float64: (rdm,)."""
    return whitened_products(vectors, vectors)


def whitened_products(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """x' V^-1 y of RDMs x and y (rdm, pair) row by row, with V as in ``whiten``: float64 (rdm,)."""
    sums, others = condition_sums(one), condition_sums(other)
    inner = np.einsum("rc,rc->r", sums, _solve_incidence(others, n_conditions(one.shape[1])))
    return (np.einsum("rp,rp->r", one, other, dtype=np.float64) - inner) / 2


def _solve_incidence(sums: np.ndarray, n: int) -> np.ndarray:
    """(2 I + B'B)^-1 applied to sums over conditions; 2 I + B'B = n I + 11'."""
    return (sums - sums.sum(axis=1, keepdims=True) / (2 * n)) / n


def condition_sums(vectors: np.ndarray) -> np.ndarray:
    """Sum of each condition's dissimilarities: (rdm, pair) -> float64 (rdm, condition)."""
    sums = np.zeros((len(vectors), n_conditions(vectors.shape[1])))
    _condition_sums(vectors, sums)
    return sums


def n_conditions(n_pairs: int) -> int:
    """Number of conditions whose pairs these are.

    Raises
    ------
    ValueError : not a triangular number
    """
    n = round((1 + np.sqrt(1 + 8 * n_pairs)) / 2)
    if n * (n - 1) // 2 != n_pairs:
        raise ValueError(f"{n_pairs} pairs are not n (n - 1) / 2 of any number of conditions n")
    return n


def sum_of_squared_ranks(n_pairs: int) -> float:
    """Sum of squares of the centred ranks 1 … n without ties."""
    return n_pairs * (n_pairs**2 - 1) / 12


def _left_over(squares: np.ndarray, explained: np.ndarray, dtype: type) -> np.ndarray:
    """Sums of squares after the controls; what is mere rounding counts as nothing."""
    rest = squares - explained
    return np.where(rest > 8 * np.finfo(dtype).eps * squares, rest, 0.0)


def _transform(rdms: np.ndarray, method: str, squares: np.ndarray) -> None:
    """Rank or centre rows in place; write their sums of squares."""
    if method in RANKED:
        (rank_rows if rdms.dtype == np.float32 else rank_rows_float64)(rdms, squares)
    else:
        _centre_rows(rdms, method in CENTRED, squares)


@njit(nogil=True, cache=True, fastmath={"reassoc", "contract"})
def _centre_rows(rows, centred, squares):  # noqa: ANN001, ANN202
    """Subtract each row's mean if ``centred``; constant rows become exactly zero."""
    for i in range(len(rows)):
        row = rows[i]
        shift = np.float64(0)
        if centred:
            low, high = row[0], row[0]
            for p in range(len(row)):
                shift += np.float64(row[p])
                low, high = min(low, row[p]), max(high, row[p])
            shift = shift / len(row) if low < high else np.float64(low)
        mean = rows.dtype.type(shift)
        total = np.float64(0)
        for p in range(len(row)):
            row[p] -= mean
            total += np.float64(row[p]) * np.float64(row[p])
        squares[i] = total


@njit(nogil=True, cache=True)
def _condition_sums(vectors, sums):  # noqa: ANN001, ANN202
    n = sums.shape[1]
    for r in range(len(vectors)):
        pair = 0
        for i in range(n):
            for j in range(i + 1, n):
                sums[r, i] += vectors[r, pair]
                sums[r, j] += vectors[r, pair]
                pair += 1
