"""Statistics of one utterance, as classifiers of emotion have long used them."""

import librosa
import numpy as np

from crossmodal.contracts.errors import InputError
from crossmodal.representations.pitch import yin_hz

N_FFT, HOP = 1024, 256
N_MELS, N_MFCC = 64, 20
DELTA_FRAMES = 9
F0_MIN_HZ, F0_MAX_HZ = 65.0, 600.0
VOICED_DB = 35.0  # frames this far below the loudest count as unvoiced


def utterance_statistics(audio: np.ndarray, sample_rate_hz: float) -> dict[str, float]:
    """Mean and SD over frames of spectral features, F0 and energy; duration in seconds.

    64 log-mel bands (dB), 20 MFCCs and their deltas, F0 (semitones re 1 Hz, voiced frames),
    energy (RMS, dB re full scale), spectral centroid (Hz). ``audio`` float32 (sample,).

    Raises
    ------
    InputError : too short for deltas, or silence
    """
    shortest = HOP * DELTA_FRAMES + N_FFT
    if len(audio) < shortest:
        raise InputError("utterance", "audio", f"at least {shortest} samples", len(audio))
    if not np.any(audio):
        raise InputError("utterance", "audio", "a sound", "silence")
    magnitude = np.abs(librosa.stft(audio, n_fft=N_FFT, hop_length=HOP))
    mel = librosa.feature.melspectrogram(S=magnitude**2, sr=sample_rate_hz, n_mels=N_MELS)
    log_mel = 10 * np.log10(mel + 1e-10)
    mfcc = librosa.feature.mfcc(S=log_mel, n_mfcc=N_MFCC)
    energy_db = 20 * np.log10(librosa.feature.rms(S=magnitude, frame_length=N_FFT) + 1e-6)
    tracks = {
        **{f"mel{i:02d}": row for i, row in enumerate(log_mel)},
        **{f"mfcc{i:02d}": row for i, row in enumerate(mfcc)},
        **{f"delta{i:02d}": row for i, row in enumerate(librosa.feature.delta(mfcc))},
        "f0_semitones": voiced_semitones(audio, sample_rate_hz),
        "energy_db": energy_db[0],
        "centroid_hz": librosa.feature.spectral_centroid(S=magnitude, sr=sample_rate_hz)[0],
    }
    values = {}
    for name, track in tracks.items():
        values |= {f"{name}_mean": float(track.mean()), f"{name}_sd": float(track.std())}
    return values | {"duration_s": len(audio) / sample_rate_hz}


def voiced_semitones(audio: np.ndarray, sample_rate_hz: float) -> np.ndarray:
    """F0 of the frames at most 35 dB below the loudest, semitones re 1 Hz, (frame,)."""
    f0_hz = yin_hz(audio, sample_rate_hz, F0_MIN_HZ, F0_MAX_HZ, HOP)
    frames = librosa.util.frame(audio, frame_length=N_FFT, hop_length=HOP)
    level = np.sqrt((frames**2).mean(axis=0))
    n = min(len(f0_hz), len(level))
    loud = level[:n] > level.max() * 10 ** (-VOICED_DB / 20)
    return 12 * np.log2(f0_hz[:n][loud])
