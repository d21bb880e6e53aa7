"""Draw one participant's contrasts between conditions."""

from typing import TYPE_CHECKING, Any

from crossmodal.contracts.maps import Maps
from crossmodal.figures.backgrounds import slices_for
from crossmodal.figures.brain_maps import contrast_map, draw_maps
from crossmodal.figures.save import save_figure
from crossmodal.figures.style import use_style
from crossmodal.provenance.record import figure_id, recorded

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    use_style()
    maps = [Maps.read(path) for path in snakemake.input.maps]
    rows = [contrast_map(one, snakemake.params.threshold_t) for one in maps]
    blocks = {f"participant {snakemake.params.participant}": rows}
    slices = slices_for(
        blocks, snakemake.params.cuts_mm, snakemake.input.background, snakemake.input.rois
    )
    paths = [snakemake.output[name] for name in ("pdf", "png", "svg")]
    quantity = f"t (black outline: |t| ≥ {snakemake.params.threshold_t:g}, uncorrected)"
    save_figure(draw_maps(blocks, slices, quantity), paths, figure_id(snakemake), "Contrasts")
