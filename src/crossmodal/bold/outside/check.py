"""What is wrong with betas of other programs, one participant after the other."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from crossmodal.bold.block import Scans
from crossmodal.bold.outside.listing import participants_of
from crossmodal.bold.outside.read import conditions_of, image_list, read_outside
from crossmodal.bold.read.images import Grid
from crossmodal.contracts.betas import Betas
from crossmodal.contracts.errors import InputError, problems_of


@dataclass(frozen=True)
class Needed:
    """What a study asks of betas.

    conditions : of its clips or config; empty: the first participant's
    n_runs : that must show both conditions of each pair
    one_grid : whether maps of participants are put together
    variance : whether patterns are divided by the SD of residuals
    """

    conditions: Sequence[str] = ()
    n_runs: int = 1
    one_grid: bool = False
    variance: bool = False


def find_problems(scans: Scans, needed: Needed) -> list[InputError]:
    """All problems of ``scans.betas``; every image is read."""
    if found := problems_of(lambda: participants_of(scans)):
        return found
    wanted = list(needed.conditions or scans.conditions or ())
    grids: dict[str, Grid] = {}

    def look(label: str) -> None:
        own = conditions_of(scans, label)
        wanted.extend(() if wanted else own)
        chosen = scans.conditions or needed.conditions
        if not chosen and (extra := [name for name in own if name not in wanted]):
            expected = f"{wanted} (scans.conditions chooses)"
            raise InputError(f"sub-{label}", "conditions", expected, f"{', '.join(extra)} too")
        betas = read_outside(scans, label, wanted)
        grids[betas.name] = Grid(betas.mask.shape, betas.affine)
        _require(betas, needed)

    for label in participants_of(scans):
        found += problems_of(lambda label=label: look(label))
    return found + list(_other_grids(grids) if needed.one_grid else ())


def _require(betas: Betas, needed: Needed) -> None:
    if needed.variance and not (betas.residual_variance > 0).all(axis=0).any():
        expected = "images of it for univariate noise normalisation"
        raise InputError(betas.name, "residual_variance", expected, "none of each run")
    present = ~np.isnan(betas.betas).all(axis=2)
    together = present.T.astype(int) @ present
    if (together < needed.n_runs).any():
        one, other = np.argwhere(together < needed.n_runs)[0]
        names = betas.condition_ids
        got = f"{names[one]!r} and {names[other]!r} in {together[one, other]}"
        expected = f"each pair in {needed.n_runs} or more runs"
        raise InputError(betas.name, "conditions", expected, got)


def _other_grids(grids: dict[str, Grid]) -> Iterator[InputError]:
    first = next(iter(grids), "")
    for name, grid in grids.items():
        if not grid.same_as(grids[first]):
            expected = f"{grids[first].shape}, {grids[first].affine.round(2).tolist()}, as {first}"
            got = f"{grid.shape}, {grid.affine.round(2).tolist()}"
            yield InputError(name, "grid", expected, got)


def remarks(scans: Scans) -> Iterator[str]:
    """What of SPM's designs is not taken, one line for all participants."""
    if scans.betas.source != "spm":
        return
    left: dict[str, None] = {}
    for label in participants_of(scans):
        left |= dict.fromkeys(image_list(scans, label).left_out)
    if left:
        shown = ", ".join(list(left)[:4]) + (" …" if len(left) > 4 else "")
        yield f"scans.betas: {len(left)} columns of SPM's designs are left out: {shown}"
