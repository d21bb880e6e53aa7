"""How a plain training loop runs."""

from dataclasses import dataclass
from typing import Annotated

from annotated_types import Gt, Le

from crossmodal.contracts.settings import Count, Natural, NonNegative, Positive, Settings


@dataclass(frozen=True)
class LoopConfig(Settings):
    """The training loop (AdamW)."""

    n_epochs: Count = 50
    """The most epochs."""
    batch_size: Count = 16
    """Clips (or windows) per step."""
    learning_rate: Positive = 5e-05
    """Initial rate (published 5e-5 for mrpn)."""
    weight_decay: NonNegative = 0.01
    """AdamW's decay."""
    rate_factor: Annotated[float, Gt(0), Le(1)] = 0.5
    """The rate is multiplied by it on a plateau."""
    rate_patience_epochs: Natural = 10
    """Epochs without a lower loss that make a plateau."""
    patience_epochs: Natural = 0
    """Stop after so many epochs without improvement; 0 never."""
