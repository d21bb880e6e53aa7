"""How alike the RDMs of layers and of seeds are."""

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from crossmodal.contracts.layer_similarity import LayerSimilarity
from crossmodal.contracts.rdms import ModelRDMs
from crossmodal.representations.similarity_config import SimilarityConfig

METHODS = ("pearson", "spearman")


def correlate_rdms(dissimilarities: np.ndarray, method: str) -> np.ndarray:
    """Correlation of each RDM with each other, (rdm, pair) -> (rdm, rdm).

    An RDM without variation (a dead layer) correlates with nothing: NaN, also with itself.
    """
    values = rankdata(dissimilarities, axis=1) if method == "spearman" else dissimilarities
    centred = values - values.mean(axis=1, keepdims=True)
    length = np.linalg.norm(centred, axis=1)
    length = np.where(
        length > 1e-12 * np.abs(values).max() * values.shape[1] ** 0.5, length, np.nan
    )
    unit = centred / length[:, None]
    matrix = np.clip(unit @ unit.T, -1.0, 1.0)
    np.fill_diagonal(matrix, np.where(np.isnan(length), np.nan, 1.0))
    return (matrix + matrix.T) / 2


def layer_similarity(rdms: ModelRDMs, config: SimilarityConfig) -> LayerSimilarity:
    """Layer x layer correlations of the RDMs of one source."""
    chosen = rdms.select(config.source)
    matrix = correlate_rdms(chosen.dissimilarities, config.method)
    return LayerSimilarity(matrix, chosen.layers, chosen.arms)


def seed_variability(rdms: ModelRDMs, method: str) -> pd.DataFrame:
    """How much the seeds' RDMs of each layer agree.

    One row per layer: layer, arm, n_seeds, mean, minimum and maximum correlation over pairs
    of seeds (NaN with one seed), and the mean correlation of seeds with the untrained and
    with the pool-only network's RDM of that layer (NaN for a family without that control).
    """
    frame = pd.DataFrame({"layer": rdms.layers, "arm": rdms.arms, "source": rdms.sources})
    rows = []
    for layer, part in frame.groupby("layer", sort=False):
        seeds = part.index[part.source.str.startswith("seed-")].to_numpy()
        controls = {name: part.index[part.source == name] for name in ("untrained", "pool")}
        order = np.concatenate([seeds, *controls.values()])
        matrix = correlate_rdms(rdms.dissimilarities[order], method)
        n = len(seeds)
        columns = np.split(matrix[:n, n:], [len(controls["untrained"])], axis=1)
        pairs = matrix[:n, :n][np.triu_indices(n, 1)]
        pairs = pairs if len(pairs) else np.array([np.nan])
        rows.append(
            {
                "layer": layer,
                "arm": part.arm.iloc[0],
                "n_seeds": n,
                "mean_correlation": pairs.mean(),
                "min_correlation": pairs.min(),
                "max_correlation": pairs.max(),
                "with_untrained": columns[0].mean() if columns[0].size else np.nan,
                "with_pool": columns[1].mean() if columns[1].size else np.nan,
            }
        )
    return pd.DataFrame(rows)
