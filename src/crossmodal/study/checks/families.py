"""What a config asks of network families in vain."""

from collections.abc import Iterator
from pathlib import Path

from crossmodal.contracts.errors import InputError, problems_of
from crossmodal.families.external.checks import problems as external_problems
from crossmodal.families.external.files import network_files, picture_files
from crossmodal.families.registry import FAMILIES
from crossmodal.study.study import Study

CONFIG = "config"


def families(study: Study) -> Iterator[InputError]:
    """Pools that a family cannot do with, and options that contradict each other."""
    if study.families.external:  # the one that can do without clips
        yield from external_problems(study.families.external, study)
    if study.stimuli is None:
        return
    yield from _pool(study)
    if study.stimuli.test_actors and study.voices:
        expected = "null with voices, whose table tests every actor in turn"
        given = list(study.stimuli.test_actors)
        yield InputError(CONFIG, "stimuli.test_actors", expected, given)
    for name, block in study.families:
        yield from FAMILIES[name].problems(block, study)


def family_names(study: Study) -> Iterator[InputError]:
    """Weights that families start from and that are not there."""
    for name, block in study.families:
        for key, path in FAMILIES[name].weights(block).items():
            if path and not Path(path).is_file():
                field = f"families.{name}.{key}"
                yield InputError(path, field, "a file of weights", "no such file")


def external_names(study: Study) -> Iterator[InputError]:
    """Files of networks and pictures that are not there, or pickles."""
    block = study.families.external
    for network in block.networks.values() if block else ():
        yield from problems_of(lambda one=network: network_files(one))
    if block and block.pictures:
        yield from problems_of(lambda: picture_files(block.pictures))


def _pool(study: Study) -> Iterator[InputError]:
    """No pool to train on, or one with the actors a family is tested on."""
    pool = study.stimuli.pool
    for name, _ in study.families:
        if (purpose := FAMILIES[name].trains_on_pool) and pool is None:
            yield InputError(CONFIG, "stimuli.pool", f"a pool to {purpose} {name} on", None)
            return
    unseen = [f"families.{name}" for name, block in study.families
              if FAMILIES[name].unseen_actors(block)]  # fmt: skip
    if unseen and pool and pool.exclude == "stimuli":
        expected = f"'actors': the study's must be new to {' and '.join(unseen)}"
        yield InputError(CONFIG, "stimuli.pool.exclude", expected, "'stimuli'")
