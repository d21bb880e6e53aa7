"""One simulated participant: anatomy, runs, events and the truth about them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crossmodal.contracts.errors import InputError
from crossmodal.contracts.planted_features import PlantedFeatures
from crossmodal.contracts.rois import Roi
from crossmodal.simulate.brain_bold import Planted, StillHead, assign_voxels, simulate_run
from crossmodal.simulate.brain_config import BrainConfig, Participant, random_stream
from crossmodal.simulate.brain_events import n_volumes, run_events
from crossmodal.simulate.brain_pose import HeadTransforms, draw_head, draw_motion
from crossmodal.simulate.brain_response import plant, response_design, standardised_features
from crossmodal.simulate.brain_surroundings import Surroundings, bias_field, t1_grid
from crossmodal.simulate.brain_tissue import Tissue

SPACE = "MNI152NLin2009aSym"


@dataclass(frozen=True)
class Experiment:
    """What all participants share: the clips, their features, the planted spheres."""

    stimulus_ids: tuple[str, ...]
    features: PlantedFeatures
    clip_duration_s: float
    rois: tuple[Roi, ...]
    seed: int

    @property
    def categories(self) -> list[str]:
        """Emotion of every clip, in the order of ``stimulus_ids``."""
        emotion = dict(zip(self.features.stimulus_ids, self.features.frame.emotion, strict=True))
        return [emotion[name] for name in self.stimulus_ids]


@dataclass(frozen=True)
class Run:
    """One simulated run: intensity float32 (x, y, z, volume), events, motion (volume, 6)."""

    intensity: np.ndarray
    events: pd.DataFrame
    motion: np.ndarray


def planted_rois(rois: Sequence[Roi], planted: dict[str, str]) -> tuple[Roi, ...]:
    """The spheres that get a response.

    Raises
    ------
    InputError : a planted name that is not in the table
    """
    known = {roi.name for roi in rois}
    if unknown := [name for name in planted if name not in known]:
        raise InputError(
            "config", "simulate.brain.planted", f"one of {sorted(known)}", repr(unknown[0])
        )
    return tuple(roi for roi in rois if roi.name in planted)


def plant_participant(
    config: BrainConfig, label: str, experiment: Experiment, mni_mm: np.ndarray
) -> Planted:
    """Draw the participant's own maps from features to voxels, for every planted sphere."""
    rois = planted_rois(experiment.rois, config.planted)
    if not rois or not config.signal_percent:
        return Planted(np.zeros(0, dtype=int), np.zeros((len(experiment.stimulus_ids), 0)))
    voxels = assign_voxels(mni_mm, rois)
    percent = [
        plant(
            standardised_features(
                experiment.features, config.planted[roi.name], experiment.stimulus_ids
            ),
            len(inside),
            config.signal_percent,
            random_stream(experiment.seed, "plant", label, roi.name, roi.hemisphere),
        )
        for roi, inside in zip(rois, voxels, strict=True)
    ]
    return Planted(np.concatenate(voxels), np.hstack(percent))


def simulate_t1(config: BrainConfig, head: HeadTransforms, tissue: Tissue, seed: int, label: str):
    """T1w image, float32 (x, y, z), and its affine."""
    grid = t1_grid(config.t1_voxel_mm, config.t1_surroundings, config.t1_cut_mm)
    image = grid.image(tissue, "t1", head.t1_to_mni)
    if config.t1_surroundings != "none":
        mni_mm = head.t1_to_mni(grid.points_mm())
        around = Surroundings.of(tissue).intensity(mni_mm, config.t1_surroundings == "neck")
        image = np.where(image > 0, image, around.reshape(grid.shape))
    if config.t1_bias:
        image *= bias_field(grid.points_mm(), config.t1_bias).reshape(grid.shape)
    noise = random_stream(seed, "t1", label).standard_normal(grid.shape, dtype=np.float32)
    return np.abs(image + 10 * noise), grid.affine


def simulate_task_run(
    config: BrainConfig,
    participant: Participant,
    run: str,
    experiment: Experiment,
    still: StillHead,
    planted: Planted,
) -> Run:
    """One run of one participant; independent of how many others there are."""
    rng = random_stream(experiment.seed, "run", participant.label, run)
    events = run_events(
        experiment.stimulus_ids,
        experiment.categories,
        config.trial_onset_asynchrony_s,
        experiment.clip_duration_s,
        config.n_null_events,
        rng,
    )
    volumes = n_volumes(events, config.repetition_time_s)
    clips = events[events.trial_type != "null"].set_index("stimulus_id")
    onsets_s = clips.onset[list(experiment.stimulus_ids)].to_numpy()
    design = response_design(
        onsets_s, experiment.clip_duration_s, volumes, config.repetition_time_s
    )
    motion = draw_motion(volumes, config.repetition_time_s, participant.motion_mm, rng)
    return Run(simulate_run(still, planted, design, motion, config, rng), events, motion)


def truth(
    config: BrainConfig, labels: Sequence[str], rois: Sequence[Roi], seed: int
) -> dict[str, object]:
    """Where what is planted, and how every participant's spaces relate; JSON-ready."""
    return {
        "space": SPACE,
        "rois": [
            {
                "name": roi.name,
                "hemisphere": roi.hemisphere,
                "centre_mm": list(roi.centre_mm),
                "radius_mm": roi.radius_mm,
                "features": config.planted.get(roi.name) if config.signal_percent else None,
            }
            for roi in rois
        ],
        "participants": {label: _transforms(config, label, seed) for label in labels},
    }


def _transforms(config: BrainConfig, label: str, seed: int) -> dict[str, object]:
    head = draw_head(label, config.anatomy_warp_mm, seed, config.head_tilt_deg)
    return {
        "bold_to_t1_affine": head.bold_to_t1.tolist(),
        "t1_to_mni_affine": head.t1_to_mni_affine.tolist(),
        "t1_to_mni_warp": {
            "formula": "u(y) = sum_k amplitude_k sin(2 pi frequency_k . y + phase_k), added to y",
            "frequencies_per_mm": head.warp.frequencies_per_mm.tolist(),
            "phases_rad": head.warp.phases_rad.tolist(),
            "amplitudes_mm": head.warp.amplitudes_mm.tolist(),
        },
    }
