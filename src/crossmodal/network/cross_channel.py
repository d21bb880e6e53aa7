"""The cross-channel network: 29 named layers in a visual, an auditory and a cross-modal arm.

Barros & Wermter 2016 (doi 10.1177/1059712316664017), as used by Korn et al. 2021. Every arm
is a generator of ``(layer name, activation)`` in the order of the computation, so the code
that runs the network is also the list of its layers.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from crossmodal.contracts.errors import InputError

VISUAL_DECAY, AUDITORY_DECAY, CROSS_MODAL_DECAY = 0.5, 0.1, 0.5
MODALITIES = ("video", "audio")
Layers = Iterator[tuple[str, Tensor]]


@dataclass(frozen=True)
class CrossChannelConfig:
    """Size and variant of the network.

    Parameters
    ----------
    width : factor on the channels of all convolutions; 1 is the published size
    audio_blocks : 3 (published: 17 + 9 + 3 layers) or 1 (later audio arm: 17 + 7 + 5)
    dropout_visual, dropout_auditory : after the arms' pools
    dropout_readout : before the readout
    batch_norm_momentum : weight of a batch in the running statistics; trainings of few steps
        need a larger one
    visual_px : rows and columns of the grey face image
    mel_shape : bands and times of the mel image

    Raises
    ------
    InputError : a width, variant or size that gives no network
    """

    width: float = 1.0
    audio_blocks: int = 3
    dropout_visual: float = 0.25
    dropout_auditory: float = 0.2
    dropout_readout: float = 0.25
    batch_norm_momentum: float = 0.1
    visual_px: int = 64
    mel_shape: tuple[int, int] = (96, 80)

    def __post_init__(self) -> None:
        object.__setattr__(self, "mel_shape", tuple(self.mel_shape))
        if self.audio_blocks not in (1, 3):
            raise InputError("CrossChannelConfig", "audio_blocks", "1 or 3", self.audio_blocks)
        if not self.width > 0:
            raise InputError("CrossChannelConfig", "width", "more than 0", self.width)
        if self.visual_px % 16 or any(size % 8 for size in self.mel_shape):
            sizes = (self.visual_px, *self.mel_shape)
            raise InputError(
                "CrossChannelConfig", "image sizes", "visual multiples of 16, mel of 8", sizes
            )

    def channels(self, published: int) -> int:
        """Channels of a convolution at this width."""
        return max(1, round(self.width * published))


def convolution(n_in: int, n_out: int, kernel: int, normalised: bool = True) -> nn.Sequential:
    """'Same' convolution and ReLU, with batch normalisation in between unless told otherwise."""
    convolve = nn.Conv2d(n_in, n_out, kernel, padding=kernel // 2)
    nn.init.xavier_uniform_(convolve.weight)  # the published networks' initialisation
    nn.init.zeros_(convolve.bias)
    middle = [nn.BatchNorm2d(n_out)] if normalised else []
    return nn.Sequential(convolve, *middle, nn.ReLU())


def dense(n_in: int, n_out: int) -> nn.Sequential:
    """Flatten, fully connected, ReLU."""
    linear = nn.Linear(n_in, n_out)
    nn.init.xavier_uniform_(linear.weight)
    nn.init.zeros_(linear.bias)
    return nn.Sequential(nn.Flatten(), linear, nn.ReLU())


def pool(dropout: float, size: int = 2) -> nn.Sequential:
    """Maximum over ``size`` x ``size``, then dropout (which does nothing in evaluation)."""
    return nn.Sequential(nn.MaxPool2d(size), nn.Dropout(dropout))


class Shunting(nn.Module):
    """Shunting inhibition a / (decay + b) of excitatory maps a by inhibitory maps b.

    Fregnac et al. 2003, in the form of Barros & Wermter 2016, equation 6; both inputs >= 0.
    """

    def __init__(self, decay: float) -> None:
        super().__init__()
        self.decay = decay

    def forward(self, excitatory: Tensor, inhibitory: Tensor) -> Tensor:
        return excitatory / (self.decay + inhibitory)


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
        self.conv10_inhibition = convolution(c3, c3, 3, normalised=False)
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
        self.conv3_inhibition = convolution(c2, c2, 7, normalised=False)
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
        self.conv3_inhibition = convolution(c2, c2, 3, normalised=False)
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
        self.conv_inhibition = convolution(2, channels, 5, False) if inhibited else None
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


class CrossChannel(nn.Module):
    """The network for the modalities at hand, with a softmax readout that is not a layer.

    Parameters
    ----------
    config : size and variant
    n_classes : outputs of the readout
    modalities : 'video', 'audio' or both; with one, that arm and the readout alone

    Raises
    ------
    InputError : no known modality, or fewer than two classes
    """

    def __init__(
        self,
        config: CrossChannelConfig,
        n_classes: int,
        modalities: tuple[str, ...] = MODALITIES,
    ) -> None:
        super().__init__()
        if not modalities or not set(modalities) <= set(MODALITIES):
            raise InputError("CrossChannel", "modalities", f"some of {MODALITIES}", modalities)
        if n_classes < 2:
            raise InputError("CrossChannel", "n_classes", "at least 2", n_classes)
        auditory = AuditoryArm if config.audio_blocks == 3 else OneBlockAuditoryArm
        self.config, self.modalities = config, tuple(m for m in MODALITIES if m in modalities)
        self.visual = VisualArm(config) if "video" in modalities else None
        self.auditory = auditory(config) if "audio" in modalities else None
        self.crossmodal = CrossModalArm(config) if len(self.modalities) == 2 else None
        n_top = 100 if self.crossmodal is None else 200
        self.readout = nn.Sequential(
            nn.Dropout(config.dropout_readout), nn.Linear(n_top, n_classes)
        )
        for module in self.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.momentum = config.batch_norm_momentum

    def layers(self, frames: Tensor | None, mel: Tensor | None) -> Layers:
        """Name and activation (clip, ...) of each layer; visual ones averaged over frames.

        ``frames`` (clip, frame, row, col) in [0, 1]; ``mel`` (clip, band, time).
        """
        tops = []
        if self.visual is not None:
            for name, activation in self.visual.layers(frames.flatten(0, 1).unsqueeze(1)):
                averaged = activation.unflatten(0, frames.shape[:2]).mean(1)
                yield name, averaged
            tops.append(averaged)
        if self.auditory is not None:
            for name, activation in self.auditory.layers(mel.unsqueeze(1)):
                yield name, activation
            tops.append(activation)
        if self.crossmodal is not None:
            yield from self.crossmodal.layers(*tops)

    def tops(self, frames: Tensor | None, mel: Tensor | None) -> list[Tensor]:
        """Output of each arm's dense layer, (clip, 100) each."""
        tops = []
        if self.visual is not None:
            images = self.visual(frames.flatten(0, 1).unsqueeze(1))
            tops.append(images.unflatten(0, frames.shape[:2]).mean(1))
        if self.auditory is not None:
            tops.append(self.auditory(mel.unsqueeze(1)))
        return tops

    def forward(self, frames: Tensor | None, mel: Tensor | None) -> Tensor:
        """Logits (clip, class)."""
        tops = self.tops(frames, mel)
        return self.readout(tops[0] if self.crossmodal is None else self.crossmodal(*tops))


class CrossModalHead(nn.Module):
    """The cross-modal arm and readout of a network on stored outputs of both arms."""

    def __init__(self, network: CrossChannel) -> None:
        super().__init__()
        self.crossmodal, self.readout = network.crossmodal, network.readout

    def forward(self, visual: Tensor, auditory: Tensor) -> Tensor:
        """Logits (clip, class) from (clip, 100) each."""
        return self.readout(self.crossmodal(visual, auditory))


def last_layer(layers: Layers) -> Tensor:
    """Run through all layers and return the last activation."""
    return deque(layers, maxlen=1)[0][1]


def arm_of(layer: str) -> str:
    """'visual', 'auditory' or 'cross_modal', from a layer's name."""
    return layer.split("_")[0].replace("crossmodal", "cross_modal")
