"""The pattern that Korn et al. 2021 report of their network's layers, as checks with numbers."""

from collections.abc import Mapping
from itertools import combinations

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from crossmodal.contracts.layer_similarity import LayerSimilarity

COLUMNS = ["regime", "check", "statement", "value", "relation", "reference", "holds"]
TOP_LAYERS = {
    "visual": "visual_dense",
    "auditory": "auditory_dense",
    "cross_modal": "crossmodal_dense",
}
# ASSUME: the paper describes its figures in words; these limits are ours.
GRADIENT_BELOW = -0.3  # rank correlation of two layers' distance in the arm with their similarity
FAILS_BELOW = 0.5  # accuracy, as a share of the way from chance to 1
MIRRORS_ABOVE = 0.5  # correlation of upper layers' RDMs
FEEDS_ABOVE = 0.2


def gradient(similarity: LayerSimilarity, arm: str) -> float:
    """Spearman correlation of layers' distance within an arm and their RDMs' similarity.

    Negative where neighbours are more alike than layers far apart. NaN with fewer than three
    layers whose RDMs vary.
    """
    rows = [i for i, name in enumerate(similarity.arms) if name == arm]
    pairs = [
        (j - i, similarity.matrix[rows[i], rows[j]])
        for i, j in combinations(range(len(rows)), 2)
        if np.isfinite(similarity.matrix[rows[i], rows[j]])
    ]
    if len(pairs) < 3:
        return float("nan")
    return float(spearmanr(*zip(*pairs, strict=True)).statistic)


def top_similarity(similarity: LayerSimilarity, arm: str) -> float:
    """Correlation of the upper cross-modal layer's RDM with the upper RDM of another arm."""
    index = {layer: i for i, layer in enumerate(similarity.layers)}
    return float(similarity.matrix[index[TOP_LAYERS["cross_modal"]], index[TOP_LAYERS[arm]]])


def success(curves: pd.DataFrame, arm: str) -> float:
    """How well an arm alone tells the pool's classes apart: 0 at chance, 1 if always right.

    ``curves``: columns stage, fit, selected, validation_accuracy, chance; the mean over seeds of
    the epochs that were kept.
    """
    kept = curves[(curves.stage == "pretrained") & (curves.fit == arm) & curves.selected]
    return float(((kept.validation_accuracy - kept.chance) / (1 - kept.chance)).mean())


def pattern_table(
    similarity: Mapping[str, LayerSimilarity], curves: Mapping[str, pd.DataFrame]
) -> pd.DataFrame:
    """One row per check of each regime (keys of both mappings) that its layers allow.

    ``holds`` says whether ``value relation reference`` is true; a value that does not exist
    (NaN: a dead layer) does not hold.
    """
    rows = []
    for regime, item in similarity.items():
        arms = list(dict.fromkeys(item.arms))
        for arm in arms:
            statement = f"{arm} layers are the less alike the further apart they are"
            rows.append(
                (regime, f"gradient_{arm}", statement, gradient(item, arm), "<", GRADIENT_BELOW)
            )
        if regime == "identity":
            rows += [(regime, *row) for row in _identity_arms(curves[regime], arms)]
        if set(arms) >= set(TOP_LAYERS):
            rows += [(regime, *row) for row in _feeding(item, regime)]
    table = pd.DataFrame(rows, columns=COLUMNS[:-1])
    below = table.value < table.reference
    above = table.value > table.reference
    return table.assign(holds=np.where(table.relation == "<", below, above))


def _identity_arms(curves: pd.DataFrame, arms: list[str]) -> list[tuple]:
    rows = []
    if "auditory" in arms:
        statement = "the auditory arm alone fails (accuracy from chance, 0, to 1)"
        rows.append(("auditory_fails", statement, success(curves, "auditory"), "<", FAILS_BELOW))
    if "visual" in arms:
        statement = "the visual arm alone does not (accuracy from chance, 0, to 1)"
        rows.append(("visual_succeeds", statement, success(curves, "visual"), ">", FAILS_BELOW))
    return rows


def _feeding(similarity: LayerSimilarity, regime: str) -> list[tuple]:
    """Which arm the upper cross-modal layer resembles."""
    visual, auditory = (top_similarity(similarity, arm) for arm in ("visual", "auditory"))
    if regime == "identity":
        return [
            ("mirrors_visual", "cross-modal resembles visual", visual, ">", MIRRORS_ABOVE),
            ("visual_dominates", "and more than auditory (difference)", visual - auditory, ">", 0),
        ]
    if regime == "sentence":
        statement = "cross-modal resembles auditory more than visual (difference)"
        return [("auditory_dominates", statement, auditory - visual, ">", 0)]
    if regime == "emotion":
        statement = "cross-modal resembles visual and auditory (smaller of both)"
        return [("both_feed", statement, min(visual, auditory), ">", FEEDS_ABOVE)]
    return []
