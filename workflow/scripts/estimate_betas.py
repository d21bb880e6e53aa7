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
    params = snakemake.params
    betas = estimate_patterns(
        RunFiles.from_lists(params.runs, snakemake.input, **params.reading),
        read_space(params.voxel_mm, snakemake.input, params.reading["trust_affine"]),
        params.conditions,
        EventsConfig(**params.events),
        GLMConfig(**params.glm),
    )
    betas.write(snakemake.output.betas)
