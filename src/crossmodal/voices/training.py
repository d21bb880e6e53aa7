"""Voices of actors never trained on: the auditory arm in actor-disjoint folds."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from crossmodal.contracts.class_scores import ClassScores
from crossmodal.contracts.errors import InputError
from crossmodal.contracts.stimulus_table import StimulusTable
from crossmodal.contracts.training import FitHistory
from crossmodal.families.cross_channel.config import CrossChannelConfig
from crossmodal.families.cross_channel.fit import FitConfig, fit
from crossmodal.families.cross_channel.inputs import ClipTensors
from crossmodal.families.cross_channel.network import CrossChannel
from crossmodal.families.cross_channel.states import new_network
from crossmodal.families.training.config import Machine
from crossmodal.families.training.splits import actor_folds, require_classes, validation_actors

REGIME = "emotion"
SETS = ("strong", "both")
STANDARDISE = ("none", "training", "speaker")


@dataclass(frozen=True)
class VoicePreset:
    """How one row of the table is made.

    Parameters
    ----------
    mel : scale of the mel image
    network, fit : size of the arm, and how it is trained
    duration_s : of the mel images
    standardise : whose mean and SD z-score every band: nobody's ('none'), the training part's, or
        each speaker's own ('speaker'), which takes all recordings, but no labels, of test speakers
    choose_epoch : on validation actors taken out of the training part; otherwise all training
        actors are trained on and the last epoch's weights count
    shifts_s : at test, class scores are averaged over copies of the sound rotated by these times
    speech_only : images of the speech without the silence around it (whoever loads them cares)

    Raises
    ------
    InputError : no shift, unknown ``standardise``
    """

    mel: str
    network: CrossChannelConfig
    fit: FitConfig
    duration_s: float
    standardise: str = "none"
    choose_epoch: bool = True
    shifts_s: tuple[float, ...] = (0.0,)
    speech_only: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "shifts_s", tuple(self.shifts_s))
        if not self.shifts_s:
            raise InputError("VoicePreset", "shifts_s", "at least one time", "none")
        if self.standardise not in STANDARDISE:
            raise InputError(
                "VoicePreset", "standardise", f"one of {STANDARDISE}", repr(self.standardise)
            )

    @classmethod
    def build(cls, preset: Mapping[str, Any], audio: Mapping[str, Any]) -> "VoicePreset":
        """From the config's mappings ``voices.presets.*`` and ``stimuli.audio``."""
        shape = (audio["n_mels"], audio["n_times"])
        network = CrossChannelConfig(**preset["network"], mel_shape=shape)
        built = {"network": network, "fit": FitConfig(**preset["fit"])}
        return cls(**(preset | built), duration_s=audio["duration_s"])


@dataclass(frozen=True)
class VoiceJob:
    """One training: which clips it may use, which fold it is tested on, its seeds."""

    preset: str
    train_set: str
    fold: int
    n_folds: int
    seed: int
    study_seed: int
    checkpoint_dir: Path | None = None

    @property
    def torch_seed(self) -> int:
        """Far from the others', since epochs are counted on from it."""
        return self.study_seed + 1000 * self.seed + 100_000 * (self.fold + 1)


def in_set(table: StimulusTable, name: str) -> np.ndarray:
    """Which clips a set has, bool (clip,): 'both' intensities, or 'strong' (the paper's design).

    Neutral has one intensity only and belongs to both sets.

    Raises
    ------
    InputError : unknown set
    """
    if name not in SETS:
        raise InputError("voices", "set", f"one of {SETS}", repr(name))
    frame = table.frame
    strong = (frame.intensity == "strong") | (frame.emotion == "neutral")
    return strong.to_numpy() | (name == "both")


def fold_rows(table: StimulusTable, job: VoiceJob) -> tuple[np.ndarray, np.ndarray]:
    """Rows of the training part (of its set) and of the test part (all of the fold's actors)."""
    folds = actor_folds(table, job.n_folds, job.study_seed)
    return (
        np.flatnonzero((folds != job.fold) & in_set(table, job.train_set)),
        np.flatnonzero(folds == job.fold),
    )


def part_of(table: StimulusTable, rows: np.ndarray) -> StimulusTable:
    """The table of some rows."""
    return replace(table, frame=table.frame.iloc[rows].reset_index(drop=True))


def train_fold(
    clips: ClipTensors, table: StimulusTable, preset: VoicePreset, machine: Machine, job: VoiceJob
) -> tuple[ClassScores, FitHistory]:
    """Train on all folds but one and score the clips of that one's actors.

    Test actors take no part in anything before: neither in training, nor in choosing the
    epoch, nor in the bands' mean and SD, unless these are each speaker's own.

    Raises
    ------
    InputError : a class missing from the training part
    """
    train_rows, test_rows = fold_rows(table, job)
    require_classes(table, train_rows, REGIME, clips.classes, f"the training part of {job.fold}")
    if preset.standardise == "training":
        clips = standardised(clips, [(train_rows, np.arange(len(clips)))])
    if preset.standardise == "speaker":
        clips = standardised(clips, [(rows, rows) for rows in rows_of_speakers(table)])
    train, validation = clips.rows(train_rows), None
    if preset.choose_epoch:
        inner = validation_actors(part_of(table, train_rows), job.study_seed)
        train, validation = (clips.rows(train_rows[rows]) for rows in inner)
    network = new_network(preset.network, len(clips.classes), ("audio",), job.torch_seed)
    name = f"{job.preset}-{job.train_set}-fold-{job.fold}-seed-{job.seed}"
    history = fit(
        network, train, validation, preset.fit, job.torch_seed, name, machine, job.checkpoint_dir
    )
    scores = class_scores(network, clips.rows(test_rows), preset)
    _log(scores, history)
    return scores, history


def rows_of_speakers(table: StimulusTable) -> list[np.ndarray]:
    """The rows of each actor's clips, int (clip of the actor,) each."""
    return [np.flatnonzero(table.frame.identity == actor) for actor in table.actors]


def standardised(clips: ClipTensors, parts: Sequence[tuple[np.ndarray, np.ndarray]]) -> ClipTensors:
    """Mel images (clip, band, time) with bands z-scored over clips and times.

    ``parts``: pairs of rows, int (clip,): those that mean and SD come from, those that get them.
    """
    mel = clips.mel.clone()
    for source, target in parts:
        known = clips.mel[torch.as_tensor(source)]
        mean, sd = known.mean((0, 2)), known.std((0, 2)).clamp(min=1e-6)
        mel[target] = (clips.mel[target] - mean[:, None]) / sd[:, None]
    return replace(clips, mel=mel)


@torch.no_grad()
def class_scores(network: CrossChannel, clips: ClipTensors, preset: VoicePreset) -> ClassScores:
    """Softmax outputs, averaged over copies of the mel images rotated in time."""
    network.eval()
    steps_per_s = clips.mel.shape[2] / preset.duration_s
    probabilities = [
        torch.cat(
            [
                network(None, part.roll(round(shift_s * steps_per_s), 2)).softmax(1)
                for part in clips.mel.split(64)
            ]
        )
        for shift_s in preset.shifts_s
    ]
    scores = torch.stack(probabilities).double().mean(0).numpy()
    return ClassScores(
        clips.stimulus_ids,
        tuple(clips.names(clips.labels)),
        clips.classes,
        scores / scores.sum(axis=1, keepdims=True),
    )


def _log(scores: ClassScores, history: FitHistory) -> None:
    right = [a == b for a, b in zip(scores.labels, scores.predicted, strict=True)]
    logging.getLogger(__name__).info(
        "%s: %d clips, epoch %d of %d; %.3f of %d clips of unseen actors right",
        history.name,
        history.n_train,
        history.selected_epoch,
        len(history.epochs),
        sum(right) / len(right),
        len(right),
    )
