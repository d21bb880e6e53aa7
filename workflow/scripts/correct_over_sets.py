"""Write p-values that are corrected over all model sets of the study."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from crossmodal.contracts.group_result import GroupResult
from crossmodal.contracts.tables import write_table
from crossmodal.inference.maps.across_sets import study_clusters, study_p
from crossmodal.provenance.record import recorded

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    statistics, sets = snakemake.params.statistics, snakemake.params.sets
    folders = [Path(path).parent for path in snakemake.input.facts]
    results = {
        name: GroupResult.read(folder, statistics)
        for name, folder in zip(sets, folders, strict=True)
    }
    corrected = [study_p(results, statistic) for statistic in statistics]
    maps = [p[name] for p in corrected for name in sets]
    for one, path in zip(maps, snakemake.output.maps, strict=True):
        one.write(path)
    write_table(study_clusters(results, corrected[0]), snakemake.output.clusters)
