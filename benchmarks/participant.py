"""What one full-size participant costs, from raw files to betas, run by the workflow itself.

6 runs of 480 volumes of 3 mm in the simulator's field of view, a T1w of 1 mm, 72 conditions;
settings of config/ravdess.yaml. Snakemake runs in a clone on one core, with the participant's
betas as its target. CPU time of it and of all its jobs: checks, digests of all files and the start
of every Python are part of it. Simulating the data is not.
"""

import argparse
import csv
import sys
import tempfile
from collections import defaultdict
from contextlib import chdir
from pathlib import Path

import numpy as np
import yaml
from threadpoolctl import threadpool_limits
from tqdm import tqdm

from benchmarks.dag import ROOT, snakemake
from benchmarks.report import report
from crossmodal.commands.audit import copy_code
from crossmodal.contracts.atomic import write_json
from crossmodal.contracts.settings import plain
from crossmodal.simulate.bids import bold_sidecar, nifti_gz
from crossmodal.simulate.brain import simulate_t1
from crossmodal.simulate.brain_bold import Planted, StillHead, simulate_run
from crossmodal.simulate.brain_config import BrainConfig
from crossmodal.simulate.brain_layout import shared_options
from crossmodal.simulate.brain_pose import draw_head, draw_motion
from crossmodal.simulate.brain_tissue import Tissue
from crossmodal.study.validate import load_study

N_RUNS, N_VOLUMES, N_CONDITIONS, DIFFERENT, MOTION_MM = 6, 480, 72, 40, 0.5
GOAL_CORE_MIN = 10.0
TASK, CONFIG, RESULTS = "emotion", "config/participant.yaml", "results-participant"


def write_bids(root: Path, n_runs: int) -> None:
    """A participant's raw data. A run's volumes repeat after a while, which no step can tell."""
    brain = shared_options(load_study(ROOT / "config/config.yaml").simulate.brain)
    config = BrainConfig(**brain | {"voxel_size_mm": 3.0, "t1_voxel_mm": 1.0, "planted": {}})
    tissue, head = Tissue.load(), draw_head("01", config.anatomy_warp_mm, 1)
    still, rng = StillHead.build(config, head, tissue), np.random.default_rng(0)
    folder = root / "sub-01"
    for name in ("anat", "func"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    description = '{"Name": "one participant", "BIDSVersion": "1.10.0"}\n'
    (root / "dataset_description.json").write_text(description)
    t1, affine = simulate_t1(config, head, tissue, 1, "01")
    (folder / "anat/sub-01_T1w.nii.gz").write_bytes(nifti_gz(t1, affine))
    repetition_s = config.repetition_time_s
    none = Planted(np.zeros(0, dtype=int), np.zeros((1, 0)))
    for run in tqdm(range(1, n_runs + 1), desc="simulating", unit="run"):
        motion = draw_motion(DIFFERENT, repetition_s, MOTION_MM, rng)
        some = simulate_run(still, none, np.zeros((DIFFERENT, 1)), motion, config, rng)
        volumes = np.tile(some, (1, 1, 1, N_VOLUMES // DIFFERENT))
        stem = folder / f"func/sub-01_task-{TASK}_run-{run}"
        content = nifti_gz(volumes, still.grid.affine, repetition_s, 2.0)
        Path(f"{stem}_bold.nii.gz").write_bytes(content)
        sidecar = bold_sidecar(repetition_s, still.grid.affine, TASK)
        write_json(f"{stem}_bold.json", sidecar)
        Path(f"{stem}_events.tsv").write_text(events(rng, repetition_s))


def events(rng: np.random.Generator, repetition_time_s: float) -> str:
    """Every condition once, in random order, over the whole run."""
    onsets = np.linspace(8, N_VOLUMES * repetition_time_s - 20, N_CONDITIONS)
    rows = [
        f"{onset:.3f}\t3\tclip-{index:02d}"
        for onset, index in zip(onsets, rng.permutation(N_CONDITIONS), strict=True)
    ]
    return "\n".join(["onset\tduration\tstimulus_id", *rows]) + "\n"


def write_study(folder: Path, data: Path) -> None:
    """A clone of the code, and a config with nothing but the published study's scans."""
    with chdir(ROOT):
        copy_code(folder)
    scans = plain(load_study(folder / "config/ravdess.yaml").scans) | {"bids_dir": str(data)}
    study = {"name": "participant", "results_dir": RESULTS, "seed": 1}
    (folder / CONFIG).write_text(yaml.safe_dump({"study": study, "scans": scans}))


def cost_of_rules(benchmarks: Path) -> tuple[dict[str, float], float]:
    """CPU seconds of the jobs of each rule, and the largest job's memory, GB."""
    seconds, largest_mb = defaultdict(float), 0.0
    for path in benchmarks.rglob("*.tsv"):
        with open(path, encoding="utf-8", newline="") as file:
            row = next(csv.DictReader(file, delimiter="\t"))
        seconds[path.relative_to(benchmarks).parts[0]] += float(row["cpu_time"])
        largest_mb = max(largest_mb, float(row["max_rss"]))
    return dict(seconds), largest_mb / 1000


def claims(n_runs: int, cpu_s: float, rules: dict[str, float], peak_gb: float) -> list[dict]:
    """The whole against its goal, and its parts as Snakemake's own benchmarks have them."""
    whole = f"{n_runs} runs of {N_VOLUMES} volumes, raw to betas, everything included"
    rows = [(whole, cpu_s / 60, "core-min", GOAL_CORE_MIN)]
    rows += [(f"of it {name}", rules[name] / 60, "core-min", None) for name in sorted(rules)]
    rows.append(("peak memory of a job", peak_gb, "GB", None))
    keys = ("claim", "value", "unit", "goal")
    return [dict(zip(keys, row, strict=True)) | {"better": "lower"} for row in rows]


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=N_RUNS)
    parser.add_argument("--data", type=Path, help="where raw data are kept; made when missing")
    parser.add_argument("--only-data", action="store_true", help="measure nothing")
    options = parser.parse_args(arguments or [])
    with tempfile.TemporaryDirectory() as scratch:
        data = (options.data or Path(scratch, "bids")).absolute()
        if not data.is_dir():
            with threadpool_limits(1):
                write_bids(data, options.runs)
        if options.only_data:
            return
        folder = Path(scratch, "study")
        folder.mkdir()
        write_study(folder, data)
        betas = f"{RESULTS}/betas/sub-01.h5"
        run = snakemake(folder, "--quiet", "rules", "--", betas, config=CONFIG, cores=1)
        rules, peak_gb = cost_of_rules(folder / RESULTS / "benchmarks")
    print(f"wall-clock on this machine, which may be shared: {run.wall_s / 60:.1f} minutes")
    report("participant", claims(options.runs, run.cpu_s, rules, peak_gb))


if __name__ == "__main__":
    main(sys.argv[1:])
