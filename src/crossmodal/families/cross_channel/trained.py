"""Which seeds learnt anything, part by part: the others are named and leave the ensemble."""

from collections.abc import Iterable

import pandas as pd

from crossmodal.contracts.trained_table import COLUMNS, TrainedTable
from crossmodal.contracts.training import FitHistory, Training
from crossmodal.families.training.chance import LEVEL, chance_p

PARTS = ("visual", "auditory", "final")  # fits whose weights the RDMs of the ensemble rest on


def p_of(fit: FitHistory) -> float | None:
    """p of the training part's right clips by chance; None where nobody counted."""
    if fit.n_right is None or fit.n_largest is None:
        return None
    return chance_p(fit.n_right, fit.n_train, fit.n_largest)


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
        if fit.name in PARTS and (p := p_of(fit)) is not None
    ]
    table = pd.DataFrame(rows, columns=list(COLUMNS[:-2]))
    table = table.sort_values("seed", kind="stable", ignore_index=True)
    at_chance = table.p >= LEVEL
    learnt_by_some = table.fit.isin(table.fit[~at_chance])
    failed = set(table.seed[at_chance & learnt_by_some])
    left_out = table.seed.isin(failed if failed != set(table.seed) else ())
    return TrainedTable(table.assign(at_chance=at_chance, left_out=left_out))
