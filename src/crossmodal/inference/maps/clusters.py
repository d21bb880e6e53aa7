"""Table of supra-threshold clusters."""

import numpy as np
import pandas as pd
from scipy import ndimage

from crossmodal.contracts.group_result import CLUSTER_COLUMNS
from crossmodal.contracts.maps import Maps
from crossmodal.inference.maps.anatomy import Anatomy

# Voxels that share a face, an edge or a corner belong together (as in FSL).
NEIGHBOURS = np.ones((3, 3, 3), dtype=bool)


def cluster_table(
    maps: dict[str, Maps], alternative: str, alpha: float, anatomy: Anatomy | None = None
) -> pd.DataFrame:
    """Clusters of voxels with p_fwe < ``alpha``, per layer, largest first.

    Parameters
    ----------
    maps : 't', 'mean', 'p_fwe' and 'p_fwe_all' on one grid
    alternative : 'two-sided' keeps positive and negative voxels apart
    anatomy : names the peaks

    Returns
    -------
    Columns CLUSTER_COLUMNS; coordinates in mm of the maps' space; p of the peak voxel
    """
    signs = {"greater": (1,), "less": (-1,), "two-sided": (1, -1)}[alternative]
    affine, space = maps["t"].affine, maps["t"].space
    rows = []
    for layer in maps["t"].names:
        volumes = {name: each.volume(layer) for name, each in maps.items()}
        rows += _layer_rows(volumes, affine, layer, signs, alpha)
    for row in rows:
        peak = np.array([row[f"peak_{axis}_mm"] for axis in "xyz"])
        row["label"] = (anatomy or Anatomy()).name(peak, space)
    return pd.DataFrame(rows, columns=list(CLUSTER_COLUMNS))


def _layer_rows(
    volumes: dict[str, np.ndarray],
    affine: np.ndarray,
    layer: str,
    signs: tuple[int, ...],
    alpha: float,
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
            "n_voxels": len(voxels),
            "size_mm3": len(voxels) * voxel_mm3,
        }
        | _peak(volumes, voxels, sign, affine)
        for number, (voxels, sign) in enumerate(found, start=1)
    ]


def _peak(
    volumes: dict[str, np.ndarray], voxels: np.ndarray, sign: int, affine: np.ndarray
) -> dict[str, object]:
    """Where |t| is largest, and the statistics there."""
    peak = tuple(voxels[np.argmax(sign * volumes["t"][tuple(voxels.T)])])
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
