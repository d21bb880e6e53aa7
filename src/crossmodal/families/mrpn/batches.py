"""Batches of clips: raw images for the whole network, or stored features for the fusion."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from crossmodal.families.mrpn.augmentation import MrpnAugmentation, augment_faces, random_slice
from crossmodal.families.mrpn.inputs import ClipSequences, MrpnInputs
from crossmodal.families.mrpn.spectrogram import spectrograms, windows
from crossmodal.families.mrpn.steps import Steps, join
from crossmodal.families.training.batches import InOrder, Shuffled

Inputs = dict[str, Steps]


class Source(Protocol):
    """Clips of which batches can be made; without a generator nothing is random."""

    labels: Tensor

    def batch(self, rows: Sequence[int], generator: torch.Generator | None) -> Inputs: ...


@dataclass(frozen=True)
class RawSource:
    """Images made on the fly; ``n_steps`` caps the steps per clip in training (0: all)."""

    clips: ClipSequences
    augmentation: MrpnAugmentation
    device: torch.device
    n_steps: int = 0

    @property
    def labels(self) -> Tensor:
        return self.clips.labels

    def batch(self, rows: Sequence[int], generator: torch.Generator | None) -> Inputs:
        """modality -> Steps of images (step, channel, row, col) on the device."""
        made = {"video": self._video, "audio": self._audio}
        return {m: made[m](rows, generator) for m in self.clips.inputs.modalities}

    def _video(self, rows: Sequence[int], generator: torch.Generator | None) -> Steps:
        inputs = self.clips.inputs
        n_min = math.ceil(inputs.min_slice_s * inputs.video_rate_hz)
        cut = [self._slice(self.clips.video[i], n_min, generator) for i in rows]
        frames = join([self._thinned(frames, generator) for frames in cut]).to(self.device)
        frames = frames.with_values(as_images(frames.values))
        if generator is not None:
            frames = augment_faces(frames, self.augmentation, generator)
        return frames

    def _audio(self, rows: Sequence[int], generator: torch.Generator | None) -> Steps:
        inputs, rate = self.clips.inputs, self.clips.sample_rate_hz
        cut = [
            self._slice(self.clips.audio[i], round(inputs.min_slice_s * rate), generator)
            for i in rows
        ]
        size, hop = round(inputs.window_s * rate), round(inputs.window_hop_s * rate)
        waves = join([self._thinned(windows(wave, size, hop), generator) for wave in cut])
        waves = waves.to(self.device)
        return waves.with_values(spectrograms(waves.values, inputs.spectrogram))

    def _slice(self, x: Tensor, n_min: int, generator: torch.Generator | None) -> Tensor:
        start, length = random_slice(
            len(x), n_min, generator if self.augmentation.time_slices else None
        )
        return x[start : start + length]

    def _thinned(self, x: Tensor, generator: torch.Generator | None) -> Tensor:
        if generator is None or not 0 < self.n_steps < len(x):
            return x
        kept = torch.randperm(len(x), generator=generator)[: self.n_steps].sort().values
        return x[kept]


@dataclass(frozen=True)
class FeatureSource:
    """Outputs of fixed extractors: per modality one (step, unit) tensor per clip."""

    features: Mapping[str, list[Tensor]]
    labels: Tensor
    inputs: MrpnInputs
    time_slices: bool

    def batch(self, rows: Sequence[int], generator: torch.Generator | None) -> Inputs:
        """modality -> Steps of features; slices are cut on whole steps."""
        n_min = {
            "video": math.ceil(self.inputs.min_slice_s * self.inputs.video_rate_hz),
            "audio": n_windows(self.inputs.min_slice_s, self.inputs),
        }
        drawn = generator if self.time_slices else None
        made: dict[str, list[Tensor]] = {m: [] for m in self.features}
        for modality, clips in self.features.items():
            for row in rows:
                start, length = random_slice(len(clips[row]), n_min[modality], drawn)
                made[modality].append(clips[row][start : start + length])
        return {m: join(clips) for m, clips in made.items()}

    def only(self, modalities: Sequence[str], time_slices: bool) -> "FeatureSource":
        """Fewer modalities, with or without time slices."""
        kept = {m: self.features[m] for m in self.features if m in modalities}
        return FeatureSource(kept, self.labels, self.inputs, time_slices)


def n_windows(duration_s: float, inputs: MrpnInputs) -> int:
    """Windows that fit into a duration, at least one."""
    return max(1, math.floor((duration_s - inputs.window_s) / inputs.window_hop_s + 1e-9) + 1)


def as_images(frames: Tensor) -> Tensor:
    """uint8 (frame, row, col, 3) -> float32 (frame, 3, row, col), grey 0.5 -> 0, SD about 1."""
    return (frames.permute(0, 3, 1, 2).float() / 255 - 0.5) / 0.25


class TrainBatches(Shuffled):
    """Rows of a source once per epoch; see ``Shuffled``."""

    def __init__(self, source: Source, rows: Sequence[int], batch_size: int, seed: int) -> None:
        super().__init__(rows, batch_size, seed, smallest=2)
        self.source = source

    def batch(self, rows: Tensor, generator: torch.Generator) -> tuple[Inputs, Tensor]:
        """Sliced and augmented clips, and their labels."""
        return self.source.batch(rows.tolist(), generator), self.source.labels[rows]


def evaluation_batches(source: Source, rows: Sequence[int], batch_size: int = 16) -> InOrder:
    """Rows in order, complete and unchanged, with their labels."""
    return InOrder(
        rows, batch_size, lambda part: (source.batch(part.tolist(), None), source.labels[part])
    )
