"""The cross-channel network: 29 named layers in a visual, an auditory and a cross-modal arm.

Barros & Wermter 2016 (doi 10.1177/1059712316664017), as used by Korn et al. 2021.
"""

from torch import Tensor, nn

from crossmodal.contracts.errors import InputError
from crossmodal.families.cross_channel.arms import (
    AuditoryArm,
    CrossModalArm,
    OneBlockAuditoryArm,
    VisualArm,
)
from crossmodal.families.cross_channel.blocks import Layers
from crossmodal.families.cross_channel.config import CrossChannelConfig

MODALITIES = ("video", "audio")


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
