"""Test affect3d on the study's clips and write the RDMs of its layers."""

from functools import partial
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
    restored,
)
from crossmodal.families.affect3d.layers import MEASURES, describe_layers, layer_rdms
from crossmodal.families.affect3d.windows import cut_windows
from crossmodal.families.layers import family_rdms
from crossmodal.families.training.seeds import derived_seed
from crossmodal.provenance.record import recorded

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    torch.set_num_threads(snakemake.threads)
    inputs, output = snakemake.input, snakemake.output
    family = Affect3dFamily(**snakemake.params.family)
    table, weights = StimulusTable.read(inputs.table), read_weights(inputs.weights)
    clips = family.load(inputs.clips, table)
    first = restored(weights[0])
    describe_layers(first).write(output.layers)
    everything = cut_windows(clips, None, family.training.hop_frames)
    seeds = [derived_seed(snakemake.params.study_seed, k) for k in range(len(weights))]
    rdms_of = partial(layer_rdms, windows=everything, device=family.device)
    ids, named = clips.stimulus_ids, ("affect3d", "affect")
    rdms = family_rdms(networks_of(weights, seeds), rdms_of, ids, *named, MEASURES)
    rdms.write(output.rdms)
    labels = labels_of(clips, table, inputs.labels, next(iter(inputs.circumplex), None))
    evaluation = evaluate(family, weights, clips, labels)
    write_table(evaluation.rmse, output.rmse)
    write_table(evaluation.coverage, output.coverage)
    write_table(evaluation.traces, output.traces)
    write_relevance(output.relevance, first, everything, evaluation, family.device)
