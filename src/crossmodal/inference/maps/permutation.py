"""Family-wise error of any statistic under sign flips: its maximum over voxels per permutation."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from scipy.stats import t as t_distribution
from tqdm import tqdm

from crossmodal.inference.maps.max_t import (
    max_sums,
    oriented,
    p_from_maxima,
    t_from_sums,
    unit_maps,
)
from crossmodal.inference.maps.tfce import cluster_masses, face_neighbours, tfce

STATISTICS = ("max_t", "tfce", "cluster_mass")
CHUNK = 64  # permutations whose t maps are held at once


@dataclass(frozen=True)
class Null:
    """An oriented statistic of every layer, and its maxima under permutation.

    Shapes
    ------
    observed : float64 (layer, voxel); NaN where not tested
    maxima : float64 (layer, permutation), the identity first
    """

    observed: np.ndarray
    maxima: np.ndarray

    def p_layer(self) -> np.ndarray:
        """p (layer, voxel), corrected over the voxels of each layer."""
        pairs = zip(self.observed, self.maxima, strict=True)
        return np.stack([p_from_maxima(observed, maxima) for observed, maxima in pairs])

    def p_all(self) -> np.ndarray:
        """p (layer, voxel), corrected over voxels and layers."""
        return p_from_maxima(self.observed, self.maxima.max(axis=0))


def cluster_threshold(p: float, n_participants: int, alternative: str) -> float:
    """t above which voxels form clusters, for an uncorrected p."""
    tail = p / 2 if alternative == "two-sided" else p
    return float(t_distribution.isf(tail, n_participants - 1))


def map_statistic(
    name: str, mask: np.ndarray, alternative: str, threshold: float
) -> Callable[[np.ndarray], np.ndarray]:
    """A function from a t map (voxel,) to the statistic's map, large where the alternative holds.

    Parameters
    ----------
    name : 'tfce' or 'cluster_mass'
    mask : bool (x, y, z)
    threshold : cluster-forming t

    Raises
    ------
    ValueError : another name
    """
    around = face_neighbours(mask)
    two_sided = alternative == "two-sided"
    sign = -1 if alternative == "less" else 1
    if name == "tfce":
        return lambda t: oriented(tfce(sign * t, around, two_sided) * sign, alternative)
    if name == "cluster_mass":
        return lambda t: oriented(
            cluster_masses(sign * t, threshold, around, two_sided) * sign, alternative
        )
    raise ValueError(f"statistic {name!r} is none of {STATISTICS}")


def max_t_null(data: np.ndarray, signs: np.ndarray, alternative: str) -> Null:
    """Null of t itself, in units of s = sum(x) / sqrt(sum(x^2)), which orders alike.

    Parameters
    ----------
    data : (participant, layer, voxel)
    signs : int8 (permutation, participant)
    """
    observed = np.empty(data.shape[1:])
    maxima = np.empty((data.shape[1], len(signs)))
    for layer in range(data.shape[1]):
        units = unit_maps(data[:, layer])
        observed[layer] = oriented(units.sum(axis=0), alternative)
        tested = ~np.isnan(observed[layer])
        maxima[layer] = max_sums(units[:, tested], signs, alternative)
    return Null(observed, maxima)


def map_null(
    data: np.ndarray,
    signs: np.ndarray,
    statistic: Callable[[np.ndarray], np.ndarray],
    n_threads: int = 1,
) -> Null:
    """Null of a statistic that needs the whole map, such as TFCE or cluster mass.

    Parameters
    ----------
    data : (participant, layer, voxel); voxels that are zero everywhere count as t = 0
    statistic : from ``map_statistic``
    """
    n, n_layers, n_voxels = data.shape
    observed = np.empty((n_layers, n_voxels))
    maxima = np.empty((n_layers, len(signs)))
    # A pattern and its mirror must tie: near sqrt(n), t rises so steeply with the sum that
    # float32's rounding of the sum would separate them.
    flips = signs.astype(np.float64)
    with (
        ThreadPoolExecutor(n_threads) as pool,
        tqdm(total=n_layers * len(signs), desc="permutation", mininterval=5, disable=None) as bar,
    ):
        for layer in range(n_layers):
            units = np.nan_to_num(unit_maps(data[:, layer])).astype(np.float64)
            observed[layer] = statistic(t_from_sums(units.sum(axis=0), n))
            for first in range(0, len(flips), CHUNK):
                sums = flips[first : first + CHUNK] @ units
                tops = pool.map(lambda s: statistic(t_from_sums(s, n)).max(), sums)
                maxima[layer, first : first + CHUNK] = list(tops)
                bar.update(len(sums))
    return Null(observed, maxima)
