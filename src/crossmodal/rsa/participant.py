"""All model sets' maps of one participant in one pass over the brain."""

import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from crossmodal.contracts.betas import Betas
from crossmodal.contracts.errors import InputError
from crossmodal.contracts.maps import Maps
from crossmodal.contracts.rdms import ModelRDMs
from crossmodal.rsa.comparisons import CORRELATIONS
from crossmodal.rsa.models import aligned, chosen_source
from crossmodal.rsa.neighbourhoods import spheres
from crossmodal.rsa.noise import univariate
from crossmodal.rsa.searchlight import SearchlightConfig, fisher_z, searchlight_rsa

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
    betas: Betas, sets: Sequence[ModelRDMs], config: SearchlightConfig, n_threads: int = 1
) -> tuple[list[Maps], Maps]:
    """Similarity maps of every model of every set, and the sphere-size map.

    Values are Fisher z for correlations, else the similarity itself.

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
    )
    quantity = f"{config.comparison} of {config.distance} RDMs"
    if config.comparison in CORRELATIONS:
        values, quantity = fisher_z(values), f"Fisher z of {quantity}"
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
