"""What level of sound is understood. Rules: docs/your-own-clips.md."""

import logging
from pathlib import Path

import numpy as np

from crossmodal.contracts.errors import InputError

log = logging.getLogger(__name__)

SILENT_PEAK = 3e-4  # of full scale, -70 dB: ten steps of 16 bits
MAX_PEAK = 2.0  # louder than 6 dB over full scale is another unit, not a loud recording
MAX_OFFSET = 0.05  # mean over SD; 1,200 RAVDESS recordings have at most 0.04
MIN_MIXED = 0.1  # power of a mix over that of channels that have nothing in common


class Mixer:
    """Mixes blocks of channels to one and notes how much power survives."""

    def __init__(self, path: str | Path) -> None:
        self.path, self.n_channels, self.channels, self.mix = path, 1, 0.0, 0.0

    def mixed(self, block: np.ndarray) -> np.ndarray:
        """float32 (channel, sample) -> float64 (sample,), the channels' mean.

        Raises
        ------
        InputError : NaN or infinity
        """
        mono = block.mean(axis=0, dtype=np.float64)
        if not np.isfinite(mono).all():
            raise InputError(self.path, "audio", "finite samples", "NaN or infinity")
        self.n_channels = len(block)
        self.channels += float(np.square(block, dtype=np.float64).mean(axis=0).sum())
        self.mix += float(mono @ mono)
        return mono

    def require_in_phase(self) -> None:
        """Refuse channels that cancel each other, as one of a pair with swapped poles does.

        The mix of n equal channels keeps all of their power, that of n independent ones, or of
        one among n - 1 silent ones, 1 / n of it.
        """
        if self.mix < MIN_MIXED / self.n_channels * self.channels:
            kept = self.mix / self.channels
            got = f"{kept:.1%} of their power (in antiphase?)"
            raise InputError(self.path, "audio: channels", "a mix that keeps their sound", got)


def levelled(samples: np.ndarray, path: str | Path) -> np.ndarray:
    """Sound without a constant offset, and within full scale.

    An offset of more than 5 % of the SD is taken away; a peak of up to twice full scale (lossy
    codecs and floating point reach it) is brought to full scale with all else. Other sound stays
    as it is.

    Raises
    ------
    InputError : no samples, a peak of more than twice full scale
    """
    if not samples.size:
        raise InputError(path, "audio", "at least one sample", "none")
    offset = samples.mean()
    if abs(offset) > MAX_OFFSET * samples.std():
        log.info("%s: constant offset of %.3g taken off the sound", Path(path).name, offset)
        samples = samples - offset
    peak = np.abs(samples).max()
    if peak > MAX_PEAK:
        got = f"a peak of {peak:.4g} (integers stored as floats?)"
        raise InputError(path, "audio: level", "samples from -1 to 1", got)
    if peak > 1:
        log.info("%s: peak of %.3g times full scale brought to 1", Path(path).name, peak)
        samples = samples / peak
    return samples


def require_audible(samples: np.ndarray, path: str | Path) -> None:
    """Refuse silence."""
    peak = np.abs(samples).max(initial=0)
    if peak < SILENT_PEAK:
        raise InputError(path, "audio", "a sound", f"silence (peak {peak:.1g} of full scale)")
