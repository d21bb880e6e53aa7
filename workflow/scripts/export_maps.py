"""Write one participant's searchlight maps under BIDS names."""

from typing import TYPE_CHECKING, Any

from crossmodal.contracts.maps import Maps
from crossmodal.contracts.statmaps import write_maps
from crossmodal.provenance.record import recorded

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    output = snakemake.output
    for path, image, sidecar in zip(
        snakemake.input.maps, output.images, output.sidecars, strict=True
    ):
        write_maps(Maps.read(path), image, sidecar)
