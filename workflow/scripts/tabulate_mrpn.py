"""Tables 1-4 of mrpn with the published numbers beside, and the errata of those."""

from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crossmodal.contracts.tables import write_table
from crossmodal.contracts.training import Training
from crossmodal.families.mrpn.published import errata, read_published
from crossmodal.families.mrpn.tables import fold_table, summary_table
from crossmodal.provenance.record import recorded

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    trainings = defaultdict(list)
    for path in snakemake.input.training:
        trainings[Path(path).parts[-3]].append(Training.read(path))
    published = read_published(snakemake.input.published)
    dataset, seed = snakemake.params.dataset, snakemake.params.study_seed
    folds = fold_table(trainings, published, dataset)
    write_table(folds, snakemake.output.folds)
    summary = summary_table(folds, trainings, published, dataset, seed)
    write_table(summary, snakemake.output.summary)
    write_table(errata(published), snakemake.output.errata)
