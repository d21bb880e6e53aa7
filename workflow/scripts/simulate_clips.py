"""Write the simulated clips of one actor."""

from typing import TYPE_CHECKING, Any

from crossmodal.provenance.record import recorded
from crossmodal.simulate.clips import write_actor
from crossmodal.simulate.clips_config import SimulatedClips

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    write_actor(
        SimulatedClips(**snakemake.params.clips),
        snakemake.wildcards.actor,
        snakemake.params.seed,
        list(snakemake.output.clips),
        snakemake.output.features,
        snakemake.input.recordings,
    )
