"""What a config asks of clips in vain."""

from collections.abc import Iterator
from typing import Any

from crossmodal.contracts.errors import InputError
from crossmodal.simulate.clips_config import actor_labels, clip_files
from crossmodal.stimuli.naming import PARSERS
from crossmodal.stimuli.selection import Selection, Sets, choose, find_selection, has_clips
from crossmodal.study.study import Study

CONFIG = "config"
_LATEST: list[Any] = []


def clips(study: Study) -> Iterator[InputError]:
    """Blocks without the clips that they work on."""
    stimuli, simulated = study.stimuli, study.simulate.clips
    if stimuli is None:
        external = study.families.external
        pictures = external is not None and external.pictures is not None
        from_clips = [name for name, _ in study.families if not (name == "external" and pictures)]
        for block, needs in (("families", from_clips), ("voices", study.voices)):
            if needs:
                expected = f"a block for the clips of {block}"
                yield InputError(CONFIG, "stimuli", expected, "none")
        return
    if not has_clips(stimuli) and simulated is None:
        expected = "a folder (there is no block simulate.clips)"
        yield InputError(CONFIG, "stimuli.clips_dir", expected, None)
    if study.voices and stimuli.voices is None:
        yield InputError(CONFIG, "stimuli.voices", "clips for the block voices", None)
    if study.voices and study.figures is None:
        yield InputError(CONFIG, "figures", "a block for the figure of voices", None)


def clip_names(study: Study) -> Iterator[InputError]:
    """Folders, names and sets of clips that do not fit; the files stay closed."""
    if study.stimuli:
        yield from clip_selection(study)[0]


def clip_selection(study: Study) -> tuple[list[InputError], Selection | None]:
    """Problems of names and sets, and the clips chosen, simulated ones too; None where they
    cannot be told.

    The latest study's answer is kept: every check asks, and a folder may hold thousands of clips.
    """
    if not (_LATEST and _LATEST[0] is study):
        _LATEST[:] = [study, _selection(study)]
    problems, selection = _LATEST[1]
    return list(problems), selection


def _selection(study: Study) -> tuple[list[InputError], Selection | None]:
    stimuli, simulated = study.stimuli, study.simulate.clips
    if has_clips(stimuli):
        return find_selection(stimuli)
    actors = actor_labels(simulated.n_actors)
    paths = [file for actor in actors for file in clip_files(actor, simulated.emotions)]
    try:
        names = [PARSERS[stimuli.naming](path) for path in paths]
    except InputError:
        got = f"{stimuli.naming!r}, while clips are simulated"
        return [InputError(CONFIG, "stimuli.naming", "ravdess or auto", got)], None
    return choose(names, stimuli.modalities, Sets.of(stimuli))
