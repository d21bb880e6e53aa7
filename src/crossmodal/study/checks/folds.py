"""Whether training, validation and test parts can be made: names and config suffice to know."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product

from crossmodal.contracts.errors import InputError, problems_of
from crossmodal.contracts.stimulus_table import StimulusTable
from crossmodal.families.cross_channel.block import CrossChannelFamily
from crossmodal.families.training.parts import cross_validation, pool_parts, require_same_labels
from crossmodal.families.training.splits import actor_folds
from crossmodal.stimuli.naming import NO_ACTOR, StimulusName
from crossmodal.stimuli.selection import Selection
from crossmodal.stimuli.table import stimulus_table
from crossmodal.study.study import Study
from crossmodal.voices.block import SvmSettings, VoiceSettings, VoiceStudy

NETWORK = "families.cross_channel"
NUMBER = re.compile(r"[-+]?\d+([.,]\d+)?([eE][-+]?\d+)?")


def fold_problems(study: Study, chosen: Selection) -> list[InputError]:
    """What networks would refuse of the sets' actors and labels after hours of work."""
    voices, seed = study.voices, study.study.seed
    if not study.families and not voices:
        return []
    nameless = [name for name in chosen.clips if name.identity == NO_ACTOR]
    if nameless:
        expected = "an actor (in GRID, a folder such as s1 or Talker1 above the file)"
        got = f"none, for {len(nameless)} clips of which this is the first"
        return [InputError(nameless[0].path, "actor", expected, got)]
    problems = []
    if block := study.families.cross_channel:
        problems += _network(block, chosen, seed, study.stimuli.test_actors or ())
    if voices and chosen.voices:
        problems += _voices(voices, _table(chosen.voices, "stimuli.voices"), seed)
    return problems


def _table(names: Sequence[StimulusName], source: str) -> StimulusTable:
    return stimulus_table(names, dict.fromkeys((name.path for name in names), ""), source)


def _network(
    block: CrossChannelFamily, chosen: Selection, seed: int, held_out: Sequence[str]
) -> list[InputError]:
    study, n_folds = _table(chosen.study, "stimuli.study"), block.n_folds
    problems = []
    for regime in block.regimes:
        of_study = problems_of(lambda r=regime: cross_validation(study, r, n_folds, seed, held_out))
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
    return [
        p if p.file == "config" else InputError(p.file, p.field, f"{p.expected} ({remedy})", p.got)
        for p in problems
    ]


def _voices(block: VoiceStudy, table: StimulusTable, seed: int) -> Iterator[InputError]:
    """Folds of whole actors: enough actors, every class in what is trained on."""
    from crossmodal.voices.training import in_set  # heavy, and few studies have the block

    n_folds = block.n_folds
    problems = problems_of(lambda: actor_folds(table, n_folds, seed))
    if problems:
        yield from (InputError("config", "voices.n_folds", p.expected, p.got) for p in problems)
        return
    folds = actor_folds(table, n_folds, seed)
    classes = set(table.labels("emotion"))
    methods = {f"voices.presets.{name}": preset for name, preset in block.presets.items()}
    for field, method in (methods | {"voices.svm": block.svm}).items():
        for name, fold in product(method.train_sets, range(n_folds)):
            rows = (folds != fold) & in_set(table, name)
            train = replace(table, frame=table.frame[rows]) if rows.any() else None
            yield from _voice_part(field, method, train, classes, f"{name}, fold {fold}")


def _voice_part(
    field: str,
    method: VoiceSettings | SvmSettings,
    train: StimulusTable | None,
    classes: set[str],
    part: str,
) -> Iterator[InputError]:
    """Whether a training part has every class, and actors for an inner division."""
    there = set(train.labels("emotion")) if train else set()
    if missing := sorted(classes - there):
        expected = f"every emotion among the training actors ({part})"
        yield InputError("config", field, expected, f"no {missing}")
        return
    inner = isinstance(method, SvmSettings)
    needed = method.n_inner_folds if inner else 2 if method.choose_epoch else 1
    if len(train.actors) < needed:
        expected = f"at least {needed} training actors ({part}): fewer folds or more actors"
        yield InputError("config", field, expected, len(train.actors))
