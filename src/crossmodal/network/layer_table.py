"""The table of a network's layers, from a forward pass through the actual module."""

import re

import pandas as pd
import torch
from torch import nn

from crossmodal.network.cross_channel import CrossChannel, arm_of

COLUMNS = ("layer", "arm", "kind", "shape", "n_weights")
KINDS = {"conv": "convolution", "pool": "maximum pooling", "dense": "dense"}


def layer_table(network: CrossChannel) -> pd.DataFrame:
    """One row per layer: layer, arm, kind, shape of its output per clip, number of weights.

    ``shape`` is text like '64x32x32' (channel, row, col). ``n_weights`` counts trained
    parameters, batch normalisation included; the readout is no layer and not in the table.
    """
    config = network.config
    frames = torch.zeros(1, 1, config.visual_px, config.visual_px)
    mel = torch.zeros(1, *config.mel_shape)
    network.eval()
    with torch.no_grad():
        rows = [
            (name, arm_of(name), kind_of(name), _shape(activation), n_weights(network, name))
            for name, activation in network.layers(frames, mel)
        ]
    return pd.DataFrame(rows, columns=COLUMNS)


def _shape(activation: torch.Tensor) -> str:
    return "x".join(map(str, activation.shape[1:]))


def kind_of(layer: str) -> str:
    """What a layer computes, in words."""
    last = layer.split("_")[-1]
    if last in ("inhibition", "shunting"):
        return {"inhibition": "inhibitory convolution", "shunting": "shunting inhibition"}[last]
    return KINDS[re.sub(r"\d+", "", last)]


def layer_module(network: CrossChannel, layer: str) -> nn.Module:
    """The submodule that computes a layer ('visual_conv1' -> ``network.visual.conv1``)."""
    arm, name = layer.split("_", 1)
    return getattr(getattr(network, arm), name)


def n_weights(network: CrossChannel, layer: str) -> int:
    """Trained parameters of one layer."""
    return sum(weight.numel() for weight in layer_module(network, layer).parameters())
