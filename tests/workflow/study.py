"""A study in a scratch clone, run and questioned through the real command line."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

ROOT = Path(__file__).parents[2]
CODE = ("Snakefile", "README.md", "workflow", "src", "config", "profiles", "resources")
# Two workers of pytest-xdist share two cores.
CORES = "1" if "PYTEST_XDIST_WORKER" in os.environ else "2"


@dataclass(frozen=True)
class Study:
    """A clone of the code with its own results; ``config`` is relative to ``folder``."""

    folder: Path
    config: str

    def snakemake(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess:
        """Run Snakemake in the clone; its output is in ``stdout`` (both streams)."""
        command = [sys.executable, "-m", "snakemake", "--configfile", self.config]
        result = subprocess.run(
            [*command, "--cores", CORES, *arguments],
            cwd=self.folder,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if check and result.returncode:
            raise RuntimeError(f"snakemake failed:\n{result.stdout[-8000:]}")
        return result

    def crossmodal(self, *arguments: str) -> subprocess.CompletedProcess:
        """Run the command line tool of this clone."""
        command = [sys.executable, "-m", "crossmodal.cli", *arguments, "--config", self.config]
        variables = environment() | {"PYTHONPATH": "src", "COLUMNS": "200"}
        return subprocess.run(
            command, cwd=self.folder, env=variables, capture_output=True, text=True
        )

    def planned_rules(self) -> set[str]:
        """Rules of which at least one job would run now."""
        return set(self.planned_jobs())

    def planned_jobs(self) -> dict[str, int]:
        """Rule -> number of jobs that would run now."""
        text = self.snakemake("--dry-run").stdout
        if "Nothing to be done" in text:
            return {}
        table = re.search(r"^Job stats:\n(.*?)^total +\d+", text, flags=re.M | re.S)
        if table is None:
            raise RuntimeError(f"no job table in:\n{text[-4000:]}")
        rows = re.findall(r"^(\w+) +(\d+)$", table[1], flags=re.M)
        return {name: int(count) for name, count in rows if name != "all"}


def environment() -> dict[str, str]:
    """This process's environment, with this interpreter's folder first on PATH."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return os.environ | {"PATH": path}


def copied(study: Study, folder: Path) -> Study:
    """A copy of a study, finished or not: times and Snakemake's memory included."""
    target = folder / "crossmodal"
    shutil.copytree(study.folder, target, symlinks=True)
    return Study(target, study.config)


def made_once(folder: Path, make: Callable[[Path], Study]) -> Study:
    """What ``make(folder)`` returns; of several processes the first makes it, the others wait.

    Raises
    ------
    RuntimeError : it failed in the process that made it
    """
    with FileLock(f"{folder}.lock"):
        note = folder.with_suffix(".finished")
        if not note.exists():
            if folder.exists():
                raise RuntimeError(f"{folder}: failed before, in the test that first asked for it")
            folder.mkdir()
            study = make(folder)
            note.write_text(json.dumps([str(study.folder), study.config]))
    name, config = json.loads(note.read_text())
    return Study(Path(name), config)


def clone(folder: Path, config: str) -> Study:
    """Copy the code (never results) and make ../shared reachable as beside the checkout."""
    target = folder / "crossmodal"
    target.mkdir(parents=True)
    for name in CODE:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, target / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, target / name)
    shared = ROOT.parent / "shared"
    if shared.is_dir():
        (folder / "shared").symlink_to(shared.resolve())
    return Study(target, config)
