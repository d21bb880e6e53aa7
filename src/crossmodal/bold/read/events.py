"""What happened when: events.tsv files, and which condition each event belongs to."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from crossmodal.bold.read.events_config import EventsConfig
from crossmodal.bold.read.response import RESPONSE_S
from crossmodal.bold.read.tsv import MISSING, number, read_tsv
from crossmodal.contracts.errors import InputError

NULL = (MISSING, "")  # condition of events that are not modelled (rest, null events)
OVERLAP_TOLERANCE_S = 0.1


@dataclass(frozen=True)
class Event:
    """One event, seconds from the start of the first volume."""

    onset_s: float
    duration_s: float
    condition: str
    of_interest: bool = True

    @property
    def end_s(self) -> float:
        return self.onset_s + self.duration_s


@dataclass(frozen=True)
class EventTable:
    """What an events.tsv says: events in order of onset, and how many are not modelled because
    they have no onset or no duration."""

    events: list[Event]
    n_untimed: int


def read_events(path: str | Path, config: EventsConfig) -> list[Event]:
    """Events in order of onset, with conditions as configured; see ``read_event_table``."""
    return read_event_table(path, config).events


def read_event_table(path: str | Path, config: EventsConfig) -> EventTable:
    """Events with conditions as configured; null events and those without a time left out.

    Raises
    ------
    InputError : no such file, missing columns, cells that are no times, two events of interest
        at once
    """
    columns = ("onset", "duration", config.condition_column)
    columns += tuple(each.column for each in config.also.values())
    rows = read_tsv(path, "an events.tsv", columns)
    events: list[Event] = []
    n_untimed = 0
    for line, row in enumerate(rows, start=2):
        for name, of_interest in _names(row, config):
            event = _event(path, line, row, name, of_interest, config)
            n_untimed += event is None
            events += [event] * (event is not None)
    events.sort(key=lambda event: event.onset_s)
    shown = [event for event in events if event.of_interest]
    _refuse_overlaps(path, shown)
    if config.block_gap_s is not None:
        shown = _blocks(shown, config.block_gap_s)
    return EventTable(shown + [event for event in events if not event.of_interest], n_untimed)


def _names(row: Mapping[str, str], config: EventsConfig) -> list[tuple[str, bool]]:
    """What a row is an event of, and whether that is of interest."""
    also = [
        (name, False)
        for name, wanted in config.also.items()
        if row[wanted.column].strip() == str(wanted.value)
    ]
    condition = row[config.condition_column].strip()
    modelled_as_nuisance = any(
        wanted.column == config.condition_column and condition == str(wanted.value)
        for wanted in config.also.values()
    )
    if condition in NULL or condition in config.ignore or modelled_as_nuisance:
        return also
    return [(condition, True), *also]


def _event(
    path: str | Path,
    line: int,
    row: Mapping[str, str],
    name: str,
    of_interest: bool,
    config: EventsConfig,
) -> Event | None:
    """The event of a row; None if it has no onset, or no duration and none is configured."""
    onset, duration = row["onset"].strip(), row["duration"].strip()
    if onset == MISSING or (duration == MISSING and config.missing_duration_s is None):
        return None
    onset_s = _seconds(path, line, "onset", onset, -math.inf)
    if duration == MISSING:
        return Event(onset_s, float(config.missing_duration_s), name, of_interest)
    return Event(onset_s, _seconds(path, line, "duration", duration, 0.0), name, of_interest)


def conditions_of(events: Iterable[Event]) -> list[str]:
    """Sorted names of the conditions that occur."""
    return sorted({event.condition for event in events if event.of_interest})


def usual_conditions(paths: Iterable[str], config: EventsConfig) -> list[str]:
    """The conditions that at least half of the readable runs show: what a study compares.

    A run may lack one; what few runs show is rather a slip of the pen than a condition.

    Raises
    ------
    InputError : the first file's problem, if none can be read
    """
    problems: list[InputError] = []
    shown: list[list[str]] = []
    for path in paths:
        try:
            shown.append(conditions_of(read_events(path, config)))
        except InputError as problem:
            problems.append(problem)
    if not shown:
        raise problems[0] if problems else InputError("events", "files", "at least one", "none")
    counts = Counter(name for names in shown for name in names)
    return sorted(name for name, count in counts.items() if 2 * count >= len(shown))


def missing_conditions(events: Iterable[Event], conditions: Sequence[str]) -> list[str]:
    """Those of ``conditions`` that a run does not show."""
    return sorted(set(conditions) - set(conditions_of(events)))


def check_events(
    path: str | Path, events: Sequence[Event], conditions: Sequence[str], run_end_s: float
) -> None:
    """Raise unless events fit the run and the conditions, of which the run may lack some.

    Raises
    ------
    InputError : no condition at all, conditions that are unknown, events after the run's end
        or over so long before it that nothing of their response is left
    """
    present, wanted = set(conditions_of(events)), set(conditions)
    if not wanted:
        raise InputError(path, "conditions", "at least one", "none")
    if unknown := sorted(present - wanted):
        raise InputError(path, "conditions", f"one of {_few(sorted(wanted))}", _few(unknown))
    if not present:
        raise InputError(path, "conditions", f"some of {_few(sorted(wanted))}", "none")
    for event in events:
        got = f"{event.onset_s:g} s ({event.condition})"
        if event.onset_s >= run_end_s:
            raise InputError(path, "onset", f"before the run's end at {run_end_s:g} s", got)
        if event.end_s < -RESPONSE_S:
            raise InputError(path, "onset", f"at most {RESPONSE_S:g} s before the run", got)


def check_all_shown(shown: Mapping[str, Iterable[str]], conditions: Sequence[str]) -> None:
    """Raise unless every pair of conditions occurs in at least one run of a participant.

    Parameters
    ----------
    shown : conditions of every run, by the path of its events

    Raises
    ------
    InputError : a condition that no run shows, a pair that no run shows together
    """
    runs = [set(names) for names in shown.values()]
    first = next(iter(shown), "events")
    if missing := sorted(set(conditions) - set().union(*runs)):
        where = "conditions of all runs of the participant"
        raise InputError(first, where, f"{len(conditions)} conditions", f"no {_few(missing)}")
    for one in conditions:
        together = set().union(*(run for run in runs if one in run))
        if apart := sorted(set(conditions) - together):
            where = "conditions of all runs of the participant"
            got = f"{one} and {apart[0]} never"
            raise InputError(first, where, "each two in one run at least", got)


def _seconds(path: str | Path, line: int, column: str, text: str, least: float) -> float:
    value = number(text)
    if not value >= least:  # NaN is not, either
        wanted = "a time in s" if least < 0 else "a duration in s, >= 0"
        raise InputError(path, f"line {line}, {column}", wanted, repr(text))
    return value


def _refuse_overlaps(path: str | Path, events: Sequence[Event]) -> None:
    for before, after in zip(events, events[1:], strict=False):
        if after.onset_s == before.onset_s:
            got = f"{before.condition} and {after.condition}"
            raise InputError(path, "onset", f"one event at {after.onset_s:g} s", got)
        if before.end_s - after.onset_s > OVERLAP_TOLERANCE_S:
            raise InputError(
                path,
                "onset",
                f"an event after {before.condition} has ended ({before.end_s:g} s)",
                f"{after.condition} at {after.onset_s:g} s",
            )


def _blocks(events: Sequence[Event], gap_s: float) -> list[Event]:
    blocks: dict[str, int] = {}
    named = []
    for index, event in enumerate(events):
        before = events[index - 1] if index else None
        continued = (
            before is not None
            and before.condition == event.condition
            and event.onset_s - before.end_s < gap_s
        )
        blocks[event.condition] = blocks.get(event.condition, 0) + (not continued)
        name = f"{event.condition}_block-{blocks[event.condition]}"
        named.append(Event(event.onset_s, event.duration_s, name))
    return named


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:4]) + (f" … ({len(names)} in all)" if len(names) > 4 else "")
