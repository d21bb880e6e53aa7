"""Rank all participants by the quality of their scans, and name the outliers."""

from typing import TYPE_CHECKING, Any

from crossmodal.contracts.atomic import write_text
from crossmodal.contracts.tables import write_table
from crossmodal.figures.style import use_style
from crossmodal.provenance.record import recorded
from crossmodal.quality.group import group_page
from crossmodal.quality.ranking import QualityConfig, rank, read_measures

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    use_style()
    config = QualityConfig(**snakemake.params.quality)
    ranked, outliers = rank(read_measures(snakemake.input.measures), config)
    write_table(ranked.reset_index(), snakemake.output.table)
    write_text(snakemake.output.page, group_page(ranked, outliers, config))
