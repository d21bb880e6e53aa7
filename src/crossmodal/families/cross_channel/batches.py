"""Batches of clips that lie in memory: shuffled, sampled and augmented as a whole."""

from dataclasses import dataclass

import torch
from torch import Tensor

from crossmodal.families.cross_channel.augmentation import (
    Augmentation,
    augment_frames,
    augment_mel,
    mix,
    mixing_weights,
)
from crossmodal.families.cross_channel.inputs import ClipTensors
from crossmodal.families.training.batches import InOrder, Shuffled


@dataclass
class Batch:
    """What one step needs: inputs, labels and, for mixed clips, the partners' labels.

    frames : float32 (clip, frame, row, col) or None; mel : float32 (clip, band, time) or
    None; labels, partner_labels : int64 (clip,); share : float32 (clip,), weight of ``labels``
    """

    frames: Tensor | None
    mel: Tensor | None
    labels: Tensor
    partner_labels: Tensor
    share: Tensor

    def to(self, device: torch.device) -> "Batch":
        """The same batch on another device."""
        return Batch(
            *(None if t is None else t.to(device, non_blocking=True) for t in vars(self).values())
        )


class TrainBatches(Shuffled):
    """All clips once per epoch.

    Parameters
    ----------
    clips : the training set; float inputs (stored outputs of arms) are never augmented
    n_frames : frames per clip and step, drawn anew each time; None takes all
    augmentation : how much clips vary
    batch_size, seed : as in ``Shuffled``
    """

    def __init__(
        self,
        clips: ClipTensors,
        batch_size: int,
        n_frames: int | None,
        augmentation: Augmentation,
        seed: int,
    ) -> None:
        super().__init__(range(len(clips)), batch_size, seed, smallest=2)
        self.clips, self.n_frames, self.augmentation = clips, n_frames, augmentation

    def batch(self, rows: Tensor, generator: torch.Generator) -> Batch:
        """Sampled, augmented and mixed clips of some rows."""
        frames = self._frames(rows, generator)
        mel = None if self.clips.mel is None else self.clips.mel[rows]
        if mel is not None and mel.ndim == 3:
            mel = augment_mel(mel, self.augmentation, generator)
        labels = self.clips.labels[rows]
        partner, share = mixing_weights(len(rows), self.augmentation.mixup, generator)
        if self.augmentation.mixup:
            frames = None if frames is None else mix(frames, partner, share)
            mel = None if mel is None else mix(mel, partner, share)
        return Batch(frames, mel, labels, labels[partner], share)

    def _frames(self, rows: Tensor, generator: torch.Generator) -> Tensor | None:
        stored = self.clips.frames
        if stored is None or stored.ndim == 2:
            return None if stored is None else stored[rows]
        n_stored = stored.shape[1]
        n_frames = min(self.n_frames or n_stored, n_stored)
        chosen = torch.rand(len(rows), n_stored, generator=generator).argsort(1)[:, :n_frames]
        frames = stored[rows[:, None], chosen].float() / 255
        return augment_frames(frames, self.augmentation, generator)


def evaluation_batches(clips: ClipTensors, batch_size: int = 32) -> InOrder:
    """All clips in order, all frames, unchanged."""

    def whole(rows: Tensor) -> Batch:
        part, share = clips.rows(rows), torch.ones(len(rows))
        return Batch(as_unit_range(part.frames), part.mel, part.labels, part.labels, share)

    return InOrder(range(len(clips)), batch_size, whole)


def as_unit_range(frames: Tensor | None) -> Tensor | None:
    """uint8 frames as float32 in [0, 1]; anything else as it is."""
    return frames.float() / 255 if frames is not None and frames.dtype == torch.uint8 else frames
