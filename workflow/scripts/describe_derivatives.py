"""Write the BIDS description of the preprocessed scans."""

from typing import TYPE_CHECKING, Any

from crossmodal.bold.read.derivatives import IGNORED, README, dataset_description
from crossmodal.bold.read.sidecar import read_sidecars
from crossmodal.contracts.atomic import write_json, write_text
from crossmodal.provenance.record import recorded

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    source = read_sidecars(snakemake.input.source)
    description = dataset_description(source, snakemake.params.source_url)
    write_json(snakemake.output.description, description)
    write_text(snakemake.output.readme, README)
    ignored = [*IGNORED, *snakemake.params.more_ignored]
    write_text(snakemake.output.ignored, "\n".join(ignored) + "\n")
