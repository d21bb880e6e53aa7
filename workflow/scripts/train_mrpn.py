"""Cross-validate one variant of mrpn (one seed) over actor folds and fit it to all clips."""

from typing import TYPE_CHECKING, Any

import torch

from crossmodal.families.mrpn.experiment import (
    MrpnFamily,
    load_training_set,
    read_tables,
    train_variant,
)
from crossmodal.families.mrpn.states import extractor_files
from crossmodal.families.training.seeds import derived_seed
from crossmodal.provenance.resume import resumable

if TYPE_CHECKING:
    snakemake: Any

with resumable(snakemake) as folder:
    torch.set_num_threads(snakemake.threads)
    family, where = MrpnFamily(**snakemake.params.family), snakemake.wildcards
    study, pool = read_tables(snakemake.input.tables)
    extractors = extractor_files(snakemake.input)
    clips = snakemake.input.clips
    data = load_training_set(family, study, pool, clips, where.regime, extractors, folder)
    seed = int(where.seed)
    torch_seed = derived_seed(snakemake.params.study_seed, seed)
    weights, training = train_variant(family, data, where.variant, where.regime, seed, torch_seed)
    weights.write(snakemake.output.weights)
    training.write(snakemake.output.training)
