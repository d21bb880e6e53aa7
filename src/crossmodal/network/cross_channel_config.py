"""Size and variant of the cross-channel network."""

from dataclasses import dataclass

from crossmodal.contracts.errors import InputError


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
    inhibition_bias : initial bias of inhibitory maps. With 0, as published, half of them start
        at 0, and shunting multiplies by up to 1 / decay = 10: the dense layer's inputs are so
        large that few rates train it. With 1 it starts near a / (1 + decay).
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
    inhibition_bias: float = 0.0
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
