"""Every figure's lineage as a graph of rules, with each job's record and its audit."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from crossmodal.provenance.audit import Finding, Verdict

RAW = "raw files"


def rule_graph(jobs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Rules as nodes (with their number of jobs), 'made from' as edges, and a column for each.

    ``jobs`` are those of one figure's sidecar. A rule's column is the longest way to it from
    raw files, so that arrows only point to the right.
    """
    made_by = {path: job["rule"] for job in jobs for path in job["outputs"]}
    before: dict[str, set[str]] = defaultdict(set)
    count: dict[str, int] = defaultdict(int)
    for job in jobs:
        count[job["rule"]] += 1
        for path in job["inputs"]:
            source = made_by.get(path, RAW)
            if source != job["rule"]:
                before[job["rule"]].add(source)
    if any(RAW in sources for sources in before.values()):
        count[RAW] = sum(path not in made_by for job in jobs for path in job["inputs"])
    column: dict[str, int] = {}
    for name in count:
        _column(name, before, column)
    return {
        "nodes": [{"name": name, "n": n, "column": column[name]} for name, n in count.items()],
        "edges": sorted([source, name] for name in before for source in before[name]),
    }


def _column(name: str, before: Mapping[str, set[str]], column: dict[str, int]) -> int:
    if name not in column:
        sources = before.get(name, ())
        column[name] = max((_column(one, before, column) + 1 for one in sources), default=0)
    return column[name]


def job_entry(job: Mapping[str, Any], findings: Sequence[Finding]) -> dict[str, Any]:
    """What the page shows of one job, with the audit's findings on its own files."""
    files = {job["record"], *job["inputs"], *job["outputs"], *job["code"]}
    own = [one for one in findings if one.rule == job["rule"] and one.path in files]
    return {
        "record": job["record"],
        "digest": job["record_digest"],
        "rule": job["rule"],
        "wildcards": job["wildcards"],
        "inputs": job["inputs"],
        "outputs": job["outputs"],
        "code": job["code"],
        "versions": job["versions"],
        "git": job["git"],
        "doubts": [doubt(one) for one in own],
    }


def doubt(finding: Finding) -> str:
    """One finding as a line."""
    return f"{finding.kind}: {finding.path}"


def lineage_data(
    sidecars: Sequence[Mapping[str, Any]], verdicts: Sequence[Verdict]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Figures (graph, hashes, verdict) and all jobs behind them, each once."""
    figures, jobs = {}, {}
    for content, verdict in zip(sidecars, verdicts, strict=True):
        doubts: dict[str, list[str]] = defaultdict(list)
        for finding in verdict.findings:
            doubts[finding.rule].append(doubt(finding))
        figures[content["figure"]] = {
            "figure_id": content["figure_id"],
            "files": content["files"],
            "graph": rule_graph(content["jobs"]),
            "jobs": [job["record"] for job in content["jobs"]],
            "verified": verdict.verified,
            "doubts": dict(doubts),
            "n_files": verdict.n_files,
            "raw_inputs": content["raw_inputs"],
        }
        for job in content["jobs"]:
            jobs[job["record"]] = job_entry(job, verdict.findings)
    return figures, jobs
