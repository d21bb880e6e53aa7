"""What a user should know of scans that are no mistake: said by ``check``, which goes on."""

from collections.abc import Iterator, Sequence

from crossmodal.bold.block import Scans
from crossmodal.bold.model.noise import short_repetition_remark
from crossmodal.bold.read.bids import Run
from crossmodal.bold.read.clock import repetition_time_s
from crossmodal.bold.read.events import (
    EventTable,
    missing_conditions,
    read_event_table,
    usual_conditions,
)
from crossmodal.bold.read.images import open_image
from crossmodal.bold.read.lists import list_remarks
from crossmodal.bold.read.sidecar import read_sidecars
from crossmodal.bold.read.study_runs import runs_of
from crossmodal.contracts.errors import InputError

LIKE_MISSING = ("n.a.", "na", "nan", "none", "null", "nil", "missing", "-", "?")


def scan_remarks(scans: Scans, conditions: Sequence[str] | None = None) -> Iterator[str]:
    """Lines about the config block ``scans`` and its data, from headers and tables alone.

    Parameters
    ----------
    conditions : what every run should show; default: the config's, else what most runs show
    """
    if scans.bids_dir is None:
        return
    try:
        runs = runs_of(scans)
        yield from _short_repetition(runs, scans.glm.noise, scans.trust_affine)
        config = scans.events
        tables = {run: read_event_table(run.events, config) for run in runs}
        wanted = conditions or scans.conditions
        if not wanted:
            wanted = usual_conditions([run.events for run in runs], config)
        yield from _missing(tables, wanted)
        yield from _untimed(tables)
        yield from _nameless(wanted)
        yield from _momentary(tables)
        yield from list_remarks(scans, runs)
    except InputError:
        return  # reported as a problem


def _short_repetition(runs: Sequence[Run], noise: str, trust_affine: str | None) -> Iterator[str]:
    first: dict[str, Run] = {}
    for run in runs:
        first.setdefault(run.participant, run)
    for run in first.values():
        image = open_image(run.bold, 4, trust_affine)
        seconds = repetition_time_s(image, run.bold, read_sidecars(run.sidecars))
        if remark := short_repetition_remark(seconds, noise):
            yield f"{run.bold}: {remark}"
            return


def _missing(tables: dict[Run, EventTable], conditions: Sequence[str]) -> Iterator[str]:
    """How many runs lack a condition, and the first of them."""
    lacking = {
        run: names
        for run, table in tables.items()
        if (names := missing_conditions(table.events, conditions))
    }
    if lacking:
        run, names = next(iter(lacking.items()))
        yield (
            f"{len(lacking)} of {len(tables)} runs lack conditions, e.g. {run.stem}: "
            f"{', '.join(names)}; they count where they are shown"
        )


def _untimed(tables: dict[Run, EventTable]) -> Iterator[str]:
    """How many events have no time, and where the first of them is."""
    counts = {run: table.n_untimed for run, table in tables.items() if table.n_untimed}
    if counts:
        run = next(iter(counts))
        yield (
            f"{sum(counts.values())} events of {len(counts)} runs have no onset or no duration "
            f"(n/a) and are not modelled, e.g. in {run.events}; "
            "scans.events.missing_duration_s can give a duration"
        )


def _nameless(conditions: Sequence[str]) -> Iterator[str]:
    """Conditions that are called as other programs write what is missing."""
    if found := [name for name in conditions if name.lower() in LIKE_MISSING]:
        yield (
            f"{', '.join(map(repr, found))} is modelled as a condition; BIDS writes n/a for what "
            "is missing, and scans.events.ignore leaves conditions out"
        )


def _momentary(tables: dict[Run, EventTable]) -> Iterator[str]:
    """Events without a duration beside others that last: SPM's units differ."""
    shown = [event for table in tables.values() for event in table.events if event.of_interest]
    short = sorted({event.condition for event in shown if event.duration_s == 0})
    if short and any(event.duration_s > 0 for event in shown):
        yield (
            f"events of {short[0]!r}{' and others' * (len(short) > 1)} last 0 s, others last: as "
            "in SPM a condition of moments has sticks of area 1, others boxes of height 1, so that "
            "their betas have other units; moments among longer events of a condition hardly count"
        )
