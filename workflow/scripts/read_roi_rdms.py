"""Write the brain RDMs of all participants and regions that come as files."""

from typing import TYPE_CHECKING, Any

from crossmodal.inference.regions.config import BrainFile
from crossmodal.inference.regions.files import read_roi_rdms
from crossmodal.provenance.record import recorded

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    blocks = snakemake.params.regions
    regions = {name: BrainFile(**blocks[name]) for name in snakemake.params.order}
    read_roi_rdms(regions).write(snakemake.output.rdms)
