"""Config block of the family affect3d."""

from dataclasses import dataclass
from typing import Annotated, Literal

from annotated_types import MinLen

from crossmodal.contracts.settings import Count, NonNegative, Settings
from crossmodal.families.affect3d.config import Affect3dConfig, Affect3dTraining
from crossmodal.families.training.config import Precision


@dataclass(frozen=True)
class Affect3dSettings(Settings):
    """The 3-D convolutional network of Ceruti et al. 2018, faces to valence and arousal."""

    regimes: Annotated[tuple[Literal["affect"], ...], MinLen(1)] = ("affect",)
    """Name of the RDM set; the network has one task only."""
    n_seeds: Count = 1
    """Repetitions with other initial weights."""
    labels: Literal["simulated", "frames", "circumplex"] = "circumplex"
    """Where targets come from; 'simulated' (the generator's frame-wise truth), 'frames' (CSV
    files in labels_dir) or 'circumplex' (resources/circumplex.tsv by emotion)."""
    labels_dir: str | None = None
    """Folder of frame-wise labels, one CSV per actor, actor-XX.csv."""
    circumplex: str = "resources/circumplex.tsv"
    """Table of emotion, intensity, valence, arousal and source."""
    rater_noise_sd: NonNegative = 0.1
    """SD of the noise on simulated frame labels, constant over a clip's windows; RMSE cannot
    fall below it."""
    accelerator: Literal["auto", "cpu", "gpu"] = "auto"
    """Where to train; 'auto' takes a GPU if there is one."""
    precision: Precision = "32-true"
    """Lightning's precision; 'bf16-mixed' for GPUs."""
    threads: Count = 1
    """Threads of one training."""
    network: Affect3dConfig = Affect3dConfig()
    training: Affect3dTraining = Affect3dTraining()
