"""Networks and extractors from weights files and back."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from crossmodal.contracts.weights import Weights
from crossmodal.families.mrpn.inputs import MODALITIES, N_CHANNELS
from crossmodal.families.mrpn.networks import Mrpn, MrpnConfig
from crossmodal.families.mrpn.resnet import build_extractor, check_state, load_extractor
from crossmodal.families.training.history import copy_state


def to_weights(
    network: nn.Module,
    config: MrpnConfig,
    classes: Sequence[str],
    modalities: Sequence[str],
    meta: Mapping[str, Any],
) -> Weights:
    """The state of a network as a contract; ``meta`` holds model, regime, seed and stage."""
    more = {
        "classes": list(classes),
        "modalities": list(modalities),
        "architecture": asdict(config),
    }
    tensors = {name: tensor.numpy() for name, tensor in copy_state(network).items()}
    return Weights(tensors, dict(meta) | more)


def restored(weights: Weights) -> Mrpn:
    """The network a weights file describes.

    Raises
    ------
    InputError : a layer missing, unknown or of another shape
    """
    meta = weights.meta
    channels = {m: N_CHANNELS[m] for m in meta["modalities"]}
    network = Mrpn(MrpnConfig(**meta["architecture"]), len(meta["classes"]), channels)
    stored = {name: torch.from_numpy(array) for name, array in weights.tensors.items()}
    check_state(weights.source, stored, network.state_dict())
    network.load_state_dict(stored)
    return network.eval()


def blank_network(weights: Weights, extractors: Mapping[str, dict[str, Tensor]], seed: int) -> Mrpn:
    """A random network of the architecture of some weights, with the given extractors if any."""
    meta = weights.meta
    torch.manual_seed(seed)
    channels = {m: N_CHANNELS[m] for m in meta["modalities"]}
    network = Mrpn(MrpnConfig(**meta["architecture"]), len(meta["classes"]), channels)
    for modality, state in extractors.items():
        network.extractors[modality].load_state_dict(state)
    return network


def extractor_states(files: Mapping[str, str | Path], width: float) -> dict[str, dict[str, Tensor]]:
    """modality -> extractor state, from torchvision-format files.

    Raises
    ------
    InputError : as ``load_extractor``
    """
    states = {}
    for modality, path in files.items():
        extractor = build_extractor(N_CHANNELS[modality], width)
        load_extractor(extractor, path)
        states[modality] = extractor.state_dict()
    return states


def extractor_files(inputs: Any) -> dict[str, str]:
    """modality -> extractor file among a rule's named inputs."""
    return {m: str(inputs[m]) for m in MODALITIES if inputs.get(m)}
