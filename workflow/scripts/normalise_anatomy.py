"""Write the brain mask of one participant's T1w image and its warp to the template."""

from typing import TYPE_CHECKING, Any

from crossmodal.bold.images import read_volume, write_volume
from crossmodal.bold.normalise import normalise
from crossmodal.bold.normalise_config import NormaliseConfig
from crossmodal.bold.transform_files import write_warp
from crossmodal.provenance.record import recorded

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    t1, grid = read_volume(snakemake.input.t1w)
    warp, brain = normalise(t1, grid, NormaliseConfig(**snakemake.params.normalise))
    write_warp(snakemake.output.warp, warp)
    write_volume(snakemake.output.brain, brain, grid)
