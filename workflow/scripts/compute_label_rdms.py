"""Write the RDMs of categories alone."""

from typing import TYPE_CHECKING, Any

from crossmodal.contracts.stimulus_table import StimulusTable
from crossmodal.provenance.record import recorded
from crossmodal.representations.models import label_rdms

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    table = StimulusTable.read(snakemake.input.table)
    label_rdms(table, snakemake.params.labels).write(snakemake.output.rdms)
