"""Write the RDMs of one network family and regime, from all sources."""

from typing import TYPE_CHECKING, Any

import torch

from crossmodal.contracts.stimulus_table import StimulusTable
from crossmodal.contracts.training import Training
from crossmodal.contracts.weights import Weights
from crossmodal.families.cross_channel.activations import layer_rdms, networks_of
from crossmodal.families.cross_channel.inputs import load_clips
from crossmodal.families.cross_channel.trained import trained_table
from crossmodal.families.cross_channel.training_config import torch_seed
from crossmodal.families.layers import best_seed, family_rdms, validation_scores
from crossmodal.provenance.record import recorded

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    torch.set_num_threads(snakemake.threads)
    regime, family = snakemake.wildcards.regime, snakemake.params.family
    table = StimulusTable.read(snakemake.input.table)
    clips = load_clips(snakemake.input.clips, table, regime, family["n_frames"], family["mel"])
    tuned = [Weights.read(path) for path in snakemake.input.tuned]
    pretrained = [Weights.read(path) for path in snakemake.input.pretrained]
    training = [Training.read(path) for path in snakemake.input.training]
    pool = [Training.read(path) for path in snakemake.input.pretraining]
    positions = trained_table([*pool, *training]).kept([one.seed for one in training])
    kept = [training[position].seed for position in positions]
    best = best_seed(validation_scores(training), kept)
    seeds = [torch_seed(snakemake.params.study_seed, k) for k in range(len(tuned))]
    networks = networks_of(clips, tuned, pretrained, best, seeds, kept)
    model = snakemake.wildcards.model
    rdms = family_rdms(
        networks, lambda one: layer_rdms(one, clips), clips.stimulus_ids, model, regime
    )
    rdms.write(snakemake.output.rdms)
