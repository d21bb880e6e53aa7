"""Whether the runs of a participant belong together: same matrix, voxels and repetition time.

Affines may differ, because a participant may lie differently in each session: every run is
aligned to the first one in world coordinates.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from crossmodal.bold.read.images import Grid, grid_of, open_image
from crossmodal.bold.read.orientation import ADVICE, handedness
from crossmodal.bold.read.sidecar import TOLERANCE_S, header_repetition_time_s
from crossmodal.contracts.errors import InputError

VOXEL_TOLERANCE_MM = 1e-3
SIDES = {1.0: "right-handed as the first run's", -1.0: "left-handed as the first run's"}
REPETITION_TIME = "repetition time"  # the field that messages name


def check_same_grid(paths: Sequence[str], trust_affine: str | None = None) -> None:
    """Raise unless all headers have the first one's matrix, voxels, handedness and repetition time.

    A participant does not turn into a mirror image: of a right-handed and a left-handed run one
    is likely to have lost its orientation. With ``trust_affine`` the user vouches for both.

    Raises
    ------
    InputError : naming the first run that differs
    """
    first = open_image(paths[0], 4, trust_affine)
    wanted, wanted_s = grid_of(first), header_repetition_time_s(first)
    for path in paths[1:]:
        image = open_image(path, 4, trust_affine)
        grid, seconds = grid_of(image), header_repetition_time_s(image)
        if grid.shape != wanted.shape:
            raise InputError(path, "matrix", wanted.shape, grid.shape)
        if np.abs(grid.voxel_mm - wanted.voxel_mm).max() > VOXEL_TOLERANCE_MM:
            raise InputError(path, "voxel size", _mm(wanted.voxel_mm), _mm(grid.voxel_mm))
        if trust_affine is None and handedness(grid.affine) != handedness(wanted.affine):
            got = f"{SIDES[handedness(grid.affine)]} ({ADVICE})"
            raise InputError(path, "voxel axes", SIDES[handedness(wanted.affine)], got)
        if wanted_s > 0 and seconds > 0:
            check_same_timing({paths[0]: wanted_s, path: seconds})


def check_one_grid(paths: Sequence[str], trust_affine: str | None = None) -> None:
    """Raise unless all images have one grid: the analysis grid of all participants follows it.

    Raises
    ------
    InputError : naming the first image that differs
    """
    wanted = grid_of(open_image(paths[0], 4, trust_affine))
    for path in paths[1:]:
        grid = grid_of(open_image(path, 4, trust_affine))
        if not grid.same_as(wanted):
            raise InputError(path, "grid", _described(wanted), _described(grid))


def check_same_timing(repetition_times_s: Mapping[str, float]) -> None:
    """Raise unless the repetition times, by path of the run, all equal the first one.

    Raises
    ------
    InputError : naming the first run that differs
    """
    wanted = next(iter(repetition_times_s.values()), 0.0)
    for path, seconds in repetition_times_s.items():
        if abs(seconds - wanted) > TOLERANCE_S:
            raise InputError(path, REPETITION_TIME, f"{wanted:g} s", f"{seconds:g} s")


def _mm(sizes: np.ndarray) -> str:
    return " x ".join(f"{size:g}" for size in sizes.round(4)) + " mm"


def _described(grid: Grid) -> str:
    corner = ", ".join(f"{number:g}" for number in grid.affine[:3, 3].round(2))
    return f"{grid.shape} voxels of {_mm(grid.voxel_mm)} from ({corner})"
