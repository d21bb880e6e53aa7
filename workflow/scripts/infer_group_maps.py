"""Write the group test of one model set."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from crossmodal.contracts.maps import Maps
from crossmodal.inference.maps.anatomy import Anatomy
from crossmodal.inference.maps.group import GroupConfig, group_result
from crossmodal.provenance.record import recorded

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    result = group_result(
        [Maps.read(path) for path in snakemake.input.maps],
        GroupConfig(**snakemake.params.group),
        snakemake.params.seed,
        snakemake.threads,
        Anatomy.read(*(snakemake.input.get(key) for key in ("image", "labels", "spheres"))),
    )
    result.write(Path(snakemake.output.facts).parent)
