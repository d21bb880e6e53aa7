"""The table of a network's layers, from a forward pass through the actual module."""

from functools import partial

import torch
from torch import nn

from crossmodal.contracts.layer_table import LayerTable
from crossmodal.families.cross_channel.network import CrossChannel
from crossmodal.families.layers import layer_table


def describe_layers(network: CrossChannel) -> LayerTable:
    """Its layers, from a forward pass with an empty clip ('64x32x32': channel, row, col)."""
    config = network.config
    frames = torch.zeros(1, 1, config.visual_px, config.visual_px)
    mel = torch.zeros(1, *config.mel_shape)
    network.eval()
    with torch.no_grad():
        return layer_table(network.layers(frames, mel), partial(n_weights, network))


def layer_module(network: CrossChannel, layer: str) -> nn.Module:
    """The submodule that computes a layer ('visual_conv1' -> ``network.visual.conv1``)."""
    arm, name = layer.split("_", 1)
    return getattr(getattr(network, arm), name)


def n_weights(network: CrossChannel, layer: str) -> int:
    """Trained parameters of one layer."""
    return sum(weight.numel() for weight in layer_module(network, layer).parameters())
