"""Where a study runs and where its results go."""

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from crossmodal.contracts.errors import InputError
from crossmodal.study.checks.clips import CONFIG
from crossmodal.study.study import Study

KEY = "study.results_dir"
OWN = ("Snakefile", "src", "workflow", "config", "profiles", "resources", "tests", "docs", "data",
       "benchmarks", "findings")  # fmt: skip


def elsewhere(study: Study) -> Iterator[InputError]:
    """A results folder outside the work dir; a plan looks there on purpose, a run may not."""
    folder = Path(study.study.results_dir)
    if folder.is_absolute() or ".." in folder.parts or not folder.parts:
        yield InputError(CONFIG, KEY, "a folder below the work dir", folder)


def cache_problem() -> InputError | None:
    """The problem of a cache folder in which Snakemake cannot write; it ends in a traceback.

    It asks before it reads any config, so that planning cannot say it.
    """
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    try:
        Path(home, "snakemake").mkdir(parents=True, exist_ok=True)
    except OSError as error:
        expected = "a folder for Snakemake's cache; set XDG_CACHE_HOME to one that can be written"
        return InputError(home, "HOME", expected, error.strerror)
    return None


def place(study: Study) -> Iterator[InputError]:
    """A results folder that is none or holds the program; a Python that jobs cannot start; a
    cache that cannot be written."""
    given = study.study.results_dir
    folder = Path(given)
    if given != (short := folder.as_posix()):  # records compare paths as texts
        yield InputError(CONFIG, KEY, repr(short), repr(given))
    elif folder.parts[:1] and (folder.parts[0] in OWN or re.match(r"\.\w", given)):
        yield InputError(CONFIG, KEY, "a folder for results alone, such as results", repr(given))
    elif folder.exists() and not folder.is_dir():
        yield InputError(CONFIG, KEY, "a folder", f"the file {given}")
    # Snakemake starts each job's Python through a shell without quotes.
    if re.search(r"[\s'\"$&;()<>|*?`\\]", sys.executable):
        expected = "an environment at a path without blanks and signs of the shell"
        yield InputError(sys.executable, "python", expected, "each job would end with 127")
    if problem := cache_problem():
        yield problem
