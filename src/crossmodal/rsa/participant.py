"""All model sets' maps of one participant in one pass over the brain."""

import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from crossmodal.contracts.betas import Betas
from crossmodal.contracts.errors import InputError
from crossmodal.contracts.maps import Maps
from crossmodal.contracts.rdms import ModelRDMs
from crossmodal.rsa.ceiling import METHODS as CEILINGS
from crossmodal.rsa.ceiling import noise_ceiling
from crossmodal.rsa.comparisons import CORRELATIONS
from crossmodal.rsa.models import aligned, chosen_source, positions
from crossmodal.rsa.neighbourhoods import spheres
from crossmodal.rsa.noise import univariate
from crossmodal.rsa.searchlight import (
    SearchlightConfig,
    arrange,
    finite_voxels,
    fisher_z,
    searchlight_rsa,
)

GRID_TOLERANCE_MM = 1e-4
log = logging.getLogger(__name__)


def read_models(paths: Sequence[str | Path], source: str) -> list[ModelRDMs]:
    """One set per file: ``source`` of network families, the only source of others."""
    return [chosen_source(ModelRDMs.read(path), source) for path in paths]


def normalised(betas: Betas, config: SearchlightConfig) -> np.ndarray:
    """Patterns (run, condition, voxel) after the configured noise normalisation."""
    if config.distance == "crossnobis" and len(betas.run_ids) < 2:
        raise InputError(betas.name, "run_ids", "two or more for crossnobis", len(betas.run_ids))
    if config.noise_normalisation == "none":
        return betas.betas
    return univariate(betas.betas, betas.residual_variance)


def participant_maps(
    betas: Betas,
    sets: Sequence[ModelRDMs],
    config: SearchlightConfig,
    n_threads: int = 1,
    checkpoint_file: str | Path | None = None,
) -> tuple[list[Maps], Maps]:
    """Similarity maps of every model of every set, and the sphere-size map.

    Values are Fisher z for correlations, else the similarity itself. A killed run goes on from
    ``checkpoint_file``.

    Raises
    ------
    InputError : an empty mask, conditions that are not the models', constant models
    """
    if not betas.mask.any():
        raise InputError(betas.name, "mask", "at least one voxel", "none")
    models = [aligned(models, betas.condition_ids) for models in sets]
    values = searchlight_rsa(
        normalised(betas, config),
        betas.mask,
        betas.affine,
        np.concatenate(models),
        config,
        n_threads=n_threads,
        checkpoint_file=checkpoint_file,
    )
    quantity = described(config)
    if config.comparison in CORRELATIONS:
        values, quantity = fisher_z(values), f"Fisher z, {quantity}"
    undefined = int(np.isnan(values).all(axis=0).sum())
    log.info("%d models at %d voxels, %d undefined", *values.shape, undefined)
    bounds = np.cumsum([len(part) for part in models])[:-1]
    maps = [
        Maps(part, betas.mask, betas.affine, one.layers, quantity, betas.space)
        for one, part in zip(sets, np.split(values, bounds), strict=True)
    ]
    return maps, sphere_size_map(betas, config.radius_mm)


def sphere_size_map(betas: Betas, radius_mm: float) -> Maps:
    """Number of the mask's voxels in every sphere (Etzel et al. 2013)."""
    sizes = spheres(betas.mask, betas.affine, radius_mm).sizes[None].astype(np.float32)
    return Maps(sizes, betas.mask, betas.affine, ("sphere_size",), "voxels", betas.space)


def ceiling_maps(
    participants: Sequence[Betas], config: SearchlightConfig, n_threads: int = 1
) -> Maps:
    """Lower and upper noise ceiling, on the voxels that all participants have.

    Raises
    ------
    InputError : other conditions or another grid than the first participant's, a comparison
        without a ceiling, or no voxel in common
    """
    first = participants[0]
    if config.comparison not in CEILINGS:
        raise InputError("config", "searchlight.comparison", f"one of {CEILINGS} for a ceiling",
                         config.comparison)  # fmt: skip
    for one in participants[1:]:
        if set(one.condition_ids) != set(first.condition_ids):
            raise InputError(one.name, "condition_ids", f"those of {first.name}", "others")
        same = one.mask.shape == first.mask.shape
        if not same or np.abs(one.affine - first.affine).max() > GRID_TOLERANCE_MM:
            raise InputError(one.name, "grid", f"that of {first.name}", one.mask.shape)
    values = [normalised(one, config) for one in participants]
    masks = []
    for one, array in zip(participants, values, strict=True):
        mask = one.mask.copy()
        mask[mask] = finite_voxels(array)
        masks.append(mask)
    mask = np.logical_and.reduce(masks)
    if not mask.any():
        raise InputError("Betas", "mask", "voxels that all participants have", "none")
    patterns = []
    for one, array in zip(participants, values, strict=True):
        order = positions(one.condition_ids, first.condition_ids)
        patterns.append(arrange(array[:, order][:, :, mask[one.mask]], config.distance))
    around = spheres(mask, first.affine, config.radius_mm)
    bounds = np.stack(noise_ceiling(patterns, around, config.comparison, n_threads))
    bounds[:, around.sizes < config.min_voxels] = np.nan
    quantity = f"noise ceiling, {config.comparison} of {config.distance} RDMs"
    names = ("lower", "upper")
    return Maps(bounds.astype(np.float32), mask, first.affine, names, quantity, first.space)


def described(config: SearchlightConfig) -> str:
    """What a map's values compare, in words: 'Spearman of searchlight and model RDMs'."""
    comparison = config.comparison.replace("_", " ")
    return f"{comparison[0].upper()}{comparison[1:]} of searchlight and model RDMs"
