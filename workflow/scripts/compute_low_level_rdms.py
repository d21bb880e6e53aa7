"""Write the RDMs of low-level features of the clips."""

from itertools import chain
from typing import TYPE_CHECKING, Any

from crossmodal.contracts.clips import read_clips
from crossmodal.contracts.stimulus_table import StimulusTable
from crossmodal.provenance.record import recorded
from crossmodal.representations.low_level import LowLevelConfig, in_order, low_level_rdms

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    ids = StimulusTable.read(snakemake.input.table).stimulus_ids
    clips = chain.from_iterable(read_clips(path) for path in snakemake.input.clips)
    config = LowLevelConfig(**snakemake.params.low_level)
    in_order(low_level_rdms((c for c in clips if c.stimulus_id in ids), config), ids).write(
        snakemake.output.rdms
    )
