"""Lists of label columns: columns that the clips have, with a label for every clip."""

from collections.abc import Iterator, Sequence

from crossmodal.contracts.errors import InputError
from crossmodal.families.registry import FAMILIES
from crossmodal.stimuli.naming import UNKNOWN, StimulusName
from crossmodal.stimuli.table import stimulus_table
from crossmodal.stimuli.words import look_alikes
from crossmodal.study.checks.clips import clip_selection
from crossmodal.study.study import Study


def labels(study: Study) -> Iterator[InputError]:
    """Columns of regimes, label models and bootstrap groups that the clips do not have or that
    write one label in two ways, and persons whose names are written in two ways."""
    chosen = clip_selection(study)[1] if study.stimuli else None
    if chosen is None:
        return
    blocks = {name: block for name, block in study.families if FAMILIES[name].classifies}
    regimes = {f"families.{name}.regimes": block.regimes for name, block in blocks.items()}
    clips = [*chosen.study, *(chosen.pool if regimes else ())]
    columns = stimulus_table(clips[:1], {clips[0].path: ""}, "").label_columns
    asked = [(field, name, clips) for field, names in regimes.items() for name in names]
    asked += [("models.labels", name, chosen.study) for name in study.models.labels]
    by = study.roi.inference.bootstrap_by if study.roi else ()
    asked += [("roi.inference.bootstrap_by", name, chosen.study) for name in by]
    yield from _alike("stimuli.actor_column", "identity", chosen.clips)
    for field, name, names in asked:
        yield from _column(field, name, columns, names, field in regimes)


def _column(
    field: str, column: str, columns: list[str], names: Sequence[StimulusName], is_regime: bool
) -> Iterator[InputError]:
    if column not in columns:
        expected = f"label columns of the clips: {columns}"
        yield InputError("config", field, expected, repr(column))
    elif is_regime and (empty := [name for name in names if name.label(column) == UNKNOWN]):
        got = f"none for {len(empty)} of {len(names)}, of which {empty[0].path} is the first"
        yield InputError("config", f"{field}: {column}", "a label for every clip", got)
    else:
        yield from _alike(field, column, names)


def _alike(field: str, column: str, clips: Sequence[StimulusName]) -> Iterator[InputError]:
    for words in look_alikes({clip.label(column) for clip in clips}):
        expected = "labels that differ in more than capitals, blanks or Unicode's ways of writing"
        yield InputError("config", f"{field}: {column}", expected, ", ".join(map(ascii, words)))
