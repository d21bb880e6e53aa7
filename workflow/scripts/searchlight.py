"""Write the searchlight maps of one participant, one file per model set."""

from typing import TYPE_CHECKING, Any

from crossmodal.contracts.betas import Betas
from crossmodal.provenance.record import recorded
from crossmodal.rsa.participant import participant_maps, read_models
from crossmodal.rsa.searchlight import SearchlightConfig

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    sets, sizes = participant_maps(
        Betas.read(snakemake.input.betas),
        read_models(snakemake.input.rdms, snakemake.params.source),
        SearchlightConfig(**snakemake.params.searchlight),
        snakemake.threads,
        f"{snakemake.output.sphere_size}.partial.npz",
    )
    sizes.write(snakemake.output.sphere_size)
    for maps, path in zip(sets, snakemake.output.maps, strict=True):
        maps.write(path)
