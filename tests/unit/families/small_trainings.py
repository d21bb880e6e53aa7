"""Every family's training at the smallest size, behind one face: what the tests of all ask for."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd
import torch

from crossmodal.contracts.affect_labels import AffectLabels
from crossmodal.contracts.weights import Weights
from crossmodal.families.affect3d.experiment import (
    Affect3dFamily,
    train_network,
    validation_actors,
)
from crossmodal.families.affect3d.windows import cut_windows
from crossmodal.families.cross_channel.inputs import load_clips
from crossmodal.families.cross_channel.states import new_network, to_weights
from crossmodal.families.cross_channel.training_config import Job, TrainingConfig
from crossmodal.families.cross_channel.tuning import tune
from crossmodal.families.mrpn.experiment import MrpnFamily, load_training_set, train_variant
from crossmodal.families.training.parts import cross_validation
from tests.unit import mrpn_clips, network_clips

N_EPOCHS = 2
LOOP = {"n_epochs": N_EPOCHS, "batch_size": 6, "learning_rate": 3e-3}
Epochs = list[dict[str, float]]


@dataclass(frozen=True)
class Parts:
    """Ids of the clips of one fit."""

    train: set[str]
    validation: set[str]
    test: set[str]


class Training(Protocol):
    """A family's training on data of its own.

    parts : name of a fit -> its clips, as the family deals them
    run : weights, and the epochs of every fit; ``spoiled`` clips hold noise and wrong labels
    """

    parts: dict[str, Parts]

    def run(
        self,
        spoiled: Iterable[str] = (),
        seed: int = 0,
        precision: str = "32-true",
        checkpoints: Path | None = None,
    ) -> tuple[Weights, dict[str, Epochs]]: ...


def noise(like: torch.Tensor) -> torch.Tensor:
    generator = torch.Generator().manual_seed(like.numel())
    if like.dtype == torch.uint8:
        return torch.randint(256, like.shape, generator=generator, dtype=torch.uint8)
    return 3 * torch.randn(like.shape, generator=generator)


class CrossChannelTraining:
    """Sounds of four actors, two folds."""

    def __init__(self, folder: Path) -> None:
        self.table = network_clips.stimulus_table(range(1, 5))
        paths = network_clips.write_actors(folder, self.table, ("audio",))
        self.clips = load_clips(paths, self.table, "emotion", 1, "log")
        ids = np.array(self.table.stimulus_ids)
        folds = cross_validation(self.table, "emotion", 2, 7)
        self.parts = {
            f"fold-{k}": Parts(*({*ids[rows]} for rows in (f.train, f.validation, f.test)))
            for k, f in enumerate(folds)
        }

    def run(self, spoiled=(), seed=0, precision="32-true", checkpoints=None):
        fit = LOOP | {"schedule": "constant"}
        machine = {"accelerator": "cpu", "precision": precision}
        family = {"tune": fit, "n_folds": 2, "machine": machine}
        config = TrainingConfig.build({"width": 0.1}, family, 1)
        job = Job("cross_channel", "emotion", seed, 7, checkpoints)
        network = new_network(config.network, 6, ("audio",), 0)
        start = to_weights(network, self.clips.classes, job.meta("pretrained"))
        mel, labels = self.clips.mel.clone(), self.clips.labels.clone()
        for row in (self.clips.stimulus_ids.index(name) for name in spoiled):
            mel[row], labels[row] = noise(mel[row]), (labels[row] + 1) % 6
        clips = replace(self.clips, mel=mel, labels=labels)
        weights, training = tune(clips, self.table, start, config, job)
        return weights, {fit.name: fit.epochs for fit in training.fits}


class MrpnTraining:
    """Faces and sounds of six actors, three folds, the fusion on fixed extractors."""

    def __init__(self, folder: Path) -> None:
        self.paths, self.table = mrpn_clips.write_set(folder, [f"0{k}" for k in range(1, 7)])
        self.data = load_training_set(
            self.family("32-true"), self.table, None, self.paths, "emotion", {}
        )
        ids = {actor: {*rows.stimulus_id} for actor, rows in self.table.frame.groupby("identity")}
        self.parts = {
            fold.name: Parts(
                *(set().union(*map(ids.get, part)) for part in (fold.train, fold.validation)),
                set().union(*map(ids.get, fold.test)),
            )
            for fold in self.data.folds
        }

    def family(self, precision: str) -> MrpnFamily:
        return MrpnFamily(
            network={"width": 0.0625, "aggregated_units": 8, "hidden_units": 8},
            inputs={"video_rate_hz": 2.5, "window_hop_s": 0.6},
            train={"loop": LOOP, "train_extractors": False},
            n_folds=3,
            accelerator="cpu",
            precision=precision,
        )

    def run(self, spoiled=(), seed=0, precision="32-true", checkpoints=None):
        family, clips = self.family(precision), self.data.clips
        video, audio, labels = [*clips.video], [*clips.audio], clips.labels.clone()
        for row in (clips.stimulus_ids.index(name) for name in spoiled):
            video[row], audio[row] = noise(video[row]), noise(audio[row])
            labels[row] = 1 - labels[row]
        clips = replace(clips, video=video, audio=audio, labels=labels)
        data = replace(self.data, clips=clips, run=family.run(checkpoints))
        weights, training = train_variant(family, data, "n2", "emotion", seed, 5 + seed)
        return weights, {fit.name: fit.epochs for fit in training.fits}


class Affect3dTraining:
    """Faces of six actors of the pool: the study's clips, on which it is tested, are not there."""

    def __init__(self, folder: Path) -> None:
        paths, self.table = mrpn_clips.write_set(folder, [f"0{k}" for k in range(1, 7)])
        self.clips = self.family("32-true").load(paths, self.table)
        self.held_out = validation_actors(self.table.genders, "pool.tsv")
        frame = self.table.frame
        held = frame.identity.isin(self.held_out)
        self.parts = {
            "affect3d": Parts({*frame.stimulus_id[~held]}, {*frame.stimulus_id[held]}, set())
        }

    def family(self, precision: str) -> Affect3dFamily:
        return Affect3dFamily(
            network={"width": 0.0625, "image_px": 16},
            training={"frame_rate_hz": 10.0, "loop": LOOP},
            accelerator="cpu",
            precision=precision,
        )

    def labels(self) -> AffectLabels:
        rows: list[dict[str, Any]] = [
            {"stimulus_id": name, "frame": frame, "valence": np.sin(k), "arousal": np.cos(k)}
            for k, name in enumerate(self.clips.stimulus_ids)
            for frame in range(16)
        ]
        return AffectLabels(pd.DataFrame(rows))

    def run(self, spoiled=(), seed=0, precision="32-true", checkpoints=None):
        frames = [*self.clips.frames]
        rows = [self.clips.stimulus_ids.index(name) for name in spoiled]
        for row in rows:
            frames[row] = noise(frames[row])
        windows = cut_windows(replace(self.clips, frames=frames), self.labels(), 8)
        windows.targets[np.isin(windows.clip, rows)] *= -1
        family = self.family(precision)
        weights, epochs = train_network(family, windows, self.held_out, seed, 9 + seed, checkpoints)
        return weights, {"affect3d": epochs}


TRAININGS = {
    "cross_channel": CrossChannelTraining,
    "mrpn": MrpnTraining,
    "affect3d": Affect3dTraining,
}
