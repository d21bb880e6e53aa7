"""Test affect3d on the study's clips and write the RDMs of its layers."""

from typing import TYPE_CHECKING, Any

import torch

from crossmodal.contracts.stimulus_table import StimulusTable
from crossmodal.contracts.tables import write_table
from crossmodal.families.affect3d.evaluation import evaluate, write_relevance
from crossmodal.families.affect3d.experiment import (
    Affect3dFamily,
    labels_of,
    networks_of,
    read_weights,
)
from crossmodal.families.affect3d.layers import describe_layers, layer_rdms
from crossmodal.families.affect3d.windows import cut_windows
from crossmodal.provenance.record import recorded

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    torch.set_num_threads(snakemake.threads)
    inputs, output = snakemake.input, snakemake.output
    family = Affect3dFamily(**snakemake.params.family)
    table, weights = StimulusTable.read(inputs.table), read_weights(inputs.weights)
    clips = family.load(inputs.clips, table)
    networks = networks_of(weights, snakemake.params.study_seed)
    describe_layers(networks["seed-0"]).write(output.layers)
    everything = cut_windows(clips, None, family.training.hop_frames)
    layer_rdms(networks, everything, family.device).write(output.rdms)
    labels = labels_of(clips, table, inputs.labels, next(iter(inputs.circumplex), None))
    evaluation = evaluate(family, networks, weights, clips, labels)
    write_table(evaluation.rmse, output.rmse)
    write_table(evaluation.coverage, output.coverage)
    write_table(evaluation.traces, output.traces)
    write_relevance(output.relevance, networks["seed-0"], everything, evaluation, family.device)
