"""Write the quality page of one participant and the numbers it is ranked by."""

from typing import TYPE_CHECKING, Any

from crossmodal.contracts.atomic import write_json, write_text
from crossmodal.figures.style import use_style
from crossmodal.provenance.record import recorded
from crossmodal.quality.participant import participant_page

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    use_style()
    page, measures = participant_page(snakemake.wildcards.sub, snakemake.params, snakemake.input)
    write_text(snakemake.output.page, page)
    write_json(snakemake.output.measures, measures)
