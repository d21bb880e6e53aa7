"""Figure 5: t-SNE of the visual, auditory and fused features."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from sklearn.manifold import TSNE

SETS = {"v": "visual_normalised", "a": "auditory_normalised", "va": "crossmodal_dense"}


def embed_features(
    activations: Mapping[str, np.ndarray], stimulus_ids: list[str], labels: list[str], seed: int
) -> pd.DataFrame:
    """Columns set ('v', 'a', 'va'), stimulus_id, label, x, y; a set without its layer is absent.

    t-SNE (van der Maaten & Hinton 2008) from PCA, perplexity a tenth of the clips (5 to 30).
    """
    perplexity = float(np.clip(len(labels) / 10, 5, 30))
    frames = []
    for name, layer in SETS.items():
        if layer in activations and len(labels) > perplexity:
            tsne = TSNE(perplexity=perplexity, init="pca", random_state=seed % 2**32)
            x, y = tsne.fit_transform(activations[layer].astype(np.float64)).T
            frames.append(
                pd.DataFrame(
                    {"set": name, "stimulus_id": stimulus_ids, "label": labels, "x": x, "y": y}
                )
            )
    return pd.concat(frames, ignore_index=True)
