"""Rank the models of each region, and draw them beside their untrained twins."""

from typing import TYPE_CHECKING, Any

import pandas as pd

from crossmodal.contracts.tables import write_table
from crossmodal.figures.ranking import plot_ranking
from crossmodal.figures.save import save_figure
from crossmodal.inference.regions.ranking import ranked_models
from crossmodal.provenance.record import figure_id, recorded

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    models, participants = (
        pd.read_csv(snakemake.input[name], sep="\t", na_values="n/a", dtype={"participant": str})
        for name in ("models", "participants")
    )
    ranking = ranked_models(participants, snakemake.params.sources, snakemake.params.seed)
    write_table(ranking, snakemake.output.ranking)
    figure = plot_ranking(ranking, models)
    paths = (snakemake.output.pdf, snakemake.output.png)
    save_figure(figure, paths, figure_id(snakemake), "Models ranked in regions of interest")
