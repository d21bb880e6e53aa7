"""All model sets' maps of one participant in one pass over the brain."""

import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from crossmodal.contracts.betas import Betas
from crossmodal.contracts.errors import InputError
from crossmodal.contracts.maps import Maps
from crossmodal.contracts.rdms import ModelRDMs
from crossmodal.rsa.comparisons import CORRELATIONS, prepare
from crossmodal.rsa.config import SearchlightConfig
from crossmodal.rsa.models import aligned, chosen_source
from crossmodal.rsa.neighbourhoods import spheres
from crossmodal.rsa.noise import univariate
from crossmodal.rsa.searchlight import fisher_z, searchlight_rsa

log = logging.getLogger(__name__)


def read_models(paths: Sequence[str | Path], source: str) -> list[ModelRDMs]:
    """One set per file: ``source`` of network families, the only source of others."""
    return [chosen_source(ModelRDMs.read(path), source) for path in paths]


def read_controls(
    paths: Sequence[str | Path], source: str, participant: str | None = None
) -> list[ModelRDMs]:
    """As ``read_models``; of sets with one source per participant, the participant's."""
    sets = [ModelRDMs.read(path) for path in paths]
    return [
        one.select(participant) if participant in one.sources else chosen_source(one, source)
        for one in sets
    ]


def normalised(betas: Betas, config: SearchlightConfig) -> np.ndarray:
    """Patterns (run, condition, voxel), divided by the residuals' SD if so configured.

    Voxels without residual variance become NaN before any noise normalisation.

    Raises
    ------
    InputError : crossnobis with one run; see ``require_shown_together``
    """
    if config.distance == "crossnobis" and len(betas.run_ids) < 2:
        raise InputError(betas.name, "run_ids", "two or more for crossnobis", len(betas.run_ids))
    require_shown_together(betas, 2 if config.distance == "crossnobis" else 1)
    if config.needs_residuals:
        varies = (betas.residual_variance > 0).all(axis=0)
        return np.where(varies, betas.betas, np.float32(np.nan))
    if config.noise_normalisation == "none":
        return betas.betas
    return univariate(betas.betas, betas.residual_variance)


def require_shown_together(betas: Betas, n_runs: int) -> None:
    """Refuse two conditions that fewer than ``n_runs`` runs show both.

    Raises
    ------
    InputError : names the two
    """
    present = ~np.isnan(betas.betas).all(axis=2)
    together = present.astype(int).T @ present
    if (together < n_runs).any():
        one, other = np.argwhere(together < n_runs)[0]
        names = f"{betas.condition_ids[one]!r} and {betas.condition_ids[other]!r}"
        expected = f"each pair of conditions in {n_runs} or more runs"
        got = f"{names} in {together[one, other]}"
        raise InputError(betas.name, "conditions", expected, got)


def residuals_of(betas: Betas, config: SearchlightConfig) -> np.ndarray | None:
    """Residuals (time, voxel) if spheres are to be whitened, else None.

    Raises
    ------
    InputError : none were read
    """
    if config.needs_residuals and betas.residuals is None:
        expected = "the GLM's residuals, for multivariate noise normalisation"
        raise InputError(betas.name, "residuals", expected, "none")
    return betas.residuals if config.needs_residuals else None


def participant_maps(
    betas: Betas,
    sets: Sequence[ModelRDMs],
    config: SearchlightConfig,
    controls: Sequence[ModelRDMs] = (),
    n_threads: int = 1,
    checkpoint_file: str | Path | None = None,
) -> tuple[list[Maps], Maps]:
    """Similarity maps of every model of every set, and the sphere-size map.

    Values are Fisher z for correlations, else the similarity itself. A killed run goes on from
    ``checkpoint_file``.

    Parameters
    ----------
    controls : RDMs that a partial comparison takes out of both sides

    Raises
    ------
    InputError : an empty mask, conditions that are not the models', constant models only, a partial
        comparison without controls or controls without one, models that controls explain
        completely, multivariate normalisation without residuals
    """
    if not betas.mask.any():
        raise InputError(betas.name, "mask", "at least one voxel", "none")
    if config.comparison.startswith("partial") != bool(controls):
        expected = "some for a partial comparison, none for others"
        raise InputError("config", "searchlight.controls", expected, list(config.controls))
    models = [aligned(models, betas.condition_ids, may_be_constant=True) for models in sets]
    left_out = [aligned(models, betas.condition_ids) for models in controls]
    require_left_over(sets, models, left_out, config.comparison)
    vectors = np.concatenate(models)
    varies = require_varied_models(sets, vectors)
    values = np.full((len(vectors), int(betas.mask.sum())), np.nan, dtype=np.float32)
    values[varies] = searchlight_rsa(
        normalised(betas, config),
        betas.mask,
        betas.affine,
        vectors[varies],
        config,
        controls=np.concatenate(left_out) if controls else None,
        residuals=residuals_of(betas, config),
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


def require_varied_models(sets: Sequence[ModelRDMs], vectors: np.ndarray) -> np.ndarray:
    """Which models (model, pair) vary, bool (model,); the others' maps stay NaN, and are logged.

    Raises
    ------
    InputError : none varies
    """
    varies = np.ptp(vectors, axis=1) > 0
    names = [f"{one.model}/{one.regime}/{layer}" for one in sets for layer in one.layers]
    for name in (names[i] for i in np.flatnonzero(~varies)):
        log.warning("model RDM %s is constant: its maps are NaN", name)
    if not varies.any():
        raise InputError("ModelRDMs", "layers", "an RDM that varies", f"constant ones: {names}")
    return varies


def require_left_over(
    sets: Sequence[ModelRDMs],
    models: Sequence[np.ndarray],
    controls: Sequence[np.ndarray],
    comparison: str,
) -> None:
    """Refuse a model of which the controls leave nothing, by name."""
    if not controls:
        return
    for one, vectors in zip(sets, models, strict=True):
        for layer, vector in zip(one.layers, vectors, strict=True):
            if np.ptp(vector) == 0:
                continue
            try:
                prepare(vector[None], comparison, np.concatenate(controls))
            except ValueError:
                where = f"{one.model}/{one.regime}/{layer}"
                expected = "models that the controls do not explain completely"
                raise InputError("config", "searchlight.controls", expected, where) from None


def sphere_size_map(betas: Betas, radius_mm: float) -> Maps:
    """Number of the mask's voxels in every sphere (Etzel et al. 2013)."""
    sizes = spheres(betas.mask, betas.affine, radius_mm).sizes[None].astype(np.float32)
    return Maps(sizes, betas.mask, betas.affine, ("sphere_size",), "voxels", betas.space)


def described(config: SearchlightConfig) -> str:
    """What a map's values compare, in words: 'Spearman of searchlight and model RDMs'."""
    comparison = config.comparison.replace("_", " ")
    return f"{comparison[0].upper()}{comparison[1:]} of searchlight and model RDMs"
