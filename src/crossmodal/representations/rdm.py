"""Representational dissimilarity matrices (RDMs) as vectors of pairs.

Pairs stand in numpy's ``triu_indices(n, 1)`` order everywhere.
"""

from collections.abc import Sequence

import numpy as np


def correlation_rdm(patterns: np.ndarray) -> np.ndarray:
    """1 - Pearson correlation of every pair of rows, clipped to [0, 2]; float64 (pair,).

    ``patterns`` float (condition, unit). A constant pattern (a layer whose units are all
    dead for a clip, or one unit only) has no correlation: its dissimilarity is 1 to every
    pattern that varies, and 0 to another constant one.
    """
    unit, constant = standardised_rows(patterns)
    distances = 1.0 - unit @ unit.T
    distances[np.ix_(constant, constant)] = 0.0
    return np.clip(upper_triangle(distances), 0.0, 2.0)


def standardised_rows(patterns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows centred and scaled to unit length (constant rows: zeros), and which are constant."""
    centred = patterns.astype(np.float64)
    centred -= centred.mean(axis=1, keepdims=True)
    length = np.linalg.norm(centred, axis=1, keepdims=True)
    # Rounding leaves about 1e-16 of the pattern's size in a constant row.
    constant = length[:, 0] <= 1e-12 * np.abs(patterns).max(initial=0.0) * patterns.shape[1] ** 0.5
    centred /= np.where(constant[:, None], 1.0, length)
    centred[constant] = 0.0
    return centred, constant


def category_rdm(labels: Sequence[str]) -> np.ndarray:
    """0 for pairs of one category, 1 for others; float64 (pair,)."""
    codes = np.unique(np.asarray(labels, dtype=str), return_inverse=True)[1]
    return upper_triangle((codes[:, None] != codes[None, :]).astype(np.float64))


def difference_rdm(values: Sequence[float]) -> np.ndarray:
    """|a - b| of one number per condition; float64 (pair,)."""
    values = np.asarray(values, dtype=np.float64)
    return upper_triangle(np.abs(values[:, None] - values[None, :]))


def feature_rdm(features: np.ndarray) -> np.ndarray:
    """1 - cosine of every pair of rows, after z-scoring each feature over conditions.

    ``features`` float (condition, feature). The cosine, not the correlation, because a random
    linear readout of the features gives voxel patterns that correlate like this. Features
    that never vary are left out.
    """
    # The SD of a constant column may be rounding instead of 0.
    varying = features[:, np.ptp(features, axis=0) > 0]
    scores = (varying - varying.mean(axis=0)) / varying.std(axis=0)
    length = np.linalg.norm(scores, axis=1, keepdims=True)
    unit = scores / np.where(length > 0, length, 1.0)
    return np.clip(upper_triangle(1.0 - unit @ unit.T), 0.0, 2.0)


def distance_rdm(features: np.ndarray, distance: str) -> np.ndarray:
    """Dissimilarities of rows (condition, unit); float64 (pair,).

    ``distance`` : 'correlation' (1 - Pearson), 'cosine' (1 - cosine), 'euclidean' or
    'squared_euclidean', neither divided by the number of units.

    Raises
    ------
    ValueError : another distance
    """
    if distance == "correlation":
        return correlation_rdm(features)
    if distance == "cosine":
        length = np.linalg.norm(features, axis=1, keepdims=True)
        unit = features / np.where(length > 0, length, 1.0)
        return np.clip(upper_triangle(1.0 - unit @ unit.T), 0.0, 2.0)
    if distance not in ("euclidean", "squared_euclidean"):
        raise ValueError(f"distance {distance!r}")
    # Centred first, so that a large mean does not eat the digits of small differences.
    centred = features - features.mean(axis=0)
    squares = np.einsum("ij,ij->i", centred, centred)
    squared = upper_triangle(squares[:, None] + squares[None] - 2 * centred @ centred.T)
    squared = np.maximum(squared, 0.0)
    return squared if distance == "squared_euclidean" else np.sqrt(squared)


def upper_triangle(matrix: np.ndarray) -> np.ndarray:
    """(n, n) -> (pair,)."""
    return matrix[np.triu_indices(len(matrix), 1)]
