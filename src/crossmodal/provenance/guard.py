"""Find results that are not what their record says, when Snakemake plans a run.

Snakemake decides by modification times and its own metadata, and misses some changes: new
content under an old modification time, an input that changed while its job ran, an output
edited by hand, an intermediate that a failed run has already renewed, other params or inputs
of results that were restored without its metadata (docs/decisions/recomputation.md). The guard
compares content and plan instead, and has Snakemake force the jobs whose record does not hold.
It keeps no state but digests: what a killed run has not made again is found again by its content.
"""

import json
import os
import re
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from crossmodal.contracts.atomic import write_text
from crossmodal.contracts.errors import InputError
from crossmodal.provenance.hashing import sha256_file
from crossmodal.provenance.lineage import read_record
from crossmodal.provenance.record import NOT_INSTALLED, edited
from crossmodal.provenance.roots import located

Planned = Callable[[Mapping], tuple[Mapping, Iterable[str]]]


class Fingerprints:
    """Digests of files, remembered by size, times and inode: only what moved is hashed.

    The change time is part of the key: it moves even when new content is given the old
    modification time.
    """

    def __init__(self, path: str | Path, roots: Mapping[str, str] | None = None) -> None:
        self.path, self.roots, self.n_hashed = Path(path), dict(roots or {}), 0
        try:
            self.known = json.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            self.known = {}

    def digest(self, path: str) -> str | None:
        """sha256 of the file that a portable path means; None when it is not there."""
        file = located(path, self.roots)
        try:
            stat = os.stat(file)
        except OSError:
            return None
        key = [stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino]
        if self.known.get(path, [None])[:-1] != key:
            self.n_hashed += 1
            self.known[path] = [*key, sha256_file(file)]
        return self.known[path][-1]

    def write(self) -> None:
        """Remember for the next run; a read-only results folder is no reason to stop."""
        try:
            write_text(self.path, json.dumps(self.known))
        except OSError:
            return


def stale_reason(record_path: str | Path, digest: Callable[[str], str | None]) -> str | None:
    """Why a record no longer holds, or None. Files that are gone are Snakemake's business."""
    try:
        record = read_record(record_path)
    except InputError as error:
        return f"unreadable: {error.got}"
    if edited(record_path, record):
        return "the record was edited"
    for kind in ("inputs", "code", "outputs"):
        for path, expected in record[kind].items():
            if (got := digest(path)) is not None and got != expected:
                return f"{kind.removesuffix('s')} {path} changed"
    return None


def changed_plan(record: Mapping, params: Mapping, inputs: Iterable[str]) -> str | None:
    """What today's plan of a recorded job has otherwise: its params or the list of its inputs."""
    for name in sorted(set(params) | set(record["params"])):
        if params.get(name) != record["params"].get(name):
            return f"param {name} changed"
    moved = sorted(set(inputs) ^ {*record["inputs"], *record["code"]})
    return f"input {moved[0]} is new or gone" if moved else None


def changed_version(record: Mapping, versions: Mapping[str, str]) -> str | None:
    """The first package that is installed in another version than a record names.

    Left out are Python itself, in whatever version, and packages that were not installed when
    the job ran: it did not use them.
    """
    for name, before in record["versions"].items():
        if name == "python" or before == NOT_INSTALLED:
            continue
        if (now := versions.get(name, before)) != before:
            return f"version of {name} changed from {before} to {now}"
    return None


def stale_records(
    record_paths: Iterable[str | Path],
    fingerprints: Fingerprints,
    planned: Planned | None = None,
    versions: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Every record that no longer holds. Changes no file.

    Parameters
    ----------
    planned : record -> params and inputs that the workflow gives this job today
    versions : package -> version that jobs would use today; None where they have environments
        of their own, which Snakemake compares

    Returns
    -------
    Record path -> reason
    """
    reasons = {}
    for path in sorted(map(str, record_paths)):
        reason = stale_reason(path, fingerprints.digest)
        if not reason:
            record = read_record(path)
            reason = changed_version(record, versions or {})
            if planned and not reason:
                reason = changed_plan(record, *planned(record))
        if reason:
            reasons[path] = reason
    return reasons


def unwritable(results: str | Path) -> InputError | None:
    """The problem of a results folder in which nothing can be written; None where it can."""
    folder = Path(results)
    while not folder.exists():  # its parent decides
        folder = folder.parent
    if os.access(folder, os.W_OK | os.X_OK):
        return None
    return InputError(folder, "results", "a folder to write in", "it is read-only")


def freshen(record_paths: Iterable[str | Path], others: Iterable[str | Path] = ()) -> int:
    """Give the outputs of valid records one new modification time; how many files.

    For results restored into a fresh clone: their content is proven by the records, but
    the checkout's files are newer and Snakemake has no metadata to compare content with.

    Parameters
    ----------
    others : files whose time Snakemake compares as well (its benchmark files)
    """
    outputs = {path for name in record_paths for path in read_record(name)["outputs"]}
    names = [*sorted(outputs), *map(str, record_paths), *map(str, others)]
    files = [path for path in names if Path(path).exists()]
    now = time.time_ns()  # one time for all: no output may be older than its input
    for path in files:
        os.utime(path, ns=(now, now))
    return len(files)


def report(reasons: Mapping[str, str], n_hashed: int, shown: int = 10) -> list[str]:
    """Lines that say what the guard did; none when there was nothing to do.

    ``reasons_in`` reads them again.
    """
    hashed = f"guard: {n_hashed} file(s) hashed"
    if not reasons:
        return [f"{hashed}, all results hold"] if n_hashed else []
    lines = [f"guard: {len(reasons)} result(s) do not match their record and will be made again"]
    lines += [f"guard:   {_job(path)}: {reason}" for path, reason in list(reasons.items())[:shown]]
    hidden = len(reasons) - shown
    return lines + ([f"guard:   … and {hidden} more"] if hidden > 0 else []) + [hashed]


def reasons_in(text: str) -> dict[str, str]:
    """Job, as 'RULE/INSTANCE' -> reason, from the lines of ``report`` within other output."""
    return dict(re.findall(r"^guard:   (\S+/\S+): (.+)$", text, re.MULTILINE))


def _job(record_path: str) -> str:
    return "/".join(Path(record_path).with_suffix("").parts[-2:])
