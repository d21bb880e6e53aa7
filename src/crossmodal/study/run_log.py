"""What a run has done so far, read from the log that Snakemake writes of it. Changes nothing."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

COLLECTORS = ("all", "total")
DEFAULT_CONFIG = Path("config/config.yaml")
TIME = "%Y-%m-%d %H:%M:%S"


@dataclass(frozen=True)
class Failure:
    """A job that failed: its rule, its log file (None without), and that log's last line."""

    rule: str
    log: str | None
    last_line: str


@dataclass(frozen=True)
class Progress:
    """One run of a study.

    planned, finished : rule -> number of jobs ('all', which only collects, left out)
    n_started : jobs that have begun, whatever became of them; again and again counts once
    failures : of jobs that are not tried again
    """

    begin: datetime
    cores: int
    planned: dict[str, int]
    finished: dict[str, int]
    n_started: int
    failures: tuple[Failure, ...]

    @property
    def n_planned(self) -> int:
        return sum(self.planned.values())

    @property
    def n_finished(self) -> int:
        return sum(self.finished.values())

    @property
    def n_running(self) -> int:
        return max(0, self.n_started - self.n_finished - len(self.failures))


def newest_log(configs: list[Path], folder: str | Path = ".snakemake/log") -> Path | None:
    """The log of the last run with these config files, of several studies in one checkout too."""
    wanted = [f"Config file(s): {[path.resolve() for path in configs]}\n"]
    if [path.resolve() for path in configs] == [DEFAULT_CONFIG.resolve()]:
        wanted.append("Config file(s): []\n")  # plain `snakemake`
    logs = sorted(Path(folder).glob("*.snakemake.log"), key=lambda path: path.stat().st_mtime)
    for path in reversed(logs):
        text = _text(path)
        ours = any(line in text for line in wanted)
        if ours and "\nJob stats:\n" in text and "--dry-run" not in _command(text):
            return path
    return None


def read_progress(path: str | Path) -> Progress:
    """Progress of the run that writes (or wrote) a log."""
    text = _text(path)
    head, _, rest = text.partition("\nJob stats:\n")
    table = rest.partition("\n\n")[0]
    planned = counted(re.findall(r"^(\w+) +(\d+)$", table, re.MULTILINE))
    ended = re.findall(r"^Finished jobid: \d+ \(Rule: (\w+)\)$", text, re.MULTILINE)
    finished = counted((rule, "1") for rule in ended)
    begin = re.search(r"^ *Date: (.+)$", head, re.MULTILINE)
    cores = re.search(r"^Provided cores: (\d+)", head, re.MULTILINE)
    return Progress(
        datetime.strptime(begin[1], TIME) if begin else datetime.fromtimestamp(0),
        int(cores[1]) if cores else 1,
        planned,
        finished,
        len(re.findall(r"^(?:Job \d+: |(?:local)?rule \w+:$)", text, re.MULTILINE))
        - len(re.findall(r"^Trying to restart job \d+\.$", text, re.MULTILINE)),
        tuple(_failures(text)),
    )


def counted(rows: Iterable[tuple[str, str]]) -> dict[str, int]:
    """Rule -> number of jobs, from rows of a table of them.

    Rules that exist once for each set of runs (``simulate_participant_runs_1``), or for single
    model sets (``searchlight_of_set``), count as one.
    """
    counts: Counter[str] = Counter()
    for rule, n in rows:
        counts[re.sub(r"_runs_[\d_]+$|_of_set$", "", rule)] += int(n)
    return {rule: n for rule, n in counts.items() if rule not in COLLECTORS}


def _failures(text: str) -> list[Failure]:
    """Each job that failed, once: Snakemake says it again at the end, and may try it again."""
    found: dict[Failure, None] = {}
    for error in re.finditer(r"^Error in rule (\w+):\n((?: +.*\n)*)", text, re.MULTILINE):
        rule, block = error.groups()
        if _tried_again(block, text[error.end() :]):
            continue
        log = re.search(r"^ +log: (.+?)(?:,| \(check)", block, re.MULTILINE)
        name = log[1] if log else None
        found[Failure(rule, name, last_line(name) if name else "no log")] = None
    return list(found)


def _tried_again(block: str, after: str) -> bool:
    """Whether the job of an error's block is begun anew, or has ended well, in the text after."""
    jobid = re.search(r"^ +jobid: (\d+)$", block, re.MULTILINE)
    words = r"^(?:Trying to restart job {0}\.|Finished jobid: {0} )"
    return bool(jobid and re.search(words.format(jobid[1]), after, re.MULTILINE))


def last_line(path: str | Path) -> str:
    """The last line of a log that says something."""
    lines = [line for line in _text(path).splitlines() if line.strip()]
    return lines[-1].strip() if lines else "the log is empty"


def _command(text: str) -> str:
    found = re.search(r"^ *Command: (.*)$", text, re.MULTILINE)
    return found[1] if found else ""


def _text(path: str | Path) -> str:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
