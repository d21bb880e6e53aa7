"""What the workflow's jobs of this family do, in terms of contracts."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

from crossmodal.contracts.affect_labels import AffectLabels
from crossmodal.contracts.errors import InputError
from crossmodal.contracts.settings import Settings
from crossmodal.contracts.stimulus_table import StimulusTable
from crossmodal.contracts.weights import Weights
from crossmodal.families.affect3d.circumplex import circumplex_labels, read_circumplex
from crossmodal.families.affect3d.network import Affect3d, Affect3dConfig
from crossmodal.families.affect3d.training import (
    Affect3dTraining,
    predict,
    residual_sd,
    train,
)
from crossmodal.families.affect3d.windows import AffectClips, Windows, cut_windows, load_clips
from crossmodal.families.layers import Networks, best_seed
from crossmodal.families.training.config import Machine
from crossmodal.families.training.history import copy_state
from crossmodal.families.training.run import Run

log = logging.getLogger(__name__)
TRUTH = ("true_valence", "true_arousal")


@dataclass(frozen=True)
class Affect3dFamily(Settings):
    """The config block of the family, as far as jobs need it.

    ``accelerator``, ``precision``: as in ``Machine``.
    """

    network: Affect3dConfig = Affect3dConfig()
    training: Affect3dTraining = Affect3dTraining()
    accelerator: str = "auto"
    precision: str = "32-true"

    def run(self, checkpoint_dir: Path | None = None) -> Run:
        """Where trainings run and keep their checkpoints."""
        return Run(Machine(self.accelerator, self.precision), checkpoint_dir)

    @property
    def device(self) -> torch.device:
        """Where windows are predicted."""
        return self.run().device

    def load(self, paths: Sequence[str], table: StimulusTable) -> AffectClips:
        """Clips of a table at this family's size and rate."""
        rate, px = self.training.frame_rate_hz, self.network.image_px
        return load_clips(paths, table, rate, px)


def labels_of(
    clips: AffectClips, table: StimulusTable, files: Sequence[str], circumplex: str | None
) -> AffectLabels:
    """Frame labels from CSV files or, without any, from emotions by the circumplex table.

    Raises
    ------
    InputError : neither files nor a table
    """
    if files:
        return AffectLabels.read(files)
    if circumplex is None:
        raise InputError(
            "families.affect3d", "labels", "CSV files or a circumplex table", "neither"
        )
    return circumplex_labels(table, read_circumplex(circumplex), clips.n_stored_frames)


def validation_actors(genders: Mapping[str, str], source: str) -> tuple[str, ...]:
    """The last actor of each gender in the pool (actor -> gender), kept out of training.

    Raises
    ------
    InputError : fewer than two actors of a gender: none would be left for training
    """
    chosen = []
    for gender in sorted(set(genders.values())):
        actors = sorted(actor for actor, value in genders.items() if value == gender)
        if len(actors) < 2:
            raise InputError(source, f"{gender} actors", "at least 2", actors)
        chosen.append(actors[-1])
    return tuple(chosen)


def train_network(
    family: Affect3dFamily,
    windows: Windows,
    held_out: Sequence[str],
    seed: int,
    torch_seed: int,
    checkpoint_dir: Path | None = None,
) -> tuple[Weights, list[dict[str, float]]]:
    """Train on the pool's windows but those of ``held_out`` actors.

    The weights' metadata holds the residual SD (valence, arousal) on the held-out actors.
    """
    validation = windows.of_actors(held_out)
    kept = set(validation)
    rows = [i for i in range(len(windows)) if i not in kept]
    config, training = family.network, family.training
    run = family.run(checkpoint_dir)
    network, fitted = train(config, training, windows, rows, validation, torch_seed, run)
    predicted = predict(network, windows, validation, family.device).numpy()
    residual = residual_sd(predicted, windows.targets[validation].numpy())
    log.info("residual SD on held-out actors %s: %s", held_out, residual)
    meta: dict[str, Any] = {
        "model": "affect3d", "regime": "affect", "seed": seed, "stage": "tuned",
        "classes": ["valence", "arousal"], "modalities": ["video"],
        "architecture": asdict(config), "residual_sd": residual.astype(float).tolist(),
    }  # fmt: skip
    tensors = {name: tensor.numpy() for name, tensor in copy_state(network).items()}
    return Weights(tensors, meta), fitted.rows


def restored(weights: Weights) -> Affect3d:
    """The network a weights file describes.

    Raises
    ------
    InputError : a layer missing or of another shape (names the layer)
    """
    network = Affect3d(Affect3dConfig(**weights.meta["architecture"]))
    for name, tensor in network.state_dict().items():
        got = weights.tensors.get(name)
        if got is None or got.shape != tuple(tensor.shape):
            shape = "no such layer" if got is None else got.shape
            raise InputError(weights.source, f"layer {name}", tuple(tensor.shape), shape)
    stored = {name: torch.from_numpy(array) for name, array in weights.tensors.items()}
    network.load_state_dict(stored)
    return network.eval()


def networks_of(weights: Sequence[Weights], untrained_seeds: Sequence[int]) -> Networks:
    """The trained networks and random ones.

    Training sees the pool only: there is no 'pool' beside the seeds. The best seed has the
    smallest error on validation actors.
    """
    config = Affect3dConfig(**weights[0].meta["architecture"])
    by_seed = {int(one.meta["seed"]): one for one in weights}
    scores = {k: -float(np.mean(np.square(w.meta["residual_sd"]))) for k, w in by_seed.items()}
    seeds = {k: partial(restored, w) for k, w in by_seed.items()}
    untrained = (blank_network(config, seed) for seed in untrained_seeds)
    return Networks(seeds, {"untrained": untrained}, best_seed(scores))


def blank_network(config: Affect3dConfig, seed: int) -> Affect3d:
    """A network with random weights."""
    torch.manual_seed(seed)
    return Affect3d(config)


def predictions_of(
    weights: Sequence[Weights], windows: Windows, device: torch.device
) -> np.ndarray:
    """Predictions of the trained seeds, float32 (seed, window, axis)."""
    rows = range(len(windows))
    networks = (restored(one).to(device) for one in weights)
    return np.stack([predict(network, windows, rows, device).numpy() for network in networks])


def truth_of(clips: AffectClips, labels: AffectLabels, hop_frames: int) -> Windows | None:
    """Windows with the simulator's noiseless targets, where the labels have them."""
    return cut_windows(clips, labels, hop_frames, TRUTH) if labels.has_truth else None


def read_weights(paths: Sequence[str | Path]) -> list[Weights]:
    """Weights files of all seeds."""
    return [Weights.read(path) for path in paths]
