"""RDMs of models that are no networks: categories, the simulator's features, tables."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from crossmodal.contracts.errors import InputError
from crossmodal.contracts.planted_features import PlantedFeatures
from crossmodal.contracts.rdms import ModelRDMs
from crossmodal.contracts.reading import reading
from crossmodal.contracts.stimulus_table import StimulusTable
from crossmodal.representations.rdm import category_rdm, difference_rdm, feature_rdm

PLANTED_ARMS = {"visual": "visual", "vocal": "auditory", "emotion": "cross_modal"}


def label_rdms(table: StimulusTable, regimes: Sequence[str]) -> ModelRDMs:
    """Category-only RDMs, one 'layer' per kind of label: 0 within a category, 1 between."""
    rdms = np.stack([category_rdm(table.labels(regime)) for regime in regimes])
    return _model_rdms(rdms, table.stimulus_ids, regimes, "labels", "labels", "categories")


def planted_rdms(features: PlantedFeatures, stimulus_ids: Sequence[str]) -> ModelRDMs:
    """RDMs of what the simulator was told: visual and vocal features, emotion category.

    Raises
    ------
    InputError : a stimulus without features
    """
    frame = features.frame.set_index("stimulus_id")
    if missing := [name for name in stimulus_ids if name not in frame.index]:
        raise InputError("PlantedFeatures", "stimulus_id", "features of each stimulus", missing[0])
    rows = features.frame.set_index("stimulus_id").index.get_indexer(list(stimulus_ids))
    rdms = [feature_rdm(features.matrix(kind)[rows]) for kind in ("visual", "vocal")]
    rdms.append(category_rdm(frame.emotion.iloc[rows].tolist()))
    arms = tuple(PLANTED_ARMS.values())
    return _model_rdms(
        np.stack(rdms), stimulus_ids, list(PLANTED_ARMS), "planted", "planted", "features", arms
    )


def table_rdms(path: str | Path, name: str) -> ModelRDMs:
    """RDMs from a TSV: first column the conditions, each further column one model.

    A column of numbers gives |a - b|, a column of text 0 within and 1 between categories.

    Raises
    ------
    InputError : no such file, no model column, conditions that repeat, empty cells
    """
    with reading(path, "a TSV with one row per condition"):
        frame = pd.read_csv(path, sep="\t", index_col=0)
    if frame.shape[1] == 0 or len(frame) < 3:
        raise InputError(path, "table", "3 or more conditions, 1 or more models", frame.shape)
    if doubled := frame.index[frame.index.duplicated()].tolist():
        raise InputError(
            path, str(frame.index.name), "each condition once", f"{doubled[0]!r} twice"
        )
    if empty := frame.columns[frame.isna().any()].tolist():
        raise InputError(path, empty[0], "a value for each condition", "empty cells")
    rdms = [
        difference_rdm(column) if pd.api.types.is_numeric_dtype(column) else category_rdm(column)
        for _, column in frame.items()
    ]
    conditions = [str(condition) for condition in frame.index]
    return _model_rdms(np.stack(rdms), conditions, list(frame.columns), "table", "table", name)


def _model_rdms(
    rdms: np.ndarray,
    stimulus_ids: Sequence[str],
    layers: Sequence[str],
    source: str,
    model: str,
    regime: str,
    arms: Sequence[str] | None = None,
) -> ModelRDMs:
    n = len(layers)
    return ModelRDMs(
        rdms,
        tuple(stimulus_ids),
        tuple(layers),
        tuple(arms or [source] * n),
        (source,) * n,
        model,
        regime,
    )
