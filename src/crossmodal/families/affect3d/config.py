"""Size and training of affect3d's network."""

from dataclasses import dataclass
from typing import Annotated

from annotated_types import Ge, MultipleOf

from crossmodal.contracts.names import Width
from crossmodal.contracts.settings import Count, Positive, Settings
from crossmodal.families.training.config import LoopConfig

PUBLISHED_CHANNELS = (64, 128, 128)


@dataclass(frozen=True)
class Affect3dConfig(Settings):
    """Size of the network."""

    width: Width = 1.0
    """Factor on the channels; 1 is the published size."""
    image_px: Annotated[int, Ge(8), MultipleOf(8)] = 112
    """Rows and columns of a frame, a multiple of 8 (112 is ours: the paper is silent)."""

    @property
    def channels(self) -> tuple[int, ...]:
        """Channels of the three blocks."""
        return tuple(max(1, round(self.width * n)) for n in PUBLISHED_CHANNELS)


@dataclass(frozen=True)
class Affect3dTraining(Settings):
    """How it is trained. # ASSUME: the paper gives none of these."""

    frame_rate_hz: Positive = 15.0
    """Frames per second that windows are cut from."""
    hop_frames: Count = 8
    """Distance of two 16-frame windows."""
    loop: LoopConfig = LoopConfig()
