"""Which model explains a region best: each by its best layer, chosen on other participants."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import false_discovery_control

from crossmodal.inference.sign_flips import sign_patterns

TWIN = "untrained"
CONTROL = "low_level"
KEYS = ["model", "regime"]
RANKED = (
    "region", "rank", "model", "regime", "source", "n_layers", "layer", "similarity",
    "standard_error", "p", "p_fdr", "untrained", "p_untrained", "p_untrained_fdr", "behind_best",
    "p_best", "p_best_fdr", "n_participants",
)  # fmt: skip


def held_out(similarities: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each participant's similarity to the layer that is best for the others.

    ``similarities`` : (layer, participant), two participants or more. Chosen on the same
    participant, the maximum over layers would grow with their number by noise alone.

    Returns
    -------
    (participant,) similarities, int (participant,) layers
    """
    n = similarities.shape[1]
    others = (similarities.sum(axis=1, keepdims=True) - similarities) / (n - 1)
    layers = others.argmax(axis=0)
    return similarities[layers, np.arange(n)], layers


def ranked_models(participants: pd.DataFrame, sources: Sequence[str], seed: int) -> pd.DataFrame:
    """One row per region and model, the best first; none of a study that has controls alone.

    Parameters
    ----------
    participants : table of similarities (model, regime, source, layer, region, participant)
    sources : which RDMs of a network compete; the first that a set has, never its twin's

    Returns
    -------
    similarity : mean over participants of ``held_out``; p : of its being above 0
    layer : the one chosen for most participants
    untrained : the same for the model's untrained twin, chosen by itself; p_untrained : two-sided,
        of their difference (NaN without a twin)
    behind_best : difference from the region's best model, p_best : two-sided

    All p by sign flips of participants; FDR over the rows of a table.
    """
    rows = [
        row
        for region, part in participants.groupby("region", sort=False)
        for row in _region(str(region), part, sources, seed)
    ]
    table = pd.DataFrame(rows, columns=list(RANKED))
    for name in ("p", "p_untrained", "p_best"):
        tested = table[name].notna()
        if tested.any():
            table.loc[tested, f"{name}_fdr"] = false_discovery_control(table.loc[tested, name])
    return table


def _region(region: str, part: pd.DataFrame, sources: Sequence[str], seed: int) -> list[dict]:
    scores, rows = [], []
    for key, own in part[part.model != CONTROL].groupby(KEYS, sort=False):
        source = _competing(list(dict.fromkeys(own.source)), sources)
        square = _square(own[own.source == source])
        values, layers = held_out(square.to_numpy())
        twin = own[own.source == TWIN]
        has_twin = len(twin) and source != TWIN
        blank = held_out(_square(twin)[square.columns].to_numpy())[0] if has_twin else None
        row = dict(zip(KEYS, key, strict=True)) | {
            "region": region,
            "source": source,
            "n_layers": len(square),
            "layer": square.index[np.bincount(layers).argmax()],
            "similarity": values.mean(),
            "standard_error": values.std(ddof=1) / np.sqrt(len(values)),
            "p": flip_p(values, seed, two_sided=False),
            "untrained": np.nan if blank is None else blank.mean(),
            "p_untrained": np.nan if blank is None else flip_p(values - blank, seed),
            "n_participants": len(values),
        }
        scores.append(values)
        rows.append(row)
    if not rows:
        return []  # controls alone
    order = np.argsort([-values.mean() for values in scores], kind="stable")
    best = scores[order[0]]
    for rank, place in enumerate(order, 1):
        difference = scores[place] - best
        rows[place] |= {
            "rank": rank,
            "behind_best": difference.mean(),
            "p_best": np.nan if rank == 1 else flip_p(difference, seed),
        }
    return [rows[place] for place in order]


def _competing(own: Sequence[str], sources: Sequence[str]) -> str:
    wanted = [name for name in sources if name in own and name != TWIN]
    return wanted[0] if wanted else own[0]


def _square(rows: pd.DataFrame) -> pd.DataFrame:
    """Layer x participant, layers in network order."""
    layers = list(dict.fromkeys(rows.layer))
    return rows.pivot(index="layer", columns="participant", values="similarity").loc[layers]


def flip_p(values: np.ndarray, seed: int, two_sided: bool = True) -> float:
    """p of mean 0 against another (or a larger) one, by flipping participants' signs."""
    means = sign_patterns(len(values), 10000, seed) @ values / len(values)
    own = values.mean()
    if two_sided:
        means, own = np.abs(means), abs(own)
    return float((means >= own - 1e-12).mean())
