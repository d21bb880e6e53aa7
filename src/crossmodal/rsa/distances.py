"""Distances between condition patterns in many spheres: the searchlight's inner loops.

Both kernels read ``rows`` (part, voxel, condition), so that a voxel's patterns lie side by
side and a sphere is gathered by copying rows. A *part* is a run, or for crossnobis one vector
of an orthonormal basis of the runs.
"""

import numpy as np
from numba import njit

CROSS_VALIDATED = ("crossnobis",)
WITHIN_RUN = ("correlation", "squared_euclidean", "mahalanobis")
DISTANCES = (*WITHIN_RUN, *CROSS_VALIDATED)


@njit(nogil=True, cache=True)
def within_run_rdms(rows, sphere, first, correlation, pair_weights, out, valid):  # noqa: ANN001, ANN201
    """RDM of every sphere in each run, averaged over runs.

    Parameters
    ----------
    rows : float (run, voxel, condition); a condition that a run lacks is 0
    sphere : (lookup, centres, steps) of ``Neighbourhoods``
    first : number of the first centre; the block is ``len(out)`` centres long
    correlation : True for 1 - Pearson, False for squared Euclidean distance per voxel
    pair_weights : float (run, pair); weights of the average, 0 where a run lacks a condition
    out : float (centre, pair), pairs in ``triu_indices(n, 1)`` order; overwritten
    valid : bool (centre,); False where a pattern has no variance, so that r is not defined
    """
    lookup, centres, steps = sphere
    runs, _, n = rows.shape
    buffer = np.empty((len(steps), n), dtype=rows.dtype)
    gram = np.empty((n, n), dtype=rows.dtype)
    scale = np.empty(n, dtype=rows.dtype)
    for c in range(len(out)):
        row = out[c]
        row[:] = 0
        valid[c] = first + c < len(centres)
        if not valid[c]:
            continue
        for run in range(runs):
            size = _gather(rows[run], lookup, centres[first + c], steps, buffer)
            if correlation:
                _centre_columns(buffer, size)
            part = buffer[:size]
            np.dot(part.T, part, gram)
            if correlation:
                valid[c] &= _inverse_norms(gram, pair_weights[run], scale)
                _add_correlation(gram, scale, pair_weights[run], row)
            else:
                _add_euclidean(gram, pair_weights[run], rows.dtype.type(size), row)


@njit(nogil=True, cache=True)
def cross_run_rdms(rows, sphere, first, signs, inverse_counts, out, valid):  # noqa: ANN001, ANN201
    """Cross-validated squared distance of every sphere: only products of different runs.

    d_ij = K_ii + K_jj - 2 K_ij with K = (sum over parts of sign * X X') * inverse_counts,
    divided by the number of voxels.

    Parameters
    ----------
    rows, sphere, first, out, valid : as for ``within_run_rdms``
    signs : float (part,); +1 for products that count, -1 for those of a run with itself
    inverse_counts : float (condition, condition); one over the number of run pairs
    """
    lookup, centres, steps = sphere
    parts, _, n = rows.shape
    buffer = np.empty((len(steps), n), dtype=rows.dtype)
    gram = np.empty((n, n), dtype=rows.dtype)
    total = np.empty((n, n), dtype=rows.dtype)
    for c in range(len(out)):
        valid[c] = first + c < len(centres)
        if not valid[c]:
            out[c] = 0
            continue
        total[:] = 0
        size = 1
        for p in range(parts):
            size = _gather(rows[p], lookup, centres[first + c], steps, buffer)
            part = buffer[:size]
            np.dot(part.T, part, gram)
            for i in range(n):
                for j in range(n):
                    total[i, j] += signs[p] * gram[i, j]
        pair = 0
        for i in range(n):
            for j in range(n):
                total[i, j] *= inverse_counts[i, j]
        for i in range(n):
            for j in range(i + 1, n):
                out[c, pair] = (total[i, i] + total[j, j] - 2 * total[i, j]) / rows.dtype.type(size)
                pair += 1


@njit(nogil=True, cache=True)
def _gather(rows, lookup, centre, steps, buffer):  # noqa: ANN001, ANN202
    """Copy the sphere's voxels into ``buffer``; return how many there are."""
    n = rows.shape[1]
    size = 0
    for step in steps:
        voxel = lookup[centre + step]
        if voxel >= 0:
            for i in range(n):
                buffer[size, i] = rows[voxel, i]
            size += 1
    return size


@njit(nogil=True, cache=True)
def _centre_columns(buffer, size):  # noqa: ANN001, ANN202
    """Subtract each pattern's mean over the sphere's voxels."""
    n = buffer.shape[1]
    mean = np.zeros(n, dtype=buffer.dtype)
    for v in range(size):
        for i in range(n):
            mean[i] += buffer[v, i]
    mean /= buffer.dtype.type(size)
    for v in range(size):
        for i in range(n):
            buffer[v, i] -= mean[i]


@njit(nogil=True, cache=True)
def _inverse_norms(gram, pair_weights, scale):  # noqa: ANN001, ANN202
    """1 / norm of every pattern; False if one that counts in this run has no variance."""
    n = len(gram)
    defined = True
    for i in range(n):
        scale[i] = 0
        if gram[i, i] > 0:
            scale[i] = 1 / np.sqrt(gram[i, i])
    pair = 0
    for i in range(n):
        for j in range(i + 1, n):
            if pair_weights[pair] > 0 and (scale[i] == 0 or scale[j] == 0):
                defined = False
            pair += 1
    return defined


@njit(nogil=True, cache=True)
def _add_correlation(gram, scale, pair_weights, row):  # noqa: ANN001, ANN202
    """row += weight * (1 - r); r above 1 by rounding counts as 1."""
    n = len(gram)
    pair = 0
    one = gram.dtype.type(1)
    zero = gram.dtype.type(0)
    for i in range(n):
        for j in range(i + 1, n):
            distance = max(zero, one - gram[i, j] * scale[i] * scale[j])
            row[pair] += pair_weights[pair] * distance
            pair += 1


@njit(nogil=True, cache=True)
def _add_euclidean(gram, pair_weights, size, row):  # noqa: ANN001, ANN202
    """row += weight * |x_i - x_j|^2 / number of voxels."""
    n = len(gram)
    pair = 0
    zero = gram.dtype.type(0)
    for i in range(n):
        for j in range(i + 1, n):
            square = max(zero, gram[i, i] + gram[j, j] - 2 * gram[i, j])
            row[pair] += pair_weights[pair] * square / size
            pair += 1
