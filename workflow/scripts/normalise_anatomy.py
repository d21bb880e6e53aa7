"""Write the brain mask of one participant's T1w image and its warp to the template."""

from typing import TYPE_CHECKING, Any

from crossmodal.bold.derivatives import sidecar
from crossmodal.bold.images import read_volume, write_volume
from crossmodal.bold.normalise import normalise
from crossmodal.bold.normalise_config import NormaliseConfig
from crossmodal.bold.transform_files import write_warp
from crossmodal.contracts.atomic import write_json
from crossmodal.provenance.record import recorded

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    t1, grid = read_volume(snakemake.input.t1w)
    config = NormaliseConfig(**snakemake.params.normalise)
    warp, brain = normalise(t1, grid, config)
    write_warp(snakemake.output.warp, warp)
    write_volume(snakemake.output.brain, brain, grid)
    raw = [snakemake.input.t1w]
    write_json(snakemake.output.warp_json, sidecar("warp", raw, Options=config.__dict__))
    write_json(snakemake.output.brain_json, sidecar("mask", raw))
