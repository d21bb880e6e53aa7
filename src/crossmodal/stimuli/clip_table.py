"""Clips of a table, and tables of published names. Light: the Snakefile imports it."""

import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from crossmodal.contracts.clip_table import PATH, STIMULUS_ID, ClipTable, table_text
from crossmodal.contracts.errors import InputError
from crossmodal.stimuli.naming import FIELDS, NO_ACTOR, UNKNOWN, StimulusName

ACTOR = "actor"
MADE = (PATH, STIMULUS_ID, ACTOR, *(f for f in FIELDS if f != "identity"), "channel")


def names_of_table(
    table: ClipTable, actor_column: str | None = None
) -> tuple[list[InputError], list[StimulusName]]:
    """The clips of a table with its labels, and what is wrong with rows.

    ``actor_column`` (default: ``actor``, or ``identity``) is the unit of folds. Cells that are
    empty are 'n/a'. The stimulus id is that of a column of this name, else the file name without
    its suffix, else (where two clips share it) the path from the table on.

    Returns
    -------
    Problems: a file that is not there or in two rows, ids that cannot be names; and the clips
    without any.

    Raises
    ------
    InputError : no such actor column
    """
    actor_column = _actor_column(table, actor_column)
    ids = _ids(table)
    problems, names = [], []
    lines: dict[str, int] = {}
    for row, line, given_id in zip(table.rows, table.lines, ids, strict=True):
        path = table.path_of(row)
        real = os.path.realpath(path)
        problem = _row_problem(table, row, line, given_id, lines.get(real))
        if problem is None:
            lines[real] = line
            names.append(_name(row, path, given_id, actor_column))
        else:
            problems.append(problem)
    return problems, names


def _actor_column(table: ClipTable, given: str | None) -> str | None:
    if given is not None and given not in table.columns:
        expected = f"a column of {table.source}: {list(table.columns)}"
        raise InputError("config", "stimuli.actor_column", expected, repr(given))
    found = [name for name in (ACTOR, "identity") if name in table.columns]
    if "identity" in table.columns and (given or found[0]) != "identity":
        expected = "no column 'identity' beside that of the actor, whose other name it is"
        raise InputError(table.source, "header", expected, list(table.columns))
    return given or (found[0] if found else None)


def _row_problem(
    table: ClipTable, row: Mapping[str, str], line: int, given_id: str, earlier: int | None
) -> InputError | None:
    where, path = f"line {line}, path", table.path_of(row)
    if not row[PATH]:
        return InputError(table.source, where, "the path of a clip", "nothing")
    if not Path(path).is_file():
        got = "a folder" if Path(path).is_dir() else "no such file"
        return InputError(table.source, where, "a file, as seen from the table", f"{got}: {path}")
    if earlier is not None:
        got = f"{row[PATH]}, which is in line {earlier} too"
        return InputError(table.source, where, "each file once", got)
    if "/" in given_id or given_id in ("", ".") or not given_id.isprintable():
        expected = "a name without slashes and control characters"
        return InputError(table.source, f"line {line}, {STIMULUS_ID}", expected, repr(given_id))
    return None


def _ids(table: ClipTable) -> list[str]:
    if STIMULUS_ID in table.columns:
        return [row[STIMULUS_ID] for row in table.rows]
    stems = [Path(row[PATH]).stem for row in table.rows]
    counts = Counter(stems)
    return [
        stem if counts[stem] == 1 else _long_id(row[PATH])
        for row, stem in zip(table.rows, stems, strict=True)
    ]


def _long_id(path: str) -> str:
    """'a/b/clip.mp4' -> 'a_b_clip'."""
    parts = Path(path).with_suffix("").parts
    return "_".join(part for part in parts if part not in ("/", "..", "."))


def _name(row: Mapping[str, str], path: str, given_id: str, actor: str | None) -> StimulusName:
    labels = {column: cell or UNKNOWN for column, cell in row.items()}
    known = {field: labels.get(field, UNKNOWN) for field in FIELDS}
    person = labels[actor] if actor else UNKNOWN
    known["identity"] = NO_ACTOR if person == UNKNOWN else person
    further = {c: x for c, x in labels.items() if c not in (*FIELDS, PATH, STIMULUS_ID)}
    return StimulusName(
        path,
        **known,
        channel="song" if labels.get("channel") == "song" else "speech",
        further=tuple(further.items()),
        given_id=given_id,
    )


def made_table(names: Iterable[StimulusName], nameless: Sequence[str] = ()) -> str:
    """The text of a table with the labels that file names tell.

    Columns that no name tells anything for are left out. ``nameless``: paths of clips whose
    names are not understood, to be labelled by hand.
    """
    rows = [_row(name) for name in names]
    told = [c for c in MADE if c == PATH or any(row[c] != UNKNOWN for row in rows)]
    if all(Path(row[PATH]).stem == row[STIMULUS_ID] for row in rows) and STIMULUS_ID in told:
        told.remove(STIMULUS_ID)
    if not rows:
        told = [PATH, ACTOR, "emotion"]
    cells = [{c: "" if row[c] == UNKNOWN else row[c] for c in told} for row in rows]
    blank = [dict.fromkeys(told, "") | {PATH: path} for path in nameless]
    if STIMULUS_ID in told:
        blank = [row | {STIMULUS_ID: Path(row[PATH]).stem} for row in blank]
    return table_text(told, sorted([*cells, *blank], key=lambda row: row[PATH]))


def _row(name: StimulusName) -> dict[str, str]:
    row = {PATH: name.path, STIMULUS_ID: name.stimulus_id, "channel": name.channel}
    actor = UNKNOWN if name.identity == NO_ACTOR else name.identity
    return row | {field: getattr(name, field) for field in FIELDS if field != "identity"} | {
        ACTOR: actor
    }  # fmt: skip
