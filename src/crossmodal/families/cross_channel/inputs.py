"""Clips as tensors in memory: decoded once by the stimuli stage, never again here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from crossmodal.contracts.clips import ARRAYS, Clip
from crossmodal.contracts.errors import InputError
from crossmodal.contracts.stimulus_table import StimulusTable
from crossmodal.families.training.clips import clips_of_table, encode_labels

MEL_SCALES = ("power", "log")


@dataclass(frozen=True)
class ClipTensors:
    """A set of clips and their labels, in one order.

    Shapes
    ------
    frames : uint8 (clip, frame, row, col), or None without video; float32 (clip, unit)
        where it holds the output of an arm
    mel : float32 (clip, band, time), or None without audio; (clip, unit) likewise
    labels : int64 (clip,), indices into ``classes``
    """

    frames: Tensor | None
    mel: Tensor | None
    labels: Tensor
    classes: tuple[str, ...]
    stimulus_ids: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def modalities(self) -> tuple[str, ...]:
        """'video', 'audio' or both."""
        pairs = (("video", self.frames), ("audio", self.mel))
        return tuple(name for name, tensor in pairs if tensor is not None)

    def only(self, modalities: Sequence[str]) -> "ClipTensors":
        """Without the modalities that are not listed."""
        return replace(
            self,
            frames=self.frames if "video" in modalities else None,
            mel=self.mel if "audio" in modalities else None,
        )

    def rows(self, index: Sequence[int] | np.ndarray) -> "ClipTensors":
        """A part of the clips."""
        chosen = torch.as_tensor(np.asarray(index, dtype=np.int64))
        return replace(
            self,
            frames=None if self.frames is None else self.frames[chosen],
            mel=None if self.mel is None else self.mel[chosen],
            labels=self.labels[chosen],
            stimulus_ids=tuple(self.stimulus_ids[i] for i in chosen.tolist()),
        )

    def names(self, indices: Tensor) -> list[str]:
        """Class names of label indices."""
        return [self.classes[i] for i in indices.tolist()]


def load_clips(
    paths: Iterable[str | Path],
    table: StimulusTable,
    regime: str,
    n_frames: int,
    mel_scale: str,
    classes: Sequence[str] | None = None,
) -> ClipTensors:
    """Read the clips of a table (one HDF5 per actor) as tensors with the labels of a regime.

    ``classes`` fixes the label order (default: sorted labels of the table).

    Raises
    ------
    InputError : one class only, a label that is not in ``classes``, an actor without file,
        clips whose modalities or sizes differ
    """
    clips = {
        clip.stimulus_id: thinned(clip, n_frames) for clip in clips_of_table(paths, table, ARRAYS)
    }
    ordered = [clips[stimulus_id] for stimulus_id in table.stimulus_ids]
    labels, names = encode_labels(table, regime, classes)
    return ClipTensors(
        stack_frames(ordered, n_frames),
        stack_mel(ordered, mel_scale),
        labels,
        names,
        tuple(table.stimulus_ids),
    )


def thinned(clip: Clip, n_frames: int) -> Clip:
    """The chosen grey frames and the mel image: a pool of whole clips would fill the memory."""
    changes = {}
    if clip.has_video:
        chosen = spread_frames(len(clip.video_grey), n_frames)
        changes = {
            "video_grey": clip.video_grey[chosen],
            "video_rgb": clip.video_rgb[chosen, :1, :1],
            "face_box_px": clip.face_box_px[chosen],
            "detection_score": clip.detection_score[chosen],
        }
    if clip.has_audio:
        changes["audio"] = clip.audio[:1].copy()
    return replace(clip, **changes)


def spread_frames(n_available: int, n_frames: int) -> np.ndarray:
    """Indices of ``n_frames`` frames: the centres of as many equal parts of the clip."""
    centres = (np.arange(n_frames) + 0.5) * n_available / n_frames
    return np.minimum(centres.astype(np.int64), n_available - 1)


def stack_frames(clips: Sequence[Clip], n_frames: int) -> Tensor | None:
    """uint8 (clip, frame, row, col) of the grey crops, or None where no clip has video."""
    if not _has_modality(clips, "video", [clip.has_video for clip in clips]):
        return None
    chosen = [clip.video_grey[spread_frames(len(clip.video_grey), n_frames)] for clip in clips]
    return torch.from_numpy(_stack(clips, "video_grey", chosen))


def stack_mel(clips: Sequence[Clip], mel_scale: str) -> Tensor | None:
    """float32 (clip, band, time), or None where no clip has audio."""
    if not _has_modality(clips, "audio", [clip.has_audio for clip in clips]):
        return None
    power = _stack(clips, "mel_power", [clip.mel_power for clip in clips])
    return torch.from_numpy(scale_mel(power, mel_scale))


def scale_mel(power: np.ndarray, mel_scale: str) -> np.ndarray:
    """Power mel as published, or its logarithm mapped to about [-1, 1].

    The logarithm is log10(power + 1e-7): digital silence is -7, loud speech about 2.

    Raises
    ------
    InputError : unknown scale
    """
    if mel_scale not in MEL_SCALES:
        raise InputError("network config", "mel", f"one of {MEL_SCALES}", repr(mel_scale))
    if mel_scale == "power":
        return power.astype(np.float32)
    return ((np.log10(power + 1e-7) + 2.5) / 4.5).astype(np.float32)


def _has_modality(clips: Sequence[Clip], name: str, present: list[bool]) -> bool:
    if any(present) and not all(present):
        without = clips[present.index(False)].stimulus_id
        raise InputError(f"Clip {without}", "modalities", f"{name} as in other clips", f"no {name}")
    return all(present)


def _stack(clips: Sequence[Clip], field: str, arrays: list[np.ndarray]) -> np.ndarray:
    for clip, array in zip(clips, arrays, strict=True):
        if array.shape != arrays[0].shape:
            raise InputError(
                f"Clip {clip.stimulus_id}", field, f"shape {arrays[0].shape}", array.shape
            )
    return np.stack(arrays)
