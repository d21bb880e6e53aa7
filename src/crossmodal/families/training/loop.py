"""One fit of a network of any family: Lightning runs the loop, a ``Task`` says what a step is."""

import logging
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pytorch_lightning as pl
import torch
from torch import Tensor, nn
from tqdm import tqdm

from crossmodal.contracts.errors import InputError
from crossmodal.families.training.batches import Shuffled
from crossmodal.families.training.checkpoint import Checkpoint
from crossmodal.families.training.config import Machine
from crossmodal.families.training.selection import EpochSelection

OPTIMISERS = {
    "adagrad": torch.optim.Adagrad,
    "adamax": torch.optim.Adamax,
    "adamw": torch.optim.AdamW,
}
ANY_MACHINE = Machine()


class Rates(Protocol):
    """What the loop reads of a family's config of a fit; see ``FitConfig`` and ``LoopConfig``."""

    optimiser: str
    learning_rate: float
    weight_decay: float
    n_epochs: int
    patience_epochs: int
    schedule: str
    rate_factor: float
    rate_patience_epochs: int
    select_by: str


@dataclass(frozen=True)
class Task:
    """What a family says of one fit.

    network : what is trained, in place
    train : the batches of an epoch
    step : batch -> scalars; 'loss' is minimised, all are averaged over an epoch
    validation : batches that choose the epoch; None selects the last one
    check : validation batch -> one value an example each, 'loss' and what else is looked at
    """

    network: nn.Module
    train: Shuffled
    step: Callable[[Any], dict[str, Tensor]]
    validation: Iterable[Any] | None = None
    check: Callable[[Any], dict[str, Tensor]] | None = None


@dataclass(frozen=True)
class Fitted:
    """One row of metrics per epoch, and the epoch whose weights the network has now."""

    rows: list[dict[str, float]]
    selected_epoch: int


class Fit(pl.LightningModule):
    """Wires a task and an epoch selection into Lightning's loop."""

    def __init__(
        self,
        task: Task,
        config: Rates,
        selection: EpochSelection,
        checkpoint: Checkpoint | None = None,
    ) -> None:
        super().__init__()
        self.network = task.network  # so that Lightning moves it and finds its parameters
        self.task, self.config = task, config
        self.selection, self.checkpoint = selection, checkpoint
        self.steps: list[dict[str, Tensor]] = []
        self.checked: list[dict[str, Tensor]] = []
        self.bar: tqdm | None = None

    def training_step(self, batch: Any, _: int) -> Tensor:
        scalars = self.task.step(batch)
        # Kept on the device: reading them here would stop a GPU at every step.
        self.steps.append({name: value.detach() for name, value in scalars.items()})
        return scalars["loss"]

    def validation_step(self, batch: Any, _: int) -> None:
        self.checked.append(self.task.check(batch))

    def transfer_batch_to_device(self, batch: Any, device: torch.device, _: int) -> Any:
        """Batches that lie on the device already (a family's business) have no ``to``."""
        return batch.to(device) if device.type != "cpu" and hasattr(batch, "to") else batch

    def configure_optimizers(self) -> torch.optim.Optimizer:
        self.optimiser = OPTIMISERS[self.config.optimiser](
            [weight for weight in self.network.parameters() if weight.requires_grad],
            lr=self.config.learning_rate,
            weight_decay=self.config.weight_decay,
        )
        return self.optimiser

    def on_train_start(self) -> None:
        if self.checkpoint is not None:
            self.checkpoint.restore(self.network, self.optimiser, self.selection)

    def on_train_epoch_start(self) -> None:
        batches = self.task.train
        batches.epoch = self.selection.n_epochs_done
        # Dropout draws from the global generator: seeded per epoch, so that a resumed fit
        # goes on as if it had never stopped.
        torch.manual_seed(batches.seed * 100_003 + batches.epoch)
        rate = self.selection.learning_rate(self.config, batches.epoch)
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        self.steps = []

    def on_validation_epoch_start(self) -> None:
        self.checked = []

    def on_train_epoch_end(self) -> None:
        self._refuse_nan(torch.stack([step["loss"] for step in self.steps]).cpu())
        row = {"epoch": self.task.train.epoch}
        row |= {f"train_{name}": mean for name, mean in means(self.steps, torch.stack).items()}
        row["learning_rate"] = self.optimiser.param_groups[0]["lr"]
        if self.checked:
            checked = means(self.checked, torch.cat)
            row |= {f"validation_{name}": mean for name, mean in checked.items()}
        self.selection.add(row, self.network)
        if self.checkpoint is not None:
            self.checkpoint.save(self.network, self.optimiser, self.selection)
        if self.bar is not None:
            self.bar.set_postfix(loss=f"{row['train_loss']:.3f}", refresh=False)
            self.bar.update()
        self.trainer.should_stop = self.selection.finished

    def _refuse_nan(self, losses: Tensor) -> None:
        if not torch.isfinite(losses).all():
            batch = int((~torch.isfinite(losses)).nonzero()[0])
            kept = "none yet" if self.checkpoint is None else self.checkpoint.describe()
            raise InputError(
                self.selection.name,
                "loss",
                "a finite number",
                f"{losses[batch].item()} at epoch {self.task.train.epoch}, batch {batch} "
                f"(last good weights: {kept}); try a lower learning rate",
            )


def means(
    parts: Sequence[dict[str, Tensor]], join: Callable[[list[Tensor]], Tensor]
) -> dict[str, float]:
    """Mean of each metric over all steps, or over all examples of all batches."""
    return {name: join([part[name] for part in parts]).cpu().mean().item() for name in parts[0]}


def fit(
    task: Task,
    config: Rates,
    name: str,
    machine: Machine = ANY_MACHINE,
    checkpoint_dir: Path | None = None,
) -> Fitted:
    """Train a task's network in place; it ends with the weights of the selected epoch.

    It is trained in the mode that it comes in (a new network: with dropout) and ends in
    evaluation mode.

    With a validation part the selected epoch is the best on it, without one it is the last.
    ``checkpoint_dir`` keeps the state after each epoch; a fit that finds one there goes on
    from it and ends with the same weights as one that was never stopped.

    Raises
    ------
    InputError : the loss is no finite number (names epoch and batch), or the validation loss
        is one in no epoch
    """
    selection = EpochSelection(name, config.n_epochs, config.patience_epochs, config.select_by)
    checkpoint = None if checkpoint_dir is None else Checkpoint(checkpoint_dir / name)
    module, network = Fit(task, config, selection, checkpoint), task.network
    device = next(network.parameters()).device
    if checkpoint is None or not checkpoint.finished(selection):
        with tqdm(
            total=config.n_epochs,
            desc=name,
            unit="epoch",
            mininterval=5,
            disable=None if machine.progress else True,
        ) as module.bar:
            _run(module, machine)
    else:
        checkpoint.restore(network, None, selection)
    selection.load_selected(network)
    network.to(device).eval()  # Lightning leaves it on the CPU
    epochs, selected = selection.epochs, selection.selected_epoch
    logging.getLogger(__name__).info(
        "%s: epoch %d of %d selected, %s", name, selected, len(epochs), epochs[selected]
    )
    return Fitted(epochs, selected)


def _run(module: Fit, machine: Machine) -> None:
    logging.getLogger("pytorch_lightning").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", module=r"(pytorch_lightning|lightning_fabric)\..*")
    # Deterministic mode would otherwise fill every new tensor, a fifth of the time here.
    torch.utils.deterministic.fill_uninitialized_memory = False
    trainer = pl.Trainer(
        accelerator=machine.accelerator,
        devices=1,
        precision=machine.precision,
        max_epochs=module.config.n_epochs - module.selection.n_epochs_done,
        # Three-dimensional pooling has no deterministic gradient on a GPU: a warning there.
        deterministic="warn",
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        num_sanity_val_steps=0,
    )
    loaders = [] if module.task.validation is None else [module.task.validation]
    trainer.fit(module, module.task.train, *loaders)
