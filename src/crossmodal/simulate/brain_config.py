"""What the simulated brains, scanner and task are like."""

import zlib
from dataclasses import dataclass, field

import numpy as np

from crossmodal.contracts.errors import InputError

FEATURES = ("visual", "vocal", "emotion")


@dataclass(frozen=True)
class BrainConfig:
    """Config block ``simulate.brain`` without what concerns single participants.

    Amplitudes in percent are percent of the local baseline; 0 switches an effect off.
    ``config/README.md`` documents every key.

    Raises
    ------
    InputError : a feature set that the clips' generator does not have, an AR(1)
        coefficient outside [0, 1), a warp that would fold the anatomy
    """

    repetition_time_s: float
    voxel_size_mm: float
    t1_voxel_mm: float
    trial_onset_asynchrony_s: float
    n_null_events: int
    signal_percent: float
    noise_percent: float
    noise_ar1: float
    noise_fwhm_mm: float
    drift_percent: float
    physiological_percent: float
    anatomy_warp_mm: float
    tilt_deg: float
    dropout: float
    distortion_mm: float
    spikes_per_run: int
    spike_percent: float
    planted: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for roi, features in self.planted.items():
            if features not in FEATURES:
                raise InputError(
                    "config", f"simulate.brain.planted.{roi}", f"one of {FEATURES}", repr(features)
                )
        if not 0 <= self.noise_ar1 < 1:
            raise InputError("config", "simulate.brain.noise_ar1", "in [0, 1)", self.noise_ar1)
        if not 0 <= self.anatomy_warp_mm <= 8:
            # The shortest wave is 80 mm long: above 80 / 2 pi = 12.7 mm it could fold.
            raise InputError(
                "config", "simulate.brain.anatomy_warp_mm", "0 to 8", self.anatomy_warp_mm
            )


@dataclass(frozen=True)
class Participant:
    """What is particular about one simulated participant.

    ``orientation`` : axis codes of the stored BOLD grid, e.g. 'LAS'
    ``motion_mm`` : largest head translation within a run, mm
    """

    label: str
    orientation: str = "RAS"
    motion_mm: float = 0.0

    def __post_init__(self) -> None:
        axes = {frozenset("LR"), frozenset("AP"), frozenset("SI")}
        used = [axis for code in self.orientation for axis in axes if code in axis]
        if len(self.orientation) != 3 or set(used) != axes:
            raise InputError(
                "config",
                f"simulate.brain.orientations.{self.label}",
                "three axis codes such as 'RAS' or 'LAS'",
                repr(self.orientation),
            )


def random_stream(seed: int, *names: str) -> np.random.Generator:
    """An independent random stream for each purpose, so that one cannot shift another."""
    return np.random.default_rng([seed, *(zlib.crc32(name.encode()) for name in names)])
