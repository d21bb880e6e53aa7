"""Pretrain the arms of one network (regime, seed) on the pool."""

from typing import TYPE_CHECKING, Any

from crossmodal.contracts.stimulus_table import StimulusTable
from crossmodal.families.cross_channel.inputs import load_clips
from crossmodal.families.cross_channel.pretraining import pretrain, require_same_labels
from crossmodal.families.cross_channel.training_config import Job, TrainingConfig
from crossmodal.provenance.resume import resumable

if TYPE_CHECKING:
    snakemake: Any

with resumable(snakemake) as folder:
    regime, family = snakemake.wildcards.regime, snakemake.params.family
    table = StimulusTable.read(snakemake.input.table)
    require_same_labels(table, snakemake.params.study_labels, regime)
    config = TrainingConfig.build(snakemake.params.network, family, snakemake.threads)
    clips = load_clips(snakemake.input.clips, table, regime, family["n_frames"], family["mel"])
    seeds = int(snakemake.wildcards.seed), snakemake.params.study_seed
    job = Job(snakemake.wildcards.model, regime, *seeds, folder)
    weights, training = pretrain(clips, table, config, job)
    weights.write(snakemake.output.weights)
    training.write(snakemake.output.training)
