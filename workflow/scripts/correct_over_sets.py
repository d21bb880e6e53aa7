"""Write p-values that are corrected over all model sets of the study."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from crossmodal.contracts.group_result import GroupResult
from crossmodal.contracts.tables import write_table
from crossmodal.provenance.record import recorded
from crossmodal.stats.across_sets import study_clusters, study_p

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    statistic, sets = snakemake.params.statistic, snakemake.params.sets
    folders = [Path(path).parent for path in snakemake.input.facts]
    results = {
        name: GroupResult.read(folder, [statistic])
        for name, folder in zip(sets, folders, strict=True)
    }
    p = study_p(results, statistic)
    for name, path in zip(sets, snakemake.output.maps, strict=True):
        p[name].write(path)
    write_table(study_clusters(results, p), snakemake.output.clusters)
