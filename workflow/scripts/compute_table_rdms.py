"""Write the RDMs of a table with one row per condition and one column per model."""

from typing import TYPE_CHECKING, Any

from crossmodal.provenance.record import recorded
from crossmodal.representations.models import table_rdms

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    rdms = table_rdms(str(snakemake.input.table), snakemake.wildcards.name)
    rdms.write(snakemake.output.rdms)
