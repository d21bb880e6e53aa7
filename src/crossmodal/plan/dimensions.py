"""How large a study is, read from its config: the numbers that its cost grows with."""

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crossmodal.bold.block import Scans
from crossmodal.families.cost import Facts, width_cost
from crossmodal.families.cross_channel.cost import CROSS_CHANNEL_AUDITORY_M
from crossmodal.families.registry import FAMILIES, n_models
from crossmodal.study.study import Study
from crossmodal.voices.block import VoiceStudy

BRAIN_MM3 = 1.884e6  # the MNI brain mask: 69,765 voxels of 3 mm
HEAD_MM3 = 1.2e7  # a field of view, 84 x 84 x 54 voxels of 3.15 mm


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


def simulated_data(study: Study) -> Data:
    """The size of the data that the ``simulate`` block will make."""
    return dataclasses.replace(_simulated_clips(study), **_simulated_scans(study))


def _simulated_clips(study: Study) -> Data:
    if (clips := study.simulate.clips) is None:
        return Data(n_clips=0, n_actors=1, width_px=0, height_px=0, duration_s=0)
    per_actor = 2 * len(clips.emotions)  # two sentences, once each
    shown = study.stimuli.study.actors if study.stimuli else None
    n_pool = clips.n_actors - (clips.n_actors if shown is None else len(shown))
    return Data(
        # ASSUME: the pool leaves out the study's actors (pool.exclude: actors).
        n_clips=_n_conditions(study) + n_pool * per_actor,
        n_voices=clips.n_actors * per_actor if study.voices else 0,
        n_actors=clips.n_actors,
        width_px=clips.width_px,
        height_px=clips.height_px,
        duration_s=clips.duration_s,
        frame_rate_hz=clips.frame_rate_hz,
    )


def _simulated_scans(study: Study) -> dict[str, Any]:
    if (brain := study.simulate.brain) is None:
        return {"n_participants": 0, "n_runs": 0, "n_volumes": 0}
    seconds = (_n_conditions(study) + brain.n_null_events) * brain.trial_onset_asynchrony_s + 16
    return {
        "n_participants": brain.n_participants,
        "n_runs": brain.n_runs,
        "n_volumes": round(seconds / brain.repetition_time_s),
        "voxel_mm": brain.voxel_size_mm,
    }


def dimensions(study: Study, data: Data) -> dict[str, float]:
    """Every number that ``plan.work`` multiplies, by name."""
    found: dict[str, float] = {"one": 1.0}
    found |= _clips(study, data)
    for part in (_networks, _scans, _inference):
        found |= part(study, data, found)
    return found


def _n_conditions(study: Study, n_found: int = 0) -> int:
    """Study clips: those found, else actors x emotions x two sentences x repetitions."""
    if n_found or not study.stimuli:
        return n_found
    everything = {"actors": 24, "emotions": 8, "repetitions": 2}  # of RAVDESS
    if study.stimuli.clips_dir is None and (clips := study.simulate.clips):
        everything = {"actors": clips.n_actors, "emotions": len(clips.emotions), "repetitions": 1}
    asked = (getattr(study.stimuli.study, key) or range(n) for key, n in everything.items())
    return 2 * math.prod(map(len, asked))


def _clips(study: Study, data: Data) -> dict[str, float]:
    frames = data.duration_s * data.frame_rate_hz
    conditions = _n_conditions(study, data.n_conditions)
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


def _networks(study: Study, data: Data, found: Mapping[str, float]) -> dict[str, float]:
    families, models = study.families, study.models
    planted = models.planted and study.simulate.clips is not None
    result = {
        "models": n_models(families) + len(models.labels) + 3 * planted,
        "network_seeds": 0,
    }
    if study.stimuli:
        face, modalities = study.stimuli.face, tuple(study.stimuli.modalities)
        facts = Facts(
            found["conditions"],
            found["clips"],
            data.duration_s,
            data.frame_rate_hz,
            modalities,
            face.rgb_px if face else 0,
            _test_share(study, data),
        )
        for name, block in families:
            result |= FAMILIES[name].cost(block, facts)
    if block := study.voices:
        result["voices_macs"] = _voices_macs(block)
    return result


def _test_share(study: Study, data: Data) -> float:
    """Share of the held-out actors among the study's; 0 without."""
    n_actors = len(study.stimuli.study.actors or ()) or data.n_actors
    return len(study.stimuli.test_actors or ()) / n_actors


def _voices_macs(block: VoiceStudy) -> float:
    """Of one training on voices, for each of the clips: mean over all trainings."""
    macs = [
        width_cost(preset.network.width) * CROSS_CHANNEL_AUDITORY_M * preset.fit.n_epochs
        for preset in block.presets.values()
        for _ in range(len(preset.train_sets) * preset.n_seeds)
    ]
    return sum(macs) / len(macs)


def _scans(study: Study, data: Data, found: Mapping[str, float]) -> dict[str, float]:
    if not (scans := study.scans):
        return {"participants": data.n_participants}
    own_grid = scans.space == "native" or scans.betas is not None
    voxel_mm = data.voxel_mm if own_grid else scans.analysis_voxel_mm
    return {
        "participants": data.n_participants,
        "runs": data.n_runs,
        "volumes": data.n_volumes,
        "scan_voxels": HEAD_MM3 / data.voxel_mm**3,
        "voxels": BRAIN_MM3 / voxel_mm**3,
        "patterns": found["conditions"] * data.n_runs,
    } | _registrations(scans)


def _registrations(scans: Scans) -> dict[str, float]:
    """Voxels that the registrations look at; none where the scans stay as they are."""
    normalise, coregister = scans.normalise, scans.coregister
    if normalise is None or coregister is None:
        return {"warp_voxels": 0.0, "coregister_voxels": 0.0}
    # Each coarser level of the registration has an eighth of the next one's voxels.
    iterations = sum(n / 8**level for level, n in enumerate(reversed(normalise.syn_iterations)))
    return {
        "warp_voxels": HEAD_MM3 / normalise.voxel_mm**3 * iterations,
        "coregister_voxels": HEAD_MM3 / coregister.voxel_mm**3,
    }


def _inference(study: Study, data: Data, found: Mapping[str, float]) -> dict[str, float]:
    del data
    result: dict[str, float] = {}
    if (block := study.searchlight) and "voxels" in found:
        voxel_mm = (BRAIN_MM3 / found["voxels"]) ** (1 / 3)
        sphere = 4 / 3 * math.pi * (block.radius_mm / voxel_mm) ** 3
        result["searchlight_us"] = _searchlight_us(found, sphere)
        if block.noise_normalisation == "multivariate":
            result["searchlight_us"] += _whitening_us(found, sphere)
    result["permutations"] = study.group.n_permutations if study.group else 0
    result["bootstraps"] = study.roi.inference.n_bootstraps if study.roi else 0
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
