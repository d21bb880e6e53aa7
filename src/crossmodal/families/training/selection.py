"""Which epoch's weights a fit keeps, when it stops and how its learning rate falls."""

import math
from typing import Any

from torch import Tensor, nn

from crossmodal.contracts.errors import InputError
from crossmodal.families.training.history import copy_state, n_plateaus


class EpochSelection:
    """Collects the metrics of each epoch and keeps the best weights so far.

    Parameters
    ----------
    name : of the fit
    n_epochs : the most epochs
    patience_epochs : stop after so many without improvement (0: never)
    select_by : 'loss' or 'accuracy' of the validation part

    Without a validation part the last epoch is selected and nothing stops early.
    """

    def __init__(self, name: str, n_epochs: int, patience_epochs: int, select_by: str) -> None:
        self.name, self.n_epochs = name, n_epochs
        self.patience_epochs, self.select_by = patience_epochs, select_by
        self.epochs: list[dict[str, float]] = []
        self.selected_epoch = -1
        self.selected_weights: dict[str, Tensor] = {}

    @property
    def n_epochs_done(self) -> int:
        return len(self.epochs)

    @property
    def finished(self) -> bool:
        """All epochs done, or patience at its end."""
        waited = self.n_epochs_done - 1 - self.selected_epoch
        impatient = 0 < self.patience_epochs <= waited
        return self.n_epochs_done >= self.n_epochs or impatient

    def score(self, row: dict[str, float]) -> tuple[float, ...]:
        """Larger is better; an epoch without a finite validation loss is below all others."""
        if "validation_loss" not in row:
            return (row["epoch"],)
        loss = row["validation_loss"]
        if not math.isfinite(loss):
            return (False,)
        by_accuracy = (row["validation_accuracy"],) if self.select_by == "accuracy" else ()
        return (True, *by_accuracy, -loss)

    def add(self, row: dict[str, float], network: nn.Module) -> None:
        """Note one epoch; copy the weights if it is the best so far."""
        best = self.epochs[self.selected_epoch] if self.epochs else None
        self.epochs.append(row)
        if best is None or self.score(row) > self.score(best):
            self.selected_epoch = len(self.epochs) - 1
            self.selected_weights = copy_state(network)

    def load_selected(self, network: nn.Module) -> None:
        """Put the selected epoch's weights into the network.

        Raises
        ------
        InputError : the validation loss was a finite number in no epoch
        """
        loss = self.epochs[self.selected_epoch].get("validation_loss", 0.0)
        if not math.isfinite(loss):
            got = f"{loss} in all of {self.n_epochs_done} epochs; try a lower learning rate"
            raise InputError(self.name, "validation loss", "a finite number", got)
        network.load_state_dict(self.selected_weights)

    def learning_rate(self, config: Any, epoch: int) -> float:
        """The rate of an epoch by the config's schedule; a function of the history only."""
        if config.schedule == "cosine":
            return config.learning_rate * (1 + math.cos(math.pi * epoch / config.n_epochs)) / 2
        if config.schedule == "plateau":
            n_lowered = n_plateaus(self.epochs, config.rate_patience_epochs)
            return config.learning_rate * config.rate_factor**n_lowered
        return config.learning_rate
