"""Write one participant's betas of another program in this study's format."""

from typing import TYPE_CHECKING, Any

from crossmodal.bold.block import Scans
from crossmodal.bold.outside.listing import Estimate, ImageList
from crossmodal.bold.outside.read import read_outside
from crossmodal.provenance.record import recorded

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    params = snakemake.params
    scans, images = Scans(**params.scans), None
    if params.rows is not None:
        rows = tuple(Estimate(*row) for row in params.rows)
        images = ImageList(scans.betas.path, rows, params.variance)
    betas = read_outside(scans, snakemake.wildcards.sub, params.conditions, images)
    betas.write(snakemake.output.betas)
