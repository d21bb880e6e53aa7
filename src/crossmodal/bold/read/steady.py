"""Volumes at the start of a run that were recorded before the magnetisation was steady."""

from functools import lru_cache
from typing import Literal

import numpy as np

from crossmodal.bold.read.images import load_image
from crossmodal.contracts.errors import InputError
from crossmodal.contracts.reading import reading

Skip = int | Literal["auto"]
N_LOOKED_AT = 50
THRESHOLD = 3.5


def n_skipped(path: str, skip: Skip) -> int:
    """How many first volumes of a run are left out: as many as said, or as are bright.

    Raises
    ------
    InputError : none or one would be left; see ``n_bright``
    """
    n = n_bright(path) if skip == "auto" else skip
    if n:
        n_volumes = int(load_image(path).shape[3])
        if n_volumes - n < 2:
            raise InputError(
                path, "volumes", f"two or more after scans.skip_volumes, {n}", n_volumes
            )
    return n


def steady_remark(bright: int, skipped: int) -> str:
    """What the quality page says of a run's first volumes; nothing where all are alike."""
    if bright <= skipped:
        return f"The first {skipped} volume(s) are left out (scans.skip_volumes)." * bool(skipped)
    left_in = bright - skipped
    return f"{left_in} bright first volume(s) are in the model: scans.skip_volumes: auto."


@lru_cache(maxsize=64)
def n_bright(path: str) -> int:
    """First volumes whose mean is an outlier above the others', as fMRIPrep counts them.

    An outlier has a modified z of .6745 |x - median| / MAD above 3.5 (Iglewicz & Hoaglin 1993;
    nipype.algorithms.confounds.is_outlier on the first 50 volumes); here it must be brighter, too.

    Raises
    ------
    InputError : a file that cannot be read
    """
    image = load_image(path)
    with reading(path, "a BOLD run"):
        first = np.asarray(image.dataobj[..., :N_LOOKED_AT], dtype=np.float32)
    return leading_outliers(np.nan_to_num(first).mean(axis=(0, 1, 2), dtype=np.float64))


def leading_outliers(means: np.ndarray) -> int:
    """Number of volumes in front of the first that is no bright outlier; ``means`` (volume,)."""
    above = means - np.median(means)
    deviation = np.median(np.abs(above))
    bright = 0.6745 * above > THRESHOLD * deviation
    return int(np.argmin(bright)) if not bright.all() else 0
