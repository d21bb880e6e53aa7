"""What mrpn's networks see, how large they are, and how they are trained."""

from dataclasses import dataclass, field
from typing import Annotated, Literal

from annotated_types import MinLen

from crossmodal.contracts.errors import InputError
from crossmodal.contracts.names import Modalities, Modality, Width
from crossmodal.contracts.settings import Count, Natural, NonNegative, Positive, Settings, Share
from crossmodal.families.training.config import LoopConfig

VariantName = Literal[
    "audio_nt", "audio_t", "video_nt", "video_t", "n0_nt", "n0", "n1", "n2", "n2_transformer"
]


@dataclass(frozen=True)
class MrpnSize(Settings):
    """Size of the networks."""

    width: Width = 1.0
    """Factor on ResNet-18's channels; 1 is the published size."""
    aggregator: Literal["lstm", "transformer"] = "lstm"
    """How a modality's steps become one vector."""
    aggregated_units: Count = 256
    """Length of that vector."""
    hidden_units: Count = 128
    """Units of the fusion's hidden layer."""
    dropout: Share = 0.2
    """Share of units left out before each scoring layer in training."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.aggregator == "transformer" and self.aggregated_units % 4:
            got = self.aggregated_units
            raise InputError("MrpnSize", "aggregated_units", "a multiple of 4 heads", got)


@dataclass(frozen=True)
class MrpnInputs(Settings):
    """What the networks see of a clip."""

    modalities: Modalities = ("video", "audio")
    """Modalities to load."""
    video_rate_hz: Positive = 5.0
    """Frames per second taken from the clips."""
    window_s: Positive = 1.0
    """Length of a spectrogram window."""
    window_hop_s: Positive = 0.2
    """Distance of spectrogram windows (published 0.2)."""
    spectrogram: Literal["log", "linear"] = "log"
    """Scale of the magnitudes; 'log' is log(1 + magnitude)."""
    min_slice_s: Positive = 1.0
    """Shortest random time slice of either modality."""
    noise_snr_db: dict[Modality, float] = field(default_factory=dict)
    """Modality and signal-to-noise ratio of white noise added to all clips."""


@dataclass(frozen=True)
class SpatialAugmentation(Settings):
    """Random changes of training clips, one spatial change per clip."""

    rotation_deg: NonNegative = 15.0
    """Largest rotation."""
    scale: NonNegative = 0.1
    """Largest relative change of size."""
    shift: NonNegative = 0.08
    """Largest shift, share of the image."""
    flip: bool = True
    """Whether half of the clips are mirrored."""
    brightness: NonNegative = 0.4
    """Largest offset, in SD of the images."""
    contrast: NonNegative = 0.2
    """Largest relative change of contrast."""


@dataclass(frozen=True)
class MrpnTraining(Settings):
    """How networks are trained (extractors on the pool, or whole variants)."""

    train_extractors: bool = True
    """End to end as published; false keeps the pretrained extractors fixed."""
    n_steps: Natural = 0
    """At most so many frames and windows per clip and step; 0 takes all."""
    loop: LoopConfig = LoopConfig()
    augmentation: SpatialAugmentation = SpatialAugmentation()


@dataclass(frozen=True)
class Interference(Settings):
    """An experiment with one noisy modality; leave out to skip it."""

    modality: Modality = "audio"
    """The noisy one."""
    snr_db: Annotated[tuple[float | None, ...], MinLen(1)] = (None, 0.0, -10.0)
    """Signal-to-noise ratios; null is no noise."""
    variants: Annotated[tuple[VariantName, ...], MinLen(2)] = ("video_t", "n0", "n1", "n2")
    """Networks that are compared."""
    n_seeds: Count = 5
    """Repetitions."""
