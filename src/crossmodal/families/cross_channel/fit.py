"""One fit of a network: Lightning runs the loop, this module says what a step is."""

import logging
import warnings
from pathlib import Path

import pytorch_lightning as pl
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from tqdm import tqdm

from crossmodal.contracts.errors import InputError
from crossmodal.contracts.training import FitHistory
from crossmodal.families.cross_channel.batches import Batch, EvaluationBatches, TrainBatches
from crossmodal.families.cross_channel.fit_config import FitConfig, Machine
from crossmodal.families.cross_channel.inputs import ClipTensors
from crossmodal.families.cross_channel.states import predict
from crossmodal.families.training.checkpoint import Checkpoint
from crossmodal.families.training.selection import EpochSelection

OPTIMISERS = {
    "adagrad": torch.optim.Adagrad,
    "adamax": torch.optim.Adamax,
    "adamw": torch.optim.AdamW,
}
SCHEDULES = ("plateau", "cosine", "constant")
ANY_MACHINE = Machine()


class Classifier(pl.LightningModule):
    """Wires a network, its batches and an epoch selection into Lightning's loop."""

    def __init__(
        self,
        network: nn.Module,
        config: FitConfig,
        batches: TrainBatches,
        selection: EpochSelection,
        checkpoint: Checkpoint | None = None,
    ) -> None:
        super().__init__()
        self.network, self.config, self.batches = network, config, batches
        self.selection, self.checkpoint = selection, checkpoint
        self.step_losses: list[Tensor] = []
        self.step_hits: list[Tensor] = []
        self.validation: list[tuple[Tensor, Tensor]] = []
        self.bar: tqdm | None = None

    def loss(self, logits: Tensor, batch: Batch) -> Tensor:
        """Cross entropy (nats), shared between both labels of mixed clips."""
        kwargs = {"reduction": "none", "label_smoothing": self.config.label_smoothing}
        own = cross_entropy(logits, batch.labels, **kwargs)
        if not self.batches.augmentation.mixup:
            return own.mean()
        partner = cross_entropy(logits, batch.partner_labels, **kwargs)
        return (batch.share * own + (1 - batch.share) * partner).mean()

    def training_step(self, batch: Batch, _: int) -> Tensor:
        logits = self.network(batch.frames, batch.mel)
        loss = self.loss(logits, batch)
        # Kept on the device: reading them here would stop a GPU at every step.
        self.step_losses.append(loss.detach())
        self.step_hits.append((logits.detach().argmax(1) == batch.labels).float().mean())
        return loss

    def validation_step(self, batch: Batch, _: int) -> None:
        logits = self.network(batch.frames, batch.mel)
        losses = cross_entropy(logits.float(), batch.labels, reduction="none")
        self.validation.append((losses, (logits.argmax(1) == batch.labels).float()))

    def transfer_batch_to_device(self, batch: Batch, device: torch.device, _: int) -> Batch:
        return batch if device.type == "cpu" else batch.to(device)

    def configure_optimizers(self) -> torch.optim.Optimizer:
        self.optimiser = OPTIMISERS[self.config.optimiser](
            self.network.parameters(),
            lr=self.config.learning_rate,
            weight_decay=self.config.weight_decay,
        )
        return self.optimiser

    def on_train_start(self) -> None:
        if self.checkpoint is not None:
            self.checkpoint.restore(self.network, self.optimiser, self.selection)

    def on_train_epoch_start(self) -> None:
        self.batches.epoch = self.selection.n_epochs_done
        # Dropout draws from the global generator: seeded per epoch, so that a resumed fit
        # goes on as if it had never stopped.
        torch.manual_seed(self.batches.seed * 100_003 + self.batches.epoch)
        rate = self.selection.learning_rate(self.config, self.batches.epoch)
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        self.step_losses, self.step_hits = [], []

    def on_validation_epoch_start(self) -> None:
        self.validation = []

    def on_train_epoch_end(self) -> None:
        losses = torch.stack(self.step_losses).cpu()
        self._refuse_nan(losses)
        row = {
            "epoch": self.batches.epoch,
            "train_loss": losses.mean().item(),
            "train_accuracy": torch.stack(self.step_hits).mean().item(),
            "learning_rate": self.optimiser.param_groups[0]["lr"],
        }
        for i, name in enumerate(("validation_loss", "validation_accuracy")):
            if self.validation:
                row[name] = torch.cat([item[i] for item in self.validation]).mean().item()
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
                f"{losses[batch].item()} at epoch {self.batches.epoch}, batch {batch} "
                f"(last good weights: {kept}); try a lower learning rate",
            )


def fit(
    network: nn.Module,
    train: ClipTensors,
    validation: ClipTensors | None,
    config: FitConfig,
    seed: int,
    name: str,
    machine: Machine = ANY_MACHINE,
    checkpoint_dir: Path | None = None,
) -> FitHistory:
    """Train ``network`` in place; it ends with the weights of the selected epoch.

    With a validation part the selected epoch is the best on it, without one it is the last.
    ``checkpoint_dir`` keeps the state after each epoch; a fit that finds one there goes on
    from it and ends with the same weights as one that was never stopped.

    Raises
    ------
    InputError : the loss is no finite number (names epoch and batch), or the validation loss
        is one in no epoch
    """
    selection = EpochSelection(
        name,
        config.n_epochs,
        config.patience_epochs,
        config.select_by,
    )
    batches = TrainBatches(
        train, config.batch_size, config.n_frames or None, config.augmentation, seed
    )
    checkpoint = None if checkpoint_dir is None else Checkpoint(checkpoint_dir / name)
    module = Classifier(network, config, batches, selection, checkpoint)
    if checkpoint is None or not checkpoint.finished(selection):
        with tqdm(
            total=config.n_epochs,
            desc=name,
            unit="epoch",
            mininterval=5,
            disable=None if machine.progress else True,
        ) as module.bar:
            _run(module, batches, validation, machine)
    else:
        checkpoint.restore(network, None, selection)
    selection.load_selected(network)
    network.eval()
    return FitHistory(
        name,
        len(train),
        len(validation) if validation else 0,
        selection.selected_epoch,
        selection.epochs,
        int((predict(network, EvaluationBatches(train)) == train.labels).sum()),
        int(train.labels.bincount().max()),
    )


def _run(
    module: Classifier, batches: TrainBatches, validation: ClipTensors | None, machine: Machine
) -> None:
    logging.getLogger("pytorch_lightning").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", module=r"(pytorch_lightning|lightning_fabric)\..*")
    # Deterministic mode would otherwise fill every new tensor, a fifth of the time here.
    torch.utils.deterministic.fill_uninitialized_memory = False
    module.to(memory_format=torch.channels_last)
    trainer = pl.Trainer(
        accelerator=machine.accelerator,
        devices=1,
        precision=machine.precision,
        max_epochs=module.config.n_epochs - module.selection.n_epochs_done,
        deterministic=True,
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        num_sanity_val_steps=0,
    )
    loaders = [] if validation is None else [EvaluationBatches(validation)]
    trainer.fit(module, batches, *loaders)
