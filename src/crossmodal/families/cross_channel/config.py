"""Size and variant of the cross-channel network."""

from dataclasses import dataclass
from typing import Annotated, Literal

from annotated_types import Gt, Le

from crossmodal.contracts.errors import InputError
from crossmodal.contracts.names import Width
from crossmodal.contracts.settings import NonNegative, Settings, Share


@dataclass(frozen=True)
class CrossChannelSize(Settings):
    """Size and variant of the network."""

    width: Width = 1.0
    """Factor on the channels of all convolutions; 1 is the published size."""
    audio_blocks: Literal[1, 3] = 3
    """3, the published auditory arm (17 + 9 + 3 layers), or 1, the later one (17 + 7 + 5)."""
    dropout_visual: Share = 0.25
    """Dropout after pools of the visual arm."""
    dropout_auditory: Share = 0.2
    """Dropout after pools of the auditory arm."""
    dropout_readout: Share = 0.25
    """Dropout before the readout."""
    batch_norm_momentum: Annotated[float, Gt(0), Le(1)] = 0.1
    """Weight of a batch in the running statistics; few steps need a larger one."""
    inhibition_bias: NonNegative = 0.0
    """Initial bias of inhibitory maps; with 0, as published, half of them start
    at 0, and shunting multiplies by up to 1 / decay = 10: the dense layer's inputs are so large
    that few rates train it. With 1 it starts near a / (1 + decay)."""


@dataclass(frozen=True)
class CrossChannelConfig(CrossChannelSize):
    """The network: its size, and that of its images (the stimuli stage's).

    Parameters
    ----------
    visual_px : rows and columns of the grey face image
    mel_shape : bands and times of the mel image

    Raises
    ------
    InputError : a width, variant or size that gives no network
    """

    visual_px: int = 64
    mel_shape: tuple[int, ...] = (96, 80)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.visual_px % 16 or any(size % 8 for size in self.mel_shape):
            sizes = (self.visual_px, *self.mel_shape)
            raise InputError(
                "CrossChannelConfig", "image sizes", "visual multiples of 16, mel of 8", sizes
            )

    def channels(self, published: int) -> int:
        """Channels of a convolution at this width."""
        return max(1, round(self.width * published))
