"""Noise in one modality: does fusion with residual perceptrons suffer less? (the paper's claim)"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from crossmodal.contracts.stimulus_table import StimulusTable
from crossmodal.families.mrpn.config import Interference
from crossmodal.families.mrpn.experiment import MrpnFamily, load_training_set
from crossmodal.families.mrpn.tables import paired_difference
from crossmodal.families.mrpn.training import cross_validate
from crossmodal.families.mrpn.variants import find_variant
from crossmodal.families.training.seeds import derived_seed


def run_interference(
    family: MrpnFamily,
    experiment: Interference,
    tables: tuple[StimulusTable, StimulusTable | None],
    clips: Sequence[str],
    regime: str,
    extractors: Mapping[str, str | Path],
    study_seed: int,
    checkpoint_dir: Path | None = None,
) -> pd.DataFrame:
    """Test accuracy for every noise level, variant, seed and fold.

    Extractors are the clean ones: noise comes with the clips the fusion is trained on.
    """
    rows = []
    for level in experiment.snr_db:
        noise = {} if level is None else {experiment.modality: level}
        noisy = replace(family, inputs=replace(family.inputs, noise_snr_db=noise))
        data = load_training_set(noisy, *tables, clips, regime, extractors, checkpoint_dir)
        for name in experiment.variants:
            for seed in range(experiment.n_seeds):
                trainer = data.trainer(noisy, find_variant(name), f"{level}-{name}-{seed}")
                _, predictions = cross_validate(trainer, data.folds, derived_seed(study_seed, seed))
                rows += [
                    {
                        "snr_db": level,
                        "variant": name,
                        "seed": seed,
                        "fold": item.fold,
                        "n": len(item.labels),
                        "accuracy": item.accuracy,
                    }
                    for item in predictions
                ]
    return pd.DataFrame(rows)


def difference_table(accuracy: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Mean accuracy and paired differences between variants at every noise level.

    One row per level and pair of variants: difference first - second, 95 % interval over
    folds (actors), accuracies of both.
    """
    rows = []
    variants = list(dict.fromkeys(accuracy.variant))
    for level, part in accuracy.groupby("snr_db", sort=False, dropna=False):
        means = part.groupby("variant").accuracy.mean()
        for i, first in enumerate(variants):
            for second in variants[:i]:
                row = {"snr_db": level, "first": first, "second": second}
                row |= {"accuracy_first": means[first], "accuracy_second": means[second]}
                rows.append(row | paired_difference(part, first, second, seed))
    return pd.DataFrame(rows)
