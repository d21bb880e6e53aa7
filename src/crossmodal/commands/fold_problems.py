"""Whether training, validation and test parts can be made: names and config suffice to know."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

from crossmodal.commands.planning import problems_of
from crossmodal.contracts.errors import InputError
from crossmodal.contracts.stimulus_table import StimulusTable
from crossmodal.network.parts import cross_validation, pool_parts, require_same_labels
from crossmodal.network.splits import actor_folds
from crossmodal.stimuli.naming import NO_ACTOR, UNKNOWN, StimulusName
from crossmodal.stimuli.selection import Selection
from crossmodal.stimuli.table import stimulus_table

Config = Mapping[str, Any]
NETWORK = "families.cross_channel"
CLASSIFIERS = ("cross_channel", "mrpn")  # families whose regimes are label columns
NUMBER = re.compile(r"[-+]?\d+([.,]\d+)?([eE][-+]?\d+)?")


def fold_problems(config: Config, chosen: Selection) -> list[InputError]:
    """What networks would refuse of the sets' actors and labels after hours of work."""
    families, voices = config.get("families") or {}, config.get("voices")
    if not families and not voices:
        return label_problems(config, chosen)
    nameless = [name for name in chosen.clips if name.identity == NO_ACTOR]
    if nameless:
        expected = "an actor (in GRID, a folder such as s1 or Talker1 above the file)"
        got = f"none, for {len(nameless)} clips of which this is the first"
        return [InputError(nameless[0].path, "actor", expected, got)]
    problems = label_problems(config, chosen)
    if problems:
        return problems
    if block := families.get("cross_channel"):
        problems += _network(block, chosen, config["study"]["seed"])
    if voices and chosen.voices:
        problems += _voices(
            voices, _table(chosen.voices, "stimuli.voices"), config["study"]["seed"]
        )
    return problems


def _table(names: Sequence[StimulusName], source: str) -> StimulusTable:
    return stimulus_table(names, dict.fromkeys((name.path for name in names), ""), source)


def label_problems(config: Config, chosen: Selection) -> list[InputError]:
    """Regimes and other lists of label columns: columns there are, with a label for every clip."""
    families, models, roi = (config.get(key) or {} for key in ("families", "models", "roi"))
    lists = {f"families.{name}.regimes": families[name]["regimes"] for name in CLASSIFIERS
             if name in families}  # fmt: skip
    clips = [*chosen.study, *(chosen.pool if lists else ())]
    columns = _table(clips[:1], "").label_columns
    asked = [(field, name, clips) for field, names in lists.items() for name in names]
    asked += [("models.labels", name, chosen.study) for name in models.get("labels") or ()]
    by = (roi.get("inference") or {}).get("bootstrap_by") or ()
    asked += [("roi.inference.bootstrap_by", name, chosen.study) for name in by]
    return [
        problem
        for field, name, names in asked
        for problem in _column_problems(field, name, columns, names, field in lists)
    ]


def _column_problems(
    field: str, column: str, columns: list[str], names: Sequence[StimulusName], is_regime: bool
) -> Iterator[InputError]:
    if column not in columns:
        expected = f"label columns of the clips: {columns}"
        yield InputError("config", field, expected, repr(column))
    elif is_regime and not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", column):
        expected = "columns named with letters, digits and _, because files are called so"
        yield InputError("config", field, expected, repr(column))
    elif is_regime and (empty := [name for name in names if name.label(column) == UNKNOWN]):
        got = f"none for {len(empty)} of {len(names)}, of which {empty[0].path} is the first"
        yield InputError("config", f"{field}: {column}", "a label for every clip", got)


def _network(block: Config, chosen: Selection, seed: int) -> list[InputError]:
    study, n_folds = _table(chosen.study, "stimuli.study"), block["n_folds"]
    if n_folds < 2:
        return [InputError("config", f"{NETWORK}.n_folds", "2 or more", n_folds)]
    problems = []
    for regime in block["regimes"]:
        of_study = problems_of(lambda r=regime: cross_validation(study, r, n_folds, seed))
        if of_study and (numbers := _numbers(regime, study.labels(regime))):
            problems += numbers
            continue
        problems += _with_remedy(of_study, regime, f"another {NETWORK}.n_folds than {n_folds}, ")
        if chosen.pool and not of_study:
            pool = _table(chosen.pool, "stimuli.pool")
            of_pool = problems_of(lambda r=regime, p=pool: pool_parts(p, r, n_folds, seed))
            problems += _with_remedy(of_pool, regime)
            problems += problems_of(
                lambda r=regime, p=pool: require_same_labels(p, study.labels(r), r)
            )
    return problems


def _numbers(regime: str, labels: Sequence[str]) -> list[InputError]:
    """Numbers that hardly repeat are no classes."""
    n_classes = len(set(labels))
    if n_classes > max(2, len(labels) / 3) and all(map(NUMBER.fullmatch, labels)):
        expected = f"classes: {NETWORK} learns no numbers (name a column of groups, e.g. low, high)"
        got = f"{n_classes} numbers for {len(labels)} clips"
        return [InputError("config", f"{NETWORK}.regimes: {regime}", expected, got)]
    return []


def _with_remedy(problems: list[InputError], regime: str, first: str = "") -> list[InputError]:
    remedy = f"{first}more clips, or no {regime!r} in {NETWORK}.regimes"
    return [InputError(p.file, p.field, f"{p.expected} ({remedy})", p.got) for p in problems]


def _voices(block: Config, table: StimulusTable, seed: int) -> Iterator[InputError]:
    """Folds of whole actors: enough actors, every class in what is trained on."""
    from crossmodal.network.voices import in_set  # heavy, and few studies have the block

    n_folds = block["n_folds"]
    problems = problems_of(lambda: actor_folds(table, n_folds, seed))
    if problems:
        yield from (InputError("config", "voices.n_folds", p.expected, p.got) for p in problems)
        return
    folds = actor_folds(table, n_folds, seed)
    classes = set(table.labels("emotion"))
    methods = {f"voices.presets.{name}": preset for name, preset in block["presets"].items()}
    for field, method in (methods | {"voices.svm": block["svm"]}).items():
        for name, fold in product(method["train_sets"], range(n_folds)):
            rows = (folds != fold) & in_set(table, name)
            train = replace(table, frame=table.frame[rows]) if rows.any() else None
            yield from _voice_part(field, method, train, classes, f"{name}, fold {fold}")


def _voice_part(
    field: str, method: Config, train: StimulusTable | None, classes: set[str], part: str
) -> Iterator[InputError]:
    """Whether a training part has every class, and actors for an inner division."""
    there = set(train.labels("emotion")) if train else set()
    if missing := sorted(classes - there):
        expected = f"every emotion among the training actors ({part})"
        yield InputError("config", field, expected, f"no {missing}")
        return
    needed = method.get("n_inner_folds", 2 if method.get("choose_epoch", True) else 1)
    if len(train.actors) < needed:
        expected = f"at least {needed} training actors ({part}): fewer folds or more actors"
        yield InputError("config", field, expected, len(train.actors))
