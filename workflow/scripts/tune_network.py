"""Cross-validate one network (regime, seed) on the study set and fit it to all of it."""

from typing import TYPE_CHECKING, Any

from crossmodal.contracts.stimulus_table import StimulusTable
from crossmodal.contracts.weights import Weights
from crossmodal.families.cross_channel.inputs import load_clips
from crossmodal.families.cross_channel.training_config import Job, TrainingConfig
from crossmodal.families.cross_channel.tuning import tune
from crossmodal.provenance.resume import resumable

if TYPE_CHECKING:
    snakemake: Any

with resumable(snakemake) as folder:
    regime, family = snakemake.wildcards.regime, snakemake.params.family
    table = StimulusTable.read(snakemake.input.table)
    config = TrainingConfig.build(snakemake.params.network, family, snakemake.threads)
    clips = load_clips(snakemake.input.clips, table, regime, family["n_frames"], family["mel"])
    seeds = int(snakemake.wildcards.seed), snakemake.params.study_seed
    job = Job(snakemake.wildcards.model, regime, *seeds, folder)
    pretrained = Weights.read(snakemake.input.pretrained)
    weights, training = tune(clips, table, pretrained, config, job)
    weights.write(snakemake.output.weights)
    training.write(snakemake.output.training)
