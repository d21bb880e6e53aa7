"""One participant's betas of another program as ``Betas``."""

from collections.abc import Sequence

import numpy as np

from crossmodal.bold.block import Scans
from crossmodal.bold.outside.glmsingle import read_arrays, read_trials, run_means, trial_shape
from crossmodal.bold.outside.listing import ImageList, statmap_images, table_images
from crossmodal.bold.outside.spm import spm_images
from crossmodal.bold.read.images import UNREADABLE, Grid, grid_of, open_image, read_volume
from crossmodal.contracts.betas import Betas
from crossmodal.contracts.braces import filled
from crossmodal.contracts.errors import InputError

MAX_OFFSET, MAX_SCALE = 1e-3, 1e-3  # of images that were z-scored over their voxels


def conditions_of(scans: Scans, participant: str) -> list[str]:
    """Names of the conditions that a participant's files hold, sorted.

    Raises
    ------
    InputError : see ``spm_images``, ``read_trials``, ``table_images``, ``statmap_images``
    """
    if scans.betas.source == "glmsingle":
        return sorted({name for _, name in read_trials(filled(scans.betas.trials, participant))})
    return image_list(scans, participant).conditions


def image_list(scans: Scans, participant: str) -> ImageList:
    """The participant's images, of sources that have some.

    Raises
    ------
    InputError : see ``conditions_of``
    """
    if scans.betas.source == "spm":
        return spm_images(filled(scans.betas.path, participant), scans.conditions)
    if scans.betas.source == "images":
        return table_images(scans.betas, participant)
    return statmap_images(scans, participant)


def read_outside(
    scans: Scans, participant: str, conditions: Sequence[str], images: ImageList | None = None
) -> Betas:
    """Betas (run, condition, voxel) in the voxels where every image has data.

    No data is what is not finite in any image or exactly 0 in all: SPM writes NaN outside its
    mask, others 0. A condition's trials are averaged within a run.

    Parameters
    ----------
    images : default: what the participant's files say

    Raises
    ------
    InputError : conditions that are not there, images of several grids or z-scored, a mask that
        leaves nothing; see ``conditions_of``
    """
    if scans.betas.source == "glmsingle":
        found = _of_arrays(scans, participant, list(conditions))
    else:
        images = images or image_list(scans, participant)
        found = _of_images(images, list(conditions), scans.trust_affine)
    patterns, variance, runs, grid, source = found
    shown = ~np.isnan(patterns).all(axis=(2, 3, 4))
    _require_shown(source, shown, conditions)
    used = np.isfinite(patterns[shown]).all(axis=0) & (patterns[shown] != 0).any(axis=0)
    if mask := filled(scans.betas.mask, participant):
        used &= _mask(mask, grid, scans.trust_affine)
    if not used.any():
        raise InputError(mask or source, "voxels", "some with data in all images", "none")
    return Betas(
        np.ascontiguousarray(patterns[:, :, used]),
        used,
        grid.affine,
        tuple(conditions),
        tuple(runs),
        variance[:, used],
        scans.space,
        f"Betas of sub-{participant} ({source})",
    )


def _require_shown(source: str, shown: np.ndarray, conditions: Sequence[str]) -> None:
    missing = [name for name, seen in zip(conditions, shown.any(axis=0), strict=True) if not seen]
    if missing:
        expected = f"all conditions of the study ({len(conditions)})"
        raise InputError(source, "conditions", expected, f"no {', '.join(missing)}")


# Patterns (run, condition, x, y, z), variance (run, x, y, z), names of runs, grid, source.
Found = tuple[np.ndarray, np.ndarray, list[str], Grid, str]


def _of_images(images: ImageList, conditions: list[str], trust_affine: str | None) -> Found:
    wanted = [one for one in images.estimates if one.condition in conditions]
    if not wanted:
        raise InputError(images.source, "conditions", conditions, images.conditions)
    grid = grid_of(open_image(wanted[0].path, 3, trust_affine))
    runs = list(dict.fromkeys(one.run for one in wanted))
    total = np.zeros((len(runs), len(conditions), *grid.shape))
    count = np.zeros(total.shape[:2])
    standard = True
    for one in wanted:
        values = _volume(one.path, grid, wanted[0].path, trust_affine)
        standard &= _is_standardised(values)
        where = runs.index(one.run), conditions.index(one.condition)
        total[where] += values
        count[where] += 1
    if standard:
        got = "images of mean 0 and SD 1 each: z-scored over voxels"
        raise InputError(images.source, "values", "response estimates", got)
    with np.errstate(invalid="ignore"):
        patterns = (total / count[:, :, None, None, None]).astype(np.float32)
    variance = np.full((len(runs), *grid.shape), np.nan, dtype=np.float32)
    for i, run in enumerate(runs):
        if path := images.variance.get(run):
            variance[i] = _volume(path, grid, wanted[0].path, trust_affine)
    return patterns, variance, runs, grid, images.source


def _volume(path: str, grid: Grid, first: str, trust_affine: str | None) -> np.ndarray:
    """float32 (x, y, z), NaN kept.

    Raises
    ------
    InputError : what ``open_image`` refuses, another grid, damaged data
    """
    image = open_image(path, 3, trust_affine)
    if not grid_of(image).same_as(grid):
        got = f"{image.shape}, {np.asarray(image.affine).round(3).tolist()}"
        expected = f"that of {first}, {grid.shape}, {grid.affine.round(3).tolist()}"
        raise InputError(path, "grid", expected, got)
    try:
        return np.asarray(image.dataobj, dtype=np.float32)
    except UNREADABLE as error:
        raise InputError(path, "data", f"{grid.shape} values", str(error)) from None


def _is_standardised(values: np.ndarray) -> bool:
    inside = values[np.isfinite(values) & (values != 0)]
    if inside.size < 2:
        return False
    return abs(inside.mean()) < MAX_OFFSET and abs(inside.std() - 1) < MAX_SCALE


def _of_arrays(scans: Scans, participant: str, conditions: list[str]) -> Found:
    config = scans.betas
    path, trials = filled(config.path, participant), filled(config.trials, participant)
    grid = check_trials(scans, participant)
    betas, mean = read_arrays(path)
    if mean is not None and not (mean > 0).any():
        expected = "betas of images with a mean"
        raise InputError(path, "meanvol", expected, "none above 0: z-scored or demeaned")
    flat = betas.reshape(-1, betas.shape[-1])
    # All-zero voxels are NaN in GLMsingle's percent signal change.
    patterns, runs = run_means(flat, read_trials(trials), conditions)
    shape = (len(runs), len(conditions), *grid.shape)
    variance = np.full((len(runs), *grid.shape), np.nan, dtype=np.float32)
    return patterns.reshape(shape), variance, runs, grid, path


def check_trials(scans: Scans, participant: str) -> Grid:
    """The grid of GLMsingle's arrays, which must have as many trials as their table has rows.

    Raises
    ------
    InputError : another number of trials, or of voxels along an axis of the reference
    """
    config = scans.betas
    path, trials = filled(config.path, participant), filled(config.trials, participant)
    reference = filled(config.reference, participant)
    shape, n_rows = trial_shape(path), len(read_trials(trials))
    if shape[-1] != n_rows:
        raise InputError(trials, "rows", f"{shape[-1]}, one for each volume of {path}", n_rows)
    image = _spatial(reference, scans.trust_affine)
    flat = (int(np.prod(image.shape)), 1, 1)
    if shape[:-1] not in (image.shape, flat, flat[:1]):
        raise InputError(reference, "shape", f"{shape[:-1]}, as in {path}", image.shape)
    return image


def _spatial(path: str, trust_affine: str | None) -> Grid:
    """The grid of a 3-D or 4-D image."""
    found: list[Grid] = []
    errors: list[InputError] = []
    for n_axes in (3, 4):
        try:
            found.append(grid_of(open_image(path, n_axes, trust_affine)))
        except InputError as error:
            errors.append(error)
    if not found:
        raise next((one for one in errors if one.field != "shape"), errors[0])
    return found[0]


def _mask(path: str, grid: Grid, trust_affine: str | None) -> np.ndarray:
    """Bool (x, y, z) of an image of 0 and 1.

    Raises
    ------
    InputError : another grid, other values, no voxel
    """
    values, own = read_volume(path, trust_affine)
    if not own.same_as(grid):
        raise InputError(path, "grid", f"the betas', {grid.shape}", own.shape)
    if not np.isin(values, (0, 1)).all():
        raise InputError(path, "values", "0 and 1 only", float(values.max()))
    if not values.any():
        raise InputError(path, "values", "at least one voxel", "none")
    return values > 0
