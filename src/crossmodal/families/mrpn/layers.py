"""Layer activations of the study clips, and their RDMs."""

from collections.abc import Container, Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import torch

from crossmodal.contracts.layer_table import LayerTable
from crossmodal.contracts.weights import Weights
from crossmodal.families.layers import Networks, layer_table
from crossmodal.families.mrpn.augmentation import MrpnAugmentation
from crossmodal.families.mrpn.batches import RawSource, evaluation_batches
from crossmodal.families.mrpn.inputs import ClipSequences
from crossmodal.families.mrpn.networks import ARM_PREFIXES, Mrpn
from crossmodal.families.mrpn.states import blank_network, extractor_states, restored
from crossmodal.representations.rdm import correlation_rdm


def layer_activations(
    network: Mrpn, clips: ClipSequences, device: torch.device, only: Container[str] | None = None
) -> dict[str, np.ndarray]:
    """Layer -> float32 (clip, unit), in the order of the computation; complete clips.

    ``only``: the layers to keep; None keeps all.
    """
    source = RawSource(clips, MrpnAugmentation(), device)
    network.to(device).eval()
    parts: dict[str, list[np.ndarray]] = {}
    with torch.no_grad():
        for images, _ in evaluation_batches(source, range(len(clips))):
            for name, activation in network.layers(images):
                if only is not None and name not in only:
                    continue
                parts.setdefault(name, []).append(activation.flatten(1).cpu().numpy())
    return {name: np.concatenate(arrays) for name, arrays in parts.items()}


def layer_rdms(
    network: Mrpn, clips: ClipSequences, device: torch.device
) -> tuple[list[str], np.ndarray]:
    """Layers and their RDMs (1 - Pearson), float64 (layer, pair)."""
    activations = layer_activations(network, clips, device)
    return list(activations), np.stack([correlation_rdm(a) for a in activations.values()])


def networks_of(
    weights: Sequence[Weights],
    extractors: Mapping[str, str | Path],
    best: int,
    untrained_seeds: Sequence[int],
) -> Networks:
    """The trained networks, random ones, and such with pretrained extractors.

    The latter ('pool', where there are extractors) never saw a study clip: their fusion is random.
    """
    seeds = {int(one.meta["seed"]): partial(restored, one) for one in weights}
    meta = weights[0].meta
    used = {m: path for m, path in extractors.items() if m in meta["modalities"]}
    states = extractor_states(used, meta["architecture"]["width"])
    controls = {"untrained": (blank_network(weights[0], {}, seed) for seed in untrained_seeds)}
    if states:
        controls["pool"] = (blank_network(weights[0], states, seed) for seed in untrained_seeds)
    return Networks(seeds, controls, best)


def describe_layers(network: Mrpn, clips: ClipSequences, device: torch.device) -> LayerTable:
    """The layers of a network from a forward pass with one clip."""
    images = RawSource(clips, MrpnAugmentation(), device).batch([0], None)
    network.to(device).eval()
    with torch.no_grad():
        return layer_table(network.layers(images), partial(n_weights, network))


def n_weights(network: Mrpn, layer: str) -> int:
    """Trained parameters of one layer."""
    prefix, name = layer.split("_", 1)
    modality = {prefix: m for m, prefix in ARM_PREFIXES.items()}.get(prefix, prefix)
    parts: list[torch.nn.Module] = []
    fusion = network.fusion
    if prefix == "crossmodal":
        parts = [fusion.fuse.dense if name == "dense" else fusion.fuse.norm]
    elif name == "stem":
        parts = [network.extractors[modality].conv1, network.extractors[modality].bn1]
    elif name.startswith("stage"):
        parts = [getattr(network.extractors[modality], f"layer{name[-1]}")]
    else:
        groups = {"aggregated": "aggregate", "normalised": "normalise", "residual": "residual"}
        parts = [getattr(fusion, groups[name])[modality]] if name in groups else []
    return sum(weight.numel() for part in parts for weight in part.parameters())
