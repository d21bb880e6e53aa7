"""Score all voices by a support vector machine that never saw their actor."""

from typing import TYPE_CHECKING, Any

import pandas as pd

from crossmodal.contracts.clips import read_clips
from crossmodal.contracts.stimulus_table import StimulusTable
from crossmodal.provenance.record import recorded
from crossmodal.representations.utterance import utterance_statistics
from crossmodal.voices.svm import SvmConfig, svm_scores
from crossmodal.voices.training import VoiceJob

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    params, where = snakemake.params, snakemake.wildcards
    table = StimulusTable.read(snakemake.input.table)
    rows = {
        clip.stimulus_id: utterance_statistics(clip.audio, clip.sample_rate_hz)
        for path in snakemake.input.clips
        for clip in read_clips(path, arrays=("audio", "mel_power"))
    }
    statistics = pd.DataFrame.from_dict(rows, orient="index")
    job = VoiceJob(where.method, where.train_set, 0, params.n_folds, 0, params.study_seed)
    scores = svm_scores(statistics, table, SvmConfig(**params.svm), job, params.standardise)
    scores.write(snakemake.output.scores)
