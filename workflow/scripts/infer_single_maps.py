"""Write one participant's test against permuted condition labels."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from crossmodal.contracts.betas import Betas
from crossmodal.inference.maps.anatomy import Anatomy
from crossmodal.inference.maps.group import GroupConfig
from crossmodal.inference.maps.single import single_result
from crossmodal.provenance.record import recorded
from crossmodal.rsa.config import SearchlightConfig
from crossmodal.rsa.participant import read_models

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    result = single_result(
        Betas.read(snakemake.input.betas, *snakemake.input.residuals),
        read_models([snakemake.input.rdms], snakemake.params.source)[0],
        SearchlightConfig(
            **snakemake.params.searchlight, max_memory_mb=snakemake.resources.engine_mb
        ),
        GroupConfig(**snakemake.params.group),
        snakemake.params.seed,
        snakemake.threads,
        Anatomy.read(*(snakemake.input.get(key) for key in ("image", "labels", "spheres"))),
    )
    result.write(Path(snakemake.output.facts).parent)
