"""Power mel image of a sound.

To the last bit librosa's ``feature.melspectrogram``, which a test compares. Not librosa itself:
its import takes 1.5 s of every job that extracts clips, and 15 s where numba's cache is empty.
"""

import logging

import numpy as np

from crossmodal.contracts.mel_scale import mel_frequencies_hz
from crossmodal.stimuli.extraction_config import AudioConfig

log = logging.getLogger(__name__)


def mel_power(audio: np.ndarray, config: AudioConfig) -> np.ndarray:
    """Mel power spectrogram of exactly ``duration_s``: longer sound is cut, shorter padded.

    Frames are centred, one every ``duration_s / n_times``, in a Hann window, zeros beyond the
    ends; bands on Slaney's mel scale and with his normalisation, 0 Hz to half the sample rate.

    Parameters
    ----------
    audio : float32 (sample,) at ``sample_rate_hz``

    Returns
    -------
    float32 (n_mels, n_times), power; a logarithm is left to the network
    """
    n_samples = round(config.duration_s * config.sample_rate_hz)
    sound = np.pad(audio[:n_samples], (0, max(0, n_samples - len(audio))))
    power = power_spectrum(sound, config.n_fft, n_samples // config.n_times)
    filters = mel_filters(config.sample_rate_hz, config.n_fft, config.n_mels)
    image = np.einsum("ft,mf->mt", power, filters, optimize=True)
    return image[:, : config.n_times].astype(np.float32)


def power_spectrum(sound: np.ndarray, n_fft: int, hop: int) -> np.ndarray:
    """Squared magnitude of the short-time Fourier transform, float32 (frequency, time)."""
    padded = np.pad(sound, n_fft // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, n_fft)[::hop]
    spectrum = np.fft.rfft(frames * hann(n_fft), axis=-1).astype(np.complex64)
    return (np.abs(spectrum) ** 2).T


def hann(n: int) -> np.ndarray:
    """The periodic Hann window, float64 (n,)."""
    return 0.5 + 0.5 * np.cos(np.linspace(-np.pi, np.pi, n + 1))[:-1]


def mel_filters(sample_rate_hz: float, n_fft: int, n_mels: int) -> np.ndarray:
    """Triangles over the frequencies of ``power_spectrum``, of equal area in Hz.

    Returns
    -------
    float32 (n_mels, frequency)
    """
    edges_hz = mel_frequencies_hz(n_mels + 2, sample_rate_hz / 2)
    ramps_hz = np.subtract.outer(edges_hz, np.fft.rfftfreq(n_fft, 1 / sample_rate_hz))
    widths_hz = np.diff(edges_hz)[:, None]
    rising, falling = -ramps_hz[:-2] / widths_hz[:-1], ramps_hz[2:] / widths_hz[1:]
    filters = np.maximum(0, np.minimum(rising, falling)).astype(np.float32)
    filters *= (2.0 / (edges_hz[2:] - edges_hz[:-2]))[:, None]
    if n_empty := n_mels - np.count_nonzero(filters.any(axis=1)):
        log.warning("%d of %d mel bands hold no frequency: n_fft is %d", n_empty, n_mels, n_fft)
    return filters
