"""Which seeds learnt anything, part by part: the others are named and leave the ensemble."""

from collections.abc import Iterable

import pandas as pd
from scipy.stats import binom

from crossmodal.contracts.trained_table import COLUMNS, TrainedTable
from crossmodal.contracts.training import FitHistory, Training

LEVEL = 0.01
PARTS = ("visual", "auditory", "final")  # fits whose weights the RDMs of the ensemble rest on


def chance_p(fit: FitHistory) -> float | None:
    """p of as many right clips of the training part, or more, by a network that learnt nothing.

    Binomial, one-sided. Chance is the share of the largest class, which naming nothing else
    gets right. None where nobody counted.
    """
    if fit.n_right is None or fit.n_largest is None:
        return None
    return float(binom.sf(fit.n_right - 1, fit.n_train, fit.n_largest / fit.n_train))


def trained_table(trainings: Iterable[Training]) -> TrainedTable:
    """What every seed's parts learnt, from its pretraining and its tuning.

    A part is at chance where p >= LEVEL. A seed is left out where a part of it is at chance which
    another seed learnt: that no seed learnt a part (a visual arm that shall tell sentences) says
    something about the modality, not about a seed. Where every seed would be left out, all stay.
    """
    rows = [
        (training.seed, fit.name, fit.n_train, fit.n_right, fit.n_largest / fit.n_train, p)
        for training in trainings
        for fit in training.fits
        if fit.name in PARTS and (p := chance_p(fit)) is not None
    ]
    table = pd.DataFrame(rows, columns=list(COLUMNS[:-2]))
    table = table.sort_values("seed", kind="stable", ignore_index=True)
    at_chance = table.p >= LEVEL
    learnt_by_some = table.fit.isin(table.fit[~at_chance])
    failed = set(table.seed[at_chance & learnt_by_some])
    left_out = table.seed.isin(failed if failed != set(table.seed) else ())
    return TrainedTable(table.assign(at_chance=at_chance, left_out=left_out))
