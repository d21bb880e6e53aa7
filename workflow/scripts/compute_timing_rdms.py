"""Write every participant's control RDMs of timing."""

from itertools import chain
from typing import TYPE_CHECKING, Any

from crossmodal.bold.model.glm import GLMConfig
from crossmodal.bold.model.timing import by_participant, timing_rdms
from crossmodal.bold.read.events import EventsConfig
from crossmodal.bold.read.run_files import RunFiles
from crossmodal.provenance.record import recorded

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    params = snakemake.params
    run_ids = list(chain(*params.runs.values()))
    runs = RunFiles.from_lists(run_ids, snakemake.input, **params.reading)
    timing_rdms(
        by_participant(params.runs, runs),
        params.conditions,
        EventsConfig(**params.events),
        GLMConfig(**params.glm),
    ).write(snakemake.output.rdms)
