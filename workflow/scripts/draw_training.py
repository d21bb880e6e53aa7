"""Draw confusions, learning curves and how much seeds differ."""

from typing import TYPE_CHECKING, Any

import pandas as pd

from crossmodal.contracts.trained_table import TrainedTable
from crossmodal.figures.confusion import draw_confusions
from crossmodal.figures.learning_curves import draw_learning_curves
from crossmodal.figures.save import save_figure
from crossmodal.figures.seed_variability import draw_seed_variability
from crossmodal.figures.style import use_style
from crossmodal.provenance.record import figure_id, recorded

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    use_style()
    regimes, kind = snakemake.params.regimes, "cross_validated"
    text = {"label": str, "predicted": str}  # actors are '01', not 1
    confusion, curves, seeds = (
        dict(zip(regimes, (pd.read_csv(path, sep="\t", dtype=text) for path in paths), strict=True))
        for paths in (snakemake.input.confusion, snakemake.input.curves, snakemake.input.seeds)
    )
    trained = dict(zip(regimes, map(TrainedTable.read, snakemake.input.trained), strict=True))
    tested = {regime: table[table.kind == kind] for regime, table in confusion.items()}
    figures = {
        "confusion": draw_confusions(tested, "predicted in test folds"),
        "curves": draw_learning_curves(curves),
        "seeds": draw_seed_variability(seeds, snakemake.params.method, trained),
    }
    for name, figure in figures.items():
        save_figure(figure, snakemake.output[name], figure_id(snakemake), name)
