"""Windows of 16 consecutive frames, cut from clips when they are needed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import interpolate

from crossmodal.contracts.affect_labels import AXES, AffectLabels
from crossmodal.contracts.clips import ARRAYS, Clip
from crossmodal.contracts.errors import InputError
from crossmodal.contracts.stimulus_table import StimulusTable
from crossmodal.families.affect3d.network import N_FRAMES
from crossmodal.families.training.clips import clips_of_table
from crossmodal.families.training.scratch import in_scratch_file


@dataclass(frozen=True)
class AffectClips:
    """Clips of one set.

    Shapes and units
    ----------------
    frames : per clip uint8 (frame, 3, row, col), at ``frame_rate_hz``, in a scratch file
    frame_index : per clip int64 (frame,), which stored frames these are
    stimulus_ids, actors : one per clip
    n_stored_frames : stimulus_id -> frames of the clip before thinning
    """

    frames: list[Tensor]
    frame_index: list[np.ndarray]
    stimulus_ids: tuple[str, ...]
    actors: tuple[str, ...]
    n_stored_frames: dict[str, int]

    def __len__(self) -> int:
        return len(self.frames)


def load_clips(
    paths: Sequence[str | Path], table: StimulusTable, frame_rate_hz: float, image_px: int
) -> AffectClips:
    """Read the clips of a table (one HDF5 file per actor), one at a time, and shrink their frames.

    Raises
    ------
    InputError : an actor without file, a clip without video or with fewer than 16 frames
    """
    index, stored = {}, {}

    def shrunk() -> Iterator[Tensor]:
        for clip in clips_of_table(paths, table, ARRAYS):
            name, kept = clip.stimulus_id, kept_frames(clip, frame_rate_hz)
            index[name], stored[name] = kept, len(clip.video_rgb)
            # Colours stay innermost, as decoded: the layout decides how sums are rounded.
            yield shrink(clip.video_rgb[kept], image_px).permute(0, 2, 3, 1)

    frames = [pixels.permute(0, 3, 1, 2) for pixels in in_scratch_file(shrunk())]
    frames_of, ids = dict(zip(index, frames, strict=True)), tuple(table.stimulus_ids)
    actors = tuple(table.frame.identity)
    return AffectClips([frames_of[i] for i in ids], [index[i] for i in ids], ids, actors, stored)


def kept_frames(clip: Clip, frame_rate_hz: float) -> np.ndarray:
    """Which of a clip's frames are looked at, int64 (frame,).

    Raises
    ------
    InputError : a clip without video or with fewer than 16 frames at that rate
    """
    if not clip.has_video:
        raise InputError(f"Clip {clip.stimulus_id}", "modalities", "video", "none")
    kept = thinned(len(clip.video_rgb), clip.frame_rate_hz, frame_rate_hz)
    if len(kept) < N_FRAMES:
        expected = f"at least {N_FRAMES} at {frame_rate_hz} Hz"
        raise InputError(f"Clip {clip.stimulus_id}", "frames", expected, len(kept))
    return kept


def thinned(n_frames: int, stored_hz: float, wanted_hz: float) -> np.ndarray:
    """Indices of frames about 1 / ``wanted_hz`` apart; all, where that is more than stored."""
    n_kept = max(1, round(n_frames * min(1.0, wanted_hz / stored_hz)))
    return np.minimum(((np.arange(n_kept) + 0.5) * n_frames / n_kept).astype(int), n_frames - 1)


def shrink(frames: np.ndarray, image_px: int) -> Tensor:
    """uint8 (frame, row, col, 3) -> uint8 (frame, 3, image_px, image_px), antialiased."""
    x = torch.from_numpy(frames).permute(0, 3, 1, 2).float()
    size = (image_px, image_px)
    x = interpolate(x, size, mode="bilinear", antialias=True, align_corners=False)
    return x.round().clamp(0, 255).to(torch.uint8)


@dataclass(frozen=True)
class Windows:
    """Where windows start, and what they are to be mapped to.

    clip, start : int64 (window,), the clip and its first frame; targets : float32 (window, 2),
    mean valence and arousal of the 16 frames (NaN without labels)
    """

    clips: AffectClips
    clip: np.ndarray
    start: np.ndarray
    targets: Tensor

    def __len__(self) -> int:
        return len(self.clip)

    def pixels(self, rows: Sequence[int]) -> Tensor:
        """uint8 (window, 3, 16, row, col)."""
        cut = [
            self.clips.frames[self.clip[i]][self.start[i] : self.start[i] + N_FRAMES] for i in rows
        ]
        return torch.stack(cut).permute(0, 2, 1, 3, 4)

    def images(self, rows: Sequence[int], device: torch.device | None = None) -> Tensor:
        """float32 (window, 3, 16, row, col): mean 0 and SD 1 per window and colour.

        Pixels go to the device as uint8, so that a GPU does the arithmetic.

        # ASSUME: the paper does not normalise its input. Raw colours let the network go by
        # skin and lighting, which tell people apart and not what they feel.
        """
        x = self.pixels(rows).to(device).float()
        x -= x.mean((2, 3, 4), keepdim=True)
        x /= x.std((2, 3, 4), keepdim=True).clamp_min(1.0)
        return x

    def of_actors(self, actors: Sequence[str]) -> list[int]:
        """Rows of windows of some actors."""
        return [i for i, clip in enumerate(self.clip) if self.clips.actors[clip] in actors]


def cut_windows(
    clips: AffectClips,
    labels: AffectLabels | None,
    hop_frames: int,
    columns: Sequence[str] = AXES,
) -> Windows:
    """All windows of all clips, ``hop_frames`` apart; clips without labels are left out.

    Without ``labels`` all clips are kept and targets are NaN.

    Raises
    ------
    InputError : labels shorter than the video
    """
    labelled = None if labels is None else set(labels.frame.stimulus_id)
    clip, start, targets = [], [], []
    for i, name in enumerate(clips.stimulus_ids):
        if labelled is not None and name not in labelled:
            continue
        values = None
        if labels is not None:
            n_stored = clips.n_stored_frames[name]
            values = labels.of_clip(name, n_stored, columns)[clips.frame_index[i]]
        for first in range(0, len(clips.frames[i]) - N_FRAMES + 1, hop_frames):
            clip.append(i)
            start.append(first)
            part = None if values is None else values[first : first + N_FRAMES]
            targets.append(np.full(2, np.nan) if part is None else part.mean(axis=0))
    return Windows(
        clips, np.array(clip), np.array(start), torch.tensor(np.array(targets), dtype=torch.float32)
    )
