"""What happened when: events.tsv files, and which condition each event belongs to."""

import csv
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from crossmodal.contracts.errors import InputError

NULL = ("n/a", "")  # condition of events that are not modelled (rest, null events)
OVERLAP_TOLERANCE_S = 0.1


@dataclass(frozen=True)
class EventsConfig:
    """How conditions are read.

    condition_column : the column of events.tsv that names the condition
    ignore : conditions that are not modelled
    block_gap_s : None, or: events of one condition less than this apart form a block, and
        each block is a condition of its own: 'face_block-1', 'face_block-2' …
    """

    condition_column: str = "trial_type"
    ignore: tuple[str, ...] = ()
    block_gap_s: float | None = None


@dataclass(frozen=True)
class Event:
    """One event, seconds from the start of the first volume."""

    onset_s: float
    duration_s: float
    condition: str

    @property
    def end_s(self) -> float:
        return self.onset_s + self.duration_s


def read_events(path: str | Path, config: EventsConfig) -> list[Event]:
    """Events in order of onset, with conditions as configured; null events left out.

    Raises
    ------
    InputError : no such file, missing columns, cells that are no times, two events at once
    """
    rows = _rows(path, ("onset", "duration", config.condition_column))
    events = []
    for number, row in enumerate(rows, start=2):
        condition = row[config.condition_column].strip()
        if condition in NULL or condition in config.ignore:
            continue
        onset_s = _seconds(path, number, "onset", row["onset"], -math.inf)
        duration_s = _seconds(path, number, "duration", row["duration"], 0.0)
        events.append(Event(onset_s, duration_s, condition))
    events.sort(key=lambda event: event.onset_s)
    _refuse_overlaps(path, events)
    return events if config.block_gap_s is None else _blocks(events, config.block_gap_s)


def conditions_of(events: Iterable[Event]) -> list[str]:
    """Sorted names of the conditions that occur."""
    return sorted({event.condition for event in events})


def conditions_of_first(paths: Iterable[str], config: EventsConfig) -> list[str]:
    """The conditions of the first events file that can be read: what every run must show.

    Raises
    ------
    InputError : the first file's problem, if none can be read
    """
    problems = []
    for path in paths:
        try:
            return conditions_of(read_events(path, config))
        except InputError as problem:
            problems.append(problem)
    raise problems[0] if problems else InputError("events", "files", "at least one", "none")


def check_events(
    path: str | Path, events: Sequence[Event], conditions: Sequence[str], run_duration_s: float
) -> None:
    """Raise unless events fit the run and the conditions.

    Raises
    ------
    InputError : no condition at all, conditions that are unknown or never occur, events
        after the run's end
    """
    present, wanted = set(conditions_of(events)), set(conditions)
    if not wanted:
        raise InputError(path, "conditions", "at least one", "none")
    if unknown := sorted(present - wanted):
        raise InputError(path, "conditions", f"one of {_few(sorted(wanted))}", _few(unknown))
    if missing := sorted(wanted - present):
        raise InputError(path, "conditions", f"{len(wanted)} conditions", f"no {_few(missing)}")
    for event in events:
        if event.onset_s >= run_duration_s:
            raise InputError(
                path,
                "onset",
                f"before the run's end at {run_duration_s:g} s",
                f"{event.onset_s:g} s ({event.condition})",
            )


def _rows(path: str | Path, columns: Sequence[str]) -> list[dict[str, str]]:
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, delimiter="\t")
            header, rows = list(reader.fieldnames or []), list(reader)
    except FileNotFoundError:
        raise InputError(path, "file", "an events.tsv", "no such file") from None
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(path, "file", "an events.tsv", str(error)) from None
    for column in columns:
        if column not in header:
            raise InputError(path, "columns", repr(column), header)
    for number, row in enumerate(rows, start=2):
        # DictReader's marks: a missing cell is None, cells too many are under the key None.
        if None in row or None in row.values():
            raise InputError(path, f"line {number}", f"{len(header)} cells", "more or fewer")
    return rows


def _seconds(path: str | Path, number: int, column: str, text: str, least: float) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value >= least):
        wanted = "a time in s" if least < 0 else "a duration in s, >= 0"
        raise InputError(path, f"line {number}, {column}", wanted, repr(text))
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
