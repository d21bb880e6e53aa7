"""One-second windows of a wave as 256 x 250 spectrograms (Chang & Skarbek 2021, section 3.3)."""

import torch
from torch import Tensor

N_FFT, HOP_SAMPLES = 512, 64


def windows(wave: Tensor, window_samples: int, hop_samples: int) -> Tensor:
    """(sample,) -> (window, sample): all windows that fit; a shorter wave is filled up with 0.

    3 s at 16 kHz in 1 s windows every 0.2 s are 11 windows.
    """
    if len(wave) < window_samples:
        wave = torch.nn.functional.pad(wave, (0, window_samples - len(wave)))
    return wave.unfold(0, window_samples, hop_samples)


def spectrograms(waves: Tensor, scale: str = "log") -> Tensor:
    """(window, sample) -> (window, 1, 256, 250) for windows of 16,000 samples.

    Magnitudes of a Hann 512, hop 64 transform: 257 bins x 251 times, of which the last bin
    (8 kHz) and the last time are cut off. ``scale``: 'log' is log(1 + magnitude).
    """
    hann = torch.hann_window(N_FFT, device=waves.device)
    transform = torch.stft(waves, N_FFT, HOP_SAMPLES, window=hann, return_complex=True)
    magnitude = transform.abs()[:, None, :-1, :-1]
    return torch.log1p(magnitude) if scale == "log" else magnitude
