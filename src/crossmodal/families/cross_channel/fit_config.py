"""How networks of the cross-channel family are trained."""

from dataclasses import dataclass
from typing import Annotated, Literal

from annotated_types import Ge, Gt, Le

from crossmodal.contracts.settings import Count, Natural, NonNegative, Positive, Settings, Share


@dataclass(frozen=True)
class Augmentation(Settings):
    """How much training images vary; everything is off by default."""

    shift_px: Natural = 0
    """Largest shift of a face crop, pixels."""
    flip: bool = False
    """Mirror half of the clips left-right."""
    brightness: NonNegative = 0.0
    """Largest change of brightness, share of the grey range."""
    frame_noise: NonNegative = 0.0
    """SD of pixel noise, share of the grey range."""
    time_shift: Share = 0.0
    """Largest rotation of the mel image in time, share of its length."""
    band_shift: Natural = 0
    """Largest shift of the mel image, bands."""
    gain: NonNegative = 0.0
    """Largest change of level, units of the scaled mel image."""
    mel_noise: NonNegative = 0.0
    """SD of noise, units of the scaled mel image."""
    n_masks: Natural = 0
    """Time masks and band masks per mel image (SpecAugment)."""
    mask_share: Share = 0.15
    """Largest share of times or bands under one mask."""
    mixup: NonNegative = 0.0
    """Alpha of the beta distribution that mixes pairs of clips; 0 mixes none."""


@dataclass(frozen=True)
class FitConfig(Settings):
    """How one network, or part of one, is trained."""

    optimiser: Literal["adagrad", "adamax", "adamw"] = "adamw"
    """As in torch.optim."""
    learning_rate: Positive = 0.001
    """Initial learning rate."""
    weight_decay: NonNegative = 0.0
    """As in torch.optim."""
    label_smoothing: Share = 0.0
    """Share of the target spread over all classes."""
    batch_size: Annotated[int, Ge(2)] = 16
    """Clips per step."""
    n_epochs: Count = 20
    """At most so many epochs."""
    patience_epochs: Natural = 0
    """Stop after so many epochs without improvement; 0 never stops."""
    schedule: Literal["plateau", "cosine", "constant"] = "cosine"
    """How the learning rate falls."""
    rate_factor: Annotated[float, Gt(0), Le(1)] = 0.5
    """Factor on the learning rate at a plateau."""
    rate_patience_epochs: Natural = 2
    """Epochs without improvement that make a plateau."""
    select_by: Literal["loss", "accuracy"] = "loss"
    """What on the validation part chooses the epoch."""
    n_frames: Natural = 1
    """Video frames per clip and training step; 0 takes all."""
    augmentation: Augmentation = Augmentation()


@dataclass(frozen=True)
class Pretraining(Settings):
    """How each part is trained on the pool."""

    visual: FitConfig = FitConfig()
    """The visual arm."""
    auditory: FitConfig = FitConfig()
    """The auditory arm."""
    crossmodal: FitConfig = FitConfig()
    """The cross-modal part on both trained arms (for the pool-only network)."""
