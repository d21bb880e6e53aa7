"""Train affect3d (one seed) on the pool."""

from typing import TYPE_CHECKING, Any

import pandas as pd
import torch

from crossmodal.contracts.stimulus_table import StimulusTable
from crossmodal.contracts.tables import write_table
from crossmodal.families.affect3d.experiment import (
    Affect3dFamily,
    labels_of,
    train_network,
    validation_actors,
)
from crossmodal.families.affect3d.windows import cut_windows
from crossmodal.families.training.seeds import derived_seed
from crossmodal.provenance.resume import resumable

if TYPE_CHECKING:
    snakemake: Any

with resumable(snakemake) as folder:
    torch.set_num_threads(snakemake.threads)
    inputs, family = snakemake.input, Affect3dFamily(**snakemake.params.family)
    table = StimulusTable.read(inputs.table)
    clips = family.load(inputs.clips, table)
    labels = labels_of(clips, table, inputs.labels, next(iter(inputs.circumplex), None))
    windows = cut_windows(clips, labels, family.training.hop_frames)
    seed = int(snakemake.wildcards.seed)
    torch_seed = derived_seed(snakemake.params.study_seed, seed)
    held_out = validation_actors(table.genders, table.source)
    weights, rows = train_network(family, windows, held_out, seed, torch_seed, folder)
    weights.write(snakemake.output.weights)
    write_table(pd.DataFrame(rows), snakemake.output.curve)
