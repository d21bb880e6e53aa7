"""Write one simulated participant's scans, events and true head motion."""

from typing import TYPE_CHECKING, Any

from crossmodal.contracts.planted_features import PlantedFeatures
from crossmodal.contracts.rois import read_rois
from crossmodal.provenance.record import recorded
from crossmodal.simulate.brain import Experiment
from crossmodal.simulate.brain_config import BrainConfig, Participant
from crossmodal.simulate.brain_files import write_participant

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    experiment = Experiment(
        tuple(snakemake.params.stimulus_ids),
        PlantedFeatures.read(snakemake.input.features),
        snakemake.params.clip_duration_s,
        read_rois(snakemake.input.rois),
        snakemake.params.seed,
    )
    write_participant(
        BrainConfig(**snakemake.params.brain),
        Participant(snakemake.wildcards.sub, **snakemake.params.participant),
        experiment,
        snakemake.params.runs,
        snakemake.output,
    )
