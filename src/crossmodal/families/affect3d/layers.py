"""Layers of the network, and its valence-arousal plane, as model RDMs."""

from functools import partial

import numpy as np
import torch

from crossmodal.contracts.layer_table import LayerTable
from crossmodal.families.affect3d.network import Affect3d
from crossmodal.families.affect3d.windows import Windows
from crossmodal.families.layers import layer_table
from crossmodal.representations.rdm import correlation_rdm, upper_triangle

PLANE = "visual_affect"  # the output: two units, so distances in the plane, not correlations
MEASURES = {PLANE: "euclidean"}


def layer_activations(
    network: Affect3d, windows: Windows, device: torch.device
) -> dict[str, np.ndarray]:
    """Layer -> float32 (clip, unit), averaged over a clip's windows."""
    network.to(device).eval()
    parts: dict[str, list[np.ndarray]] = {}
    with torch.no_grad():
        for clip in range(len(windows.clips)):
            rows = np.flatnonzero(windows.clip == clip).tolist()
            for name, activation in network.layers(windows.images(rows, device)):
                mean = activation.mean(0).flatten().cpu().numpy()
                parts.setdefault(name, []).append(mean)
    return {name: np.stack(arrays) for name, arrays in parts.items()}


def plane_rdm(affect: np.ndarray) -> np.ndarray:
    """Euclidean distances in the valence-arousal plane, (clip, 2) -> (pair,)."""
    return upper_triangle(np.linalg.norm(affect[:, None] - affect[None], axis=2).astype(float))


def layer_rdms(
    network: Affect3d, windows: Windows, device: torch.device
) -> tuple[list[str], np.ndarray]:
    """Layers and their RDMs, float64 (layer, pair).

    1 - Pearson, except for the output: with two units a correlation is always -1 or 1, so its
    RDM is the distance in the plane.
    """
    activations = layer_activations(network, windows, device)
    rdms = [plane_rdm(a) if n == PLANE else correlation_rdm(a) for n, a in activations.items()]
    return list(activations), np.stack(rdms)


def describe_layers(network: Affect3d) -> LayerTable:
    """The layers from a forward pass with an empty window."""
    px = network.config.image_px
    with torch.no_grad():
        activations = network.eval().layers(torch.zeros(1, 3, 16, px, px))
        return layer_table(activations, partial(n_weights, network))


def n_weights(network: Affect3d, layer: str) -> int:
    """Trained parameters of one layer."""
    name = layer.split("_")[1]
    if layer == PLANE:
        return sum(w.numel() for w in network.readout.parameters())
    part = {"conv": "convolve", "norm": "norm"}.get(name.rstrip("123"))
    if part is None:
        return 0
    return sum(w.numel() for w in getattr(network.blocks[int(name[-1]) - 1], part).parameters())
