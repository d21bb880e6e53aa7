"""What a config asks of others' networks in vain."""

from collections.abc import Iterator
from typing import Any

from crossmodal.contracts.errors import InputError
from crossmodal.families.external.block import ARMS, ExternalSettings

CONFIG = "config"


def problems(block: ExternalSettings, study: Any) -> Iterator[InputError]:
    """Networks whose stimuli the study does not have."""
    others = [name for name, _ in study.families if name != "external"]
    if block.pictures and (study.stimuli or others):
        expected = "null beside a block stimuli or other families, which see clips"
        yield InputError(CONFIG, "families.external.pictures", expected, block.pictures)
    for name, network in block.networks.items():
        needed = "video" if ARMS[network.input] == "visual" else "audio"
        field = f"families.external.networks.{name}.input"
        if block.pictures and needed == "audio":
            yield InputError(CONFIG, field, "face_rgb or frames for pictures", network.input)
        if study.stimuli and needed not in study.stimuli.modalities:
            given = list(study.stimuli.modalities)
            yield InputError(CONFIG, field, f"an input of modalities {given}", network.input)
