"""Write the residuals of one participant's first-level models."""

from typing import TYPE_CHECKING, Any

from crossmodal.bold.align.spaces import read_space
from crossmodal.bold.model.glm import GLMConfig
from crossmodal.bold.model.patterns import designs_of
from crossmodal.bold.model.residuals import estimate_residuals
from crossmodal.bold.read.events import EventsConfig
from crossmodal.bold.read.run_files import RunFiles
from crossmodal.contracts.betas import Betas, write_residuals
from crossmodal.provenance.record import recorded

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    params = snakemake.params
    runs = RunFiles.from_lists(params.runs, snakemake.input, **params.reading)
    glm = GLMConfig(**params.glm)
    residuals = estimate_residuals(
        runs,
        designs_of(runs, params.conditions, EventsConfig(**params.events), glm),
        read_space(params.voxel_mm, snakemake.input, params.reading["trust_affine"]),
        glm,
        Betas.read(snakemake.input.betas).mask,
    )
    write_residuals(residuals, snakemake.output.residuals)
