"""One fit of the cross-channel network, or of one arm of it: what a step and its loss are."""

from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from crossmodal.contracts.training import FitHistory
from crossmodal.families.cross_channel.batches import Batch, TrainBatches, evaluation_batches
from crossmodal.families.cross_channel.fit_config import FitConfig
from crossmodal.families.cross_channel.inputs import ClipTensors
from crossmodal.families.cross_channel.states import predict
from crossmodal.families.training import loop
from crossmodal.families.training.config import Machine


def loss(logits: Tensor, batch: Batch, config: FitConfig) -> Tensor:
    """Cross entropy (nats), shared between both labels of mixed clips."""
    kwargs = {"reduction": "none", "label_smoothing": config.label_smoothing}
    own = cross_entropy(logits, batch.labels, **kwargs)
    if not config.augmentation.mixup:
        return own.mean()
    partner = cross_entropy(logits, batch.partner_labels, **kwargs)
    return (batch.share * own + (1 - batch.share) * partner).mean()


def task(
    network: nn.Module,
    train: ClipTensors,
    validation: ClipTensors | None,
    config: FitConfig,
    seed: int,
) -> loop.Task:
    """Training on some clips, the epoch selected on others."""

    def step(batch: Batch) -> dict[str, Tensor]:
        logits = network(batch.frames, batch.mel)
        hits = (logits.detach().argmax(1) == batch.labels).float().mean()
        return {"loss": loss(logits, batch, config), "accuracy": hits}

    def check(batch: Batch) -> dict[str, Tensor]:
        logits = network(batch.frames, batch.mel)
        losses = cross_entropy(logits.float(), batch.labels, reduction="none")
        return {"loss": losses, "accuracy": (logits.argmax(1) == batch.labels).float()}

    batches = TrainBatches(
        train, config.batch_size, config.n_frames or None, config.augmentation, seed
    )
    checked = None if validation is None else evaluation_batches(validation)
    return loop.Task(network, batches, step, checked, check)


def fit(
    network: nn.Module,
    train: ClipTensors,
    validation: ClipTensors | None,
    config: FitConfig,
    seed: int,
    name: str,
    machine: Machine = loop.ANY_MACHINE,
    checkpoint_dir: Path | None = None,
) -> FitHistory:
    """Train ``network`` in place, as ``training.loop.fit`` does, and count what it gets right.

    Raises
    ------
    InputError : as ``training.loop.fit``
    """
    network.to(memory_format=torch.channels_last)
    made = task(network, train, validation, config, seed)
    fitted = loop.fit(made, config, name, machine, checkpoint_dir)
    return FitHistory(
        name,
        len(train),
        len(validation) if validation else 0,
        fitted.selected_epoch,
        fitted.rows,
        int((predict(network, evaluation_batches(train)) == train.labels).sum()),
        int(train.labels.bincount().max()),
    )
