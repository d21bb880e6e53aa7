"""Genders of actors from a table, for collections whose file names do not say them.

The layout is that of CREMA-D's VideoDemographics.csv. Light: the Snakefile imports it.
"""

import csv
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from crossmodal.contracts.errors import InputError
from crossmodal.contracts.reading import reading
from crossmodal.stimuli.naming import UNKNOWN, StimulusName

COLUMNS = ("ActorID", "Sex")  # the table has more
GENDERS = {"Male": "male", "Female": "female"}


def read_demographics(path: str | Path) -> dict[str, str]:
    """Actor -> 'male' or 'female'.

    Raises
    ------
    InputError : no such file, an unreadable one, columns missing, an unknown sex, an actor twice
    """
    expected = f"a table of actors with columns {','.join(COLUMNS)}"
    with reading(path, expected), open(path, encoding="utf-8-sig", newline="") as file:
        table = csv.DictReader(file)
        rows, header = list(table), table.fieldnames or []
    if missing := [name for name in COLUMNS if name not in header]:
        raise InputError(path, "columns", list(COLUMNS), f"no {missing}")
    genders: dict[str, str] = {}
    for line, row in enumerate(rows, 2):
        actor, sex = (row["ActorID"] or "").strip(), (row["Sex"] or "").strip()
        if not actor:
            raise InputError(path, f"line {line}, ActorID", "an actor", "nothing")
        if sex not in GENDERS:
            raise InputError(path, f"line {line}, Sex", f"one of {list(GENDERS)}", repr(sex))
        if actor in genders:
            raise InputError(path, f"line {line}, ActorID", "each actor once", f"{actor!r} again")
        genders[actor] = GENDERS[sex]
    return genders


def with_genders(names: Iterable[StimulusName], path: str | Path | None) -> list[StimulusName]:
    """The same names; where a name does not tell the gender, the table does (None: no table).

    Raises
    ------
    InputError : as ``read_demographics``; an actor of such a name who is not in the table
    """
    names = list(names)
    if path is None:
        return names
    genders = read_demographics(path)
    silent = {name.identity for name in names if name.gender == UNKNOWN}
    if missing := sorted(silent - set(genders)):
        raise InputError(path, "ActorID", "every actor of the clips", f"no {missing}")
    return [
        replace(name, gender=genders[name.identity]) if name.gender == UNKNOWN else name
        for name in names
    ]
