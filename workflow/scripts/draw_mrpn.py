"""Draw accuracy, features and the noise experiment of mrpn."""

from typing import TYPE_CHECKING, Any

import pandas as pd

from crossmodal.figures.mrpn import draw_embedding, draw_interference, draw_variants
from crossmodal.figures.save import save_figure
from crossmodal.figures.style import use_style
from crossmodal.provenance.record import figure_id, recorded

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    use_style()
    inputs, output, identity = snakemake.input, snakemake.output, figure_id(snakemake)
    folds, summary, embedding = (
        pd.read_csv(inputs[name], sep="\t") for name in ("folds", "summary", "embedding")
    )
    variants = draw_variants(folds, summary)
    save_figure(variants, output.variants, identity, "Accuracy of mrpn by network and fold")
    save_figure(draw_embedding(embedding), output.embedding, identity, "Features of mrpn (t-SNE)")
    if inputs.interference:
        accuracy = pd.read_csv(inputs.interference, sep="\t")
        figure = draw_interference(accuracy, summary, snakemake.params.noisy)
        save_figure(figure, output.interference, identity, "One noisy modality")
