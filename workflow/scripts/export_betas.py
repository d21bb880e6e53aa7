"""Write the betas of one run as NIfTI under BIDS names."""

from typing import TYPE_CHECKING, Any

from crossmodal.contracts.betas import Betas
from crossmodal.contracts.statmaps import write_run
from crossmodal.provenance.record import recorded

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    output = snakemake.output
    betas = Betas.read(snakemake.input.betas)
    run_id = snakemake.wildcards.run
    write_run(betas, run_id, output.images, output.variance, output.sidecar)
