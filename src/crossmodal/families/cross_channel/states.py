"""Networks from weights files and back, with the architecture checked layer by layer."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import torch
from torch import Tensor, nn

from crossmodal.contracts.errors import InputError
from crossmodal.contracts.weights import Weights
from crossmodal.families.cross_channel.config import CrossChannelConfig
from crossmodal.families.cross_channel.network import CrossChannel
from crossmodal.families.training.history import copy_state


def new_network(
    config: CrossChannelConfig, n_classes: int, modalities: tuple[str, ...], seed: int
) -> CrossChannel:
    """A fresh network whose initial weights depend on ``seed`` only."""
    torch.manual_seed(seed)
    return CrossChannel(config, n_classes, modalities)


def to_weights(network: CrossChannel, classes: tuple[str, ...], meta: Mapping[str, Any]) -> Weights:
    """The state of a network as a contract; ``meta`` holds model, regime, seed and stage."""
    tensors = {name: tensor.numpy() for name, tensor in copy_state(network).items()}
    more = {
        "classes": list(classes),
        "modalities": list(network.modalities),
        "architecture": asdict(network.config) | {"mel_shape": list(network.config.mel_shape)},
    }
    return Weights(tensors, dict(meta) | more)


def load_weights(
    network: nn.Module, weights: Weights, parts: tuple[str, ...] | None = None
) -> None:
    """Copy weights into a network; ``parts`` limits it to submodules ('visual', …).

    Raises
    ------
    InputError : a tensor missing, superfluous or of another shape (names the layer)
    """
    wanted = {n: t for n, t in network.state_dict().items() if _within(n, parts)}
    stored = {n: torch.from_numpy(t) for n, t in weights.tensors.items() if _within(n, parts)}
    for name, tensor in wanted.items():
        expected, got = tuple(tensor.shape), stored.get(name)
        if got is None or tuple(got.shape) != expected:
            shape = "nothing" if got is None else tuple(got.shape)
            raise InputError(weights.source, f"layer {layer_of(name)}", f"{name} {expected}", shape)
    if extra := sorted(set(stored) - set(wanted)):
        raise InputError(
            weights.source, f"layer {layer_of(extra[0])}", "no such layer in this network", extra[0]
        )
    network.load_state_dict(stored, strict=False)


def restored(weights: Weights) -> CrossChannel:
    """The network a weights file describes."""
    meta = weights.meta
    network = CrossChannel(
        CrossChannelConfig(**meta["architecture"]), len(meta["classes"]), tuple(meta["modalities"])
    )
    load_weights(network, weights)
    return network.eval()


def layer_of(tensor_name: str) -> str:
    """'visual.conv1.0.weight' -> 'visual_conv1'."""
    return "_".join(tensor_name.split(".")[:2])


def _within(name: str, parts: tuple[str, ...] | None) -> bool:
    return parts is None or name.split(".")[0] in parts


@torch.no_grad()
def predict(network: nn.Module, batches: Any) -> Tensor:
    """Predicted class index of each clip, int64 (clip,)."""
    network.eval()
    return torch.cat([network(b.frames, b.mel).argmax(1).cpu() for b in batches])
