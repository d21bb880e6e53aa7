"""The group test of maps that any program wrote, one a participant."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from crossmodal.contracts.errors import InputError
from crossmodal.contracts.group_result import GroupResult
from crossmodal.contracts.maps import Maps
from crossmodal.contracts.participant_maps import read_participant_maps
from crossmodal.inference.maps.anatomy import Anatomy
from crossmodal.inference.maps.group import common_grid, group_result
from crossmodal.inference.maps.group_config import GroupConfig
from crossmodal.inference.maps.one_sample import sign_prevalence
from crossmodal.inference.maps.smoothness import MAX_RATIO, fwhm_mm, odd_ones

MORE_MAPS = ("sign_prevalence", "sign_prevalence_lower")


def read_given(paths: Sequence[str], space: str | None = None) -> list[Maps]:
    """Maps on one grid, in one space and of like smoothness.

    Parameters
    ----------
    space : where they lie, if the files do not say it (form codes 1 and 2 do not)

    Raises
    ------
    InputError : files that say another space; see ``read_participant_maps`` and
        ``require_one_smoothness``
    """
    maps = read_participant_maps(paths)
    if space and not _may_be(space, maps[0].space):
        raise InputError(paths[0], "space", f"{space}, as is said of all maps", maps[0].space)
    maps = [replace(one, space=space or one.space) for one in maps]
    require_one_smoothness(paths, maps)
    return maps


def _may_be(space: str, told: str) -> bool:
    """Whether maps in ``space`` may say ``told`` of themselves."""
    if told in (space, "scanner", "aligned") or told.startswith("space of NIfTI code"):
        return True  # form codes 1, 2 and 5: some space, whose name is not told
    both_mni = space.startswith("MNI") and told.startswith("MNI")
    return both_mni and "MNI152" in (space, told)  # code 4 does not say which


def given_result(
    maps: Sequence[Maps], config: GroupConfig, seed: int, anatomy: Anatomy | None
) -> GroupResult:
    """``group_result`` with the prevalence of sign.

    Raises
    ------
    InputError : see ``group_result``
    """
    return with_sign_prevalence(group_result(maps, config, seed, 1, anatomy), maps)


def require_one_smoothness(paths: Sequence[str], maps: Sequence[Maps]) -> None:
    """Maps that were smoothed otherwise than the others make the test mean nothing.

    Raises
    ------
    InputError : names the first of them, its FWHM and the others'
    """
    widths = [fwhm_mm(one) for one in maps]
    for position in odd_ones(widths):
        middle = np.nanmedian(widths)
        expected = f"within {MAX_RATIO:g}x of the median FWHM, {middle:.1f} mm"
        raise InputError(paths[position], "smoothness", expected, f"{widths[position]:.1f} mm")


def with_sign_prevalence(result: GroupResult, maps: Sequence[Maps]) -> GroupResult:
    """Two more maps: the share of participants above zero, and its lower bound."""
    data, mask = common_grid(maps)
    share, lower = sign_prevalence(data)
    first = result.maps["mean"]
    quantities = {
        "sign_prevalence": (share, "share of participants with a value above 0"),
        "sign_prevalence_lower": (lower, "lower 95 % bound of that share, Clopper-Pearson"),
    }
    more = {
        name: replace(first, values=values.astype(np.float32), mask=mask, quantity=quantity)
        for name, (values, quantity) in quantities.items()
    }
    return replace(result, maps=result.maps | more)
