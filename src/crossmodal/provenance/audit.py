"""Re-hash a whole lineage and say which file, since which rule, is not what it was.

Of figures by their sidecars; of printed tables and maps by the seals (``seals.py``).
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from crossmodal.contracts.errors import InputError
from crossmodal.provenance.hashing import sha256_file
from crossmodal.provenance.lineage import (
    FIELDS,
    LINEAGE_RULE,
    TIMES,
    read_record,
    record_digest,
    refuse,
    require_fields,
)
from crossmodal.provenance.record import edited
from crossmodal.provenance.roots import located

MISSING = "no such file"
SIDECARS_RULE = LINEAGE_RULE
SIDECAR_FIELDS = {
    "figure": str,
    "figure_id": str,
    "files": dict,
    "jobs": list,
    "raw_inputs": dict,
    "temporary": list,
    "seal": str,
}
JOB_FIELDS = {field: kind for field, kind in FIELDS.items() if field not in TIMES} | {
    "record": str,
    "record_digest": str,
}


@dataclass(frozen=True)
class Finding:
    """One doubt: a file that is not what the record of ``rule`` says."""

    path: str
    kind: str
    rule: str
    expected: str
    got: str


@dataclass(frozen=True)
class Verdict:
    """A figure's audit: verified when there are no findings."""

    figure: str
    figure_id: str
    n_jobs: int
    n_files: int
    findings: list[Finding] = field(default_factory=list)

    @property
    def verified(self) -> bool:
        return not self.findings

    def to_dict(self) -> dict[str, Any]:
        return asdict(self) | {"verified": self.verified}


@dataclass(frozen=True)
class RecordedSidecars:
    """Sidecar -> digest, as the job that wrote them recorded, and the doubt in that record."""

    digests: Mapping[str, str] = field(default_factory=dict)
    doubt: Finding | None = None


class Auditor:
    """Audits figures; every file is hashed once.

    Parameters
    ----------
    roots : config key -> folder, to find ``<stimuli.clips_dir>/x.mp4`` on this machine
    sidecars : what the job that wrote them recorded (see ``recorded_sidecars``); without it a
        sidecar is held against its own seal alone
    """

    def __init__(
        self, roots: Mapping[str, str] | None = None, sidecars: RecordedSidecars | None = None
    ) -> None:
        self.roots = dict(roots or {})
        self.sidecars = sidecars
        self.digest = cache(self._digest)
        self.read = cache(self._read)

    @property
    def recorded(self) -> Mapping[str, str]:
        """Sidecars and seals that the last job made, with their digests."""
        return self.sidecars.digests if self.sidecars else {}

    def locate(self, path: str) -> Path:
        """The file that a portable path means here."""
        return located(path, self.roots)

    def _digest(self, path: str) -> str:
        file = self.locate(path)
        return sha256_file(file) if file.is_file() else MISSING

    def audit(self, sidecar_path: str | Path) -> Verdict:
        """Check one figure.

        Raises
        ------
        InputError : the sidecar is missing or malformed
        """
        content = read_sidecar(sidecar_path)
        findings = [*self._sidecar(sidecar_path, content)]
        producer = {path: job for job in content["jobs"] for path in job["outputs"]}
        files: set[str] = set()
        for job in content["jobs"]:
            findings += self.record(job["record"], job["rule"], job["record_digest"])
            findings += self.files(job, producer, content["temporary"])
            files |= files_of(job)
        unique = list(dict.fromkeys(findings))
        return Verdict(
            content["figure"], content["figure_id"], len(content["jobs"]), len(files), unique
        )

    def _sidecar(self, path: str | Path, content: dict[str, Any]) -> Iterator[Finding]:
        if change := edited(path, content):
            yield Finding(str(path), "sidecar edited", SIDECARS_RULE, *change)
        elif self.sidecars is not None:
            yield from self._recorded_sidecar(str(path), self.sidecars)
        made_by = {path: job["rule"] for job in content["jobs"] for path in job["outputs"]}
        for file, digest in content["files"].items():
            if (got := self.digest(file)) != digest:
                yield Finding(file, "figure", made_by.get(file, "?"), digest, got)

    def _recorded_sidecar(self, path: str, recorded: RecordedSidecars) -> Iterator[Finding]:
        made = recorded.digests.get(path, "no record of it")
        if recorded.doubt:
            yield recorded.doubt
        elif (got := self.digest(path)) != made:
            yield Finding(path, "sidecar", SIDECARS_RULE, made, got)

    @staticmethod
    def _read(path: str) -> tuple[str | None, tuple[str, str] | None, str]:
        """Why a record cannot be read, how it was edited, its digest without times."""
        try:
            record = read_record(path)
        except InputError as error:
            return str(error.got), None, ""
        return None, edited(path, record), record_digest(record)

    def record(self, path: str, rule: str, expected: str, than: str = "figure") -> list[Finding]:
        """Doubts of one record, whose digest was ``expected`` when a ``than`` was made."""
        unreadable, change, digest = self.read(path)
        if unreadable:
            return [Finding(path, "record", rule, "a readable record", unreadable)]
        if change:
            return [Finding(path, "record edited", rule, *change)]
        if digest != expected:
            return [Finding(path, f"record newer than the {than}", rule, expected, digest)]
        return []

    def files(
        self, job: dict[str, Any], producer: Mapping[str, dict[str, Any]], temporary: list[str]
    ) -> list[Finding]:
        """Doubts of a job's code, inputs and outputs; ``producer``: path -> who made it."""
        return [
            *self._code(job),
            *self._inputs(job, producer),
            *self._outputs(job, temporary),
        ]

    def _code(self, job: dict[str, Any]) -> Iterator[Finding]:
        for path, digest in job["code"].items():
            if (got := self.digest(path)) != digest:
                yield Finding(path, "code", job["rule"], digest, got)

    def _inputs(
        self, job: dict[str, Any], producer: Mapping[str, dict[str, Any]]
    ) -> Iterator[Finding]:
        for path, digest in job["inputs"].items():
            if path in producer:
                made = producer[path]["outputs"][path]
                if made != digest:
                    kind = f"input of {job['rule']} is not what {producer[path]['rule']} made"
                    yield Finding(path, kind, job["rule"], digest, made)
            elif (got := self.digest(path)) != digest:
                yield Finding(path, "raw input", job["rule"], digest, got)

    def _outputs(self, job: dict[str, Any], temporary: list[str]) -> Iterator[Finding]:
        for path, digest in job["outputs"].items():
            got = self.digest(path)
            if got == MISSING and path.startswith(tuple(temporary)):
                continue
            if got != digest:
                yield Finding(path, "output", job["rule"], digest, got)


def files_of(job: Mapping[str, Any]) -> set[str]:
    """Every file that a job read, ran or made."""
    return {*job["inputs"], *job["outputs"], *job["code"]}


def recorded_sidecars(results: str | Path) -> RecordedSidecars:
    """Digests of the sidecars of all figures; a record that does not hold proves none of them."""
    path = Path(results, "provenance/records", SIDECARS_RULE, "all.json")
    try:
        record = read_record(path)
    except InputError as error:
        doubt = Finding(str(path), "record", SIDECARS_RULE, "a readable record", str(error.got))
        return RecordedSidecars(doubt=doubt)
    if change := edited(path, record):
        doubt = Finding(str(path), "record edited", SIDECARS_RULE, *change)
        return RecordedSidecars(record["outputs"], doubt)
    return RecordedSidecars(record["outputs"])


def read_sidecar(path: str | Path) -> dict[str, Any]:
    """A figure's provenance sidecar.

    Raises
    ------
    InputError : no such file, not JSON, fields missing or of another kind, at any depth
    """
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"), parse_constant=refuse)
    except FileNotFoundError:
        raise InputError(path, "figure", "a figure of this study", "no such sidecar") from None
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(path, "sidecar", "JSON", str(error)) from None
    require_fields(path, "sidecar", content, SIDECAR_FIELDS)
    for job in content["jobs"]:
        require_fields(path, "jobs", job, JOB_FIELDS)
    if not all(isinstance(prefix, str) for prefix in content["temporary"]):
        raise InputError(path, "temporary", "texts", "something else")
    return content
