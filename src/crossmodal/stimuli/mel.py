"""Power mel image of a sound."""

import librosa
import numpy as np

from crossmodal.stimuli.extraction_config import AudioConfig


def mel_power(audio: np.ndarray, config: AudioConfig) -> np.ndarray:
    """Mel power spectrogram of exactly ``duration_s``: longer sound is cut, shorter padded.

    Frames are centred, one every ``duration_s / n_times``; librosa's defaults otherwise
    (Slaney mel scale and normalisation, Hann window, 0 Hz to half the sample rate).

    Parameters
    ----------
    audio : float32 (sample,) at ``sample_rate_hz``

    Returns
    -------
    float32 (n_mels, n_times), power; a logarithm is left to the network
    """
    n_samples = round(config.duration_s * config.sample_rate_hz)
    image = librosa.feature.melspectrogram(
        y=librosa.util.fix_length(audio, size=n_samples),
        sr=config.sample_rate_hz,
        n_fft=config.n_fft,
        hop_length=n_samples // config.n_times,
        n_mels=config.n_mels,
    )
    return image[:, : config.n_times].astype(np.float32)
