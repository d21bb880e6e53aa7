"""Clips: decoded, face-cropped clips of one actor in one HDF5 file."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np

from crossmodal.contracts.atomic import atomic_path
from crossmodal.contracts.errors import InputError
from crossmodal.contracts.reading import reading

ARRAYS = ("video_grey", "video_rgb", "face_box_px", "detection_score", "audio", "mel_power")


@dataclass(frozen=True)
class Clip:
    """One clip after the stimuli stage. A missing modality is None, never zeros.

    Shapes and units
    ----------------
    video_grey : uint8 (frame, row, col); the face crop, 64 x 64 by default
    video_rgb : uint8 (frame, row, col, 3); the same crop in colour, of its own size
    frame_rate_hz : frames per second of the two above
    face_box_px : float32 (frame, 4); left, top, right, bottom in the original frame
    detection_score : float32 (frame,); the detector's score, NaN where the box was interpolated
    audio : float32 (sample,) in [-1, 1], mono
    sample_rate_hz : samples per second of ``audio``
    mel_power : float32 (mel_band, time); power mel image of ``audio``

    Raises
    ------
    InputError : wrong shape or type, frame counts that disagree, neither modality
    """

    stimulus_id: str
    video_grey: np.ndarray | None = None
    video_rgb: np.ndarray | None = None
    frame_rate_hz: float | None = None
    face_box_px: np.ndarray | None = None
    detection_score: np.ndarray | None = None
    audio: np.ndarray | None = None
    sample_rate_hz: float | None = None
    mel_power: np.ndarray | None = None

    def __post_init__(self) -> None:
        if not (self.has_video or self.has_audio):
            raise InputError(f"Clip {self.stimulus_id}", "modalities", "video or audio", "neither")
        if self.has_video:
            frames = len(self.video_grey)
            self._expect("video_grey", np.uint8, (frames, None, None))
            self._expect("video_rgb", np.uint8, (frames, None, None, 3))
            self._expect("face_box_px", np.float32, (frames, 4))
            self._expect("detection_score", np.float32, (frames,))
            self._positive("frame_rate_hz")
        if self.has_audio:
            self._expect("audio", np.float32, (None,))
            self._expect("mel_power", np.float32, (None, None))
            self._positive("sample_rate_hz")

    @property
    def has_video(self) -> bool:
        return self.video_grey is not None

    @property
    def has_audio(self) -> bool:
        return self.audio is not None

    def _expect(self, name: str, dtype: type, shape: tuple[int | None, ...]) -> None:
        array = getattr(self, name)
        fits = (
            isinstance(array, np.ndarray)
            and array.dtype == dtype
            and array.ndim == len(shape)
            and all(want in (None, got) for want, got in zip(shape, array.shape, strict=True))
        )
        if not fits:
            got = "nothing" if array is None else f"{array.dtype} {array.shape}"
            raise InputError(f"Clip {self.stimulus_id}", name, f"{np.dtype(dtype)} {shape}", got)

    def _positive(self, name: str) -> None:
        value = getattr(self, name)
        if value is None or not value > 0:
            raise InputError(f"Clip {self.stimulus_id}", name, "a positive number", value)


# Not lzf: it starts from whatever lies in memory, and equal arrays become other bytes now and then
# (docs/decisions/slurm.md).
COMPRESSION = {"compression": "gzip", "compression_opts": 1}


def write_clips(path: str | Path, clips: Iterable[Clip]) -> None:
    """Write clips one by one (memory stays that of one clip), atomically."""
    with atomic_path(path) as temporary, h5py.File(temporary, "w", libver="latest") as file:
        for clip in clips:
            group = file.create_group(clip.stimulus_id)
            for name in ARRAYS:
                if (array := getattr(clip, name)) is not None:
                    group.create_dataset(name, data=array, **COMPRESSION)
            for name in ("frame_rate_hz", "sample_rate_hz"):
                if (value := getattr(clip, name)) is not None:
                    group.attrs[name] = float(value)


def read_clips(
    path: str | Path, stimulus_ids: Iterable[str] | None = None, arrays: tuple[str, ...] = ARRAYS
) -> Iterator[Clip]:
    """Read clips one by one, in the order of ``stimulus_ids`` (default: the file's).

    ``arrays`` must keep complete modalities: leave out all of video or all of audio.
    """
    with reading(path, "an HDF5 file of clips"), h5py.File(path, "r") as file:
        for stimulus_id in file if stimulus_ids is None else stimulus_ids:
            if stimulus_id not in file:
                raise InputError(path, "stimulus", stimulus_id, f"only {sorted(file)[:5]}…")
            group = file[stimulus_id]
            yield Clip(
                stimulus_id,
                **{name: group[name][()] for name in arrays if name in group},
                **{name: float(value) for name, value in group.attrs.items()},
            )
