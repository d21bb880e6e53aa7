"""Options of prevalence maps."""

from dataclasses import dataclass
from typing import Annotated

from annotated_types import Ge

from crossmodal.contracts.names import ModelSet
from crossmodal.contracts.settings import Settings, Unique


@dataclass(frozen=True)
class PrevalenceConfig(Settings):
    """Maps of how many people have an effect (Allefeld 2016), from every participant's permuted
    conditions; null or left out for none."""

    models: Annotated[tuple[ModelSet, ...], Unique()]
    """Model sets that get them, such as cross_channel/emotion."""
    layers: tuple[str, ...] | None = None
    """Layers of these sets; null for all."""
    n_permutations: Annotated[int, Ge(10)] = 100
    """Orders of conditions per participant, the observed one among them."""
    n_combinations: Annotated[int, Ge(20)] = 10000
    """Second-level permutations, each of one order of every participant."""
