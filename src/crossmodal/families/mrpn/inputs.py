"""Clips for mrpn: colour faces at a low frame rate and standardised waves."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from crossmodal.contracts.clips import ARRAYS, Clip
from crossmodal.contracts.errors import InputError
from crossmodal.contracts.stimulus_table import StimulusTable
from crossmodal.families.mrpn.config import MrpnInputs
from crossmodal.families.training.clips import clips_of_table, encode_labels
from crossmodal.families.training.scratch import in_scratch_file

MODALITIES = ("video", "audio")
N_CHANNELS = {"video": 3, "audio": 1}
SPECTROGRAMS = ("log", "linear")


@dataclass(frozen=True)
class ClipSequences:
    """A set of clips in one order.

    Shapes and units
    ----------------
    video : per clip uint8 (frame, row, col, 3) at ``inputs.video_rate_hz``, in a
        scratch file, or None
    audio : per clip float32 (sample,), mean 0 and SD 1, or None
    sample_rate_hz : of the waves
    labels : int64 (clip,), indices into ``classes``
    """

    inputs: MrpnInputs
    video: list[Tensor] | None
    audio: list[Tensor] | None
    sample_rate_hz: float
    labels: Tensor
    classes: tuple[str, ...]
    actors: tuple[str, ...]
    stimulus_ids: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def n_bytes(self) -> int:
        """Size of all clips, scratch file and memory together."""
        return sum(t.nbytes for group in (self.video, self.audio) for t in group or ())


def load_sequences(
    paths: Iterable[str | Path],
    table: StimulusTable,
    inputs: MrpnInputs,
    regime: str = "emotion",
    classes: Sequence[str] | None = None,
) -> ClipSequences:
    """Read the clips of a table (one HDF5 file per actor), one at a time.

    Raises
    ------
    InputError : fewer than two classes, an actor without file, a clip without a modality
    """
    labels, names = encode_labels(table, regime, classes)
    rates, names_of, audio = set(), [], {}

    def prepared_frames() -> Iterator[Tensor]:
        for clip in clips_of_table(paths, table, ARRAYS):
            prepared = prepare(clip, inputs)
            rates.add(clip.sample_rate_hz)
            if "audio" in prepared:
                audio[clip.stimulus_id] = prepared["audio"]
            if "video" in prepared:
                names_of.append(clip.stimulus_id)
                yield prepared["video"]

    video = dict(zip(names_of, in_scratch_file(prepared_frames()), strict=True))
    if len(rates) > 1:
        raise InputError(table.source, "sample_rate_hz", "one rate for all clips", sorted(rates))
    return ClipSequences(
        inputs,
        [video[i] for i in table.stimulus_ids] if "video" in inputs.modalities else None,
        [audio[i] for i in table.stimulus_ids] if "audio" in inputs.modalities else None,
        rates.pop() or 0.0,
        labels,
        names,
        tuple(table.frame.identity),
        tuple(table.stimulus_ids),
    )


def prepare(clip: Clip, inputs: MrpnInputs) -> dict[str, Tensor]:
    """The modalities of one clip as tensors: frames thinned out, noise added, wave z-scored."""
    for modality in inputs.modalities:
        if not getattr(clip, f"has_{modality}"):
            raise InputError(f"Clip {clip.stimulus_id}", "modalities", modality, "none")
    prepared = {}
    if "video" in inputs.modalities:
        frames = clip.video_rgb[frames_at(len(clip.video_rgb), clip.frame_rate_hz, inputs)]
        noisy = add_noise(frames.astype(np.float32), clip.stimulus_id, "video", inputs)
        prepared["video"] = torch.from_numpy(noisy.clip(0, 255).round().astype(np.uint8))
    if "audio" in inputs.modalities:
        wave = add_noise(clip.audio, clip.stimulus_id, "audio", inputs)
        prepared["audio"] = torch.from_numpy(standardise(wave))
    return prepared


def frames_at(n_frames: int, frame_rate_hz: float, inputs: MrpnInputs) -> np.ndarray:
    """Indices of the frames nearest to the centres of 1 / ``video_rate_hz`` long intervals."""
    n_steps = max(1, round(n_frames / frame_rate_hz * inputs.video_rate_hz))
    centres = (np.arange(n_steps) + 0.5) / inputs.video_rate_hz * frame_rate_hz
    return np.minimum(centres.astype(np.int64), n_frames - 1)


def standardise(wave: np.ndarray) -> np.ndarray:
    """Mean 0, SD 1, float32; silence stays zero."""
    centred = wave - wave.mean(dtype=np.float64)
    return (centred / max(float(centred.std()), 1e-8)).astype(np.float32)


def add_noise(
    signal: np.ndarray, stimulus_id: str, modality: str, inputs: MrpnInputs
) -> np.ndarray:
    """White noise at ``noise_snr_db`` of the clip's own variance; the same on every run."""
    if modality not in inputs.noise_snr_db:
        return signal
    seed = np.frombuffer(f"{modality} {stimulus_id}".encode(), dtype=np.uint8)
    noise_sd = signal.std() * 10 ** (-inputs.noise_snr_db[modality] / 20)
    noise = np.random.default_rng(seed).normal(0, noise_sd, signal.shape)
    return (signal + noise).astype(np.float32)
