"""Distances between condition patterns in many spheres: the searchlight's inner loops.

Both kernels read ``rows`` (part, voxel, condition), so that a voxel's patterns lie side by
side and a sphere is gathered by copying rows. A *part* is a run, or for crossnobis one vector
of an orthonormal basis of the runs.

All compiled functions that call each other stand in this one file: numba's cache notices an
edit of the file of the function that is called from Python, not of others.
"""

import numpy as np
from numba import njit

CROSS_VALIDATED = ("crossnobis",)
WITHIN_RUN = ("correlation", "squared_euclidean", "mahalanobis")
DISTANCES = (*WITHIN_RUN, *CROSS_VALIDATED)


@njit(nogil=True, cache=True)
def within_run_rdms(rows, residuals, sphere, runs, block):  # noqa: ANN001, ANN201
    """RDM of every sphere in each run, averaged over runs.

    Parameters
    ----------
    rows : float (run, voxel, condition); a condition that a run lacks is 0
    residuals : float (voxel, time), by whose covariance in the sphere the patterns are whitened;
        no time points: they are not
    sphere : (lookup, centres, steps) of ``Neighbourhoods``
    runs : (correlation, present, weights); True for 1 - Pearson or False for squared Euclidean
        distance per voxel; bool (run, condition); float (run, pair), weights of the average
    block : (first, out, valid); number of the first centre; float (centre, pair), overwritten,
        pairs in ``triu_indices(n, 1)`` order; bool (centre,), False beyond the last centre and
        where a pattern does not vary over voxels, so that its correlation is not defined
    """
    (lookup, centres, steps), (correlation, present, weights) = sphere, runs
    first, out, valid = block
    n = rows.shape[2]
    buffer, gram = np.empty((len(steps), n), rows.dtype), np.empty((n, n), rows.dtype)
    n_noisy = len(steps) if residuals.shape[1] else 0
    noise = np.empty((n_noisy, residuals.shape[1]), rows.dtype)
    factor = np.empty((n_noisy, n_noisy), rows.dtype)
    mean, floor, scale = np.empty(n, rows.dtype), np.empty(n, rows.dtype), np.empty(n, rows.dtype)
    for c in range(len(out)):
        row = out[c]
        row[:] = 0
        valid[c] = first + c < len(centres)
        if valid[c]:
            _sphere_factor(residuals, lookup, centres[first + c], steps, noise, factor)
        for run in range(len(rows) if valid[c] else 0):
            size = _gather(rows[run], lookup, centres[first + c], steps, buffer)
            if residuals.shape[1]:
                solve_lower(factor, buffer, size)
            if correlation:
                _centre_columns(buffer, size, mean)
            np.dot(buffer[:size].T, buffer[:size], gram)
            if correlation:
                _rounding_floor(mean, size, floor)
                valid[c] &= _inverse_norms(gram, present[run], floor, scale)
                _add_correlation(gram, scale, weights[run], row)
            else:
                gram /= rows.dtype.type(size)
                _add_euclidean(gram, weights[run], scale, row)
        if not correlation:
            _clip_negative(row)


@njit(nogil=True, cache=True)
def cross_run_rdms(rows, residuals, sphere, runs, block):  # noqa: ANN001, ANN201
    """Cross-validated squared distance per voxel: only products of different runs count.

    d_ij = (K_ii + K_jj - 2 K_ij) / voxels, K = (sum over parts of sign * X X') * inverse_counts

    Parameters
    ----------
    rows, residuals, sphere, block : as for ``within_run_rdms``, with parts for runs
    runs : (signs, inverse_counts, ones); float (part,), +1 for products that count, -1 for those
        of a run with itself; float (condition, condition), one over the number of run pairs;
        float (pair,) of ones
    """
    (lookup, centres, steps), (signs, inverse_counts, ones) = sphere, runs
    first, out, valid = block
    n = rows.shape[2]
    buffer, gram = np.empty((len(steps), n), rows.dtype), np.empty((n, n), rows.dtype)
    n_noisy = len(steps) if residuals.shape[1] else 0
    noise = np.empty((n_noisy, residuals.shape[1]), rows.dtype)
    factor = np.empty((n_noisy, n_noisy), rows.dtype)
    total, squares = np.empty((n, n), rows.dtype), np.empty(n, rows.dtype)
    for c in range(len(out)):
        out[c] = 0
        valid[c] = first + c < len(centres)
        if not valid[c]:
            continue
        _sphere_factor(residuals, lookup, centres[first + c], steps, noise, factor)
        total[:] = 0
        size = 1
        for p in range(len(rows)):
            size = _gather(rows[p], lookup, centres[first + c], steps, buffer)
            if residuals.shape[1]:
                solve_lower(factor, buffer, size)
            np.dot(buffer[:size].T, buffer[:size], gram)
            total += signs[p] * gram
        total *= inverse_counts / rows.dtype.type(size)
        _add_euclidean(total, ones, squares, out[c])


@njit(nogil=True, cache=True)
def paired_run_rdms(rows, residuals, sphere, shares, block):  # noqa: ANN001, ANN201
    """Cross-validated squared distance per voxel where runs lack conditions.

    d_ij = mean over pairs of runs r, s that both show i and j of (x_ir - x_jr) (x_is - x_js)' /
    voxels: differences within runs, so that what a run adds to all its patterns cancels.

    Parameters
    ----------
    rows, residuals, sphere, block : as for ``within_run_rdms``; a condition that a run lacks is 0
    shares : float (run pair, pair), pairs of runs in ``triu_indices`` order; one over the number
        of run pairs that show both conditions, or 0
    """
    lookup, centres, steps = sphere
    first, out, valid = block
    n_runs, _, n = rows.shape
    buffers, gram = np.empty((n_runs, len(steps), n), rows.dtype), np.empty((n, n), rows.dtype)
    n_noisy = len(steps) if residuals.shape[1] else 0
    noise = np.empty((n_noisy, residuals.shape[1]), rows.dtype)
    factor = np.empty((n_noisy, n_noisy), rows.dtype)
    squares = np.empty(n, rows.dtype)
    half = rows.dtype.type(0.5)
    for c in range(len(out)):
        out[c] = 0
        valid[c] = first + c < len(centres)
        if not valid[c]:
            continue
        _sphere_factor(residuals, lookup, centres[first + c], steps, noise, factor)
        size = 1
        for r in range(n_runs):
            size = _gather(rows[r], lookup, centres[first + c], steps, buffers[r])
            if residuals.shape[1]:
                solve_lower(factor, buffers[r], size)
        number = 0
        for r in range(n_runs):
            for s in range(r + 1, n_runs):
                np.dot(buffers[r, :size].T, buffers[s, :size], gram)
                both = half * (gram + gram.T)
                _add_euclidean(both, shares[number], squares, out[c])
                number += 1
        out[c] /= rows.dtype.type(size)


@njit(nogil=True, cache=True)
def _sphere_factor(residuals, lookup, centre, steps, noise, factor):  # noqa: ANN001, ANN202
    """Cholesky factor of the sphere's noise covariance, if there are residuals."""
    if residuals.shape[1]:
        size = _gather(residuals, lookup, centre, steps, noise)
        factor[:size, :size] = shrunk_factor(noise[:size])


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
def _centre_columns(buffer, size, mean):  # noqa: ANN001, ANN202
    """Subtract each pattern's mean over the sphere's voxels; ``mean`` is work space."""
    n = buffer.shape[1]
    mean[:] = 0
    for v in range(size):
        for i in range(n):
            mean[i] += buffer[v, i]
    for i in range(n):
        mean[i] /= buffer.dtype.type(size)
    for v in range(size):
        for i in range(n):
            buffer[v, i] -= mean[i]


@njit(nogil=True, cache=True)
def _inverse_norms(gram, present, floor, scale):  # noqa: ANN001, ANN202
    """1 / norm of every pattern; False if one that this run has does not vary.

    A pattern whose centred norm is rounding error of its mean (``floor``) does not vary.
    """
    one = gram.dtype.type(1)
    defined = True
    for i in range(len(gram)):
        scale[i] = 0
        if gram[i, i] > floor[i]:
            scale[i] = one / np.sqrt(gram[i, i])
        elif present[i]:
            defined = False
    return defined


@njit(nogil=True, cache=True)
def _rounding_floor(mean, size, floor):  # noqa: ANN001, ANN202
    """Squared norm that rounding alone can leave of a constant pattern after centring.

    Summing ``size`` equal values one after the other, the mean is off by up to size * eps / 2 of
    itself (Higham 2002, section 4.2). Twice that also covers values that differ in their last bit.
    """
    epsilon = np.finfo(mean.dtype).eps
    for i in range(len(mean)):
        error = size * epsilon * abs(mean[i])
        floor[i] = size * error * error


@njit(nogil=True, cache=True)
def _add_correlation(gram, scale, weights, row):  # noqa: ANN001, ANN202
    """row += weight * (1 - r); r above 1 by rounding counts as 1."""
    n = len(gram)
    one, zero = gram.dtype.type(1), gram.dtype.type(0)
    first = 0
    for i in range(n - 1):
        length = n - i - 1
        # Views of equal length let the compiler vectorise the inner loop.
        products, others = gram[i, i + 1 :], scale[i + 1 :]
        share, out = weights[first : first + length], row[first : first + length]
        for j in range(length):
            distance = one - products[j] * scale[i] * others[j]
            out[j] += share[j] * (distance if distance > zero else zero)
        first += length


@njit(nogil=True, cache=True)
def _add_euclidean(gram, weights, squares, row):  # noqa: ANN001, ANN202
    """row += weight * |x_i - x_j|^2, from inner products; ``squares`` is work space."""
    n = len(gram)
    for i in range(n):
        squares[i] = gram[i, i]
    two = gram.dtype.type(2)
    first = 0
    for i in range(n - 1):
        length = n - i - 1
        products, others = gram[i, i + 1 :], squares[i + 1 :]
        share, out = weights[first : first + length], row[first : first + length]
        for j in range(length):
            out[j] += share[j] * (squares[i] + others[j] - two * products[j])
        first += length


@njit(nogil=True, cache=True)
def _clip_negative(row):  # noqa: ANN001, ANN202
    """A squared distance below 0 is rounding."""
    zero = row.dtype.type(0)
    for i in range(len(row)):
        row[i] = row[i] if row[i] > zero else zero


@njit(nogil=True, cache=True)
def shrunk_factor(residuals):  # noqa: ANN001, ANN201
    """Lower Cholesky factor of the covariance, shrunk towards its diagonal.

    The weight is that of Schaefer & Strimmer (2005) for correlations, as in rsatoolbox's
    ``prec_from_residuals(method='shrinkage_diag')``.

    Parameters
    ----------
    residuals : float (voxel, time), each voxel with mean 0
    """
    n_voxels, n_times = residuals.shape
    covariance = np.dot(residuals, residuals.T)
    fourth = np.dot(residuals * residuals, (residuals * residuals).T)
    above, below = 0.0, 0.0
    freedom = n_times - 1
    for i in range(n_voxels):
        for j in range(i):
            scale = covariance[i, i] * covariance[j, j] / (freedom * freedom)
            r = covariance[i, j] / freedom
            above += (fourth[i, j] / freedom - r * r) / scale
            below += r * r / scale
    weight = 1.0
    if below > 0:
        weight = min(1.0, max(0.0, above * n_times / (freedom * freedom) / below))
    for i in range(n_voxels):
        for j in range(n_voxels):
            covariance[i, j] *= (1.0 if i == j else 1.0 - weight) / freedom
    return np.linalg.cholesky(covariance)


@njit(nogil=True, cache=True)
def solve_lower(factor, patterns, size):  # noqa: ANN001, ANN201
    """patterns[:size] <- factor^-1 patterns[:size] for a lower triangular factor, in place.

    Parameters
    ----------
    factor : float (voxel, voxel)
    patterns : float (voxel, condition)
    """
    n = patterns.shape[1]
    for k in range(size):
        row = patterns[k]
        for j in range(k):
            weight, other = factor[k, j], patterns[j]
            for i in range(n):
                row[i] -= weight * other[i]
        inverse = 1 / factor[k, k]
        for i in range(n):
            row[i] *= inverse
