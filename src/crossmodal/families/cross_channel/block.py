"""Config block of the cross-channel network."""

from dataclasses import dataclass
from typing import Annotated, Literal

from annotated_types import Ge

from crossmodal.contracts.names import Regimes
from crossmodal.contracts.settings import Count, Settings
from crossmodal.families.cross_channel.config import CrossChannelSize
from crossmodal.families.cross_channel.fit_config import FitConfig, Pretraining
from crossmodal.families.training.config import Machine


@dataclass(frozen=True)
class CrossChannelFamily(Settings):
    """The 29-layer audio-visual network of Korn et al."""

    preset: str = "own"
    """A name for these settings ('mini', 'published', 'tuned'); it stands in the provenance of
    everything made with them."""
    regimes: Regimes = ("emotion",)
    """What the network is trained to tell apart, one training each."""
    n_seeds: Count = 5
    """Repetitions of every training with other initial weights."""
    n_folds: Annotated[int, Ge(2)] = 6
    """Folds of the cross-validation on the study set; equally large if it divides the number of
    emotions."""
    n_frames: Count = 3
    """Video frames per clip, spread over it; activations are averaged over them."""
    mel: Literal["power", "log"] = "log"
    """Scale of the mel image; 'power' as published, or 'log'."""
    threads: Count = 1
    """Threads of one training."""
    machine: Machine = Machine()
    network: CrossChannelSize = CrossChannelSize()
    pretrain: Pretraining = Pretraining()
    tune: FitConfig = FitConfig()
    """How the whole network is trained on the study set."""

    @property
    def accelerator(self) -> str:
        return self.machine.accelerator
