"""Pretrain one extractor of mrpn on the pool."""

from typing import TYPE_CHECKING, Any

import torch

from crossmodal.contracts.stimulus_table import StimulusTable
from crossmodal.families.mrpn.experiment import MrpnFamily, pretrain
from crossmodal.families.training.seeds import derived_seed
from crossmodal.provenance.resume import resumable

if TYPE_CHECKING:
    snakemake: Any

with resumable(snakemake) as folder:
    torch.set_num_threads(snakemake.threads)
    table = StimulusTable.read(snakemake.input.table)
    family, where = MrpnFamily(**snakemake.params.family), snakemake.wildcards
    seed = derived_seed(snakemake.params.study_seed, 0)
    weights, training = pretrain(
        family, table, snakemake.input.clips, where.regime, where.modality, seed, folder
    )
    weights.write(snakemake.output.weights)
    training.write(snakemake.output.training)
