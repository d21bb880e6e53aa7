"""Write the files about the whole simulated data set, and the truth beside it."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from crossmodal.contracts.atomic import write_json
from crossmodal.contracts.rois import read_rois
from crossmodal.provenance.record import recorded
from crossmodal.simulate.bids import write_dataset_files
from crossmodal.simulate.brain import truth
from crossmodal.simulate.brain_config import BrainConfig

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    params = snakemake.params
    config, rois = BrainConfig(**params.brain), read_rois(snakemake.input.rois)
    write_dataset_files(Path(snakemake.output.description).parent, params.labels, params.task)
    write_json(snakemake.output.truth, truth(config, params.labels, rois, params.seed))
