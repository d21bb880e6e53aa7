"""Cross-validate one network (regime, seed) on the study set and fit it to all of it."""

from typing import TYPE_CHECKING, Any

from crossmodal.contracts.stimulus_table import StimulusTable
from crossmodal.contracts.weights import Weights
from crossmodal.families.cross_channel.inputs import load_clips
from crossmodal.families.cross_channel.training_config import Job, TrainingConfig
from crossmodal.families.cross_channel.tuning import tune
from crossmodal.families.training.checkpoint import checkpoint_dir
from crossmodal.provenance.hashing import sha256_json
from crossmodal.provenance.record import recorded

if TYPE_CHECKING:
    snakemake: Any

with (
    recorded(snakemake) as identity,
    checkpoint_dir(snakemake.params.checkpoints, sha256_json(identity)) as folder,
):
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
