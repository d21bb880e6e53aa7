"""What a config asks of affect3d in vain."""

from collections.abc import Iterator
from typing import Any

from crossmodal.contracts.errors import InputError
from crossmodal.families.affect3d.block import Affect3dSettings

CONFIG = "config"


def problems(block: Affect3dSettings, study: Any) -> Iterator[InputError]:
    """Labels that nobody makes, and clips without faces."""
    if block.labels == "simulated" and study.simulate.clips is None:
        expected = "'frames' or 'circumplex' (there is no block simulate.clips)"
        yield InputError(CONFIG, "families.affect3d.labels", expected, "'simulated'")
    if "video" not in study.stimuli.modalities:
        given = list(study.stimuli.modalities)
        yield InputError(CONFIG, "stimuli.modalities", "video, for affect3d", given)
    if block.labels == "frames" and block.labels_dir is None:
        expected = "a folder of frame labels, one actor-XX.csv per actor"
        yield InputError(CONFIG, "families.affect3d.labels_dir", expected, "null")
