"""Config block of the study of voices."""

from dataclasses import dataclass
from typing import Annotated, Literal

from annotated_types import Ge, MinLen

from crossmodal.contracts.settings import Count, Matches, Positive, Settings, Unique
from crossmodal.families.cross_channel.config import CrossChannelSize
from crossmodal.families.cross_channel.fit_config import FitConfig
from crossmodal.families.training.config import Machine
from crossmodal.voices.svm_config import SvmConfig

RowName = Annotated[
    str,
    Matches(
        r"^(?!svm$|svm-speaker$)[a-z0-9]+(-[a-z0-9]+)*$",
        "small letters, digits and hyphens, and not the baselines' names svm and svm-speaker",
    ),
]
TrainSets = Annotated[tuple[Literal["strong", "both"], ...], MinLen(1), Unique()]


@dataclass(frozen=True)
class VoiceSettings(Settings):
    """One way to train the auditory arm."""

    train_sets: TrainSets = ("strong", "both")
    """Intensities trained on, one training each; all are tested on strong intensity alone and on
    both. Neutral, which has no strong, always belongs."""
    mel: Literal["power", "log"] = "log"
    """Scale of the mel image."""
    speech_only: bool = True
    """Cut the silence around the speech first, so that more of it fits the image."""
    standardise: Literal["none", "training", "speaker"] = "none"
    """Whose mean and SD z-score each band: nobody's (none, the default), the training part's, or
    each speaker's own, which takes all recordings, but no labels, of test speakers."""
    choose_epoch: bool = True
    """By validation actors out of the training part; false trains on all of them and keeps the
    last epoch."""
    n_seeds: Count = 1
    """Trainings per fold; with several, their mean scores make one more row."""
    shifts_s: Annotated[tuple[float, ...], MinLen(1)] = (0.0,)
    """At test, scores are averaged over copies rotated by these times, s."""
    network: CrossChannelSize = CrossChannelSize()
    fit: FitConfig = FitConfig()
    """How it is trained."""


@dataclass(frozen=True)
class SvmSettings(SvmConfig):
    """The baseline on utterance statistics."""

    train_sets: TrainSets = ("strong", "both")
    """Intensities trained on, as in presets."""
    standardise: Annotated[tuple[Literal["training", "speaker"], ...], MinLen(1), Unique()] = (
        "training",
        "speaker",
    )
    """Whose mean and SD z-score the statistics, a row each: the training part's (svm), or also
    each speaker's own before (svm-speaker), which takes all recordings, but no labels, of
    test speakers."""


@dataclass(frozen=True)
class VoiceStudy(Settings):
    """Emotion from voices of actors never trained on: the auditory arm with several presets and
    a support vector machine, in the same folds of whole actors. Needs stimuli.voices."""

    presets: Annotated[dict[RowName, VoiceSettings], MinLen(1)]
    """Name and settings of each row that is a network."""
    n_folds: Annotated[int, Ge(2)] = 5
    """Folds of whole actors; as many men as women in each where numbers allow."""
    silence_db: Positive = 35.0
    """Sound this far below a clip's loudest frame, before and after the speech, is cut."""
    machine: Machine = Machine()
    svm: SvmSettings = SvmSettings()
