"""Audit printed tables and maps: their seals, and all records and files that they rest on."""

from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from crossmodal.contracts.dictionary import dictionary_path
from crossmodal.contracts.errors import InputError
from crossmodal.provenance.audit import (
    SIDECARS_RULE,
    Auditor,
    Finding,
    RecordedSidecars,
    Verdict,
    files_of,
)
from crossmodal.provenance.lineage import Lineage, identity, read_record, temporary_outputs
from crossmodal.provenance.record import edited
from crossmodal.provenance.seals import FILE, Seals


class SealAuditor:
    """Audits what ``provenance/seals.json`` holds; every record is looked at once.

    Parameters
    ----------
    auditor : hashes files, and has the digests that the job that wrote the seals recorded
    results : the study's folder

    Raises
    ------
    InputError : no seals, or none that can be read
    """

    def __init__(self, auditor: Auditor, results: str | Path) -> None:
        self.auditor, self.path = auditor, Path(results, FILE).as_posix()
        self.seals, content = Seals.read(self.path)
        self.lineage = _readable(self.seals.records)
        self.temporary = temporary_outputs(results)
        self.doubts = [*self._seals(content), *self._missing()]
        self.makers = {
            path: self.lineage.records[name] for path, name in self.lineage.producer.items()
        }
        self.job = cache(self._job)

    def _seals(self, content: dict[str, Any]) -> list[Finding]:
        """Doubts of the file itself: against its own seal, then against its job's record."""
        recorded = self.auditor.sidecars or RecordedSidecars()
        made = recorded.digests.get(self.path, "no record of it")
        if change := edited(self.path, content):
            return [Finding(self.path, "seals edited", SIDECARS_RULE, *change)]
        if recorded.doubt:
            return [recorded.doubt]
        got = self.auditor.digest(self.path)
        return [] if got == made else [Finding(self.path, "seals", SIDECARS_RULE, made, got)]

    def _missing(self) -> list[Finding]:
        """Records that are gone or cannot be read: nobody knows what rests on them."""
        gone = [path for path in self.seals.records if path not in self.lineage.records]
        return [
            finding
            for path in gone
            for finding in self.auditor.record(path, Path(path).parts[-2], "")
        ]

    def _job(self, name: str) -> list[Finding]:
        """Doubts of one job: its record, code, inputs and outputs."""
        job, sealed = self.lineage.records[name], self.seals.records[name]
        return [
            *self.auditor.record(name, job["rule"], sealed, "seal"),
            *self.auditor.files(job, self.makers, self.temporary),
        ]

    def verdicts(self, files: Iterable[str] | None = None) -> list[Verdict]:
        """One verdict per job that made any of ``files``; of all sealed files by default."""
        makers: dict[str | None, list[str]] = defaultdict(list)
        chosen = self.seals.files if files is None else files
        for path in sorted(chosen, key=lambda path: (not path.endswith(".tsv"), path)):
            makers[self.lineage.producer.get(path)].append(path)
        return [self._verdict(name, paths) for name, paths in makers.items()]

    def _verdict(self, name: str | None, paths: list[str]) -> Verdict:
        title = paths[0] if len(paths) == 1 else f"{paths[0]} and {len(paths) - 1} more"
        findings = [*self.doubts, *self._changed(paths, name)]
        if name is None:
            made = "the record of the job that made it"
            findings += [Finding(path, "lineage", "?", made, "none") for path in paths]
            return Verdict(title, "unknown", 0, 0, list(dict.fromkeys(findings)))
        upstream = self.lineage.upstream(paths[0])
        for one in upstream:
            findings += self.job(one)
        files = set().union(*(files_of(self.lineage.records[one]) for one in upstream))
        number = identity(self.lineage.records[name])
        return Verdict(title, number, len(upstream), len(files), list(dict.fromkeys(findings)))

    def _changed(self, paths: list[str], name: str | None) -> list[Finding]:
        """Printed files that are not what was sealed, where their record does not say it, too;
        and dictionaries of columns that are not what was written."""
        recorded = self.lineage.records[name]["outputs"] if name else {}
        sidecars = [dictionary_path(path) for path in paths if path.endswith(".tsv")]
        made = {path: self.auditor.recorded.get(path) for path in sidecars}
        return [
            Finding(path, "column dictionary", SIDECARS_RULE, digest, got)
            for path, digest in made.items()
            if digest and (got := self.auditor.digest(path)) != digest
        ] + [
            Finding(path, "output", Path(name).parts[-2] if name else "?", sealed, got)
            for path in paths
            if (sealed := self.seals.files[path]) != recorded.get(path)
            and (got := self.auditor.digest(path)) != sealed
        ]


def _readable(records: Iterable[str]) -> Lineage:
    """The records that can be read."""
    found: dict[str, dict[str, Any]] = {}
    for path in records:
        try:
            found[path] = read_record(path)
        except InputError:
            continue
    return Lineage({out: name for name, one in found.items() for out in one["outputs"]}, found)
