"""Several participants on the voxels that all of them have, and their noise ceiling."""

from collections.abc import Iterator, Sequence

import numpy as np

from crossmodal.contracts.betas import Betas
from crossmodal.contracts.errors import InputError
from crossmodal.contracts.maps import Maps
from crossmodal.contracts.rdms import ModelRDMs
from crossmodal.rsa.ceiling import noise_ceiling
from crossmodal.rsa.config import SearchlightConfig
from crossmodal.rsa.memory import slabs, workers
from crossmodal.rsa.models import aligned, positions
from crossmodal.rsa.neighbourhoods import spheres
from crossmodal.rsa.participant import normalised, residuals_of
from crossmodal.rsa.searchlight import Brain, finite_voxels

GRID_TOLERANCE_MM = 1e-4


def common_brains(
    participants: Sequence[Betas], config: SearchlightConfig
) -> tuple[list[Brain], np.ndarray]:
    """Normalised patterns of all participants, in the first one's order of conditions.

    Returns
    -------
    brains : on the same voxels
    mask : bool (x, y, z) of these voxels

    Raises
    ------
    InputError : other conditions or another grid than the first participant's, or no voxel in
        common
    """
    first = participants[0]
    for one in participants[1:]:
        if set(one.condition_ids) != set(first.condition_ids):
            raise InputError(one.name, "condition_ids", f"those of {first.name}", "others")
        same = one.mask.shape == first.mask.shape
        if not same or np.abs(one.affine - first.affine).max() > GRID_TOLERANCE_MM:
            raise InputError(one.name, "grid", f"that of {first.name}", one.mask.shape)
    values = [normalised(one, config) for one in participants]
    mask = np.logical_and.reduce(
        [_filled(one.mask, finite_voxels(v)) for one, v in zip(participants, values, strict=True)]
    )
    if not mask.any():
        raise InputError("Betas", "mask", "voxels that all participants have", "none")
    around = spheres(mask, first.affine, config.radius_mm)
    brains = []
    for one, array in zip(participants, values, strict=True):
        order = positions(one.condition_ids, first.condition_ids)
        shared = np.flatnonzero(mask[one.mask])
        noise = residuals_of(one, config)
        brains.append(Brain(array[:, order], noise, shared, around, config.distance, np.float32))
    return brains, mask


def ceiling_maps(
    participants: Sequence[Betas],
    config: SearchlightConfig,
    controls: Sequence[Sequence[ModelRDMs]] = (),
    n_threads: int = 1,
) -> Maps:
    """Lower and upper noise ceiling, on the voxels that all participants have.

    Parameters
    ----------
    controls : each participant's control RDMs, for partial comparisons; else none or empty

    Raises
    ------
    InputError : fewer than two participants; a partial comparison without controls or controls
        without one, or of some participants only; see ``common_brains`` and ``aligned``
    """
    if len(participants) < 2:
        raise InputError(
            "Betas", "participants", "two or more for a noise ceiling", len(participants)
        )
    if config.comparison.startswith("partial") != any(controls):
        expected = "some for a partial comparison, none for others"
        raise InputError("config", "searchlight.controls", expected, list(config.controls))
    if any(controls):
        _require_all(participants, controls)
    ids = participants[0].condition_ids
    left_out = [np.concatenate([aligned(one, ids) for one in sets]) for sets in controls if sets]
    brains, mask = common_brains(participants, config)
    bounds = np.concatenate(
        list(_slab_ceilings(brains, config, left_out or None, n_threads)), axis=1
    )
    bounds[:, brains[0].around.sizes < config.min_voxels] = np.nan
    quantity = f"noise ceiling, {config.comparison} of {config.distance} RDMs"
    first, names = participants[0], ("lower", "upper")
    return Maps(bounds.astype(np.float32), mask, first.affine, names, quantity, first.space)


def _require_all(participants: Sequence[Betas], controls: Sequence[Sequence[ModelRDMs]]) -> None:
    """Refuse control RDMs of some participants only."""
    if len(controls) != len(participants):
        expected = f"of {len(participants)} participants"
        raise InputError("Betas", "control RDMs", expected, f"of {len(controls)}")
    for one, sets in zip(participants, controls, strict=True):
        if not sets:
            raise InputError(one.name, "control RDMs", "some, as of other participants", "none")


def _filled(mask: np.ndarray, values: np.ndarray) -> np.ndarray:
    """``mask`` where ``values`` (voxel,), bool, hold."""
    out = mask.copy()
    out[mask] = values
    return out


def _slab_ceilings(
    brains: Sequence[Brain],
    config: SearchlightConfig,
    controls: Sequence[np.ndarray] | None,
    n_threads: int,
) -> Iterator[np.ndarray]:
    """Noise ceilings (2, centre) of one slab after the other, as far as memory goes."""
    around, demand = brains[0].around, brains[0].demand(0)
    share = None if config.max_memory_mb is None else config.max_memory_mb / len(brains)
    n_workers = workers(demand, around, n_threads, share)
    for slab in slabs(demand, around, n_workers, share):
        patterns = [brain.patterns(slab) for brain in brains]
        own = slab.of(around)
        yield np.stack(noise_ceiling(patterns, own, config.comparison, n_workers, controls))
