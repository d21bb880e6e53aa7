"""Write the noise-ceiling maps over all participants."""

from typing import TYPE_CHECKING, Any

from crossmodal.contracts.betas import Betas
from crossmodal.provenance.record import recorded
from crossmodal.rsa.config import SearchlightConfig
from crossmodal.rsa.participants import ceiling_maps

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    betas = snakemake.input.betas
    residuals = snakemake.input.residuals or [None] * len(betas)
    maps = ceiling_maps(
        [Betas.read(*paths) for paths in zip(betas, residuals, strict=True)],
        SearchlightConfig(
            **snakemake.params.searchlight, max_memory_mb=snakemake.resources.engine_mb
        ),
        snakemake.threads,
    )
    maps.write(snakemake.output.maps)
