"""Does the best layer move along an arm from early to late regions?"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from crossmodal.inference.regions.variance import sign_flip_p


def best_depth(similarities: np.ndarray) -> np.ndarray:
    """Relative depth (0 first, 1 last layer) of the best layer.

    Parameters
    ----------
    similarities : (participant, region, layer), layers in the arm's order

    Returns
    -------
    (participant, region)
    """
    return similarities.argmax(axis=2) / max(similarities.shape[2] - 1, 1)


def order_correlation(depth: np.ndarray) -> np.ndarray:
    """Spearman correlation of depth with the order of the regions, per participant.

    0 where the same layer is best everywhere. ``depth`` (participant, region).
    """
    ranks = rankdata(depth, axis=1)
    ranks -= ranks.mean(axis=1, keepdims=True)
    order = np.arange(depth.shape[1]) - (depth.shape[1] - 1) / 2
    length = np.linalg.norm(ranks, axis=1) * np.linalg.norm(order)
    return ranks @ order / np.where(length > 0, length, 1)


def gradient_table(
    singles: pd.DataFrame, arm: str, regions: Sequence[str], seed: int
) -> list[dict[str, object]]:
    """Rows of the gradient table, one per region and one ('all') with the test.

    ``singles`` : rows of one model set: participant, region, layer, arm, similarity, in
    layer order. ``regions`` from early to late.
    """
    part = singles[(singles.arm == arm) & singles.region.isin(regions)]
    layers = list(dict.fromkeys(part.layer))
    participants = list(dict.fromkeys(part.participant))
    index = pd.MultiIndex.from_product([participants, regions, layers])
    values = part.set_index(["participant", "region", "layer"]).similarity.loc[index]
    depth = best_depth(values.to_numpy().reshape(len(participants), len(regions), len(layers)))
    rows = [
        {
            "arm": arm,
            "region": region,
            "position": i,
            "depth": depth[:, i].mean(),
            "standard_error": depth[:, i].std(ddof=1) / np.sqrt(len(depth)),
        }
        for i, region in enumerate(regions)
    ]
    slope = order_correlation(depth)
    rows.append(
        {
            "arm": arm,
            "region": "all",
            "order_correlation": slope.mean(),
            "standard_error": slope.std(ddof=1) / np.sqrt(len(slope)),
            "p": sign_flip_p(slope, seed),
            "n_participants": len(slope),
        }
    )
    return rows
