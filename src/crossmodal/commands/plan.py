"""Say what a study will cost before anything runs: hours, memory, disk and jobs per rule."""

import argparse
import dataclasses
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from crossmodal.commands.plan_data import found_data
from crossmodal.commands.planning import show_problems
from crossmodal.contracts.errors import InputError
from crossmodal.plan.costs import Measured, fit_costs, read_costs, write_costs
from crossmodal.plan.costs import Study as MeasuredStudy
from crossmodal.plan.dimensions import Data, dimensions, simulated_data
from crossmodal.plan.estimate import Estimate, estimate
from crossmodal.plan.measured import read_measured
from crossmodal.plan.stubs import with_stubs
from crossmodal.study.checks.run import contradictions
from crossmodal.study.overlay import load_layers, names
from crossmodal.study.reading import dumped
from crossmodal.study.run_log import counted
from crossmodal.study.study import Study
from crossmodal.study.validate import build_study, load_study, located

COSTS = Path("resources/costs.tsv")
OF_DATA = tuple(field.name for field in dataclasses.fields(Data))
OF_SCANS = ("n_participants", "n_runs", "n_volumes", "voxel_mm")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--measured",
        nargs="+",
        type=Path,
        metavar="CONFIG",
        help="configs of finished runs; default: the committed costs",
    )
    parser.add_argument(
        "--calibrate", action="store_true", help=f"write the measured costs to {COSTS}"
    )
    parser.add_argument(
        "--compare", action="store_true", help="the prediction beside what the finished run took"
    )
    parser.add_argument("--cpu", action="store_true", help="trainings run on CPUs")
    parser.add_argument("--json", action="store_true", help="machine-readable answer")
    for field in dataclasses.fields(Data):
        flag = f"--{field.name.replace('_', '-')}"
        parser.add_argument(flag, type=field.type, help="where the config does not say")


def run(options: argparse.Namespace) -> int:
    costs = fit_costs([study_of(path) for path in options.measured]) if options.measured else None
    if costs and options.calibrate:
        write_costs(COSTS, costs)
    layers = load_layers(options.configs)
    study = build_study(layers)
    if problems := located(contradictions(study), layers):
        show_problems(problems)
        return 2
    data = data_of(study, options)
    jobs = count_jobs(study, data)
    gpu = not options.cpu and trains_on_gpu(study)
    rows = estimate(jobs, dimensions(study, data), costs or read_costs(COSTS), gpu)
    if options.compare:
        show_comparison(compare(rows, read_measured(study.study.results_dir)))
    elif options.json:
        print(json.dumps([dataclasses.asdict(row) for row in rows], indent=1))
    else:
        show(rows, described(study, data), names(options.configs))
    return 0


def compare(rows: list[Estimate], measured: list[Measured]) -> list[tuple[str, float, float]]:
    """Rule, predicted and measured core-hours of every rule that has both; at the end all."""
    took = {job.rule: job.n_jobs * job.seconds / 3600 for job in measured}
    pairs = [(row.rule, row.core_h, took[row.rule]) for row in rows if row.rule in took]
    return [*pairs, ("all", sum(pair[1] for pair in pairs), sum(pair[2] for pair in pairs))]


def show_comparison(pairs: list[tuple[str, float, float]]) -> None:
    """A table with the ratio of prediction and measurement."""
    table = Table("rule", "predicted core-hours", "measured", "ratio")
    for rule, predicted, measured in pairs:
        ratio = f"{predicted / measured:.2f}" if measured else "–"
        table.add_row(rule, f"{predicted:.3f}", f"{measured:.3f}", ratio)
    Console(soft_wrap=True).print(table)


def study_of(config_path: Path) -> MeasuredStudy:
    """Dimensions and measurements of a run that was made with a config."""
    study = load_study(config_path)
    data = found_or_simulated(study)
    return MeasuredStudy(dimensions(study, data), read_measured(study.study.results_dir))


def data_of(study: Study, options: argparse.Namespace) -> Data:
    """Sizes of the data: the simulator's, or those found, changed by options."""
    data = found_or_simulated(study)
    named = {field.name: getattr(options, field.name) for field in dataclasses.fields(Data)}
    return dataclasses.replace(data, **{k: v for k, v in named.items() if v is not None})


def found_or_simulated(study: Study) -> Data:
    """Sizes of the simulator's data, or of those that are there."""
    simulate = study.simulate
    return simulated_data(study) if simulate.clips or simulate.brain else found_data(study)


def trains_on_gpu(study: Study) -> bool:
    """Whether any family's accelerator may be a GPU."""
    return any(block.accelerator != "cpu" for _, block in study.families)


def count_jobs(study: Study, data: Data) -> dict[str, int]:
    """Rule -> number of jobs of the whole study, as Snakemake plans it.

    Raises
    ------
    InputError : Snakemake cannot plan (its message is passed on)
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "config.yaml")
        path.write_text(dumped(with_stubs(study, folder, data)), encoding="utf-8")
        command = [sys.executable, "-m", "snakemake", "--dry-run", "--forceall", "--nolock"]
        command += ["--cores", "1", "--quiet", "rules", "--configfile", str(path)]
        result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode:
        print(result.stdout + result.stderr, file=sys.stderr)
        raise InputError("plan", "dry run", "a study that can be planned", "what stands above")
    return parse_job_stats(result.stdout + result.stderr)


def parse_job_stats(text: str) -> dict[str, int]:
    """Rule -> count, from Snakemake's 'Job stats' table; see ``counted``."""
    table = dict(re.findall(r"^(\w+) +(\d+)$", text, flags=re.M))  # printed twice
    return counted(table.items())


def total(rows: list[Estimate]) -> Estimate:
    """Sums over rules; of memory the peak, because jobs of one machine queue for it."""
    return Estimate(
        "all",
        sum(row.n_jobs for row in rows),
        sum(row.core_h for row in rows),
        sum(row.gpu_h for row in rows),
        max(row.peak_mb for row in rows),
        sum(row.disk_gb for row in rows),
    )


def cells(row: Estimate) -> tuple[str, ...]:
    """One row of the table."""
    if not row.known:
        return (row.rule, str(row.n_jobs), "not measured", "", "", "")
    numbers = (row.core_h, row.gpu_h, row.peak_mb / 1000, row.disk_gb)
    return (row.rule, str(row.n_jobs), *(f"{number:.2f}" for number in numbers))


def described(study: Study, data: Data) -> str:
    """The sizes that the plan was made for, of what the study has: clips, scans, or both."""
    of_clips = tuple(field for field in OF_DATA if field not in OF_SCANS)
    shown = ("n_conditions",) if study.stimuli or study.scans else ()
    shown += (*(of_clips if study.stimuli else ()), *(OF_SCANS if study.scans else ()))
    values = dataclasses.asdict(data)
    return ", ".join(f"{name} {values[name]:.4g}" for name in dict.fromkeys(shown))


def show(rows: list[Estimate], sizes: str, title: str) -> None:
    console = Console(soft_wrap=True)
    table = Table("rule", "jobs", "core-hours", "GPU-hours", "peak GB", "disk GB", title=title)
    for row in rows:
        table.add_row(*cells(row))
    table.add_section()
    table.add_row(*cells(total(rows)))
    console.print(table)
    if sizes:
        console.print(f"For {sizes} (options set others: crossmodal plan --help)")
