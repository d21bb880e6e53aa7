"""Show how far a run is: jobs of each rule, failures, time left; changes no file."""

import argparse
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from rich.console import Console, Group
from rich.live import Live
from rich.markup import escape
from rich.progress_bar import ProgressBar
from rich.table import Table

from crossmodal.commands.plan import COSTS, found_or_simulated
from crossmodal.contracts.errors import InputError
from crossmodal.plan.costs import read_costs
from crossmodal.plan.dimensions import dimensions
from crossmodal.plan.estimate import estimate
from crossmodal.provenance.locks import at_work
from crossmodal.study.overlay import names
from crossmodal.study.run_log import Progress, newest_log, read_progress
from crossmodal.study.study import Study
from crossmodal.study.validate import load_study

BAR_WIDTH = 24


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--once", action="store_true", help="print the table once and end")
    parser.add_argument("--interval-s", type=float, default=2.0, help="seconds between looks")


def run(options: argparse.Namespace) -> int:
    """Ends with the run: 0 if no job failed, else 1."""
    study, console = load_study(*options.configs), Console()
    looks = looks_at(study, options.configs)
    if options.once:
        shown, progress, _ = next(looks)
        console.print(shown)
        return int(bool(progress and progress.failures))
    with Live(console=console, auto_refresh=False) as live:
        for shown, progress, works in looks:
            live.update(shown, refresh=True)
            if not works:
                return int(bool(progress and progress.failures))
            time.sleep(options.interval_s)
    return 0


def looks_at(study: Study, configs: list[Path]) -> Iterator[tuple[Group, Progress | None, bool]]:
    """What is seen of the newest run, look after look; its progress; whether a run is at work.

    The newest is looked for each time: a run that is still planned when the watch begins has no
    log of jobs yet, only those before it have.

    Raises
    ------
    InputError : no run of this config has been here, and none is at work
    """
    log, seconds = None, {}
    while True:
        works = at_work(study.study.results_dir)  # before the log: what it says last is seen
        newest = newest_log(configs)
        if newest is None:
            if not works:
                expected = "a run of this config in this folder"
                raise InputError(names(configs), "run", expected, "no log of one in .snakemake/log")
            yield Group("the run is planned; no job has begun"), None, works
            continue
        progress = read_progress(newest)
        if newest != log:
            log, seconds = newest, seconds_of_jobs(study, progress)
        yield table_of(progress, seconds, works), progress, works


def seconds_of_jobs(study: Study, progress: Progress) -> dict[str, float]:
    """Rule -> seconds of one job by the plan; rules that it does not know count as the shortest."""
    sizes = dimensions(study, found_or_simulated(study))
    rows = estimate(dict.fromkeys(progress.planned, 1), sizes, read_costs(COSTS), gpu=False)
    known = {row.rule: 3600 * row.core_h for row in rows if row.known}
    return {rule: known.get(rule, min(known.values(), default=1.0)) for rule in progress.planned}


def left_s(progress: Progress, seconds: dict[str, float], now: datetime) -> float:
    """Time that is left, s: what the plan says of the jobs to come, at the pace so far.

    Before the first job has ended the pace is the plan's own on all cores.
    """
    work = {rule: n * seconds[rule] for rule, n in progress.planned.items()}
    done = sum(n * seconds.get(rule, 0.0) for rule, n in progress.finished.items())
    rest = max(0.0, sum(work.values()) - done)
    if not done:
        return rest / progress.cores
    return rest * (now - progress.begin).total_seconds() / done


def table_of(progress: Progress, seconds: dict[str, float], works: bool) -> Group:
    """Rules that are under way or to come, one line a failure, and the sum."""
    table = Table("rule", "jobs", "", box=None)
    for rule, n in sorted(progress.planned.items(), key=lambda item: -seconds[item[0]] * item[1]):
        if (done := progress.finished.get(rule, 0)) < n:
            table.add_row(rule, f"{done} of {n}", ProgressBar(n, done, BAR_WIDTH))
    lines: list[object] = [table] if table.rows else []
    for failure in progress.failures:
        lines.append(f"[red]failed[/] {failure.rule}: {escape(failure.last_line)}")
        lines.append(f"       log: {escape(failure.log or 'none')}")
    lines.append(summary(progress, seconds, works, datetime.now()))
    return Group(*lines)


def summary(progress: Progress, seconds: dict[str, float], works: bool, now: datetime) -> str:
    """One line: jobs done, at work, failed; time gone and left, or that nothing is at work."""
    counts = f"{progress.n_finished} of {progress.n_planned} jobs done"
    if progress.failures:
        counts += f", {len(progress.failures)} failed"
    if not works:
        return f"{counts}; no run is at work"
    gone = rounded((now - progress.begin).total_seconds())
    left = rounded(left_s(progress, seconds, now))
    return f"{counts}, {progress.n_running} at work; {gone} gone, about {left} left by the plan"


def rounded(seconds: float) -> str:
    """h:mm:ss without fractions."""
    return str(timedelta(seconds=round(seconds)))
