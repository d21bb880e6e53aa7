"""Check the pattern that the paper reports of its network's layers, with numbers."""

import logging
from typing import TYPE_CHECKING, Any

import pandas as pd

from crossmodal.contracts.layer_similarity import LayerSimilarity
from crossmodal.contracts.tables import write_table
from crossmodal.provenance.record import recorded
from crossmodal.representations.pattern import pattern_table

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    regimes = snakemake.params.regimes
    similarity = [LayerSimilarity.read(path) for path in snakemake.input.similarity]
    curves = [pd.read_csv(path, sep="\t") for path in snakemake.input.curves]
    table = pattern_table(
        dict(zip(regimes, similarity, strict=True)), dict(zip(regimes, curves, strict=True))
    )
    write_table(table, snakemake.output.table)
    failed = table[~table.holds]
    logging.getLogger(__name__).info(
        "%d of %d checks hold; not: %s",
        table.holds.sum(),
        len(table),
        ", ".join(failed.regime + " " + failed.check) or "none",
    )
