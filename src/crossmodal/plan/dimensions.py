"""How large a study is, read from its config: the numbers that its cost grows with."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crossmodal.contracts.families import n_models
from crossmodal.plan.families import affect3d_work, mrpn_work, width_cost

BRAIN_MM3 = 1.884e6  # the MNI brain mask: 69,765 voxels of 3 mm
HEAD_MM3 = 1.2e7  # a field of view, 84 x 84 x 54 voxels of 3.15 mm
# Multiply-adds of one forward pass at width 1, counted from the layers, in millions.
CROSS_CHANNEL_VISUAL_M, CROSS_CHANNEL_AUDITORY_M = 625.0, 100.0


@dataclass(frozen=True)
class Data:
    """What a config does not say because the data say it; defaults are the published study's.

    n_conditions : clips of the study; 0 takes what the config asks for
    n_clips : clips of study and pool together
    n_voices : clips of the folds of whole actors (block ``voices``), which may be of both
    n_extracted, n_actors : clips of any set and their actors; n_extracted 0 takes n_clips
    width_px, height_px, duration_s, frame_rate_hz : of the clips
    n_participants, n_runs (each), n_volumes (a run), voxel_mm : of the scans
    """

    n_conditions: int = 0
    n_clips: int = 864
    n_voices: int = 0
    n_extracted: int = 0
    n_actors: int = 24
    width_px: int = 1280
    height_px: int = 720
    duration_s: float = 3.7
    frame_rate_hz: float = 29.97
    n_participants: int = 43
    n_runs: int = 6
    n_volumes: int = 480
    voxel_mm: float = 3.0


def simulated_data(config: Mapping[str, Any]) -> Data:
    """The size of the data that the ``simulate`` block will make."""
    clips, brain = (config["simulate"].get(key) or {} for key in ("clips", "brain"))
    per_actor = 2 * len(clips["emotions"])  # two sentences, once each
    n_pool = clips["n_actors"] - len(config["stimuli"]["study"]["actors"])
    trials = _n_conditions(config) + brain.get("n_null_events", 0)
    seconds = trials * brain.get("trial_onset_asynchrony_s", 0) + 16
    return Data(
        # ASSUME: the pool leaves out the study's actors (pool.exclude: actors).
        n_clips=_n_conditions(config) + n_pool * per_actor,
        n_voices=clips["n_actors"] * per_actor if config.get("voices") else 0,
        n_actors=clips["n_actors"],
        width_px=clips["width_px"],
        height_px=clips["height_px"],
        duration_s=clips["duration_s"],
        frame_rate_hz=clips["frame_rate_hz"],
        n_participants=brain.get("n_participants", 0),
        n_runs=brain.get("n_runs", 0),
        n_volumes=round(seconds / brain.get("repetition_time_s", 2)),
        voxel_mm=brain.get("voxel_size_mm", 3),
    )


def dimensions(config: Mapping[str, Any], data: Data) -> dict[str, float]:
    """Every number that ``plan.work`` multiplies, by name."""
    found: dict[str, float] = {"one": 1.0}
    found |= _clips(config, data)
    for part in (_networks, _scans, _inference):
        found |= part(config, data, found)
    return found


def _n_conditions(config: Mapping[str, Any], n_found: int = 0) -> int:
    """Study clips: those found, else actors x emotions x two sentences x repetitions."""
    if n_found or "stimuli" not in config:
        return n_found
    study = config["stimuli"]["study"]
    everything = {"actors": 24, "emotions": 8, "repetitions": 2}  # of RAVDESS
    return 2 * math.prod(len(study.get(key) or range(n)) for key, n in everything.items())


def _clips(config: Mapping[str, Any], data: Data) -> dict[str, float]:
    frames = data.duration_s * data.frame_rate_hz
    conditions = _n_conditions(config, data.n_conditions)
    return {
        "conditions": conditions,
        "pairs": conditions * (conditions - 1) / 2,
        "clips": data.n_clips,
        "pool_clips": data.n_clips - conditions,
        "actor_clips": (data.n_extracted or data.n_clips) / data.n_actors,
        "voice_clips": data.n_voices,
        "actor_voices": data.n_voices / data.n_actors,
        "clip_pixels": frames * data.width_px * data.height_px,
        "clip_frames": frames,
    }


def _networks(
    config: Mapping[str, Any], data: Data, found: Mapping[str, float]
) -> dict[str, float]:
    families, models = config.get("families") or {}, config.get("models") or {}
    result = {
        "models": n_models(families)
        + len(models.get("labels") or [])
        + 3 * bool(models.get("planted")),
        "network_seeds": 0,
    }
    if block := families.get("cross_channel"):
        width = width_cost(block["network"].get("width", 1))
        shown, heard = (name in config["stimuli"]["modalities"] for name in ("video", "audio"))
        visual = width * CROSS_CHANNEL_VISUAL_M * block["n_frames"] * shown
        auditory = width * CROSS_CHANNEL_AUDITORY_M * heard
        epochs = {name: fit["n_epochs"] for name, fit in block["pretrain"].items()}
        epochs_of = [epochs.get(name, 0) for name in ("visual", "auditory")]
        result |= {
            # The cross-modal part is trained on the arms' outputs, computed once.
            "pretrain_macs": visual * epochs_of[0] + auditory * epochs_of[1] + visual + auditory,
            "tune_macs": (visual + auditory) * block["tune"]["n_epochs"] * (block["n_folds"] + 1),
            "forward_macs": 3 * (visual + auditory) * block["n_seeds"],
            "network_seeds": block["n_seeds"],
            "network_frames": block["n_frames"],
            "network_units": 1.6e6 * block["network"].get("width", 1),  # of all layers together
        }
    if block := families.get("mrpn"):
        result |= mrpn_work(block, config["stimuli"], found, data.duration_s)
    if block := families.get("affect3d"):
        result |= affect3d_work(block, data.duration_s, data.frame_rate_hz)
    if block := config.get("voices"):
        result["voices_macs"] = _voices_macs(block)
    return result


def _voices_macs(block: Mapping[str, Any]) -> float:
    """Of one training on voices, for each of the clips: mean over all trainings."""
    macs = [
        width_cost(preset["network"].get("width", 1))
        * CROSS_CHANNEL_AUDITORY_M
        * preset["fit"]["n_epochs"]
        for preset in block["presets"].values()
        for _ in range(len(preset["train_sets"]) * preset.get("n_seeds", 1))
    ]
    return sum(macs) / len(macs)


def _scans(config: Mapping[str, Any], data: Data, found: Mapping[str, float]) -> dict[str, float]:
    if not (scans := config.get("scans")):
        return {}
    native = scans["space"] == "native"
    voxel_mm = data.voxel_mm if native else scans["analysis_voxel_mm"]
    return {
        "participants": data.n_participants,
        "runs": data.n_runs,
        "volumes": data.n_volumes,
        "scan_voxels": HEAD_MM3 / data.voxel_mm**3,
        "voxels": BRAIN_MM3 / voxel_mm**3,
        "patterns": found["conditions"] * data.n_runs,
    } | _registrations(scans)


def _registrations(scans: Mapping[str, Any]) -> dict[str, float]:
    """Voxels that the registrations look at; none where the scans stay as they are."""
    normalise, coregister = scans["normalise"], scans["coregister"]
    if normalise is None or coregister is None:
        return {"warp_voxels": 0.0, "coregister_voxels": 0.0}
    # Each coarser level of the registration has an eighth of the next one's voxels.
    iterations = sum(n / 8**level for level, n in enumerate(reversed(normalise["syn_iterations"])))
    return {
        "warp_voxels": HEAD_MM3 / normalise["voxel_mm"] ** 3 * iterations,
        "coregister_voxels": HEAD_MM3 / coregister["voxel_mm"] ** 3,
    }


def _inference(
    config: Mapping[str, Any], data: Data, found: Mapping[str, float]
) -> dict[str, float]:
    del data
    result: dict[str, float] = {}
    if (block := config.get("searchlight")) and "voxels" in found:
        voxel_mm = (BRAIN_MM3 / found["voxels"]) ** (1 / 3)
        sphere = 4 / 3 * math.pi * (block["radius_mm"] / voxel_mm) ** 3
        result["searchlight_us"] = _searchlight_us(found, sphere)
        if block.get("noise_normalisation") == "multivariate":
            result["searchlight_us"] += _whitening_us(found, sphere)
    result["permutations"] = (config.get("group") or {}).get("n_permutations", 0)
    result["bootstraps"] = (config.get("roi") or {}).get("inference", {}).get("n_bootstraps", 0)
    result["regime_models"] = 29
    return result


def _searchlight_us(found: Mapping[str, float], sphere_voxels: float) -> float:
    """Microseconds per centre: Gram and RDM of every run, ranks once, models once."""
    pairs = found["pairs"] / 2556
    gram = 16 * found["runs"] * (found["conditions"] / 72) ** 2 * sphere_voxels / 123
    return gram + 15 * pairs + 6.8 * pairs * found["models"] / 116


def _whitening_us(found: Mapping[str, float], sphere_voxels: float) -> float:
    """Microseconds per centre: noise covariance of the sphere, its factor, patterns solved."""
    return (500 + 0.9 * found["runs"] * found["volumes"]) * (sphere_voxels / 123) ** 2
