"""Write the brain mask of one participant's T1w image and its warp to the template."""

from typing import TYPE_CHECKING, Any

import torch

from crossmodal.bold.align.normalise import normalise
from crossmodal.bold.align.normalise_check import normalisation_measures, refuse_misplaced
from crossmodal.bold.align.normalise_config import NormaliseConfig
from crossmodal.bold.align.skull_strip import brain_of
from crossmodal.bold.align.transform_files import write_warp
from crossmodal.bold.read.brain_masks import read_brain_mask
from crossmodal.bold.read.derivatives import sidecar
from crossmodal.bold.read.images import read_volume, write_volume
from crossmodal.contracts.atomic import write_json
from crossmodal.provenance.record import recorded

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    torch.set_num_threads(snakemake.threads)
    t1w = snakemake.input.t1w
    t1, grid = read_volume(t1w, snakemake.params.trust_affine)
    mask = snakemake.input.mask
    brain = (
        read_brain_mask(mask, grid, snakemake.params.trust_affine)
        if mask
        else brain_of(t1w, t1, grid)
    )
    config = NormaliseConfig(**snakemake.params.normalise)
    warp, _ = normalise(t1, grid, config, brain)
    refuse_misplaced(t1w, normalisation_measures(t1, brain, grid, warp))
    write_warp(snakemake.output.warp, warp)
    write_volume(snakemake.output.brain, brain, grid)
    write_json(snakemake.output.warp_json, sidecar("warp", [t1w], Options=config.__dict__))
    write_json(snakemake.output.brain_json, sidecar("mask", [t1w, *([mask] if mask else [])]))
