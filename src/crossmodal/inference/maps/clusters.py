"""Table of supra-threshold clusters and their peaks."""

import numpy as np
import pandas as pd
from scipy import ndimage

from crossmodal.contracts.group_result import CLUSTER_COLUMNS
from crossmodal.contracts.maps import Maps
from crossmodal.inference.maps.anatomy import Anatomy

# Voxels that share a face, an edge or a corner belong together (as in FSL).
NEIGHBOURS = np.ones((3, 3, 3), dtype=bool)


def cluster_table(
    maps: dict[str, Maps],
    alternative: str,
    alpha: float,
    anatomy: Anatomy | None = None,
    peak_distance_mm: float = 8.0,
) -> pd.DataFrame:
    """Peaks of clusters of voxels with p_fwe < ``alpha``, per layer, largest cluster first.

    Parameters
    ----------
    maps : 't', 'mean', 'p_fwe' and 'p_fwe_all' on one grid
    alternative : 'two-sided' keeps positive and negative voxels apart
    anatomy : names the peaks
    peak_distance_mm : a local maximum is listed if all higher ones of its cluster that are listed
        are at least that far away

    Returns
    -------
    Columns CLUSTER_COLUMNS; coordinates in mm of the maps' space; p of the peak voxel
    """
    signs = {"greater": (1,), "less": (-1,), "two-sided": (1, -1)}[alternative]
    affine, space = maps["t"].affine, maps["t"].space
    rows = []
    for layer in maps["t"].names:
        volumes = {name: each.volume(layer) for name, each in maps.items()}
        rows += _layer_rows(volumes, affine, layer, signs, alpha, peak_distance_mm)
    table = pd.DataFrame(rows, columns=list(CLUSTER_COLUMNS))
    peaks_mm = table[["peak_x_mm", "peak_y_mm", "peak_z_mm"]].to_numpy(dtype=np.float64)
    names = (anatomy or Anatomy()).named(peaks_mm, space)
    table["label"] = [name for name, _ in names]
    table["label_distance_mm"] = [distance_mm for _, distance_mm in names]
    return table


def _layer_rows(
    volumes: dict[str, np.ndarray],
    affine: np.ndarray,
    layer: str,
    signs: tuple[int, ...],
    alpha: float,
    peak_distance_mm: float,
) -> list[dict[str, object]]:
    t = np.nan_to_num(volumes["t"], nan=0.0)
    passed = np.nan_to_num(volumes["p_fwe"], nan=1.0) < alpha
    found = []
    for sign in signs:
        labels, n = ndimage.label(passed & (sign * t > 0), structure=NEIGHBOURS)
        found += [(np.argwhere(labels == k + 1), sign) for k in range(n)]
    found.sort(key=lambda item: (-len(item[0]), item[0].tolist()[0]))
    voxel_mm3 = abs(np.linalg.det(affine[:3, :3]))
    return [
        {
            "layer": layer,
            "cluster": number,
            "peak": rank,
            "n_voxels": len(voxels),
            "size_mm3": len(voxels) * voxel_mm3,
        }
        | _statistics(volumes, peak, affine)
        for number, (voxels, sign) in enumerate(found, start=1)
        for rank, peak in enumerate(peaks(sign * t, voxels, affine, peak_distance_mm), start=1)
    ]


def peaks(
    values: np.ndarray, voxels: np.ndarray, affine: np.ndarray, distance_mm: float
) -> list[tuple[int, ...]]:
    """Local maxima of a cluster, highest first, each at least ``distance_mm`` from all higher ones.

    A local maximum has no higher neighbour in its cluster, of the 26 around it.

    Parameters
    ----------
    values : (x, y, z)
    voxels : (voxel, 3), indices of the cluster's voxels
    """
    low, high = voxels.min(axis=0), voxels.max(axis=0) + 1
    box = np.full(high - low, -np.inf)
    inside = tuple((voxels - low).T)
    box[inside] = values[tuple(voxels.T)]
    highest = ndimage.maximum_filter(box, footprint=NEIGHBOURS, mode="constant", cval=-np.inf)
    maxima = voxels[box[inside] == highest[inside]]
    order = np.argsort(-values[tuple(maxima.T)], kind="stable")
    kept = np.empty((0, 3))
    found = []
    for voxel in maxima[order]:
        place_mm = affine[:3, :3] @ voxel
        if (np.linalg.norm(kept - place_mm, axis=1) >= distance_mm).all():
            kept = np.vstack([kept, place_mm])
            found.append(tuple(voxel.tolist()))
    return found


def _statistics(
    volumes: dict[str, np.ndarray], peak: tuple[int, ...], affine: np.ndarray
) -> dict[str, object]:
    """Where a peak is, mm, and the statistics there."""
    x, y, z = affine[:3, :3] @ peak + affine[:3, 3]
    return {
        "peak_x_mm": x,
        "peak_y_mm": y,
        "peak_z_mm": z,
        "peak_t": float(volumes["t"][peak]),
        "peak_mean": float(volumes["mean"][peak]),
        "p_fwe": float(volumes["p_fwe"][peak]),
        "p_fwe_all": float(volumes["p_fwe_all"][peak]),
    }
