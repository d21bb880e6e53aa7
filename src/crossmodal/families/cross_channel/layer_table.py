"""The table of a network's layers, from a forward pass through the actual module."""

import pandas as pd
import torch
from torch import nn

from crossmodal.contracts.layer_table import COLUMNS, LayerTable
from crossmodal.families.cross_channel.network import CrossChannel, arm_of


def layer_table(network: CrossChannel) -> LayerTable:
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
    return LayerTable(pd.DataFrame(rows, columns=COLUMNS))


def _shape(activation: torch.Tensor) -> str:
    return "x".join(map(str, activation.shape[1:]))


def kind_of(layer: str) -> str:
    """What a layer computes: 'conv', 'inhibition', 'shunting', 'pool' or 'dense'."""
    return layer.split("_")[-1].rstrip("0123456789")


def layer_module(network: CrossChannel, layer: str) -> nn.Module:
    """The submodule that computes a layer ('visual_conv1' -> ``network.visual.conv1``)."""
    arm, name = layer.split("_", 1)
    return getattr(getattr(network, arm), name)


def n_weights(network: CrossChannel, layer: str) -> int:
    """Trained parameters of one layer."""
    return sum(weight.numel() for weight in layer_module(network, layer).parameters())
