"""Draw the group test of maps that other programs wrote."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from crossmodal.contracts.group_result import GroupResult
from crossmodal.figures.group_tests import draw_group_tests
from crossmodal.figures.save import save_figure
from crossmodal.figures.style import use_style
from crossmodal.inference.maps.group import TITLES
from crossmodal.provenance.record import figure_id, recorded

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    use_style()
    names = ["t", "p_fwe", *(f"p_{name}" for name in snakemake.params.group["statistics"])]
    result = GroupResult.read(Path(snakemake.input.facts).parent, names)
    paths = [snakemake.output[name] for name in ("pdf", "png", "svg")]
    save_figure(draw_group_tests(result, TITLES), paths, figure_id(snakemake), "Group maps")
