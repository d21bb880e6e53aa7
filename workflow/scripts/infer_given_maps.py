"""Write the group test of maps that other programs wrote."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from crossmodal.inference.maps.anatomy import Anatomy
from crossmodal.inference.maps.given import given_result, read_given
from crossmodal.inference.maps.group_config import GroupConfig
from crossmodal.provenance.record import recorded

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    given, params = snakemake.input, snakemake.params
    anatomy = Anatomy.read(*(given.get(key) for key in ("image", "labels", "spheres")))
    maps = read_given(given.maps, params.space)
    result = given_result(maps, GroupConfig(**params.group), params.seed, anatomy)
    result.write(Path(snakemake.output.facts).parent)
