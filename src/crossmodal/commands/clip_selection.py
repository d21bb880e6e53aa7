"""Which clips a study has, those that it will simulate included. Light: nothing is opened."""

from collections.abc import Mapping
from typing import Any

from crossmodal.contracts.errors import InputError
from crossmodal.simulate.clips_config import actor_labels, clip_files
from crossmodal.stimuli.naming import PARSERS
from crossmodal.stimuli.selection import Selection, Sets, choose, find_selection, has_clips


def clip_selection(config: Mapping[str, Any]) -> tuple[list[InputError], Selection | None]:
    """Problems of names and sets, and the clips chosen; None where they cannot be told."""
    stimuli = config["stimuli"]
    if has_clips(stimuli):
        return find_selection(stimuli)
    simulated = config["simulate"]["clips"]
    actors = actor_labels(simulated["n_actors"])
    paths = [file for actor in actors for file in clip_files(actor, simulated["emotions"])]
    try:
        names = [PARSERS[stimuli["naming"]](path) for path in paths]
    except InputError:
        got = f"{stimuli['naming']!r}, while clips are simulated"
        return [InputError("config", "stimuli.naming", "ravdess or auto", got)], None
    return choose(names, stimuli["modalities"], Sets.of(stimuli))
