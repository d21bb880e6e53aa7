"""What one full-size participant costs, from raw files to betas: 6 runs of 480 volumes.

3 mm BOLD in the simulator's field of view, 1 mm T1w, 72 conditions, patterns on the 3 mm template
grid, settings of config/ravdess.yaml, one thread. One run is made and everything measured on
it; patterns are estimated from one and from two such runs, and the rest follows from the
difference: the cost of a run, as the table says.
"""

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks.report import report
from crossmodal.bold.confounds import motion_parameters, write_confounds
from crossmodal.bold.coregister import coregister
from crossmodal.bold.coregister_config import CoregisterConfig
from crossmodal.bold.dvars import dvars
from crossmodal.bold.epi_mask import brain_in_epi
from crossmodal.bold.events import EventsConfig
from crossmodal.bold.glm import GLMConfig
from crossmodal.bold.images import Grid, read_first, read_series, read_volume
from crossmodal.bold.motion import MotionConfig, realign
from crossmodal.bold.normalise import normalise
from crossmodal.bold.normalise_config import NormaliseConfig
from crossmodal.bold.patterns import RunFiles, estimate_patterns
from crossmodal.bold.run_quality import aligned_brain, run_quality
from crossmodal.bold.spaces import mni_space
from crossmodal.bold.transform_files import write_affines
from crossmodal.contracts.config import load_config
from crossmodal.simulate.bids import nifti_gz
from crossmodal.simulate.brain import simulate_t1
from crossmodal.simulate.brain_bold import Planted, StillHead, simulate_run
from crossmodal.simulate.brain_config import BrainConfig
from crossmodal.simulate.brain_layout import shared_options
from crossmodal.simulate.brain_pose import draw_head, draw_motion
from crossmodal.simulate.brain_tissue import Tissue

N_RUNS, N_VOLUMES, N_CONDITIONS, DIFFERENT = 6, 480, 72, 60
GOAL_CORE_MIN = 10.0


@dataclass(frozen=True)
class Raw:
    """Files of one simulated participant with one run."""

    bold: Path
    t1: Path
    events: Path
    repetition_time_s: float


def write_raw(folder: Path) -> Raw:
    """One run of full size; its volumes repeat after a while, which no step can tell."""
    brain = shared_options(load_config("config/config.yaml")["simulate"]["brain"])
    config = BrainConfig(**brain | {"voxel_size_mm": 3.0, "t1_voxel_mm": 1.0, "planted": {}})
    tissue, head = Tissue.load(), draw_head("01", config.anatomy_warp_mm, 1)
    still, rng = StillHead.build(config, head, tissue), np.random.default_rng(0)
    motion = draw_motion(DIFFERENT, config.repetition_time_s, 0.5, rng)
    none = Planted(np.zeros(0, dtype=int), np.zeros((1, 0)))
    volumes = simulate_run(still, none, np.zeros((DIFFERENT, 1)), motion, config, rng)
    run = np.tile(volumes, (1, 1, 1, N_VOLUMES // DIFFERENT))
    t1, affine = simulate_t1(config, head, tissue, 1, "01")
    raw = Raw(
        folder / "bold.nii.gz", folder / "t1.nii.gz", folder / "events.tsv",
        config.repetition_time_s,
    )  # fmt: skip
    raw.bold.write_bytes(nifti_gz(run, still.grid.affine, config.repetition_time_s, 2.0))
    raw.t1.write_bytes(nifti_gz(t1, affine))
    onsets = 8 + 12.5 * np.arange(N_CONDITIONS)
    rows = [f"{onset}\t3\tclip-{index:02d}" for index, onset in enumerate(onsets)]
    raw.events.write_text("\n".join(["onset\tduration\tclip", *rows]) + "\n")
    return raw


def timed(work: Callable[[], object]) -> tuple[object, float]:
    """What a call gives, and its CPU seconds."""
    start = time.process_time()
    result = work()
    return result, time.process_time() - start


def motion_step(raw: Raw, folder: Path, settings: dict) -> tuple[np.ndarray, Grid]:
    """As workflow/scripts/estimate_motion.py does it."""
    run, first = read_series(raw.bold), read_first(raw.bold)
    matrices, mean = realign(*run, *first, MotionConfig(**settings["motion"]))
    brain = brain_in_epi(mean)
    series = aligned_brain(*run, matrices, first[1], brain)
    names = ("dvars", "std_dvars")
    write_affines(folder / "motion.txt", matrices)
    write_confounds(
        folder / "confounds.tsv",
        motion_parameters(matrices),
        dict(zip(names, dvars(series), strict=True)),
    )
    run_quality(series, brain, first[1].voxel_mm)
    return mean, first[1]


def betas_step(raw: Raw, folder: Path, space: object, settings: dict, n_runs: int) -> None:
    """As workflow/scripts/estimate_betas.py does it."""
    files = [str(folder / name) for name in ("motion.txt", "confounds.tsv")]
    runs = [
        RunFiles(f"run-{index}", str(raw.bold), str(raw.events), (), *files)
        for index in range(n_runs)
    ]
    conditions = [f"clip-{index:02d}" for index in range(N_CONDITIONS)]
    glm = GLMConfig(**settings["glm"])
    estimate_patterns(runs, space, conditions, EventsConfig("clip"), glm)


def measure(folder: Path, settings: dict) -> dict[str, float]:
    """CPU seconds of every step."""
    raw = write_raw(folder)
    mean, motion_s = timed(lambda: motion_step(raw, folder, settings))
    t1 = read_volume(raw.t1)
    (warp, brain), normalise_s = timed(
        lambda: normalise(*t1, NormaliseConfig(**settings["normalise"]))
    )
    config = CoregisterConfig(**settings["coregister"])
    bold_to_t1, coregister_s = timed(lambda: coregister(mean, t1, brain, config))
    space = mni_space(settings["analysis_voxel_mm"], warp, bold_to_t1)
    one, two = (timed(lambda n=n: betas_step(raw, folder, space, settings, n))[1] for n in (1, 2))
    return {
        "motion": motion_s, "normalise": normalise_s, "coregister": coregister_s,
        "betas_once": max(one - (two - one), 0.0), "betas": two - one, "growth": two / one,
    }  # fmt: skip


def main() -> None:
    settings = load_config("config/ravdess.yaml")["scans"]
    with threadpool_limits(1), tempfile.TemporaryDirectory() as folder:
        cost = measure(Path(folder), settings)
    print({name: round(value, 2) for name, value in cost.items()})
    once = cost["normalise"] + cost["coregister"] + cost["betas_once"]
    total = once + N_RUNS * (cost["motion"] + cost["betas"])
    minutes = {
        f"{N_RUNS} runs of {N_VOLUMES} volumes, raw to betas": (total, GOAL_CORE_MIN),
        "of it motion and DVARS": (N_RUNS * cost["motion"], 6.0),
        "of it T1w to template, EPI to T1w": (once, 2.0),
        "of it resampling and GLM": (N_RUNS * cost["betas"], 4.0),
    }
    rows = [
        {"claim": text, "value": seconds / 60, "unit": "core-min", "goal": goal, "better": "lower"}
        for text, (seconds, goal) in minutes.items()
    ]
    rows.append({
        "claim": "betas of two runs over betas of one", "value": cost["growth"], "unit": "x",
        "goal": 2.1, "better": "lower",
    })  # fmt: skip
    report("participant", rows)


if __name__ == "__main__":
    main()
