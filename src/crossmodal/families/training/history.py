"""What a training keeps between epochs: copies of weights, and when the rate falls."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn


def copy_state(network: nn.Module) -> dict[str, Tensor]:
    """Parameters and buffers, copied to the CPU, in plain memory order."""
    return {
        name: t.detach().cpu().clone(memory_format=torch.contiguous_format)
        for name, t in network.state_dict().items()
    }


def monitored(row: dict[str, float]) -> float:
    """The loss that selection and schedule look at; one that is no finite number is the worst."""
    loss = row.get("validation_loss", row["train_loss"])
    return loss if math.isfinite(loss) else math.inf


def n_plateaus(rows: Sequence[dict[str, float]], patience_epochs: int) -> int:
    """How often the rate has been lowered: a function of the history only."""
    best, waited, plateaus = math.inf, 0, 0
    for row in rows:
        loss = monitored(row)
        best, waited = (loss, 0) if loss < best else (best, waited + 1)
        if waited > patience_epochs:
            plateaus, waited = plateaus + 1, 0
    return plateaus
