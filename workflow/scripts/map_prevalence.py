"""Write the prevalence maps of one model set."""

from typing import TYPE_CHECKING, Any

from crossmodal.contracts.betas import Betas
from crossmodal.inference.maps.prevalence_maps import PrevalenceConfig, prevalence_maps
from crossmodal.provenance.record import recorded
from crossmodal.rsa.config import SearchlightConfig
from crossmodal.rsa.participant import read_models

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    params, betas = snakemake.params, snakemake.input.betas
    residuals = snakemake.input.residuals or [None] * len(betas)
    maps = prevalence_maps(
        [Betas.read(*paths) for paths in zip(betas, residuals, strict=True)],
        read_models([snakemake.input.rdms], params.source)[0],
        SearchlightConfig(**params.searchlight, max_memory_mb=snakemake.resources.engine_mb),
        PrevalenceConfig(**params.prevalence),
        params.alpha,
        params.seed,
    )
    for each, path in zip(maps.values(), snakemake.output.maps, strict=True):
        each.write(path)
