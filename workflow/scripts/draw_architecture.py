"""Draw figure 1: the network's layers."""

from typing import TYPE_CHECKING, Any

from crossmodal.contracts.layer_table import LayerTable
from crossmodal.figures.architecture import draw_architecture
from crossmodal.figures.save import save_figure
from crossmodal.figures.style import use_style
from crossmodal.provenance.record import figure_id, recorded

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    use_style()
    figure = draw_architecture(LayerTable.read(snakemake.input.layers))
    paths = [snakemake.output[name] for name in ("pdf", "png", "svg")]
    save_figure(figure, paths, figure_id(snakemake), "Architecture of the network")
