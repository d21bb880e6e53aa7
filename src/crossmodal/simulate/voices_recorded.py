"""Real RAVDESS recordings as the voices of simulated clips."""

from pathlib import Path

import numpy as np
import soundfile
import soxr

SPEECH_LEVEL_DB = -35.0  # of the loudest 20 ms: what is quieter at either end is not speech
LEAD_S = 0.25  # silence kept before the speech
PITCH_LIMITS_HZ = (65, 600)


def read_recording(path: str | Path, sample_rate_hz: int) -> np.ndarray:
    """A recording from just before its speech on.

    Returns
    -------
    float32 (sample,) at ``sample_rate_hz``, mono
    """
    samples, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
    speech = soxr.resample(samples.mean(axis=1), rate_hz, sample_rate_hz)
    return speech[speech_start(speech, sample_rate_hz) :].astype(np.float32)


def speech_start(samples: np.ndarray, sample_rate_hz: int) -> int:
    """Index of the sample LEAD_S before the first 20 ms that are not silent."""
    window = sample_rate_hz // 50
    frames = samples[: len(samples) // window * window].reshape(-1, window)
    power = np.mean(frames.astype(np.float64) ** 2, axis=1)
    first = int(np.argmax(power > power.max() * 10 ** (SPEECH_LEVEL_DB / 10)))
    return max(0, first * window - round(LEAD_S * sample_rate_hz))


def measure_prosody(samples: np.ndarray, sample_rate_hz: int) -> dict[str, float]:
    """Pitch, range, duration, loudness and brightness: nobody told a real voice what to do."""
    import librosa  # heavy, and not needed for synthetic voices

    speech = librosa.effects.trim(samples, top_db=-SPEECH_LEVEL_DB)[0]
    low_hz, high_hz = PITCH_LIMITS_HZ
    pitch_hz, is_voiced, _ = librosa.pyin(
        librosa.resample(speech, orig_sr=sample_rate_hz, target_sr=16000),
        fmin=low_hz, fmax=high_hz, sr=16000,
    )  # fmt: skip
    semitones = 12 * np.log2(pitch_hz[is_voiced] / 100) if is_voiced.any() else np.zeros(1)
    spectrum = np.abs(np.fft.rfft(speech)) ** 2
    frequency_hz = np.fft.rfftfreq(len(speech), 1 / sample_rate_hz)
    return {
        "pitch_semitones": float(np.median(semitones)),
        "pitch_range": float(np.subtract(*np.percentile(semitones, [90, 10]))),
        "rate": sample_rate_hz / len(speech),
        "loudness_db": float(10 * np.log10(np.mean(speech**2))),
        "tilt_db": float(10 * np.log10(spectrum[frequency_hz > 2000].sum() / spectrum.sum())),
        "formant_scale": float(np.sum(frequency_hz * spectrum) / spectrum.sum() / 1000),
    }
