"""Lists of label columns: columns that the clips have, with a label for every clip."""

from collections.abc import Iterator, Sequence

from crossmodal.contracts.errors import InputError
from crossmodal.stimuli.naming import UNKNOWN, StimulusName
from crossmodal.stimuli.table import stimulus_table
from crossmodal.study.checks.clips import clip_selection
from crossmodal.study.study import Study

CLASSIFIERS = ("cross_channel", "mrpn")  # families whose regimes are label columns


def labels(study: Study) -> Iterator[InputError]:
    """Regimes, label models and bootstrap groups that the clips have no column for."""
    chosen = clip_selection(study)[1] if study.stimuli else None
    if chosen is None:
        return
    blocks = {name: block for name, block in study.families if name in CLASSIFIERS}
    regimes = {f"families.{name}.regimes": block.regimes for name, block in blocks.items()}
    clips = [*chosen.study, *(chosen.pool if regimes else ())]
    columns = stimulus_table(clips[:1], {clips[0].path: ""}, "").label_columns
    asked = [(field, name, clips) for field, names in regimes.items() for name in names]
    asked += [("models.labels", name, chosen.study) for name in study.models.labels]
    by = study.roi.inference.bootstrap_by if study.roi else ()
    asked += [("roi.inference.bootstrap_by", name, chosen.study) for name in by]
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
