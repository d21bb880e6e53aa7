"""What mrpn asks of weights and of the study's actors in vain: found before any training."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from crossmodal.contracts.errors import InputError, problems_of
from crossmodal.contracts.settings import plain
from crossmodal.families.mrpn.block import MrpnSettings
from crossmodal.families.mrpn.folds import actor_folds, held_out_fold
from crossmodal.families.mrpn.inputs import N_CHANNELS
from crossmodal.families.mrpn.resnet import build_extractor, load_extractor
from crossmodal.stimuli.naming import UNKNOWN
from crossmodal.stimuli.selection import Selection


def problems(block: MrpnSettings, study: Any, chosen: Selection | None) -> list[InputError]:
    """What its jobs would refuse of the weights and of the chosen clips' actors."""
    held_out = study.stimuli.test_actors or ()
    return [*_weights(block), *(_folds(block, chosen, held_out) if chosen else [])]


def _weights(block: MrpnSettings) -> list[InputError]:
    """Weights that are no ResNet-18 of this width; names the layer."""
    width = block.network.width
    return [
        problem
        for modality, path in plain(block.weights).items()
        if path and Path(path).is_file() and modality in block.inputs.modalities
        for problem in problems_of(
            lambda m=modality, p=path: load_extractor(build_extractor(N_CHANNELS[m], width), p)
        )
    ]


def _folds(block: MrpnSettings, chosen: Selection, held_out: Sequence[str]) -> list[InputError]:
    """Folds of the study's actors without an actor of each gender, or none left to train on."""
    genders = {name.identity: name.gender for name in chosen.study}
    if silent := sorted(actor for actor, gender in genders.items() if gender == UNKNOWN):
        expected = "a table with the genders of the study's actors, whose names do not say them"
        return [InputError("config", "stimuli.demographics", expected, f"none of {silent}")]
    asked = (block.n_folds, block.n_validation_folds)
    if held_out:
        return [
            InputError("config", "stimuli.test_actors", one.expected, one.got)
            for one in problems_of(lambda: held_out_fold(genders, held_out, *asked))
        ]
    return [
        InputError("config", f"families.mrpn.n_folds: {one.field}", one.expected, one.got)
        for one in problems_of(lambda: actor_folds(genders, *asked))
    ]
