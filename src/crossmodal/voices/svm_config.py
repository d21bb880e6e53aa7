"""The baseline on utterance statistics."""

from dataclasses import dataclass
from typing import Annotated

from annotated_types import Ge, MinLen

from crossmodal.contracts.settings import Positive, Settings


@dataclass(frozen=True)
class SvmConfig(Settings):
    """Grid of the support vector machine."""

    c: Annotated[tuple[Positive, ...], MinLen(1)] = (1.0, 4.0, 16.0, 64.0)
    """Penalties to choose from."""
    gamma: Annotated[tuple[Positive, ...], MinLen(1)] = (0.0003, 0.001, 0.003)
    """Kernel widths to choose from."""
    n_inner_folds: Annotated[int, Ge(2)] = 4
    """Folds of training actors that choose both."""
