"""The t-SNE of mrpn's features, its layer table and, where wanted, RDMs of all layers."""

from typing import TYPE_CHECKING, Any

import torch

from crossmodal.contracts.stimulus_table import StimulusTable
from crossmodal.contracts.tables import write_table
from crossmodal.contracts.training import Training
from crossmodal.contracts.weights import Weights
from crossmodal.families.layers import best_seed, family_rdms, validation_scores
from crossmodal.families.mrpn.embedding import SETS, embed_features
from crossmodal.families.mrpn.inputs import MrpnInputs, load_sequences
from crossmodal.families.mrpn.layers import (
    describe_layers,
    layer_activations,
    layer_rdms,
    networks_of,
)
from crossmodal.families.mrpn.states import extractor_files, restored
from crossmodal.families.training.run import choose_device
from crossmodal.families.training.seeds import derived_seed
from crossmodal.provenance.record import recorded

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    torch.set_num_threads(snakemake.threads)
    params, regime = snakemake.params, snakemake.wildcards.regime
    weights = [Weights.read(path) for path in snakemake.input.weights]
    table = StimulusTable.read(snakemake.input.table)
    inputs = MrpnInputs(**params.inputs | {"modalities": weights[0].meta["modalities"]})
    clips = load_sequences(snakemake.input.clips, table, inputs, regime)
    device = choose_device(params.accelerator)
    if snakemake.output.get("rdms"):
        best = best_seed(validation_scores([*map(Training.read, snakemake.input.training)]))
        seeds = [derived_seed(params.study_seed, k) for k in range(len(weights))]
        networks = networks_of(weights, extractor_files(snakemake.input), best, seeds)
        rdms = family_rdms(
            networks, lambda n: layer_rdms(n, clips, device), clips.stimulus_ids, "mrpn", regime
        )
        rdms.write(snakemake.output.rdms)
    first = restored(weights[0])
    describe_layers(first, clips, device).write(snakemake.output.layers)
    activations = layer_activations(first, clips, device, set(SETS.values()))
    labels = table.labels(regime)
    embedding = embed_features(activations, table.stimulus_ids, labels, params.study_seed)
    write_table(embedding, snakemake.output.embedding)
