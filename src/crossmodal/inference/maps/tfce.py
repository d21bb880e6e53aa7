"""Spatially extended statistics of one map: TFCE and cluster mass, by union-find.

Voxels join in descending order of height; every component carries what its voxels have
gained so far, so that one pass over the sorted voxels replaces a labelling per threshold.
"""

import numpy as np
from numba import njit

from crossmodal.rsa.neighbourhoods import Neighbourhoods, spheres

N_STEPS = 100  # thresholds from 0 to the map's maximum, as in fslmaths and nilearn
EXTENT, HEIGHT = 0.5, 2.0  # Smith & Nichols 2009


def face_neighbours(mask: np.ndarray) -> Neighbourhoods:
    """The six voxels that share a face, for every voxel of a mask (x, y, z)."""
    return spheres(mask, np.eye(4), 1.0)


def tfce(values: np.ndarray, around: Neighbourhoods, two_sided: bool = False) -> np.ndarray:
    """Threshold-free cluster enhancement: sum over thresholds h of extent^0.5 * h^2.

    Equal to ``nilearn.mass_univariate``: 100 thresholds up to the largest value of the map (of
    its absolute value if ``two_sided``, when negative voxels get negative scores).

    Parameters
    ----------
    values : float (voxel,), finite
    around : from ``face_neighbours``

    Returns
    -------
    float64 (voxel,)
    """
    wide = np.ascontiguousarray(values, dtype=np.float64)
    top = np.abs(wide).max() if two_sided else wide.max()
    if not top > 0:
        return np.zeros(len(wide))
    thresholds = np.linspace(0, top, N_STEPS + 1)[1:]
    grid = (around.lookup, around.centres, around.steps)
    scores = _tfce(wide, thresholds, grid)
    return scores - _tfce(-wide, thresholds, grid) if two_sided else scores


def cluster_masses(
    values: np.ndarray, threshold: float, around: Neighbourhoods, two_sided: bool = False
) -> np.ndarray:
    """Mass of the cluster that each voxel belongs to: sum of (value - threshold).

    Parameters
    ----------
    values : float (voxel,), finite
    threshold : values above it form clusters; if ``two_sided``, values below -threshold too

    Returns
    -------
    float64 (voxel,); 0 outside clusters, negative in negative clusters
    """
    wide = np.ascontiguousarray(values, dtype=np.float64)
    grid = (around.lookup, around.centres, around.steps)
    masses = _masses(wide, threshold, grid)
    return masses - _masses(-wide, threshold, grid) if two_sided else masses


@njit(nogil=True, cache=True)
def _root(parent, voxel):  # noqa: ANN001, ANN202
    while parent[voxel] != voxel:
        voxel = parent[voxel]
    return voxel


@njit(nogil=True, cache=True)
def _tfce(values, thresholds, grid):  # noqa: ANN001, ANN202
    lookup, centres, steps = grid
    n = len(values)
    order, levels = _by_level(values, thresholds)
    # gain[k] is what a single voxel gains from all thresholds above number k.
    gain = np.zeros(len(thresholds) + 1)
    for k in range(len(thresholds) - 1, -1, -1):
        gain[k] = gain[k + 1] + thresholds[k] ** HEIGHT
    parent = np.full(n, -1, dtype=np.int32)
    size = np.ones(n, dtype=np.int32)
    since = np.zeros(n, dtype=np.int32)
    score = np.zeros(n)
    for voxel in order:
        level = levels[voxel]
        parent[voxel] = voxel
        since[voxel] = level
        root = voxel
        for step in steps:
            other = lookup[centres[voxel] + step]
            if other < 0 or parent[other] < 0:
                continue
            other = _root(parent, other)
            if other != root:
                root = _join(root, other, level, gain, (parent, size, since, score))
    for i in range(len(order) - 1, -1, -1):
        voxel = order[i]
        if parent[voxel] == voxel:
            score[voxel] += np.sqrt(size[voxel]) * (gain[0] - gain[since[voxel]])
    return _collect(order, parent, score)


@njit(nogil=True, cache=True)
def _by_level(values, thresholds):  # noqa: ANN001, ANN202
    """Voxels above the lowest threshold, highest first, and how many thresholds each reaches."""
    n, top = len(values), len(thresholds)
    levels = np.zeros(n, dtype=np.int32)
    counts = np.zeros(top + 2, dtype=np.int64)
    for voxel in range(n):
        if values[voxel] >= thresholds[0]:
            level = min(top, int(values[voxel] / thresholds[0]))
            while level < top and values[voxel] >= thresholds[level]:
                level += 1
            while level > 0 and values[voxel] < thresholds[level - 1]:
                level -= 1
            levels[voxel] = level
            counts[top - level + 1] += 1
    for k in range(1, len(counts)):
        counts[k] += counts[k - 1]
    order = np.empty(counts[-1], dtype=np.int32)
    for voxel in range(n):
        if levels[voxel]:
            slot = top - levels[voxel]
            order[counts[slot]] = voxel
            counts[slot] += 1
    return order, levels


@njit(nogil=True, cache=True)
def _join(one, other, level, gain, forest):  # noqa: ANN001, ANN202
    """Merge two components at a level; scores are kept relative to the parent's."""
    parent, size, since, score = forest
    for root in (one, other):
        score[root] += np.sqrt(size[root]) * (gain[level] - gain[since[root]])
        since[root] = level
    if size[one] < size[other]:
        one, other = other, one
    parent[other] = one
    score[other] -= score[one]
    size[one] += size[other]
    return one


@njit(nogil=True, cache=True)
def _collect(order, parent, score):  # noqa: ANN001, ANN202
    """Sum scores along the way to each root."""
    total = np.zeros(len(parent))
    for voxel in order:
        at = voxel
        total[voxel] = score[at]
        while parent[at] != at:
            at = parent[at]
            total[voxel] += score[at]
    return total


@njit(nogil=True, cache=True)
def _masses(values, threshold, grid):  # noqa: ANN001, ANN202
    lookup, centres, steps = grid
    n = len(values)
    parent = np.full(n, -1, dtype=np.int32)
    size = np.ones(n, dtype=np.int32)
    mass = np.zeros(n)
    for voxel in range(n):
        if values[voxel] <= threshold:
            continue
        parent[voxel] = voxel
        mass[voxel] = values[voxel] - threshold
        root = voxel
        for step in steps:
            other = lookup[centres[voxel] + step]
            if other < 0 or parent[other] < 0:
                continue
            other = _root(parent, other)
            if other != root:
                if size[root] < size[other]:
                    root, other = other, root
                parent[other] = root
                size[root] += size[other]
                mass[root] += mass[other]
    total = np.zeros(n)
    for voxel in range(n):
        if parent[voxel] >= 0:
            total[voxel] = mass[_root(parent, voxel)]
    return total
