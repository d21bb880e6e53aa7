"""Write the noise-ceiling maps over all participants."""

from typing import TYPE_CHECKING, Any

from crossmodal.contracts.betas import Betas
from crossmodal.provenance.record import recorded
from crossmodal.rsa.config import SearchlightConfig
from crossmodal.rsa.participant import read_controls
from crossmodal.rsa.participants import ceiling_maps

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    path, params = snakemake.input, snakemake.params
    residuals = path.residuals or [None] * len(path.betas)
    maps = ceiling_maps(
        [Betas.read(*paths) for paths in zip(path.betas, residuals, strict=True)],
        SearchlightConfig(**params.searchlight, max_memory_mb=snakemake.resources.engine_mb),
        [read_controls(path.controls, params.source, f"sub-{sub}") for sub in params.participants],
        snakemake.threads,
    )
    maps.write(snakemake.output.maps)
