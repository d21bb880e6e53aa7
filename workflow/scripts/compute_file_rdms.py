"""Write the RDMs of a file of RDMs or features that was made elsewhere."""

from typing import TYPE_CHECKING, Any

from crossmodal.provenance.record import recorded
from crossmodal.representations.file_config import ModelFile
from crossmodal.representations.files import file_rdms

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    config = ModelFile(**snakemake.params.file)
    file_rdms(config, snakemake.wildcards.name).write(snakemake.output.rdms)
