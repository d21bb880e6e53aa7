"""Costs per rule: fitted to the benchmark files of runs that were made, applied to others."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from crossmodal.contracts.atomic import write_text
from crossmodal.contracts.errors import InputError
from crossmodal.plan.work import work_of

BYTES_PER_MB = 1e6
KINDS = ("seconds", "memory", "disk")
COLUMNS = ("rule", *(f"{kind}_{part}" for kind in KINDS for part in ("fixed", "per_unit")))


@dataclass(frozen=True)
class Measured:
    """What the jobs of one rule took in one study: means of seconds and MB, memory the largest.

    ``seconds`` are CPU seconds by the job's own account where its record has one, else wall
    seconds; ``before_s`` of them went by before the work: interpreter and imports.
    """

    rule: str
    n_jobs: int
    seconds: float
    memory: float
    disk: float
    before_s: float | None = None


@dataclass(frozen=True)
class Study:
    """Dimensions of a study that was run, and what its rules took."""

    dimensions: Mapping[str, float]
    measured: Sequence[Measured]


@dataclass(frozen=True)
class Line:
    """``fixed + per_unit * amount``."""

    fixed: float
    per_unit: float

    def at(self, amount: float) -> float:
        return self.fixed + self.per_unit * amount


Costs = dict[str, dict[str, Line]]


def fit_costs(studies: Sequence[Study]) -> Costs:
    """Rule -> kind -> line.

    The fixed part is at least what a job takes before its work, as it says itself; of rules that
    do not say it, what the cheapest job of all takes: interpreter, imports, records.
    Studies of different size give a rule's own; else the slope is the one through that point.
    Of memory the slope is known (``Work.bytes_per_unit``) and the fixed part is what is left.
    """
    jobs = [job for study in studies for job in study.measured]
    if not jobs:
        raise InputError("plan", "benchmarks", "benchmark files of a finished run", "none")
    floor = {kind: min(getattr(job, kind) for job in jobs) for kind in KINDS}
    return {
        rule: {
            kind: _line(studies, rule, kind, before if before and kind == "seconds" else least)
            for kind, least in floor.items()
        }
        for rule in sorted({job.rule for job in jobs})
        for before in [_before_s(jobs, rule)]
    }


def _before_s(jobs: Sequence[Measured], rule: str) -> float | None:
    """The shortest time before the work of a rule's jobs, where their records say it."""
    said = [job.before_s for job in jobs if job.rule == rule and job.before_s is not None]
    return min(said, default=None)


def _line(studies: Sequence[Study], rule: str, kind: str, fixed: float) -> Line:
    points = [
        (work_of(rule).amount(kind, study.dimensions), getattr(job, kind))
        for study in studies
        for job in study.measured
        if job.rule == rule
    ]
    if kind == "memory":
        per_unit = work_of(rule).bytes_per_unit / BYTES_PER_MB
        return Line(max(fixed, *(mb - per_unit * n for n, mb in points)), per_unit)
    amounts, values = np.array(points).T
    if np.ptp(amounts) > 0:
        # Relative errors count: jobs of small studies are to be predicted, too.
        design = np.stack([np.ones_like(amounts), amounts], axis=1) / values[:, None]
        own, slope = np.linalg.lstsq(design, np.ones_like(values))[0]
        if own >= fixed and slope > 0:
            return Line(float(own), float(slope))
    return Line(fixed, float(amounts @ (values - fixed) / (amounts @ amounts)))


def write_costs(path: str | Path, costs: Costs) -> None:
    """Write the lines as TSV."""
    rows = [
        {"rule": rule}
        | {
            f"{kind}_{part}": getattr(line, part)
            for kind, line in lines.items()
            for part in ("fixed", "per_unit")
        }
        for rule, lines in costs.items()
    ]
    buffer = io.StringIO()
    pd.DataFrame(rows, columns=list(COLUMNS)).to_csv(
        buffer, sep="\t", index=False, lineterminator="\n", float_format="%.6g"
    )
    write_text(path, buffer.getvalue())


def read_costs(path: str | Path) -> Costs:
    """Read what ``write_costs`` wrote.

    Raises
    ------
    InputError : missing file or columns, or something else than numbers
    """
    try:
        frame = pd.read_csv(path, sep="\t")
    except FileNotFoundError:
        raise InputError(path, "file", "a table of costs", "no such file") from None
    if missing := [name for name in COLUMNS if name not in frame]:
        raise InputError(path, "columns", list(COLUMNS), f"no {missing}")
    for column in COLUMNS[1:]:
        if not pd.api.types.is_numeric_dtype(frame[column]) or frame[column].isna().any():
            raise InputError(path, column, "numbers", "something else")
    return {
        str(row["rule"]): {
            kind: Line(float(row[f"{kind}_fixed"]), float(row[f"{kind}_per_unit"]))
            for kind in KINDS
        }
        for row in frame.to_dict("records")
    }
