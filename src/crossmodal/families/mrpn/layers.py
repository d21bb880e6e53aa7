"""Layer activations of the study clips, and their RDMs."""

from collections.abc import Container, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from crossmodal.contracts.layer_table import LayerTable
from crossmodal.contracts.rdms import ModelRDMs
from crossmodal.contracts.weights import Weights
from crossmodal.families.mrpn.augmentation import MrpnAugmentation
from crossmodal.families.mrpn.batches import RawSource, evaluation_batches
from crossmodal.families.mrpn.inputs import N_CHANNELS, ClipSequences
from crossmodal.families.mrpn.networks import ARM_PREFIXES, Mrpn, MrpnConfig, arm_of
from crossmodal.families.mrpn.states import extractor_states, restored
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
    networks: Mapping[str, Mrpn], clips: ClipSequences, regime: str, device: torch.device
) -> ModelRDMs:
    """1 - Pearson RDMs of all layers of all networks, and the seeds' mean RDM ('ensemble').

    ``networks``: source ('seed-0', …, 'untrained', 'pool') -> network.
    """
    rdms = {}
    for source, network in networks.items():
        activations = layer_activations(network, clips, device)
        layers = list(activations)
        rdms[source] = np.stack([correlation_rdm(patterns) for patterns in activations.values()])
    seeds = [rdm for source, rdm in rdms.items() if source.startswith("seed-")]
    rdms["ensemble"] = np.mean(seeds, axis=0)
    n = len(rdms)
    return ModelRDMs(
        np.concatenate(list(rdms.values())),
        clips.stimulus_ids,
        tuple(layers) * n,
        tuple(arm_of(layer) for layer in layers) * n,
        tuple(source for source in rdms for _ in layers),
        "mrpn",
        regime,
    )


def networks_of(
    weights: Sequence[Weights], extractors: Mapping[str, str | Path], seed: int
) -> dict[str, Mrpn]:
    """The trained networks and two controls.

    'seed-0', 'seed-1', …: as trained. 'untrained': random weights. 'pool': pretrained
    extractors with a random fusion, a network that never saw a study clip (where there are
    pretrained extractors).
    """
    networks = {f"seed-{w.meta['seed']}": restored(w) for w in weights}
    meta = weights[0].meta
    channels = {m: N_CHANNELS[m] for m in meta["modalities"]}
    config = MrpnConfig(**meta["architecture"])
    for name in ("untrained", "pool") if extractors else ("untrained",):
        torch.manual_seed(seed)
        networks[name] = Mrpn(config, len(meta["classes"]), channels)
    if extractors:
        for modality, state in extractor_states(extractors, config.width).items():
            networks["pool"].extractors[modality].load_state_dict(state)
    return networks


def describe_layers(network: Mrpn, clips: ClipSequences, device: torch.device) -> LayerTable:
    """The layers of a network from a forward pass with one clip."""
    images = RawSource(clips, MrpnAugmentation(), device).batch([0], None)
    network.to(device).eval()
    with torch.no_grad():
        rows = [
            (name, arm_of(name), name.split("_")[1].rstrip("1234"), _shape(a), 0)
            for name, a in network.layers(images)
        ]
    frame = pd.DataFrame(rows, columns=["layer", "arm", "kind", "shape", "n_weights"])
    frame["n_weights"] = [n_weights(network, layer) for layer in frame.layer]
    return LayerTable(frame)


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


def _shape(activation: torch.Tensor) -> str:
    return "x".join(map(str, activation.shape[1:]))
