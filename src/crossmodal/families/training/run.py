"""Where the trainings of one job run, and where they keep their checkpoints."""

from dataclasses import dataclass, replace
from pathlib import Path

import torch

from crossmodal.contracts.errors import InputError
from crossmodal.families.training.config import Machine


@dataclass(frozen=True)
class Run:
    """A machine, and a folder for checkpoints; None keeps none."""

    machine: Machine = Machine()
    checkpoint_dir: Path | None = None

    @property
    def device(self) -> torch.device:
        """Where batches are made."""
        return choose_device(self.machine.accelerator)

    @property
    def there(self) -> Machine:
        """The machine with the accelerator that ``device`` is.

        Lightning's 'auto' takes others, too (Apple's), on which these batches do not lie.
        """
        return replace(self.machine, accelerator=self.device.type)

    def within(self, *folders: str) -> "Run":
        """The same with checkpoints in a folder below."""
        if self.checkpoint_dir is None or not folders:
            return self
        return replace(self, checkpoint_dir=self.checkpoint_dir.joinpath(*folders))


def choose_device(accelerator: str) -> torch.device:
    """'cpu', 'gpu' or 'auto' (a GPU where there is one).

    Raises
    ------
    InputError : an unknown name, or a GPU asked for where there is none
    """
    if accelerator not in ("auto", "cpu", "gpu"):
        raise InputError("config", "accelerator", "'auto', 'cpu' or 'gpu'", repr(accelerator))
    available = torch.cuda.is_available()
    if accelerator == "gpu" and not available:
        raise InputError("config", "accelerator", "a CUDA device for 'gpu'", "none")
    return torch.device("cuda" if available and accelerator != "cpu" else "cpu")
