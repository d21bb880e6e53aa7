"""Draw and tabulate accuracy per regime and seed."""

from typing import TYPE_CHECKING, Any

import pandas as pd

from crossmodal.contracts.atomic import write_text
from crossmodal.contracts.tables import write_table
from crossmodal.contracts.trained_table import TrainedTable
from crossmodal.figures.accuracy import (
    accuracy_table,
    draw_accuracy,
    markdown_table,
    untrained_note,
)
from crossmodal.figures.save import save_figure
from crossmodal.figures.style import use_style
from crossmodal.provenance.record import figure_id, recorded

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    use_style()
    tables = [pd.read_csv(path, sep="\t") for path in snakemake.input.accuracy]
    per_fold = dict(zip(snakemake.params.regimes, tables, strict=True))
    summary = pd.concat([pd.read_csv(path, sep="\t") for path in snakemake.input.summary])
    write_table(accuracy_table(per_fold, summary), snakemake.output.table)
    trained = dict(
        zip(
            snakemake.params.regimes,
            map(TrainedTable.read, snakemake.input.trained),
            strict=True,
        )
    )
    write_text(snakemake.output.markdown, markdown_table(summary) + untrained_note(trained))
    paths = [snakemake.output[name] for name in ("pdf", "png", "svg")]
    save_figure(draw_accuracy(per_fold, summary), paths, figure_id(snakemake), "Accuracy")
