"""Valence and arousal of acted emotions where clips have no frame labels."""

from pathlib import Path

import numpy as np
import pandas as pd

from crossmodal.contracts.affect_labels import AffectLabels
from crossmodal.contracts.errors import InputError
from crossmodal.contracts.reading import reading
from crossmodal.contracts.stimulus_table import StimulusTable

COLUMNS = ("emotion", "intensity", "valence", "arousal", "source")


def read_circumplex(path: str | Path) -> pd.DataFrame:
    """emotion x intensity ('any' fits all) -> valence, arousal, each row with its source.

    Raises
    ------
    InputError : columns missing, a row without source, a value that is no number in [-1, 1]
    """
    with reading(path, "a table of valence and arousal by emotion"):
        frame = pd.read_csv(path, sep="\t")
    if missing := [name for name in COLUMNS if name not in frame]:
        raise InputError(path, "columns", list(COLUMNS), f"no {missing}")
    for row in frame.itertuples():
        field = f"{row.emotion}, {row.intensity}"
        if not isinstance(row.source, str):
            raise InputError(path, f"{field}, source", "where the numbers are from", "nothing")
        if not (abs(row.valence) <= 1 and abs(row.arousal) <= 1):
            raise InputError(path, field, "values in [-1, 1]", (row.valence, row.arousal))
    return frame


def circumplex_labels(
    table: StimulusTable, circumplex: pd.DataFrame, n_frames: dict[str, int]
) -> AffectLabels:
    """The same labels for all frames of a clip; clips of emotions without a row get none.

    Raises
    ------
    InputError : no clip has an emotion with a source
    """
    exact = {(r.emotion, r.intensity): (r.valence, r.arousal) for r in circumplex.itertuples()}
    parts = []
    for row in table.frame.itertuples():
        found = exact.get((row.emotion, row.intensity), exact.get((row.emotion, "any")))
        if found is not None:
            n = n_frames[row.stimulus_id]
            columns = {"stimulus_id": row.stimulus_id, "frame": np.arange(n)}
            parts.append(pd.DataFrame(columns | {"valence": found[0], "arousal": found[1]}))
    if not parts:
        got = sorted(table.frame.emotion.unique())
        raise InputError("circumplex", "emotion", "emotions of the clips", f"none of {got}")
    return AffectLabels(pd.concat(parts, ignore_index=True), "circumplex")
