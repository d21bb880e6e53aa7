"""What a config asks of the cross-channel network in vain."""

from collections.abc import Iterator
from typing import Any

from crossmodal.contracts.errors import InputError
from crossmodal.families.cross_channel.block import CrossChannelFamily


def problems(block: CrossChannelFamily, study: Any) -> Iterator[InputError]:
    """Figures of regimes that are not trained."""
    figures = study.figures
    for regime in (figures and figures.regimes) or ():
        if regime not in block.regimes:
            expected = f"some of {list(block.regimes)}"
            yield InputError("config", "figures.regimes", expected, regime)
