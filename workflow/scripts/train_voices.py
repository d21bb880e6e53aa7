"""Train the auditory arm on all actors but one fold's and score that fold's clips."""

from typing import TYPE_CHECKING, Any

import pandas as pd
import torch

from crossmodal.contracts.stimulus_table import StimulusTable
from crossmodal.contracts.tables import write_table
from crossmodal.families.cross_channel.inputs import load_clips
from crossmodal.families.training.config import Machine
from crossmodal.provenance.resume import resumable
from crossmodal.voices.training import REGIME, VoiceJob, VoicePreset, train_fold

if TYPE_CHECKING:
    snakemake: Any

with resumable(snakemake) as folder:
    torch.set_num_threads(snakemake.threads)
    params, where = snakemake.params, snakemake.wildcards
    preset = VoicePreset.build(params.preset, params.audio)
    table = StimulusTable.read(snakemake.input.table)
    clips = load_clips(snakemake.input.clips, table, REGIME, 1, preset.mel).only(["audio"])
    folds = int(where.fold), params.n_folds
    seeds = int(where.seed), params.study_seed
    job = VoiceJob(where.preset, where.train_set, *folds, *seeds, folder)
    scores, history = train_fold(clips, table, preset, Machine(**params.machine), job)
    scores.write(snakemake.output.scores)
    epochs = pd.DataFrame(history.epochs)
    kept = epochs.epoch == history.selected_epoch
    write_table(epochs.assign(selected=kept), snakemake.output.curves)
