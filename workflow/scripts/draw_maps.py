"""Draw one figure of brain maps with their corrected threshold."""

from typing import TYPE_CHECKING, Any

from crossmodal.contracts.corrections import CORRECTIONS
from crossmodal.contracts.group_result import GroupResult
from crossmodal.figures.backgrounds import slices_for
from crossmodal.figures.brain_maps import draw_maps, group_block, scale_words
from crossmodal.figures.save import save_figure
from crossmodal.figures.style import use_style
from crossmodal.provenance.record import figure_id, recorded

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    use_style()
    blocks, quantity = {}, ""
    p = CORRECTIONS[snakemake.params.corrected_over][0]
    for block in snakemake.params.blocks:
        result = GroupResult.read(block["folder"], ("mean", p))
        blocks[block["title"]] = group_block(result, block["layers"], p)
        quantity = scale_words(result, snakemake.params.corrected_over)
    slices = slices_for(
        blocks, snakemake.params.cuts_mm, snakemake.input.background, snakemake.input.rois
    )
    paths = [snakemake.output[name] for name in ("pdf", "png", "svg")]
    save_figure(draw_maps(blocks, slices, quantity), paths, figure_id(snakemake), "Brain maps")
