"""The visual, auditory and cross-modal arms of the cross-channel network.

Every arm is a generator of ``(layer name, activation)`` in the order of the computation, so the
code that runs the network is also the list of its layers.
"""

import torch
from torch import Tensor, nn

from crossmodal.families.cross_channel.blocks import (
    Layers,
    Shunting,
    convolution,
    dense,
    last_layer,
    pool,
)
from crossmodal.families.cross_channel.config import CrossChannelConfig

VISUAL_DECAY, AUDITORY_DECAY, CROSS_MODAL_DECAY = 0.5, 0.1, 0.5


class VisualArm(nn.Module):
    """17 layers from grey faces in [0, 1], (image, 1, row, col), to 100 units."""

    def __init__(self, config: CrossChannelConfig) -> None:
        super().__init__()
        c1, c2, c3 = (config.channels(n) for n in (64, 128, 256))
        self.conv1, self.conv2 = convolution(1, c1, 3), convolution(c1, c1, 3)
        self.pool1 = pool(config.dropout_visual)
        self.conv3, self.conv4 = convolution(c1, c2, 3), convolution(c2, c2, 3)
        self.pool2 = pool(config.dropout_visual)
        self.conv5, self.conv6 = convolution(c2, c2, 3), convolution(c2, c2, 3)
        self.conv7 = convolution(c2, c2, 3)
        self.pool3 = pool(config.dropout_visual)
        self.conv8, self.conv9 = convolution(c2, c3, 3), convolution(c3, c3, 3)
        self.conv10 = convolution(c3, c3, 3, normalised=False)
        self.conv10_inhibition = convolution(c3, c3, 3, False, config.inhibition_bias)
        self.shunting = Shunting(VISUAL_DECAY)
        self.pool4 = pool(config.dropout_visual)
        self.dense = dense(c3 * (config.visual_px // 16) ** 2, 100)

    def layers(self, x: Tensor) -> Layers:
        """Name and activation of each layer, in order."""
        yield "visual_conv1", (x := self.conv1(x))
        yield "visual_conv2", (x := self.conv2(x))
        yield "visual_pool1", (x := self.pool1(x))
        yield "visual_conv3", (x := self.conv3(x))
        yield "visual_conv4", (x := self.conv4(x))
        yield "visual_pool2", (x := self.pool2(x))
        yield "visual_conv5", (x := self.conv5(x))
        yield "visual_conv6", (x := self.conv6(x))
        yield "visual_conv7", (x := self.conv7(x))
        yield "visual_pool3", (x := self.pool3(x))
        yield "visual_conv8", (x := self.conv8(x))
        yield "visual_conv9", (x := self.conv9(x))
        yield "visual_conv10", (excitatory := self.conv10(x))
        yield "visual_conv10_inhibition", (inhibitory := self.conv10_inhibition(x))
        yield "visual_shunting", (x := self.shunting(excitatory, inhibitory))
        yield "visual_pool4", (x := self.pool4(x))
        yield "visual_dense", self.dense(x)

    def forward(self, x: Tensor) -> Tensor:
        return last_layer(self.layers(x))


class AuditoryArm(nn.Module):
    """9 layers from mel images, (clip, 1, band, time), to 100 units."""

    def __init__(self, config: CrossChannelConfig) -> None:
        super().__init__()
        c1, c2 = config.channels(16), config.channels(32)
        self.conv1, self.pool1 = convolution(1, c1, 7), pool(config.dropout_auditory)
        self.conv2, self.pool2 = convolution(c1, c2, 7), pool(config.dropout_auditory)
        self.conv3 = convolution(c2, c2, 7, normalised=False)
        self.conv3_inhibition = convolution(c2, c2, 7, False, config.inhibition_bias)
        self.shunting = Shunting(AUDITORY_DECAY)
        self.pool3 = pool(config.dropout_auditory)
        bands, times = config.mel_shape
        self.dense = dense(c2 * (bands // 8) * (times // 8), 100)

    def layers(self, x: Tensor) -> Layers:
        """Name and activation of each layer, in order."""
        yield "auditory_conv1", (x := self.conv1(x))
        yield "auditory_pool1", (x := self.pool1(x))
        yield "auditory_conv2", (x := self.conv2(x))
        yield "auditory_pool2", (x := self.pool2(x))
        yield "auditory_conv3", (excitatory := self.conv3(x))
        yield "auditory_conv3_inhibition", (inhibitory := self.conv3_inhibition(x))
        yield "auditory_shunting", (x := self.shunting(excitatory, inhibitory))
        yield "auditory_pool3", (x := self.pool3(x))
        yield "auditory_dense", self.dense(x)

    def forward(self, x: Tensor) -> Tensor:
        return last_layer(self.layers(x))


class OneBlockAuditoryArm(nn.Module):
    """7 layers: one block of 3x3 convolutions, the last with shunting inhibition.

    # ASSUME: the papers give the count (17 + 7 + 5) and '3x3, one block', not the list.
    """

    def __init__(self, config: CrossChannelConfig) -> None:
        super().__init__()
        c1, c2 = config.channels(16), config.channels(32)
        self.conv1, self.conv2 = convolution(1, c1, 3), convolution(c1, c2, 3)
        self.conv3 = convolution(c2, c2, 3, normalised=False)
        self.conv3_inhibition = convolution(c2, c2, 3, False, config.inhibition_bias)
        self.shunting = Shunting(AUDITORY_DECAY)
        self.pool1 = pool(config.dropout_auditory, 8)
        bands, times = config.mel_shape
        self.dense = dense(c2 * (bands // 8) * (times // 8), 100)

    def layers(self, x: Tensor) -> Layers:
        """Name and activation of each layer, in order."""
        yield "auditory_conv1", (x := self.conv1(x))
        yield "auditory_conv2", (x := self.conv2(x))
        yield "auditory_conv3", (excitatory := self.conv3(x))
        yield "auditory_conv3_inhibition", (inhibitory := self.conv3_inhibition(x))
        yield "auditory_shunting", (x := self.shunting(excitatory, inhibitory))
        yield "auditory_pool1", (x := self.pool1(x))
        yield "auditory_dense", self.dense(x)

    def forward(self, x: Tensor) -> Tensor:
        return last_layer(self.layers(x))


class CrossModalArm(nn.Module):
    """3 layers (5 with ``audio_blocks: 1``) from both dense layers to 200 units.

    Both are reshaped to 10 x 10 and stacked: (clip, 2, 10, 10).
    """

    def __init__(self, config: CrossChannelConfig) -> None:
        super().__init__()
        inhibited = config.audio_blocks == 1
        channels = config.channels(16)
        self.conv = convolution(2, channels, 5, normalised=not inhibited)
        bias = config.inhibition_bias
        self.conv_inhibition = convolution(2, channels, 5, False, bias) if inhibited else None
        self.shunting = Shunting(CROSS_MODAL_DECAY) if inhibited else None
        self.pool = nn.MaxPool2d(2)
        self.dense = dense(channels * 25, 200)

    def layers(self, visual: Tensor, auditory: Tensor) -> Layers:
        """Name and activation of each layer, in order; inputs (clip, 100) each."""
        x = torch.stack([visual, auditory], dim=1).unflatten(2, (10, 10))
        yield "crossmodal_conv", (excitatory := self.conv(x))
        if self.conv_inhibition is None:
            x = excitatory
        else:
            yield "crossmodal_conv_inhibition", (inhibitory := self.conv_inhibition(x))
            yield "crossmodal_shunting", (x := self.shunting(excitatory, inhibitory))
        yield "crossmodal_pool", (x := self.pool(x))
        yield "crossmodal_dense", self.dense(x)

    def forward(self, visual: Tensor, auditory: Tensor) -> Tensor:
        return last_layer(self.layers(visual, auditory))
