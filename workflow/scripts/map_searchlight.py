"""Write the searchlight maps of one participant, one file per model set."""

from typing import TYPE_CHECKING, Any

from crossmodal.contracts.betas import Betas
from crossmodal.provenance.record import recorded
from crossmodal.rsa.config import SearchlightConfig
from crossmodal.rsa.participant import participant_maps, read_controls, read_models

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    source, path = snakemake.params.source, snakemake.input
    sets, sizes = participant_maps(
        Betas.read(path.betas, *path.residuals),
        read_models(path.rdms, source),
        SearchlightConfig(
            **snakemake.params.searchlight, max_memory_mb=snakemake.resources.engine_mb
        ),
        read_controls(path.controls, source, f"sub-{snakemake.wildcards.sub}"),
        snakemake.threads,
        f"{snakemake.output.maps[0]}.partial.npz",
    )
    if size_map := snakemake.output.get("sphere_size"):  # of the study's own sets alone
        sizes.write(size_map)
    for maps, path in zip(sets, snakemake.output.maps, strict=True):
        maps.write(path)
