"""Write the tables of the study's and the pool's clips."""

from typing import TYPE_CHECKING, Any

from crossmodal.provenance.hashing import sha256_files
from crossmodal.provenance.record import recorded
from crossmodal.stimuli.selection import Pool, StudySet, select
from crossmodal.stimuli.table import stimulus_table

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    params = snakemake.params
    pool = None if params.pool is None else Pool(**params.pool)
    selection = select(
        snakemake.input.clips, params.naming, params.modalities, StudySet(**params.study), pool
    )
    sha256 = sha256_files(snakemake.input.clips)
    for name in snakemake.output.keys():  # noqa: SIM118 (Snakemake's Namedlist is no dict)
        if name in ("study", "pool"):
            table = stimulus_table(getattr(selection, name), sha256, name)
            table.write(snakemake.output[name])
