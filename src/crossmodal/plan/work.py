"""What the time, memory and disk of one job of each rule grow with.

Each entry is a product of dimensions (plan.dimensions). A rule that is not listed has jobs of
constant cost: figures, tables, records.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from crossmodal.contracts.errors import InputError

CONSTANT = ("one",)


@dataclass(frozen=True)
class Work:
    """Names of the dimensions whose product seconds, memory and disk of a job grow with.

    ``bytes_per_unit`` of memory follows from the arrays a job holds, because a measurement
    cannot tell them from the libraries it loads.
    """

    seconds: tuple[str, ...] = CONSTANT
    memory: tuple[str, ...] = CONSTANT
    disk: tuple[str, ...] = CONSTANT
    bytes_per_unit: float = 0.0
    gpu: bool = False  # runs on a GPU where the config's accelerator finds one

    def amount(self, kind: str, dimensions: Mapping[str, float]) -> float:
        """The product for one kind ('seconds', 'memory', 'disk').

        Raises
        ------
        InputError : a dimension that this study does not have
        """
        names = getattr(self, kind)
        if missing := [name for name in names if name not in dimensions]:
            raise InputError("plan", kind, f"a study with {names}", f"no {missing}")
        return math.prod(dimensions[name] for name in names)


_SCAN = ("runs", "volumes", "scan_voxels")
_PATTERNS = ("patterns", "voxels")
_RGB = 6.0  # three bytes, and a copy
_FLOAT = 4.0
_FRAME = _FLOAT * 64 * 64  # one grey crop as the networks take it
WORK: dict[str, Work] = {
    "simulate_clips": Work(
        ("actor_clips", "clip_pixels"), ("clip_pixels",), ("actor_clips", "clip_pixels"), _RGB
    ),
    "simulate_participant": Work(_SCAN, ("volumes", "scan_voxels"), _SCAN, 4 * _FLOAT),
    "simulate_affect": Work(("clips", "clip_frames")),
    "select_stimuli": Work(("clips", "clip_pixels")),
    "extract_clips": Work(
        ("actor_clips", "clip_pixels"), ("clip_pixels",), ("actor_clips", "clip_frames"), _RGB
    ),
    "pretrain": Work(
        ("pool_clips", "pretrain_macs"),
        ("pool_clips", "network_frames"),
        bytes_per_unit=2 * _FRAME,
        gpu=True,
    ),
    "tune": Work(
        ("conditions", "tune_macs"),
        ("conditions", "network_frames"),
        bytes_per_unit=2 * _FRAME,
        gpu=True,
    ),
    "crop_speech": Work(("actor_voices",), disk=("actor_voices",)),
    "train_voices": Work(("voice_clips", "voices_macs"), gpu=True),
    "voice_baseline": Work(("voice_clips",)),
    "compute_layer_rdms": Work(
        ("conditions", "forward_macs"),
        ("conditions", "network_units"),
        ("pairs", "network_seeds"),
        _FLOAT,
    ),
    "compare_layers": Work(("pairs", "network_seeds")),
    "mrpn_pretrain": Work(
        ("pool_clips", "mrpn_pretrain_work"),
        ("pool_clips", "mrpn_clip_bytes"),
        bytes_per_unit=1.0,
        gpu=True,
    ),
    "mrpn_train": Work(
        ("clips", "mrpn_train_work"), ("mrpn_train_bytes",), bytes_per_unit=1.0, gpu=True
    ),
    "mrpn_interference": Work(
        ("clips", "mrpn_interference_work"),
        ("mrpn_train_bytes",),
        bytes_per_unit=1.0,
        gpu=True,
    ),
    "mrpn_rdms": Work(
        ("conditions", "mrpn_forward_work"),
        ("conditions", "mrpn_clip_bytes"),
        bytes_per_unit=1.0,
        gpu=True,
    ),
    "affect3d_train": Work(("pool_clips", "affect_work"), gpu=True),
    "affect3d_evaluate": Work(("conditions", "affect_forward_work"), gpu=True),
    "estimate_motion": Work(("volumes",), ("volumes", "scan_voxels"), ("volumes",), 1.5 * _FLOAT),
    "normalise_anatomy": Work(("warp_voxels",), ("scan_voxels",), ("scan_voxels",), 40 * _FLOAT),
    "coregister": Work(("coregister_voxels",)),
    "estimate_betas": Work(
        ("runs", "volumes", "voxels"), ("volumes", "scan_voxels"), _PATTERNS, 3 * _FLOAT
    ),
    "extract_compcor": Work(
        ("volumes", "scan_voxels"), ("volumes", "scan_voxels"), ("volumes",), 1.5 * _FLOAT
    ),
    "report_quality": Work(("runs",), CONSTANT, ("runs",)),
    "estimate_residuals": Work(
        ("runs", "volumes", "voxels"),
        ("runs", "volumes", "voxels"),
        ("runs", "volumes", "voxels"),
        3 * _FLOAT,
    ),
    "correct_over_sets": Work(
        ("voxels", "models"), ("voxels", "models"), bytes_per_unit=3 * _FLOAT
    ),
    "compute_timing_rdms": Work(("participants", "runs", "conditions")),
    "compute_low_level_rdms": Work(("conditions", "clip_frames")),
    "compute_roi_rdms": Work(
        ("participants", "patterns"), _PATTERNS, ("participants", "pairs"), 2 * _FLOAT
    ),
    "compare_roi_models": Work(("participants", "models", "pairs", "bootstraps")),
    "searchlight": Work(("voxels", "searchlight_us"), _PATTERNS, ("voxels", "models"), 3 * _FLOAT),
    "noise_ceiling": Work(
        ("participants", "voxels", "searchlight_us"),
        ("participants", *_PATTERNS),
        ("voxels",),
        3 * _FLOAT,
    ),
    "prevalence_maps": Work(
        ("participants", "voxels", "searchlight_us", "permutations"),
        ("participants", *_PATTERNS),
        ("voxels",),
        3 * _FLOAT,
    ),
    "group_maps": Work(
        ("participants", "voxels", "permutations"),
        ("participants", "voxels", "regime_models"),
        ("voxels",),
        2 * _FLOAT,
    ),
}


def work_of(rule: str) -> Work:
    """The entry of a rule; constant cost where there is none."""
    return WORK.get(rule, Work())
