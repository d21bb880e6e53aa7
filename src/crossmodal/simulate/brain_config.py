"""What the simulated brains, scanner and task are like."""

import zlib
from dataclasses import dataclass, field
from typing import Annotated, Literal

import numpy as np
from annotated_types import Ge, Le

from crossmodal.contracts.settings import (
    Count,
    Matches,
    Natural,
    NonNegative,
    Positive,
    Settings,
    Share,
)

FEATURES = ("visual", "vocal", "emotion")
AxisCodes = Annotated[
    str,
    Matches(r"^(?=.*[LR])(?=.*[AP])(?=.*[SI]).{3}$", "three axis codes such as RAS or LAS"),
]


@dataclass(frozen=True)
class BrainConfig(Settings):
    """What all simulated participants share.

    Amplitudes in percent are percent of the local baseline; 0 switches an effect off. The
    shortest wave of the anatomy's warp is 80 mm long: above 80 / 2 pi = 12.7 mm it could fold.
    """

    repetition_time_s: Positive = 2.0
    """Time between volumes, s."""
    voxel_size_mm: Positive = 4.0
    """Isotropic voxel size of the BOLD runs, mm."""
    t1_voxel_mm: Positive = 2.0
    """Isotropic voxel size of the T1w image, mm."""
    trial_onset_asynchrony_s: Positive = 4.0
    """Time from the onset of one event to the next, s."""
    n_null_events: Natural = 12
    """Events without a clip in every run."""
    planted: dict[str, Literal["visual", "vocal", "emotion"]] = field(
        default_factory=lambda: {
            "FFA": "visual",
            "STG": "vocal",
            "pSTS": "emotion",
            "TPJ": "emotion",
        }
    )
    """Which of the generator's features drive which region of resources/rois.tsv (both
    hemispheres); nothing is planted elsewhere."""
    signal_percent: NonNegative = 3.0
    """SD over clips of a planted voxel's peak response, root mean square over voxels, % of
    baseline; 0 gives noise only."""
    noise_percent: NonNegative = 1.0
    """SD of the AR(1) noise, % of baseline."""
    noise_ar1: Share = 0.35
    """Correlation of the noise between successive volumes."""
    noise_fwhm_mm: NonNegative = 4.0
    """Spatial smoothness of the noise, mm; 0 makes neighbouring voxels independent."""
    drift_percent: NonNegative = 1.0
    """SD of the slow drift (three half cosines per run), % of baseline."""
    physiological_percent: NonNegative = 0.3
    """SD of breathing and heart beat noise in grey matter (three times as much heart beat in
    fluid), % of baseline; 0 is off."""
    spikes_per_run: Natural = 1
    """Slices per run whose intensity jumps in one volume; 0 is off."""
    spike_percent: NonNegative = 10.0
    """Size of such a jump, % of intensity."""
    anatomy_warp_mm: Annotated[float, Ge(0), Le(8)] = 4.0
    """Largest displacement of a participant's anatomy from the template, beside position and
    size, mm."""
    t1_surroundings: Literal["none", "head", "neck"] = "none"
    """What the T1w image shows besides the brain: nothing, skull, scalp and face, or the neck,
    too."""
    t1_bias: NonNegative = 0.0
    """The T1w's front is darker than its back by this, logarithm to base e; 0 is off."""
    t1_cut_mm: float = 0.0
    """Part of the T1w's field of view that is missing, mm: at the top, if negative below; 0 is
    off."""
    head_tilt_deg: float = 0.0
    """How far the head is turned in the scanner, chin down, degrees."""
    tilt_deg: float = 0.0
    """Tilt of the BOLD slices about the left-right axis, degrees; 0 is axial."""
    dropout: Annotated[float, Ge(0), Le(1)] = 0.2
    """Fraction of the BOLD signal lost at the worst points near air cavities; 0 is off."""
    distortion_mm: NonNegative = 1.0
    """Shift along the phase-encoding axis at the worst points near air cavities, mm; 0 is off."""


@dataclass(frozen=True)
class BrainSettings(BrainConfig):
    """Simulated participants, written as a BIDS data set."""

    n_participants: Count = 8
    """Number of simulated participants."""
    n_runs: Count = 2
    """Runs of every participant; each shows every clip once."""
    motion_mm: NonNegative = 0.5
    """Largest head translation within a run, mm; the largest rotation is this divided by 50 mm.
    0 is off."""
    strong_motion_mm: dict[str, float] = field(default_factory=dict)
    """The same for single participants, label (two digits) to mm; {} for none."""
    orientations: dict[str, AxisCodes] = field(default_factory=dict)
    """Axis codes of the stored BOLD grid of single participants, label to code such as LAS; the
    others are RAS."""
    missing_runs: dict[str, tuple[int, ...]] = field(default_factory=dict)
    """Runs that single participants lack, label to list of run numbers; {} for none."""


@dataclass(frozen=True)
class Participant:
    """What is particular about one simulated participant.

    ``orientation`` : axis codes of the stored BOLD grid, e.g. 'LAS'
    ``motion_mm`` : largest head translation within a run, mm
    """

    label: str
    orientation: str = "RAS"
    motion_mm: float = 0.0


def random_stream(seed: int, *names: str) -> np.random.Generator:
    """An independent random stream for each purpose, so that one cannot shift another."""
    return np.random.default_rng([seed, *(zlib.crc32(name.encode()) for name in names)])
