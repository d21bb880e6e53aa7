"""Pretraining: each arm on the pool, then the cross-modal part on top of both."""

import logging
from dataclasses import replace

import torch

from crossmodal.contracts.stimulus_table import StimulusTable
from crossmodal.contracts.training import FitHistory, Training
from crossmodal.contracts.weights import Weights
from crossmodal.families.cross_channel.batches import evaluation_batches
from crossmodal.families.cross_channel.fit import fit
from crossmodal.families.cross_channel.inputs import ClipTensors
from crossmodal.families.cross_channel.network import CrossChannel, CrossModalHead
from crossmodal.families.cross_channel.states import new_network, to_weights
from crossmodal.families.cross_channel.training_config import (
    ARMS,
    Job,
    TrainingConfig,
    plain_config,
)
from crossmodal.families.training.parts import pool_parts
from crossmodal.families.training.parts import require_same_labels as require_same_labels


def pretrain(
    pool: ClipTensors, table: StimulusTable, config: TrainingConfig, job: Job
) -> tuple[Weights, Training]:
    """Train each arm with a readout of its own on the pool, then the cross-modal part on top.

    The cross-modal part is trained with both arms fixed and serves the 'pool' network (never
    tuned on the study set) only: tuning starts from a fresh one. Validation actors are held
    out of the training part (identity: clips of all actors).
    """
    rows = pool_parts(table, job.regime, config.n_folds, job.study_seed)
    train, validation = (pool.rows(part) for part in rows)
    network = new_network(config.network, len(pool.classes), pool.modalities, job.torch_seed)
    fits = [_fit_arm(network, m, train, validation, config, job) for m in pool.modalities]
    if network.crossmodal is not None:
        fits.append(_fit_crossmodal(network, train, validation, config, job))
    training = Training(
        job.model,
        job.regime,
        job.seed,
        "pretrained",
        list(pool.classes),
        plain_config(config),
        fits,
        [],
    )
    _log(training)
    return to_weights(network, pool.classes, job.meta("pretrained")), training


def _fit_arm(
    network: CrossChannel,
    modality: str,
    train: ClipTensors,
    validation: ClipTensors,
    config: TrainingConfig,
    job: Job,
) -> FitHistory:
    """Fit a one-arm network and put its arm (and, if it is the only one, readout) in place."""
    arm = ARMS[modality]
    alone = new_network(config.network, len(train.classes), (modality,), job.torch_seed)
    history = fit(
        alone,
        train.only([modality]),
        validation.only([modality]),
        getattr(config.pretrain, arm),
        job.torch_seed,
        arm,
        config.machine,
        job.checkpoint_dir,
    )
    getattr(network, arm).load_state_dict(getattr(alone, arm).state_dict())
    if network.crossmodal is None:
        network.readout.load_state_dict(alone.readout.state_dict())
    return history


def _fit_crossmodal(
    network: CrossChannel,
    train: ClipTensors,
    validation: ClipTensors,
    config: TrainingConfig,
    job: Job,
) -> FitHistory:
    """Fit the cross-modal part on the stored outputs of both (fixed) arms.

    ``arm_outputs`` leaves it in evaluation mode: it is fitted without dropout.
    """
    stored = [arm_outputs(network, part) for part in (train, validation)]
    return fit(
        CrossModalHead(network),
        *stored,
        config.pretrain.crossmodal,
        job.torch_seed,
        "crossmodal",
        config.machine,
        job.checkpoint_dir,
    )


@torch.no_grad()
def arm_outputs(network: CrossChannel, clips: ClipTensors) -> ClipTensors:
    """The clips with both arms' dense outputs, (clip, 100) each, in place of the inputs."""
    network.eval()
    tops = [network.tops(batch.frames, batch.mel) for batch in evaluation_batches(clips)]
    visual, auditory = (torch.cat(parts) for parts in zip(*tops, strict=True))
    return replace(clips, frames=visual, mel=auditory)


def _log(training: Training) -> None:
    """One line per job."""
    parts = [
        f"{fit.name} {fit.selected['validation_accuracy']:.3f} (epoch {fit.selected_epoch})"
        for fit in training.fits
    ]
    logging.getLogger(__name__).info(
        "%s %s seed %d: validation accuracy on the pool: %s (chance %.3f)",
        training.model,
        training.regime,
        training.seed,
        ", ".join(parts),
        1 / len(training.classes),
    )
