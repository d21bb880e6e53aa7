"""Low-level control RDMs: what a model of pixels and sound pressure alone would predict."""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import numpy as np
from scipy.spatial.distance import pdist, squareform

from crossmodal.contracts.clips import Clip
from crossmodal.contracts.errors import InputError
from crossmodal.contracts.rdms import ModelRDMs
from crossmodal.representations.low_level_config import LowLevelConfig
from crossmodal.representations.pitch import yin_hz

LOG = logging.getLogger(__name__)
ENVELOPE_HZ = 50.0
MODULATION_HZ = (1.0, 2.0, 4.0, 8.0, 16.0)  # octave bands' lower edges, and the last's upper edge
SILENCE_DB = -35.0  # frames this far below the loudest are not voiced
MODEL, REGIME, SOURCE = "low_level", "clips", "clips"


def luminance(clip: Clip, config: LowLevelConfig) -> np.ndarray:
    """Mean grey value (0–255) of each cell of the face crop, (cell,)."""
    return _cells(clip.video_grey.mean(axis=0, dtype=np.float64), config.cells)


def motion_energy(clip: Clip, config: LowLevelConfig) -> np.ndarray:
    """Mean squared grey-value change per second of each cell, square root, (cell,)."""
    change = np.diff(clip.video_grey.astype(np.float64), axis=0) * clip.frame_rate_hz
    return np.sqrt(_cells((change**2).mean(axis=0), config.cells))


def face_geometry(clip: Clip, config: LowLevelConfig) -> np.ndarray:
    """Mean and SD over frames of the face box's centre, width and height (px), (8,)."""
    left, top, right, bottom = clip.face_box_px.astype(np.float64).T
    sizes = np.stack([(left + right) / 2, (top + bottom) / 2, right - left, bottom - top])
    return np.concatenate([sizes.mean(axis=1), sizes.std(axis=1)])


def envelope(clip: Clip, config: LowLevelConfig) -> np.ndarray:
    """Root-mean-square amplitude in frames of 1/50 s, dB re full scale, (frame,)."""
    return 20 * np.log10(_rms(clip) + 1e-4)


def modulation_spectrum(clip: Clip, config: LowLevelConfig) -> np.ndarray:
    """Log power of the envelope's modulation in octave bands from 1 to 16 Hz, (band,)."""
    level = _rms(clip)
    power = np.abs(np.fft.rfft((level - level.mean()) * np.hanning(len(level)))) ** 2
    hz = np.fft.rfftfreq(len(level), 1 / ENVELOPE_HZ)
    bands = zip(MODULATION_HZ[:-1], MODULATION_HZ[1:], strict=True)
    return np.log10([power[(hz >= low) & (hz < high)].sum() + 1e-12 for low, high in bands])


def fundamental(clip: Clip, config: LowLevelConfig) -> np.ndarray:
    """Median, SD and slope of F0 over voiced frames, in semitones and semitones/s, (3,).

    YIN estimates; frames more than 35 dB below the loudest count as unvoiced.

    Raises
    ------
    InputError : silence
    """
    hop = int(clip.sample_rate_hz / ENVELOPE_HZ)
    f0_hz = yin_hz(clip.audio, clip.sample_rate_hz, config.f0_min_hz, config.f0_max_hz, hop)
    level = _rms(clip)[: len(f0_hz)]
    voiced = level > np.max(level, initial=0) * 10 ** (SILENCE_DB / 20)
    if not voiced.any():
        raise InputError(f"Clip {clip.stimulus_id}", "audio", "a sound", "silence")
    semitones = 12 * np.log2(f0_hz[voiced])
    times_s = np.flatnonzero(voiced) / ENVELOPE_HZ
    slope = np.polyfit(times_s, semitones, 1)[0] if len(semitones) > 1 else 0.0
    return np.array([np.median(semitones), semitones.std(), slope])


def duration(clip: Clip, config: LowLevelConfig) -> np.ndarray:
    """Length in seconds, (1,)."""
    if clip.has_audio:
        return np.array([len(clip.audio) / clip.sample_rate_hz])
    return np.array([len(clip.video_grey) / clip.frame_rate_hz])


FEATURES: dict[str, tuple[str, Callable[[Clip, LowLevelConfig], np.ndarray], bool]] = {
    # name: (arm, function, whether its entries have different units and are z-scored)
    "luminance": ("visual", luminance, False),
    "motion_energy": ("visual", motion_energy, False),
    "face_geometry": ("visual", face_geometry, True),
    "envelope": ("auditory", envelope, False),
    "modulation_spectrum": ("auditory", modulation_spectrum, False),
    "f0": ("auditory", fundamental, True),
    "duration": ("timing", duration, False),
}


def low_level_rdms(clips: Iterable[Clip], config: LowLevelConfig) -> ModelRDMs:
    """Euclidean distances between clips in each feature space, in their order.

    A feature of a modality that the clips lack, and one in which no two clips differ (equal
    durations), are left out, and the log says so.

    Raises
    ------
    InputError : fewer than three clips, or no feature left
    """
    ids, values = [], {name: [] for name in FEATURES}
    for clip in clips:
        ids.append(clip.stimulus_id)
        for name, (arm, function, _) in FEATURES.items():
            if {"visual": clip.has_video, "auditory": clip.has_audio}.get(arm, True):
                values[name].append(function(clip, config))
    if len(ids) < 3:
        raise InputError("clips", "number", "at least 3", len(ids))
    rdms = {
        name: _rdm(rows, FEATURES[name][2])
        for name, rows in values.items()
        if len(rows) == len(ids)
    }
    kept = [name for name in rdms if np.ptp(rdms[name]) > 0]
    LOG.info("low-level RDMs: %s; left out: %s", kept, sorted(set(FEATURES) - set(kept)))
    if not kept:
        raise InputError("clips", "features", "one that differs between clips", "none")
    return ModelRDMs(
        np.stack([rdms[name] for name in kept]),
        tuple(ids),
        tuple(kept),
        tuple(FEATURES[name][0] for name in kept),
        (SOURCE,) * len(kept),
        MODEL,
        REGIME,
        ("euclidean",) * len(kept),
    )


def in_order(models: ModelRDMs, stimulus_ids: Sequence[str]) -> ModelRDMs:
    """The same RDMs with their conditions in another order.

    Raises
    ------
    InputError : a stimulus without clip
    """
    if missing := [name for name in stimulus_ids if name not in models.stimulus_ids]:
        raise InputError("clips", "stimulus_id", missing[0], "no such clip")
    order = [models.stimulus_ids.index(name) for name in stimulus_ids]
    vectors = np.stack(
        [squareform(squareform(row)[np.ix_(order, order)]) for row in models.dissimilarities]
    )
    return replace(models, dissimilarities=vectors, stimulus_ids=tuple(stimulus_ids))


def _rdm(rows: list[np.ndarray], z_score: bool) -> np.ndarray:
    """Euclidean distances (pair,); rows of unequal length are padded with their minimum."""
    longest = max(map(len, rows))
    padded = np.stack(
        [np.pad(row, (0, longest - len(row)), constant_values=row.min()) for row in rows]
    )
    if z_score:
        varies = np.ptp(padded, axis=0) > 0  # the SD of constants may be rounding instead of 0
        padded = (padded - padded.mean(axis=0)) / np.where(varies, padded.std(axis=0), 1)
    return pdist(padded)


def _cells(image: np.ndarray, cells: int) -> np.ndarray:
    """Means over a grid of cells x cells, (cell,)."""
    rows = np.array_split(image, cells, axis=0)
    return np.array([part.mean() for row in rows for part in np.array_split(row, cells, axis=1)])


def _rms(clip: Clip) -> np.ndarray:
    """Root mean square amplitude in frames of 1/50 s, float64 (frame,)."""
    length = int(clip.sample_rate_hz / ENVELOPE_HZ)
    frames = len(clip.audio) // length
    if frames < 1:
        raise InputError(f"Clip {clip.stimulus_id}", "audio", f"{length} samples", len(clip.audio))
    samples = clip.audio[: frames * length].astype(np.float64).reshape(frames, length)
    return np.sqrt((samples**2).mean(axis=1))
