"""Pretrain one extractor of mrpn on the pool."""

from typing import TYPE_CHECKING, Any

import torch

from crossmodal.contracts.stimulus_table import StimulusTable
from crossmodal.families.mrpn.experiment import MrpnFamily, pretrain
from crossmodal.families.training.checkpoint import checkpoint_dir
from crossmodal.families.training.seeds import derived_seed
from crossmodal.provenance.hashing import sha256_json
from crossmodal.provenance.record import recorded

if TYPE_CHECKING:
    snakemake: Any

with (
    recorded(snakemake) as identity,
    checkpoint_dir(snakemake.params.checkpoints, sha256_json(identity)) as folder,
):
    torch.set_num_threads(snakemake.threads)
    table = StimulusTable.read(snakemake.input.table)
    family, where = MrpnFamily(**snakemake.params.family), snakemake.wildcards
    seed = derived_seed(snakemake.params.study_seed, 0)
    weights, training = pretrain(
        family, table, snakemake.input.clips, where.regime, where.modality, seed, folder
    )
    weights.write(snakemake.output.weights)
    training.write(snakemake.output.training)
