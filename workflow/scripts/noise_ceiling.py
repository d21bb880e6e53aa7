"""Write the noise-ceiling maps over all participants."""

from typing import TYPE_CHECKING, Any

from crossmodal.contracts.betas import Betas
from crossmodal.provenance.record import recorded
from crossmodal.rsa.participant import ceiling_maps
from crossmodal.rsa.searchlight import SearchlightConfig

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    maps = ceiling_maps(
        [Betas.read(path) for path in snakemake.input.betas],
        SearchlightConfig(**snakemake.params.searchlight),
        snakemake.threads,
    )
    maps.write(snakemake.output.maps)
