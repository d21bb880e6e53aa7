"""A plain training loop: AdamW, a rate halved on plateaus, and the best epoch's weights kept.

What a batch, a step and a validation are is told by the family that trains.
"""

import logging
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from tqdm import tqdm

from crossmodal.contracts.errors import InputError
from crossmodal.families.training.config import LoopConfig
from crossmodal.families.training.history import copy_state, monitored, n_plateaus

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Fitted:
    """One row of metrics per epoch, and the epoch whose weights the network has now."""

    rows: list[dict[str, float]]
    selected_epoch: int


def fit(
    network: nn.Module,
    batches: Callable[[int], Iterable[Any]],
    step: Callable[[Any], dict[str, Tensor]],
    validate: Callable[[], dict[str, float]] | None,
    config: LoopConfig,
    seed: int,
    name: str = "fit",
) -> Fitted:
    """Train ``network`` in place; it ends in evaluation mode with the selected epoch's weights.

    Parameters
    ----------
    batches : epoch -> the batches of that epoch
    step : batch -> scalars; 'loss' is minimised, all are averaged over an epoch
    validate : () -> scalars, 'loss' among them; without it the last epoch is selected

    Raises
    ------
    InputError : a loss that is no finite number (names epoch and batch), or no epoch with a
        validation loss that is one
    """
    optimiser = torch.optim.AdamW(
        [p for p in network.parameters() if p.requires_grad],
        lr=config.learning_rate,
        weight_decay=config.weight_decay,
    )
    rows: list[dict[str, float]] = []
    selected, weights = -1, {}
    bar = tqdm(range(config.n_epochs), desc=name, unit="epoch", mininterval=5, disable=None)
    for epoch in bar:
        rate = config.learning_rate * config.rate_factor ** n_plateaus(
            rows, config.rate_patience_epochs
        )
        for group in optimiser.param_groups:
            group["lr"] = rate
        # Dropout and augmentation draw from the global generator: a function of seed and epoch.
        torch.manual_seed(seed * 100_003 + epoch)
        network.train()
        row = {"epoch": epoch, "learning_rate": rate}
        row |= {f"train_{k}": v for k, v in _epoch(batches, step, optimiser, epoch, name).items()}
        if validate is not None:
            network.eval()
            with torch.no_grad():
                row |= {f"validation_{key}": value for key, value in validate().items()}
        rows.append(row)
        if selected < 0 or validate is None or monitored(row) < monitored(rows[selected]):
            selected, weights = epoch, copy_state(network)
        if 0 < config.patience_epochs <= epoch - selected:
            break
    if not math.isfinite(monitored(rows[selected])):
        got = f"none in {len(rows)} epochs; try a lower learning rate"
        raise InputError(name, "validation loss", "a finite number", got)
    network.load_state_dict(weights)
    network.eval()
    log.info("%s: epoch %d of %d selected, %s", name, selected, len(rows), rows[selected])
    return Fitted(rows, selected)


def _epoch(
    batches: Callable[[int], Iterable[Any]],
    step: Callable[[Any], dict[str, Tensor]],
    optimiser: torch.optim.Optimizer,
    epoch: int,
    name: str,
) -> dict[str, float]:
    collected: list[dict[str, Tensor]] = []
    for batch in batches(epoch):
        optimiser.zero_grad(set_to_none=True)
        scalars = step(batch)
        scalars["loss"].backward()
        optimiser.step()
        # Read at the end of the epoch: reading here would stop a GPU at every step.
        collected.append({key: value.detach() for key, value in scalars.items()})
    means = {key: torch.stack([item[key] for item in collected]) for key in collected[0]}
    losses = means["loss"].cpu()
    if not torch.isfinite(losses).all():
        batch_index = int((~torch.isfinite(losses)).nonzero()[0])
        got = f"{losses[batch_index].item()} at epoch {epoch}, batch {batch_index}"
        raise InputError(name, "loss", "a finite number", f"{got}; try a lower learning rate")
    return {key: value.float().mean().item() for key, value in means.items()}


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
