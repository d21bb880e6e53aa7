"""Brain RDMs of regions: spheres of a table or labels of an atlas."""

from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path

import numpy as np
from rsatoolbox.data import Dataset
from rsatoolbox.rdm import calc_rdm

from crossmodal.contracts.betas import Betas
from crossmodal.contracts.errors import InputError
from crossmodal.contracts.roi_rdms import RoiRDMs
from crossmodal.contracts.rois import Roi
from crossmodal.inference.regions.config import RoiPatterns
from crossmodal.inference.regions.own import OwnRegions, voxel_centres_mm
from crossmodal.rsa.noise import univariate, whiten_patterns

DISTANCES = ("correlation", "crossnobis")


def sphere_regions(betas: Betas, rois: Sequence[Roi], hemispheres: str) -> dict[str, np.ndarray]:
    """Region -> bool (voxel,): voxel centres at distance <= radius, truncated to the mask.

    Raises
    ------
    InputError : betas that are not in MNI space
    """
    if not betas.space.startswith("MNI"):
        raise InputError(betas.name, "space", "an MNI space, as the spheres are", betas.space)
    centres, regions = voxel_centres_mm(betas), {}
    for roi in rois:
        name = roi.name if hemispheres == "joint" else f"{roi.name}_{roi.hemisphere}"
        inside = roi.contains(centres)
        regions[name] = regions.get(name, np.zeros(len(centres), dtype=bool)) | inside
    return regions


def region_rdm(betas: Betas, inside: np.ndarray, region: str, patterns: RoiPatterns) -> np.ndarray:
    """RDM (pair,) of one region, in the order of ``betas.condition_ids``.

    Raises
    ------
    InputError : too few voxels with data, crossnobis with one run, a pattern that does not vary
        over voxels (correlation), a pair of conditions that too few runs show together
    """
    data = betas.betas[:, :, inside].astype(np.float64)
    variance = betas.residual_variance[:, inside].astype(np.float64)
    if patterns.noise_normalisation == "univariate":
        data = univariate(data, variance)
    elif patterns.noise_normalisation == "multivariate":
        data = np.where((variance > 0).all(axis=0), data, np.nan)
    present = np.isfinite(data).any(axis=2)
    varies = [np.ptp(run[seen], axis=0) > 0 for run, seen in zip(data, present, strict=True)]
    used = np.isfinite(data[present]).all(axis=0) & np.all(varies, axis=0)
    data = data[:, :, used]
    if data.shape[2] < patterns.min_voxels:
        got = f"{data.shape[2]} with data"
        raise InputError(betas.name, region, f"at least {patterns.min_voxels} voxels", got)
    if patterns.noise_normalisation == "multivariate":
        if betas.residuals is None:
            raise InputError(betas.name, "residuals", "the GLM's residuals", "none")
        data = whiten_patterns(data, betas.residuals[:, inside][:, used])
    if patterns.distance == "crossnobis" and len(data) < 2:
        raise InputError(betas.name, region, "two or more runs for crossnobis", len(data))
    if patterns.distance == "crossnobis" and present.all():
        return _crossnobis(data)
    products = (
        _run_products(data)
        if patterns.distance == "crossnobis"
        else (_correlation(run, (betas, region, betas.run_ids[i])) for i, run in enumerate(data))
    )
    return _mean_of_known(np.stack(list(products)), betas, region)


def _correlation(run: np.ndarray, where: tuple[Betas, str, str]) -> np.ndarray:
    """1 - Pearson of one run (condition, voxel); NaN for pairs with a condition it lacks."""
    betas, region, run_id = where
    seen = np.isfinite(run).all(axis=1)
    # rsatoolbox gives NaN or 1 for a constant pattern, by how its value rounds.
    if flat := [betas.condition_ids[i] for i in np.flatnonzero(seen & (np.ptp(run, axis=1) == 0))]:
        got = f"one value everywhere for {flat[0]!r} in run {run_id}"
        raise InputError(betas.name, region, "patterns that vary over voxels", got)
    square = np.full((len(run), len(run)), np.nan)
    known = calc_rdm(Dataset(run[seen]), method="correlation").get_matrices()[0]
    square[np.ix_(seen, seen)] = known
    return square[np.triu_indices(len(run), 1)]


def _run_products(data: np.ndarray) -> Iterator[np.ndarray]:
    """For every two runs, products of differences within runs per voxel; NaN where one lacks them.

    So that what a run adds to all its patterns cancels; see ``rsa.distances.paired_run_rdms``.
    """
    first, second = np.triu_indices(data.shape[1], 1)
    for one, other in combinations(data, 2):
        yield (
            np.einsum("pv,pv->p", one[first] - one[second], other[first] - other[second])
            / data.shape[2]
        )


def _mean_of_known(rdms: np.ndarray, betas: Betas, region: str) -> np.ndarray:
    """Mean over the first axis of what is not NaN."""
    known = np.isfinite(rdms)
    if not known.any(axis=0).all():
        pair = np.flatnonzero(~known.any(axis=0))[0]
        first, second = (side[pair] for side in np.triu_indices(len(betas.condition_ids), 1))
        names = f"{betas.condition_ids[first]!r} and {betas.condition_ids[second]!r}"
        expected = "runs that show both conditions of each pair (two for crossnobis)"
        raise InputError(betas.name, region, expected, f"too few with {names}")
    return np.nanmean(rdms, axis=0)


def _crossnobis(data: np.ndarray) -> np.ndarray:
    n_runs, n_conditions, n_voxels = data.shape
    order = [f"{i:05d}" for i in range(n_conditions)]  # calc_rdm sorts by name
    dataset = Dataset(
        data.reshape(-1, n_voxels),
        obs_descriptors={
            "condition": order * n_runs,
            "run": np.repeat(range(n_runs), n_conditions),
        },
    )
    rdm = calc_rdm(dataset, "crossnobis", descriptor="condition", cv_descriptor="run")
    return rdm.dissimilarities[0]


def roi_rdms(
    paths: Sequence[tuple[str | Path, ...]],
    participants: Sequence[str],
    rois: Sequence[Roi],
    own: Sequence[OwnRegions],
    patterns: RoiPatterns,
) -> RoiRDMs:
    """RDMs of all participants and regions.

    Parameters
    ----------
    paths : the betas file of each participant, and its residuals if they are needed
    rois : spheres in MNI space
    own : label images and masks, of each participant

    Raises
    ------
    InputError : participants whose conditions differ
    """
    rows, counts, ids, names = [], [], None, None
    for path, images in zip(paths, own, strict=True):
        betas = Betas.read(*path)
        regions = sphere_regions(betas, rois, patterns.hemispheres) if rois else {}
        regions |= images.of(betas, taken=regions)
        ids, names = ids or betas.condition_ids, names or tuple(regions)
        if betas.condition_ids != ids:
            raise InputError(path[0], "condition_ids", "those of the first participant", "others")
        rows.append([region_rdm(betas, regions[name], name, patterns) for name in names])
        counts.append([int(regions[name].sum()) for name in names])
    return RoiRDMs(
        np.array(rows), ids, tuple(participants), names, np.array(counts), patterns.distance
    )
