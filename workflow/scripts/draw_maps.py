"""Draw one figure of brain maps with their corrected threshold."""

from typing import TYPE_CHECKING, Any

from crossmodal.contracts.group_result import GroupResult
from crossmodal.figures.backgrounds import slices_for
from crossmodal.figures.brain_maps import draw_maps, group_block
from crossmodal.figures.save import save_figure
from crossmodal.figures.style import use_style
from crossmodal.provenance.record import figure_id, recorded

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    use_style()
    blocks, quantity = {}, ""
    for block in snakemake.params.blocks:
        result = GroupResult.read(block["folder"], ("mean", "p_fwe"))
        blocks[block["title"]] = group_block(result, block["layers"])
        threshold = f"black outline: p < {result.facts['alpha']:g}, family-wise error corrected"
        quantity = f"{result.maps['mean'].quantity}\n{threshold}; dotted circles: regions"
    slices = slices_for(
        blocks, snakemake.params.cuts_mm, snakemake.input.background, snakemake.input.rois
    )
    paths = [snakemake.output[name] for name in ("pdf", "png", "svg")]
    save_figure(draw_maps(blocks, slices, quantity), paths, figure_id(snakemake), "Brain maps")
