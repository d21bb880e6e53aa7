"""Planning the published study: 43 participants x 6 runs, 1,440 clips, 3 families, 4 regimes,
10 seeds of each family. Media and scans are empty files under the real names.

Two plans are measured in a clone: of everything to be done, and of nothing to be done, after
every job has left its outputs and its record (benchmarks/pretended.py). The second is what a
user waits for when a finished study is run again: parsing, the guard, Snakemake's DAG. It is one
thread's work, so that its CPU time is what an idle machine would take.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path

import yaml

from benchmarks.pretended import SNAKEFILE
from benchmarks.report import report
from crossmodal.commands.audit import copy_code
from crossmodal.contracts.settings import plain
from crossmodal.plan.dimensions import Data
from crossmodal.plan.stubs import with_stubs
from crossmodal.study.validate import build_study, load_study

ROOT = Path(__file__).parents[1]
CONFIG = "config/full_size.yaml"
N_SEEDS = 10
GOAL_S, GOAL_GB = 20, 2


@dataclass(frozen=True)
class Run:
    """One call of Snakemake: its output, wall-clock and CPU seconds, peak memory in GB."""

    text: str
    wall_s: float
    cpu_s: float
    peak_gb: float


def snakemake(folder: Path, *arguments: str, config: str = CONFIG, cores: int = 2) -> Run:
    """Run Snakemake in a folder.

    Raises
    ------
    RuntimeError : it failed
    """
    command = [sys.executable, "-m", "snakemake", "--cores", str(cores), "--configfile", config]
    variables = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])}
    start = time.monotonic()
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen(
            [*command, *arguments], cwd=folder, env=variables, stdout=output, stderr=output
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall_s = time.monotonic() - start
        output.seek(0)
        text = output.read()
    if process.returncode:
        raise RuntimeError(f"snakemake {' '.join(arguments)} failed:\n{text[-4000:]}")
    return Run(text, wall_s, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1e6)


def full_size_study(folder: Path) -> None:
    """A clone of the code with names of all clips and scans, and a config that takes them all."""
    with chdir(ROOT):
        copy_code(folder)
    with chdir(folder):
        config = plain(load_study("config/ravdess.yaml"))
        # All 1,440 clips are inputs; the families' pool is without the study's actors.
        config["stimuli"] |= {"pool": {"exclude": "actors"}, "voices": {"emotions": None}}
        for block in filter(None, config["families"].values()):
            block["n_seeds"] = N_SEEDS
        config = with_stubs(build_study(config), "data", Data())
        config["study"]["results_dir"] = "results-full-size"
        Path(CONFIG).write_text(yaml.safe_dump(config), encoding="utf-8")
        Path("Pretended.smk").write_text(SNAKEFILE, encoding="utf-8")


def measure(folder: Path) -> tuple[int, Run, Run]:
    """Jobs of the whole study, and the plans of all of them and of none."""
    everything = snakemake(folder, "--dry-run", "--quiet", "rules")
    n_jobs = next(
        int(line.split()[1]) for line in everything.text.splitlines() if line.startswith("total ")
    )
    snakemake(folder, "--snakefile", "Pretended.smk", "--touch", "--quiet", "all", "--", "all")
    snakemake(folder)  # the first look hashes every file once
    nothing = snakemake(folder)
    if "Nothing to be done" not in nothing.text:
        raise RuntimeError(f"a finished study has work to do:\n{nothing.text[-4000:]}")
    return n_jobs, everything, nothing


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args([])
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "study")
        folder.mkdir()
        full_size_study(folder)
        n_jobs, everything, nothing = measure(folder)
    print(f"{n_jobs} jobs; wall-clock on this machine, which may be shared:")
    print(f"no-op run {nothing.wall_s:.1f} s, plan of everything {everything.wall_s:.1f} s")
    rows = []
    for name, run in (("no-op run", nothing), ("plan of everything", everything)):
        values = (
            (run.cpu_s, "CPU of all processes", "s", GOAL_S),
            (run.peak_gb, "peak memory", "GB", GOAL_GB),
        )
        rows += [
            {
                "claim": f"{name}, {what}",
                "value": value,
                "unit": unit,
                "goal": goal,
                "better": "lower",
            }
            for value, what, unit, goal in values
        ]
    report("dag", rows)


if __name__ == "__main__":
    main()
