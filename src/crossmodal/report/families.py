"""Where model families agree, and which of them explains each region best, as rows of tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from crossmodal.contracts.layer_similarity import LayerSimilarity
from crossmodal.study.study import Study

CONTROL_NAMES = {
    "labels": "categories",
    "low_level": "low level",
    "planted": "planted",
    "table": "own tables",
    "file": "own files",
}
ALPHA = 0.05
UNTRAINED = "untrained"


@dataclass(frozen=True)
class BestLayer:
    """A model set's layer that agrees best with a region."""

    layer: str
    estimate: float
    interval: tuple[float, float]
    is_significant: bool
    is_within_ceiling: bool
    is_sure: bool  # better than the next family, by a test


@dataclass(frozen=True)
class RegionRow:
    """One region: its noise ceiling, the best family, and every column's best layer or None.

    ``verdict``: what is known of the difference between the best family and the next.
    """

    region: str
    ceiling: tuple[float, float]
    winner: str
    verdict: str
    best: tuple[BestLayer | None, ...]


def region_rows(
    models: pd.DataFrame, pairs: pd.DataFrame, families: Sequence[str], controls: Sequence[str]
) -> list[RegionRow]:
    """One row per region of ``roi/models.tsv``, in its order.

    Parameters
    ----------
    models : estimates of all models in all regions
    pairs : differences between models, named 'model/regime/source/layer'
    families, controls : values of the column 'model' that get a cell, in this order; only a
        family can win, and only with an estimate above zero (untrained networks never count)
    """
    trained = models[models.source != UNTRAINED].dropna(subset="estimate")
    return [
        _region_row(part, pairs[pairs.region == region], families, controls)
        for region, part in trained.groupby("region", sort=False)
    ]


def _region_row(
    part: pd.DataFrame, pairs: pd.DataFrame, families: Sequence[str], controls: Sequence[str]
) -> RegionRow:
    best = {name: group.loc[group.estimate.idxmax()] for name, group in part.groupby("model")}
    order = sorted(
        (name for name in families if name in best), key=lambda name: -best[name].estimate
    )
    winner = order[0] if order and best[order[0]].p_fdr < ALPHA else "none"
    rivals = [_label(best[name]) for name in order[:2]] if winner != "none" else []
    first = part.iloc[0]
    p = _p_of_difference(pairs, rivals)
    is_sure = p is not None and p < ALPHA
    cells = (
        _best_layer(best[name], name == winner and is_sure) if name in best else None
        for name in (*families, *controls)
    )
    ceiling = (first.ceiling_low, first.ceiling_high)
    return RegionRow(first.region, ceiling, winner, _verdict(rivals, p), tuple(cells))


def _best_layer(row: pd.Series, is_sure: bool) -> BestLayer:
    is_significant = bool(row.p_fdr < ALPHA)
    return BestLayer(
        row.layer if row.model in CONTROL_NAMES else f"{row.layer} ({row.regime})",
        row.estimate,
        (row.ci_low, row.ci_high),
        is_significant,
        # A ceiling at zero says nothing: participants share nothing there.
        is_significant and row.estimate >= row.ceiling_low,
        is_sure,
    )


def _label(row: pd.Series) -> str:
    return "/".join([row.model, row.regime, row.source, row.layer])


def _p_of_difference(pairs: pd.DataFrame, rivals: Sequence[str]) -> float | None:
    """p (FDR) of the difference between two models; None where it was not tested."""
    found = pairs[pairs["first"].isin(rivals) & pairs["second"].isin(rivals)]
    return None if len(rivals) < 2 or found.empty else float(found.iloc[0].p_fdr)


def _verdict(rivals: Sequence[str], p: float | None) -> str:
    if len(rivals) < 2:
        return ""
    if p is None:
        return "against the next: not tested"
    shown = "better than the next" if p < ALPHA else "no difference to the next shown"
    return f"{shown}, p (FDR) {p:.2g}"


def agreement_rows(similarity: LayerSimilarity) -> tuple[list[str], list[dict[str, Any]]]:
    """Model sets, and for each a row of its best correlations with all sets.

    Layers are named 'family/regime:layer'. A cell holds the highest correlation between any two
    layers of the two sets, with their names; the diagonal is left out.
    """
    owner = np.array([name.split(":", 1)[0] for name in similarity.layers])
    sets = list(dict.fromkeys(owner.tolist()))
    rows = [
        {"name": one, "cells": [_cell(similarity, owner, one, other) for other in sets]}
        for one in sets
    ]
    return sets, rows


def _cell(similarity: LayerSimilarity, owner: np.ndarray, one: str, other: str) -> dict | None:
    block = similarity.matrix[np.ix_(owner == one, owner == other)]
    if one == other or not np.isfinite(block).any():
        return None
    i, j = np.unravel_index(np.nanargmax(block), block.shape)
    names = np.array([name.split(":", 1)[1] for name in similarity.layers])
    return {
        "value": float(block[i, j]),
        "layers": f"{names[owner == one][i]} and {names[owner == other][j]}",
    }


def read_pairs(path: Path) -> pd.DataFrame:
    """The table of differences; a study with one model has an empty one."""
    return pd.read_csv(path, sep="\t", dtype={"first": str, "second": str})


def families_content(study: Study, results: Path) -> dict[str, Any]:
    """What the page needs of the families; empty tables where the study has none."""
    content: dict[str, Any] = {"regions": [], "columns": [], "agreement": [], "agreement_sets": []}
    models, pairs = results / "roi/models.tsv", results / "roi/pairs.tsv"
    if study.roi and models.is_file() and pairs.is_file():
        table = pd.read_csv(models, sep="\t")
        present = set(table.model)
        families = [name for name, _ in study.families if name in present]
        controls = [name for name in CONTROL_NAMES if name in present]
        content["columns"] = [*families, *(f"control: {CONTROL_NAMES[name]}" for name in controls)]
        content["regions"] = region_rows(table, read_pairs(pairs), families, controls)
        content["n_participants"] = int(table.n_participants.max())
        content["comparison"] = study.roi.inference.comparison
        content["n_bootstraps"] = study.roi.inference.n_bootstraps
    similarity = results / "similarity/families/rsa.tsv"
    if similarity.is_file():
        sets, rows = agreement_rows(LayerSimilarity.read(similarity))
        content |= {"agreement_sets": sets, "agreement": rows}
    return content
