"""Write the rigid transform between one participant's BOLD reference and T1w image."""

from typing import TYPE_CHECKING, Any

import numpy as np

from crossmodal.bold.align.coregister import coregister
from crossmodal.bold.align.coregister_config import CoregisterConfig
from crossmodal.bold.align.transform_files import write_affines
from crossmodal.bold.read.derivatives import sidecar
from crossmodal.bold.read.images import read_volume
from crossmodal.contracts.atomic import write_json
from crossmodal.provenance.record import recorded

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    config = CoregisterConfig(**snakemake.params.coregister)
    bold_to_t1 = coregister(
        read_volume(snakemake.input.mean),
        read_volume(snakemake.input.t1w, snakemake.params.trust_affine),
        read_volume(snakemake.input.brain)[0] > 0,
        config,
    )
    # The file holds the direction in which ITK resamples: T1w points -> BOLD points.
    write_affines(snakemake.output.transform, np.linalg.inv(bold_to_t1)[None])
    content = sidecar("coregistration", [snakemake.input.t1w], Options=config.__dict__)
    write_json(snakemake.output.sidecar, content)
