"""Write the condition-wise patterns of all runs of one participant."""

from typing import TYPE_CHECKING, Any

from crossmodal.bold.align.spaces import read_space
from crossmodal.bold.model.glm import GLMConfig
from crossmodal.bold.model.patterns import estimate_patterns
from crossmodal.bold.read.events import EventsConfig
from crossmodal.bold.read.run_files import RunFiles
from crossmodal.provenance.record import recorded

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    params = snakemake.params
    betas = estimate_patterns(
        RunFiles.from_lists(params.runs, snakemake.input, **params.reading),
        read_space(params.voxel_mm, snakemake.input, params.reading["trust_affine"]),
        params.conditions,
        EventsConfig(**params.events),
        GLMConfig(**params.glm),
    )
    betas.write(snakemake.output.betas)
