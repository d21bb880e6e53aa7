"""Inner products of Euclidean-type RDMs with models, without ever making an RDM.

For squared Euclidean and cross-validated distances D and any model M over pairs i < j,

    sum_ij M_ij D_ij = 1 / n_voxels * sum over the sphere's voxels v of tr(L Q_v),

with L the Laplacian of M and Q_v the voxel's (cross-validated) second moment over conditions. All
models and all condition-label permutations are columns of one matrix product per voxel, and a
sphere adds up its voxels: the cost no longer grows with the size of Gram matrices and runs.
These are the numerators of cosine and Pearson comparisons, and all of a regression on models.
"""

import numpy as np
from numba import njit

from crossmodal.rsa.layout import Patterns
from crossmodal.rsa.neighbourhoods import Neighbourhoods

BLOCK = 1024  # voxels whose second moments are held at once


def inner_products(patterns: Patterns, around: Neighbourhoods, weights: np.ndarray) -> np.ndarray:
    """<D, M> of every sphere's RDM D with every model M.

    Parameters
    ----------
    patterns : 'squared_euclidean' or 'crossnobis', every condition in every run; whitening, if
        any, was done before for the whole brain
    around : spheres
    weights : (pair, model), such as ``Comparison.weights``, or permuted models as columns

    Returns
    -------
    float (centre, model)

    Raises
    ------
    ValueError : patterns for which the identity does not hold
    """
    if patterns.distance not in ("squared_euclidean", "crossnobis"):
        raise ValueError(f"no quadratic form for distance {patterns.distance!r}")
    if not patterns.present.all() or patterns.residuals.shape[1]:
        raise ValueError("the quadratic form needs complete runs and no whitening in spheres")
    _, n_voxels, n = patterns.rows.shape
    signs = _part_weights(patterns)
    forms = laplacian_weights(weights, n).astype(patterns.dtype)
    per_voxel = np.empty((n_voxels, weights.shape[1]), dtype=patterns.dtype)
    moments = np.empty((BLOCK, len(forms)), dtype=patterns.dtype)
    for first in range(0, n_voxels, BLOCK):
        _second_moments(patterns.rows, signs, first, moments)
        stop = min(first + BLOCK, n_voxels)
        per_voxel[first:stop] = (moments @ forms)[: stop - first]
    out = np.zeros((len(around), weights.shape[1]), dtype=patterns.dtype)
    _sphere_means(per_voxel, around.lookup, around.centres, around.steps, out)
    return out


def laplacian_weights(weights: np.ndarray, n_conditions: int) -> np.ndarray:
    """What each product x_i x_j, i <= j, counts for each model.

    Parameters
    ----------
    weights : (pair, model), pairs i < j

    Returns
    -------
    float64 (n (n + 1) / 2, model) in ``triu_indices(n)`` order
    """
    rows, columns = np.triu_indices(n_conditions, 1)
    laplacian = np.zeros((n_conditions, n_conditions, weights.shape[1]))
    laplacian[rows, columns] = -2 * weights
    diagonal = np.zeros((n_conditions, weights.shape[1]))
    np.add.at(diagonal, rows, weights)
    np.add.at(diagonal, columns, weights)
    laplacian[range(n_conditions), range(n_conditions)] = diagonal
    return laplacian[np.triu_indices(n_conditions)]


def _part_weights(patterns: Patterns) -> np.ndarray:
    """1 / runs for distances averaged over runs; +-1 / run pairs for crossnobis."""
    if patterns.distance == "squared_euclidean":
        return np.full(len(patterns.rows), 1 / len(patterns.rows), dtype=patterns.rows.dtype)
    return patterns.signs * patterns.inverse_counts[0, 0]


@njit(nogil=True, cache=True)
def _second_moments(rows, signs, first, moments):  # noqa: ANN001, ANN202
    """moments[v] = sum over parts of sign * x x', upper triangle; 0 beyond the last voxel."""
    n = rows.shape[2]
    moments[:] = 0
    for v in range(min(len(moments), rows.shape[1] - first)):
        for p in range(len(rows)):
            x = rows[p, first + v]
            start = 0
            for i in range(n):
                weight = signs[p] * x[i]
                out, others = moments[v, start : start + n - i], x[i:]
                for j in range(n - i):
                    out[j] += weight * others[j]
                start += n - i


@njit(nogil=True, cache=True)
def _sphere_means(per_voxel, lookup, centres, steps, out):  # noqa: ANN001, ANN202
    n = per_voxel.shape[1]
    for centre in range(len(centres)):
        size = 0
        row = out[centre]
        for step in steps:
            voxel = lookup[centres[centre] + step]
            if voxel >= 0:
                values = per_voxel[voxel]
                for m in range(n):
                    row[m] += values[m]
                size += 1
        inverse = per_voxel.dtype.type(1) / per_voxel.dtype.type(size)
        for m in range(n):
            row[m] *= inverse
