"""Write every participant's control RDMs of timing."""

from itertools import chain
from typing import TYPE_CHECKING, Any

from crossmodal.bold.events import EventsConfig
from crossmodal.bold.glm import GLMConfig
from crossmodal.bold.patterns import RunFiles
from crossmodal.bold.timing import by_participant, timing_rdms
from crossmodal.provenance.record import recorded

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    params = snakemake.params
    runs = RunFiles.from_lists(list(chain(*params.runs.values())), snakemake.input)
    timing_rdms(
        by_participant(params.runs, runs),
        params.conditions,
        EventsConfig(**params.events),
        GLMConfig(**params.glm),
    ).write(snakemake.output.rdms)
