"""Draw figure 3: how alike the layers' RDMs are, per regime."""

from typing import TYPE_CHECKING, Any

from crossmodal.contracts.layer_similarity import LayerSimilarity
from crossmodal.figures.layer_similarity import draw_layer_similarity
from crossmodal.figures.save import save_figure
from crossmodal.figures.style import use_style
from crossmodal.provenance.record import figure_id, recorded

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    use_style()
    matrices = [LayerSimilarity.read(path) for path in snakemake.input.similarity]
    by_regime = dict(zip(snakemake.params.regimes, matrices, strict=True))
    figure = draw_layer_similarity(by_regime, snakemake.params.method)
    paths = [snakemake.output[name] for name in ("pdf", "png", "svg")]
    save_figure(figure, paths, figure_id(snakemake), "Similarity of the network's layers")
