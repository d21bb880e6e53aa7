"""Write the RDMs of what the simulator was told."""

from typing import TYPE_CHECKING, Any

from crossmodal.contracts.planted_features import PlantedFeatures
from crossmodal.contracts.stimulus_table import StimulusTable
from crossmodal.provenance.record import recorded
from crossmodal.representations.models import planted_rdms

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    stimulus_ids = StimulusTable.read(snakemake.input.table).stimulus_ids
    features = PlantedFeatures.read(snakemake.input.features)
    planted_rdms(features, stimulus_ids).write(snakemake.output.rdms)
