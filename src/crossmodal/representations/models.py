"""RDMs of models that are no networks: categories, the simulator's features, tables."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from crossmodal.contracts.errors import InputError
from crossmodal.contracts.model_table import ModelTable
from crossmodal.contracts.planted_features import PlantedFeatures
from crossmodal.contracts.rdms import ModelRDMs
from crossmodal.contracts.stimulus_table import StimulusTable
from crossmodal.representations.rdm import category_rdm, difference_rdm, feature_rdm

PLANTED_ARMS = {"visual": "visual", "vocal": "auditory", "emotion": "cross_modal"}


def label_rdms(table: StimulusTable, regimes: Sequence[str]) -> ModelRDMs:
    """Category-only RDMs, one 'layer' per kind of label: 0 within a category, 1 between."""
    rdms = np.stack([category_rdm(table.labels(regime)) for regime in regimes])
    measures = ["category"] * len(rdms)
    return _model_rdms(
        rdms, measures, table.stimulus_ids, regimes, "labels", "labels", "categories"
    )


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
    measures = ["cosine", "cosine", "category"]
    return _model_rdms(
        np.stack(rdms), measures, stimulus_ids, list(PLANTED_ARMS), "planted", "planted",
        "features", arms,
    )  # fmt: skip


def table_rdms(path: str | Path, name: str) -> ModelRDMs:
    """RDMs from a TSV: first column the conditions, each further column one model.

    A column of numbers gives |a - b|, a column of text 0 within and 1 between categories.

    Raises
    ------
    InputError : see ``ModelTable.read``
    """
    table = ModelTable.read(path)
    numeric = [column.dtype.kind == "f" for column in table.models.values()]
    rdms = [
        difference_rdm(column) if is_number else category_rdm(column)
        for column, is_number in zip(table.models.values(), numeric, strict=True)
    ]
    measures = ["absolute_difference" if is_number else "category" for is_number in numeric]
    return _model_rdms(
        np.stack(rdms), measures, table.conditions, list(table.models), "table", "table", name
    )


def _model_rdms(
    rdms: np.ndarray,
    measures: Sequence[str],
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
        tuple(measures),
    )
