"""Where trainings run, and how those of mrpn and affect3d do."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from annotated_types import Gt, Le

from crossmodal.contracts.settings import Count, Natural, NonNegative, Positive, Settings

Precision = Literal["32-true", "bf16-mixed", "16-mixed"]


@dataclass(frozen=True)
class Machine(Settings):
    """Where and how trainings run."""

    accelerator: Literal["auto", "cpu", "gpu", "cuda", "mps"] = "auto"
    """Lightning's accelerator; 'auto' takes a GPU if there is one."""
    precision: Precision = "32-true"
    """Lightning's precision; 'bf16-mixed' for GPUs."""
    progress: bool = False
    """A progress bar per training, on a terminal."""


@dataclass(frozen=True)
class LoopConfig(Settings):
    """The training loop (AdamW)."""

    optimiser: ClassVar[str] = "adamw"
    schedule: ClassVar[str] = "plateau"
    select_by: ClassVar[str] = "loss"

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
