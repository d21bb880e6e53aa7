"""Group test of one model set by sign flips, corrected over voxels, and over voxels and layers."""

import logging
from collections.abc import Sequence

import numpy as np
import pandas as pd

from crossmodal.contracts.errors import InputError
from crossmodal.contracts.group_result import GroupResult
from crossmodal.contracts.maps import Maps
from crossmodal.inference.maps.anatomy import Anatomy
from crossmodal.inference.maps.clusters import cluster_table
from crossmodal.inference.maps.group_config import GroupConfig
from crossmodal.inference.maps.max_t import t_from_sums
from crossmodal.inference.maps.one_sample import interval_half_width, mean_and_t, q_fdr
from crossmodal.inference.maps.permutation import (
    cluster_threshold,
    map_null,
    map_statistic,
    max_t_null,
)
from crossmodal.inference.maps.smoothing import smoothed
from crossmodal.inference.sign_flips import is_exact, sign_patterns, smallest_p

TITLES = {"tfce": "TFCE", "cluster_mass": "cluster mass"}
log = logging.getLogger(__name__)


def common_grid(maps: Sequence[Maps]) -> tuple[np.ndarray, np.ndarray]:
    """Stack participants' maps on the voxels that all of them have.

    Returns
    -------
    data : float32 (participant, layer, voxel)
    mask : bool (x, y, z) of these voxels

    Raises
    ------
    InputError : other grids, spaces, layers or quantities, or no voxel in common
    """
    first = maps[0]
    for number, other in enumerate(maps[1:], start=2):
        for field in ("names", "space", "quantity"):
            if getattr(other, field) != getattr(first, field):
                raise InputError(
                    f"Maps of participant {number}",
                    field,
                    getattr(first, field),
                    getattr(other, field),
                )
        if (
            other.mask.shape != first.mask.shape
            or not np.isclose(other.affine, first.affine, atol=1e-4).all()
        ):
            raise InputError(
                f"Maps of participant {number}",
                "grid",
                "that of participant 1",
                f"shape {other.mask.shape}, affine {other.affine.tolist()}",
            )
    # A model RDM that is constant has no values in anybody's maps; other layers go on.
    known = np.any([np.isfinite(one.values).any(axis=1) for one in maps], axis=0)
    defined = [_defined(one, known) for one in maps]
    mask = np.logical_and.reduce(defined)
    if not mask.any():
        raise InputError("Maps", "mask", "voxels that all participants have", "none")
    union = int(np.logical_or.reduce(defined).sum())
    log.info(
        "%d voxels in all of %d participants, %d dropped",
        mask.sum(),
        len(maps),
        union - int(mask.sum()),
    )
    return np.stack([one.values[:, mask[one.mask]] for one in maps]), mask


def _defined(maps: Maps, layers: np.ndarray) -> np.ndarray:
    """bool (x, y, z): each of ``layers``, bool (layer,), has a finite value."""
    mask = maps.mask.copy()
    mask[mask] = np.isfinite(maps.values[layers]).all(axis=0)
    return mask


def require_enough(n_participants: int, config: GroupConfig) -> None:
    """Refuse a test that could never reach its level.

    Raises
    ------
    InputError : too few participants; says the smallest p they can reach
    """
    reachable = smallest_p(n_participants, config.n_permutations, config.alternative)
    if n_participants < 2 or reachable >= config.alpha:
        raise InputError(
            "group",
            "participants",
            f"enough for p < {config.alpha}",
            f"{n_participants}, with which the smallest p of a sign-flip test is {reachable:.3g}",
        )


def group_result(
    maps: Sequence[Maps],
    config: GroupConfig,
    seed: int,
    n_threads: int = 1,
    anatomy: Anatomy | None = None,
) -> GroupResult:
    """Mean, t, effect size, confidence and corrected p of every layer.

    Parameters
    ----------
    maps : one per participant, with the same layers on the same grid
    anatomy : names the clusters' peaks

    Raises
    ------
    InputError : see ``common_grid`` and ``require_enough``
    """
    require_enough(len(maps), config)
    data, mask = common_grid(maps)
    voxel_mm = np.linalg.norm(maps[0].affine[:3, :3], axis=0)
    data = smoothed(data, mask, voxel_mm, config.smoothing_mm)
    signs = sign_patterns(len(data), config.n_permutations, seed)
    values = descriptive_maps(data, maps[0].quantity, config.alternative)
    null = max_t_null(data, signs, config.alternative)
    maxima = {"t": t_from_sums(null.maxima.max(axis=0), len(data))}
    values["p_fwe"] = (null.p_layer(), "p, FWE over voxels")
    values["p_fwe_all"] = (null.p_all(), "p, FWE over voxels and layers")
    threshold = cluster_threshold(config.cluster_p, len(data), config.alternative)
    for name in config.statistics:
        statistic = map_statistic(name, mask, config.alternative, threshold)
        null = map_null(data, signs, statistic, n_threads)
        values[name] = (null.observed, TITLES[name])
        maxima[name] = null.maxima.max(axis=0)
        values[f"p_{name}"] = (null.p_layer(), f"p of {TITLES[name]}, FWE over voxels")
        values[f"p_{name}_all"] = (
            null.p_all(), f"p of {TITLES[name]}, FWE over voxels and layers"
        )  # fmt: skip
    result = {
        name: Maps(
            array.astype(np.float32), mask, maps[0].affine, maps[0].names, quantity, maps[0].space
        )
        for name, (array, quantity) in values.items()
    }
    facts = {
        "test": "sign_flip",
        "n_participants": len(data),
        "n_permutations": len(signs),
        "exact": is_exact(len(data), config.n_permutations),
        "alternative": config.alternative,
        "alpha": config.alpha,
        "seed": seed,
        "n_voxels": int(mask.sum()),
        "smoothing_mm": config.smoothing_mm,
        "statistics": ["max_t", *config.statistics],
        "cluster_threshold_t": threshold,
        "smallest_p": smallest_p(len(data), config.n_permutations, config.alternative),
    }
    clusters = cluster_table(
        result, config.alternative, config.alpha, anatomy, config.peak_distance_mm
    )
    return GroupResult(result, clusters, facts, pd.DataFrame(maxima))


def descriptive_maps(
    data: np.ndarray, quantity: str, alternative: str
) -> dict[str, tuple[np.ndarray, str]]:
    """Maps (layer, voxel) that need no permutation, each with its quantity in words.

    Parameters
    ----------
    data : (participant, layer, voxel)
    """
    mean, t = mean_and_t(data)
    return {
        "mean": (mean, f"mean {quantity}"),
        "t": (t, "one-sample t"),
        "effect_size": (t / np.sqrt(len(data)), "Cohen's d"),
        "half_width": (interval_half_width(data), f"95 % confidence half-width of mean {quantity}"),
        "q_fdr": (q_fdr(t, len(data), alternative), "Benjamini-Hochberg q of parametric t"),
    }
