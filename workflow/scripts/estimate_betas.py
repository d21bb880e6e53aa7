"""Write the condition-wise patterns of all runs of one participant."""

from typing import TYPE_CHECKING, Any

from crossmodal.bold.events import EventsConfig
from crossmodal.bold.glm import GLMConfig
from crossmodal.bold.patterns import estimate_patterns
from crossmodal.bold.run_files import RunFiles
from crossmodal.bold.spaces import read_space
from crossmodal.provenance.record import recorded

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    betas = estimate_patterns(
        RunFiles.from_lists(
            snakemake.params.runs, snakemake.input, snakemake.params.slice_reference
        ),
        read_space(snakemake.params.voxel_mm, snakemake.input),
        snakemake.params.conditions,
        EventsConfig(**snakemake.params.events),
        GLMConfig(**snakemake.params.glm),
    )
    betas.write(snakemake.output.betas)
