"""How far from the truth every registration ends, on simulated heads with planted transforms.

3 mm BOLD with noise, drift, spikes and dropout, 1 mm T1w with skull and neck, a smooth warp of
the anatomy of up to 4 mm beyond an affine; settings of the full study (config/ravdess.yaml).
Errors are distances in mm, over the brain. Where ../shared is, a real head with neck, too: ten
functional regions of one person, native and in MNI (FSL's FNIRT).
"""

import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks.report import report
from crossmodal.bold.align.coregister import coregister
from crossmodal.bold.align.coregister_config import CoregisterConfig
from crossmodal.bold.align.motion import MotionConfig, realign
from crossmodal.bold.align.normalise import normalise
from crossmodal.bold.align.normalise_check import brain_in_t1, dice
from crossmodal.bold.align.normalise_config import NormaliseConfig
from crossmodal.bold.read.images import Grid, apply_affine, read_volume
from crossmodal.bold.read.template import template_at
from crossmodal.contracts.settings import plain
from crossmodal.simulate.brain import simulate_t1
from crossmodal.simulate.brain_bold import Planted, StillHead, simulate_run
from crossmodal.simulate.brain_config import BrainConfig
from crossmodal.simulate.brain_layout import shared_options
from crossmodal.simulate.brain_pose import HeadTransforms, draw_head, draw_motion, rigid
from crossmodal.simulate.brain_tissue import Tissue
from crossmodal.study.validate import load_study

LABELS, SEED, N_VOLUMES, MOTION_MM, DISTORTION_MM = ("01",), 7, 16, 2.0, 1.0


@dataclass(frozen=True)
class Scan:
    """One simulated participant. ``motion`` (volume, 4, 4): still head -> volume."""

    head: HeadTransforms
    t1: tuple[np.ndarray, Grid]
    volumes: np.ndarray
    grid: Grid
    motion: np.ndarray


def simulate(config: BrainConfig, tissue: Tissue, label: str) -> Scan:
    """A run without responses and a T1w image."""
    head = draw_head(label, config.anatomy_warp_mm, SEED)
    still = StillHead.build(config, head, tissue)
    rng = np.random.default_rng(int(label))
    motion = draw_motion(N_VOLUMES, config.repetition_time_s, MOTION_MM, rng)
    none = Planted(np.zeros(0, dtype=int), np.zeros((1, 0)))
    volumes = simulate_run(still, none, np.zeros((N_VOLUMES, 1)), motion, config, rng)
    t1, affine = simulate_t1(config, head, tissue, SEED, label)
    matrices = np.array([rigid(row[:3], row[3:]) for row in motion])
    grid = Grid(still.grid.shape, still.grid.affine)
    return Scan(head, (t1, Grid(t1.shape, affine)), volumes, grid, matrices)


def distance(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return np.linalg.norm(one - other, axis=-1)


def errors(scan: Scan, settings: dict) -> dict[str, np.ndarray]:
    """Distances from the truth, mm, of every step and of all together."""
    _, brain, template_grid = template_at(4.0)
    template = template_grid.points(brain)
    first = scan.volumes[..., 0], scan.grid
    matrices, mean = realign(scan.volumes, scan.grid, *first, MotionConfig(**settings["motion"]))
    warp, t1_brain = normalise(*scan.t1, NormaliseConfig(**settings["normalise"]))
    coregistration = CoregisterConfig(**settings["coregister"])
    bold_to_t1 = coregister((mean, scan.grid), scan.t1, t1_brain, coregistration)

    in_t1 = warp(template)
    true_bold = apply_affine(np.linalg.inv(scan.head.bold_to_t1), in_t1)
    in_bold = apply_affine(np.linalg.inv(bold_to_t1), in_t1)
    moved = [apply_affine(matrix, in_bold) for matrix in matrices]
    still = [apply_affine(np.linalg.inv(m), p) for m, p in zip(scan.motion, moved, strict=True)]
    relative = [m @ np.linalg.inv(matrices[0]) for m in matrices]
    return {
        "motion": np.array([
            distance(apply_affine(found, true_bold), apply_affine(true, true_bold))
            for found, true in zip(relative, scan.motion, strict=True)
        ]),
        "epi": distance(in_bold, true_bold),
        "t1": distance(scan.head.t1_to_mni(in_t1), template),
        "all": np.array([distance(scan.head.bold_to_mni(p), template) for p in still]),
    }  # fmt: skip


def claim(text: str, value: float, goal: float, unit: str = "mm") -> dict:
    return {"claim": text, "value": value, "unit": unit, "goal": goal, "better": "lower"}


def real_head(settings: dict) -> list[dict]:
    """How far the regions of a real head land from where they are; nothing without ../shared."""
    folder = Path("../shared/data/real_head")
    if not folder.is_dir():
        return []
    t1, grid = read_volume(folder / "sub-01_T1w.nii.gz")
    warp, brain = normalise(t1, grid, NormaliseConfig(**settings["normalise"]))
    off = []
    for path in sorted((folder / "rois_mni").glob("*.nii.gz")):
        in_mni, native = (
            on.points(volume > 0)
            for volume, on in map(read_volume, (path, folder / "rois_native" / path.name))
        )
        off.append(distance(warp(in_mni).mean(axis=0), native.mean(axis=0)))
    unlike = 1 - dice(brain, brain_in_t1(warp, grid))
    return [
        claim("real head with neck: regions, mean distance", float(np.mean(off)), 3.0),
        claim("real head with neck: 1 - Dice, own and the template's brain", unlike, 0.05, ""),
    ]


def main() -> None:
    brain = shared_options(load_study("config/config.yaml").simulate.brain)
    changed = {"voxel_size_mm": 3.0, "t1_voxel_mm": 1.0, "distortion_mm": 0.0, "planted": {}}
    config = BrainConfig(**brain | changed)
    settings = plain(load_study("config/ravdess.yaml").scans)
    tissue = Tissue.load()
    start = time.process_time()
    with threadpool_limits(1):
        found = [errors(simulate(config, tissue, label), settings) for label in LABELS]
        distorted = replace(config, distortion_mm=DISTORTION_MM, t1_voxel_mm=2.0)
        quick = settings | {"normalise": settings["normalise"] | {"syn_iterations": []}}
        bent = errors(simulate(distorted, tissue, LABELS[0]), quick)
    print(f"{time.process_time() - start:.0f} CPU-s")
    worst = {name: [each[name] for each in found] for name in found[0]}
    n = f"worst of {len(LABELS)}"
    report(
        "registration",
        [
            claim(f"head motion up to {MOTION_MM:g} mm, mean error ({n})",
                  max(e.mean() for e in worst["motion"]), 0.02),
            claim(f"EPI to T1w, mean error ({n})", max(e.mean() for e in worst["epi"]), 0.2),
            claim(f"the same with {DISTORTION_MM:g} mm of uncorrected distortion (1 head)",
                  bent["epi"].mean(), 0.2),
            claim(f"T1w to template, median error ({n})",
                  max(np.median(e) for e in worst["t1"]), 0.5),
            claim(f"template to volume, all steps, median error ({n})",
                  max(np.median(e) for e in worst["all"]), 0.7),
            *real_head(settings),
        ],
    )  # fmt: skip


if __name__ == "__main__":
    main()
