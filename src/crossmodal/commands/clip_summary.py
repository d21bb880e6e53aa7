"""What became of every file, and how many clips each label has: tables that end ``check``."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.markup import escape
from rich.table import Column, Table

from crossmodal.contracts.errors import InputError
from crossmodal.stimuli.block import Stimuli
from crossmodal.stimuli.folder import files_below, sorted_out
from crossmodal.stimuli.naming import FIELDS, UNKNOWN, StimulusName
from crossmodal.stimuli.selection import Selection, find_names, has_clips
from crossmodal.study.checks.clips import clip_selection
from crossmodal.study.checks.run import contradictions
from crossmodal.study.validate import load_study

NOT_READ = "its name or row is not understood: see the problems"
NOBODY = "–"
N_SHOWN = 12


@dataclass(frozen=True)
class FileRow:
    """Files of one suffix and of the actors to whom the same numbers apply (of each)."""

    suffix: str
    actors: tuple[str, ...]
    n_found: int
    n_taken: int
    left_out: tuple[tuple[str, int], ...]


def clip_tables(*configs: str | Path) -> list[Table]:
    """Tables of files and labels; none for a config that is no study or has no clips."""
    try:
        study = load_study(*configs)
    except InputError:
        return []
    if study.stimuli is None or any(contradictions(study)):
        return []
    selection = clip_selection(study)[1]
    files = file_rows(study.stimuli, selection) if has_clips(study.stimuli) else []
    return [
        *([_file_table(files)] if files else []),
        *([_label_table(selection)] if selection else []),
    ]


def file_rows(stimuli: Stimuli, selection: Selection | None) -> list[FileRow]:
    """Rows of the table of files, by suffix; none where the folder or table cannot be read."""
    try:
        names = find_names(stimuli)[1]
        files = [] if stimuli.table else list(files_below(stimuli.clips_dir))
    except InputError:
        return []
    actors = {name.path: name.identity for name in names}
    reasons = sorted_out(files)
    reasons |= {path: NOT_READ for path in files if path not in reasons and path not in actors}
    reasons |= selection.left_out if selection else {}
    return _collapsed((path, actors.get(path, NOBODY), reasons.get(path))
                      for path in dict.fromkeys([*files, *actors]))  # fmt: skip


def _collapsed(files: Iterable[tuple[str, str, str | None]]) -> list[FileRow]:
    """One row per suffix and actor, actors with the same numbers in one."""
    counts: dict[tuple[str, str], Counter] = defaultdict(Counter)
    for path, actor, reason in files:
        counts[Path(path).suffix.lower() or "none", actor][reason] += 1
    alike: dict[tuple, list[str]] = defaultdict(list)
    for (suffix, actor), count in sorted(counts.items()):
        left_out = tuple(sorted((str(r), n) for r, n in count.items() if r is not None))
        alike[suffix, count.total(), count[None], left_out].append(actor)
    return [FileRow(key[0], tuple(actors), *key[1:]) for key, actors in alike.items()]


def _file_table(rows: Sequence[FileRow]) -> Table:
    titles = ("suffix", "actors", "files of each", "taken", "left out, and why")
    table = Table(*(Column(title, overflow="fold") for title in titles), title="files")
    for row in rows:
        why = "\n".join(f"{n}: {reason}" for reason, n in row.left_out) or NOBODY
        cells = (row.suffix, _some(row.actors), str(row.n_found), str(row.n_taken), why)
        table.add_row(*map(escape, cells))
    return table


def _some(actors: Sequence[str]) -> str:
    """All actors, or the first and last of many."""
    if len(actors) <= N_SHOWN:
        return ", ".join(actors)
    return f"{', '.join(actors[:3])}, …, {actors[-1]} ({len(actors)} actors)"


def label_counts(names: Sequence[StimulusName]) -> dict[str, Counter]:
    """Label column -> clips of each label; columns that tell nothing are left out."""
    columns = dict.fromkeys([*FIELDS, *dict(names[0].further)]) if names else {}
    counts = {column: Counter(name.label(column) for name in names) for column in columns}
    return {column: count for column, count in counts.items() if set(count) != {UNKNOWN}}


def _label_table(selection: Selection) -> Table:
    table = Table("set", "label", Column("clips of each", overflow="fold"), title="clips")
    for name, clips in (
        ("study", selection.study),
        ("pool", selection.pool),
        ("voices", selection.voices),
    ):
        for position, (column, count) in enumerate(label_counts(clips).items()):
            first = f"{name}: {len(clips)}" if position == 0 else ""
            table.add_row(first, escape(column), escape(_counts(count)))
    return table


def _counts(count: Counter) -> str:
    if len(count) > N_SHOWN:
        least, most = min(count.values()), max(count.values())
        span = str(most) if least == most else f"{least} to {most}"
        return f"{len(count)} labels, {span} clips each"
    return ", ".join(f"{label} {n}" for label, n in sorted(count.items()))
