"""Correction over everything a study tests: voxels, layers and all model sets together.

All sets are tested on the same participants with the same permutations, so the largest value
over all sets under each permutation is the null of the whole study.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from crossmodal.contracts.errors import InputError
from crossmodal.contracts.group_result import CLUSTER_COLUMNS, GroupResult
from crossmodal.contracts.maps import Maps
from crossmodal.inference.maps.max_t import oriented, p_from_maxima, sums_from_t

# Statistics that are stored oriented already; the others have the sign of the effect.
ORIENTED = ("tfce", "cluster_mass")
SAME = ("test", "n_participants", "n_permutations", "alternative", "seed")


def study_p(results: Mapping[str, GroupResult], statistic: str) -> dict[str, Maps]:
    """p of every set's map of one statistic, corrected over voxels, layers and sets.

    Parameters
    ----------
    results : name of the set -> its result, with the map of the statistic and ``null``

    Raises
    ------
    InputError : sets that were not tested alike, or without null
    """
    first_name, first = next(iter(results.items()))
    for name, result in results.items():
        if result.null is None or statistic not in result.null:
            raise InputError(name, "null.tsv", f"a column {statistic!r}", "none")
        for fact in SAME:
            if result.facts[fact] != first.facts[fact]:
                expected = f"{first.facts[fact]} as in {first_name}"
                raise InputError(name, fact, expected, result.facts[fact])
    maxima = np.max([result.null[statistic].to_numpy() for result in results.values()], axis=0)
    alternative = "greater" if statistic in ORIENTED else str(first.facts["alternative"])
    quantity = "p, FWE over voxels, layers and model sets"
    out = {}
    for name, result in results.items():
        maps = result.maps[statistic]
        observed, tops = maps.values.astype(np.float64), maxima
        if statistic == "t":  # ties are ties of sums: in t, their rounding grows with t squared
            observed, tops = (sums_from_t(t, int(first.facts["n_participants"]))
                              for t in (observed, maxima))  # fmt: skip
        p = p_from_maxima(oriented(observed, alternative), tops).astype(np.float32)
        out[name] = Maps(p, maps.mask, maps.affine, maps.names, quantity, maps.space)
    return out


def study_clusters(results: Mapping[str, GroupResult], p: Mapping[str, Maps]) -> pd.DataFrame:
    """All sets' clusters in one table, with the study-wide p of each peak.

    Returns
    -------
    Columns model_set, CLUSTER_COLUMNS, p_fwe_study
    """
    tables = []
    for name, result in results.items():
        table = result.clusters[list(CLUSTER_COLUMNS)].copy()
        table.insert(0, "model_set", name)
        volumes = {layer: p[name].volume(layer) for layer in set(table.layer)}
        inverse = np.linalg.inv(p[name].affine)
        peaks = table[["peak_x_mm", "peak_y_mm", "peak_z_mm"]].to_numpy(dtype=np.float64)
        voxels = np.rint(peaks @ inverse[:3, :3].T + inverse[:3, 3]).astype(int)
        table["p_fwe_study"] = [
            float(volumes[layer][tuple(voxel)])
            for layer, voxel in zip(table.layer, voxels, strict=True)
        ]
        tables.append(table)
    filled = [table for table in tables if len(table)]
    return pd.concat(filled or tables[:1], ignore_index=True)
