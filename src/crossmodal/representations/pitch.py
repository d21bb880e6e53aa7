"""Fundamental frequency by YIN (de Cheveigne & Kawahara 2002), all frames at once.

librosa has YIN too, but compiles it on first use: 20 s for 72 short clips that take 0.7 s.
"""

import numpy as np

THRESHOLD = 0.1  # of the normalised difference, below which a period is accepted


def yin_hz(
    audio: np.ndarray, sample_rate_hz: float, f0_min_hz: float, f0_max_hz: float, hop: int
) -> np.ndarray:
    """F0 of each frame, float64 (frame,).

    ``audio`` (sample,); frames start every ``hop`` samples and are three of the longest periods
    long. A frame without a clear period gets that of the smallest difference: gate by level.
    Shorter audio than one frame gives no frames.
    """
    longest = int(np.ceil(sample_rate_hz / f0_min_hz)) + 1
    shortest = max(2, int(sample_rate_hz / f0_max_hz))
    length = 3 * longest
    if len(audio) < length:
        return np.zeros(0)
    frames = np.lib.stride_tricks.sliding_window_view(audio.astype(np.float64), length)[::hop]
    difference = normalised_difference(frames, longest)
    candidates = difference[:, shortest:longest]
    lag = shortest + _first_dip(candidates)
    return sample_rate_hz / (lag + _parabola_shift(difference, lag))


def normalised_difference(frames: np.ndarray, longest: int) -> np.ndarray:
    """Cumulative mean normalised difference d'(lag), (frame, longest + 1).

    d(lag) = sum_j (x_j - x_{j+lag})^2 over a window of the frame's length minus ``longest``,
    d'(lag) = d(lag) * lag / sum_{k=1..lag} d(k), d'(0) = 1.
    """
    length = frames.shape[1]
    window = length - longest
    size = 2 * length
    spectrum = np.fft.rfft(frames, size) * np.conj(np.fft.rfft(frames[:, :window], size))
    products = np.fft.irfft(spectrum, size)[:, : longest + 1]
    energy = np.pad(np.cumsum(frames**2, axis=1), ((0, 0), (1, 0)))
    lags = np.arange(longest + 1)
    shifted = energy[:, lags + window] - energy[:, lags]
    difference = np.maximum(shifted[:, :1] + shifted - 2 * products, 0)
    total = np.cumsum(difference[:, 1:], axis=1)
    normalised = np.ones_like(difference)
    normalised[:, 1:] = difference[:, 1:] * lags[1:] / np.maximum(total, 1e-20)
    return normalised


def _first_dip(values: np.ndarray) -> np.ndarray:
    """Index of the first local minimum below the threshold, else of the smallest value."""
    inner = values[:, 1:-1]
    dips = (inner < THRESHOLD) & (inner <= values[:, :-2]) & (inner < values[:, 2:])
    return np.where(dips.any(axis=1), dips.argmax(axis=1) + 1, values.argmin(axis=1))


def _parabola_shift(values: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Where between lags the parabola through three values is lowest, in (-1, 1)."""
    rows = np.arange(len(at))
    before, here, after = (values[rows, at + step] for step in (-1, 0, 1))
    curvature = before - 2 * here + after
    shift = np.where(curvature > 0, (before - after) / np.where(curvature > 0, 2 * curvature, 1), 0)
    return np.clip(shift, -1, 1)
