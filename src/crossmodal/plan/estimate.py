"""A study's cost before anything runs: jobs of each rule times the cost of one."""

from collections.abc import Mapping
from dataclasses import dataclass

from crossmodal.plan.costs import Costs
from crossmodal.plan.work import work_of

# ASSUME: one data-centre GPU trains these networks as fast as so many CPU cores.
CORES_PER_GPU = 60.0


@dataclass(frozen=True)
class Estimate:
    """Cost of all jobs of one rule; ``known`` is False where no run has measured it."""

    rule: str
    n_jobs: int
    core_h: float
    gpu_h: float
    peak_mb: float
    disk_gb: float
    known: bool = True


def estimate(
    jobs: Mapping[str, int], dimensions: Mapping[str, float], costs: Costs, gpu: bool
) -> list[Estimate]:
    """One entry per rule, the dearest first.

    Parameters
    ----------
    jobs : rule -> number of jobs
    dimensions : of the study that is planned
    gpu : whether trainings go to GPUs; their time is then GPU-hours, not core-hours
    """
    rows = [_estimate(rule, n, dimensions, costs, gpu) for rule, n in jobs.items()]
    return sorted(rows, key=lambda row: (-row.core_h - CORES_PER_GPU * row.gpu_h, row.rule))


def _estimate(
    rule: str, n_jobs: int, dimensions: Mapping[str, float], costs: Costs, gpu: bool
) -> Estimate:
    if rule not in costs:
        return Estimate(rule, n_jobs, 0.0, 0.0, 0.0, 0.0, known=False)
    work = work_of(rule)
    one = {kind: line.at(work.amount(kind, dimensions)) for kind, line in costs[rule].items()}
    hours = n_jobs * one["seconds"] / 3600
    on_gpu = gpu and work.gpu
    return Estimate(
        rule,
        n_jobs,
        0.0 if on_gpu else hours,
        hours / CORES_PER_GPU if on_gpu else 0.0,
        one["memory"],
        n_jobs * one["disk"] / 1000,
    )
