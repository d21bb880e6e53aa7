"""The mel scale of a clip's mel image: Slaney's, linear below 1 kHz and logarithmic above."""

import numpy as np

LINEAR_HZ_PER_MEL = 200 / 3
LOG_FROM_HZ = 1000.0
LOG_FROM_MEL = LOG_FROM_HZ / LINEAR_HZ_PER_MEL
LOG_STEP = np.log(6.4) / 27.0  # of the natural logarithm, a mel


def mel_frequencies_hz(n_points: int, highest_hz: float) -> np.ndarray:
    """Frequencies equally far apart in mel, from 0 Hz to ``highest_hz``, float64 (point,).

    The band i of ``mel_power`` with n bands rises from point i of n + 2, peaks at i + 1 and ends
    at i + 2. To the last bit librosa's ``mel_frequencies`` (Slaney, Auditory Toolbox, 1998).
    """
    mels = np.linspace(0.0, _mel(highest_hz), n_points)
    frequencies_hz = LINEAR_HZ_PER_MEL * mels
    is_log = mels >= LOG_FROM_MEL
    frequencies_hz[is_log] = LOG_FROM_HZ * np.exp(LOG_STEP * (mels[is_log] - LOG_FROM_MEL))
    return frequencies_hz


def _mel(frequency_hz: float) -> float:
    if frequency_hz < LOG_FROM_HZ:
        return frequency_hz / LINEAR_HZ_PER_MEL
    return LOG_FROM_MEL + np.log(frequency_hz / LOG_FROM_HZ) / LOG_STEP
