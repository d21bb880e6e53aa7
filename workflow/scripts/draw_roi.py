"""Draw the figures of the regions."""

from typing import TYPE_CHECKING, Any

import pandas as pd

from crossmodal.figures.roi import roi_figures
from crossmodal.figures.save import save_figure
from crossmodal.provenance.record import figure_id, recorded

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    tables = (
        pd.read_csv(snakemake.input[name], sep="\t", na_values="n/a")
        for name in ("models", "participants", "variance", "gradient")
    )
    figures = roi_figures(*tables, **snakemake.params.figure)
    identity = figure_id(snakemake)
    for (title, figure), pdf, png in zip(
        figures.items(), snakemake.output.pdf, snakemake.output.png, strict=True
    ):
        save_figure(figure, (pdf, png), identity, title)
