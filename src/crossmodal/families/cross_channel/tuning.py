"""Tuning on the study set: cross-validated first, then on all of it."""

import logging
from dataclasses import replace

import numpy as np

from crossmodal.contracts.errors import InputError
from crossmodal.contracts.stimulus_table import StimulusTable
from crossmodal.contracts.training import FitHistory, Predictions, Training
from crossmodal.contracts.weights import Weights
from crossmodal.families.cross_channel.batches import evaluation_batches
from crossmodal.families.cross_channel.config import CrossChannelConfig
from crossmodal.families.cross_channel.fit import fit
from crossmodal.families.cross_channel.inputs import ClipTensors
from crossmodal.families.cross_channel.network import CrossChannel
from crossmodal.families.cross_channel.states import load_weights, new_network, predict, to_weights
from crossmodal.families.cross_channel.training_config import Job, TrainingConfig, plain_config
from crossmodal.families.training.parts import Fold, cross_validation


def tune(
    study: ClipTensors,
    table: StimulusTable,
    pretrained: Weights,
    config: TrainingConfig,
    job: Job,
) -> tuple[Weights, Training]:
    """Cross-validate on the study set, then fit to all of it but held-out actors.

    The final fit runs for the median of the folds' selected epochs: no clip is left to
    select by. Its weights are the ones that representations are computed from.
    """
    folds = cross_validation(table, job.regime, config.n_folds, job.study_seed, config.test_actors)
    fits, predictions = [], pool_only_predictions(study, pretrained)
    for number, fold in enumerate(folds):
        history, predicted = _fit_fold(study, fold, f"fold-{number}", pretrained, config, job)
        fits.append(history)
        predictions.append(predicted)
    n_epochs = 1 + round(float(np.median([item.selected_epoch for item in fits])))
    network = initial_network(study, pretrained, config.network, job)
    final = replace(config.tune, n_epochs=n_epochs, patience_epochs=0)
    known = study.rows(np.flatnonzero(~table.frame.identity.isin(config.test_actors)))
    fits.append(
        fit(
            network, known, None, final, job.torch_seed, "final", config.machine, job.checkpoint_dir
        )
    )
    predictions.append(_predictions("in_sample", "all", network, known))
    training = Training(
        job.model,
        job.regime,
        job.seed,
        "tuned",
        list(study.classes),
        plain_config(config),
        fits,
        predictions,
    )
    _log(training)
    return to_weights(network, study.classes, job.meta("tuned")), training


def initial_network(
    study: ClipTensors, pretrained: Weights, config: CrossChannelConfig, job: Job
) -> CrossChannel:
    """Where tuning starts: arms of the pretrained network, a fresh cross-modal part.

    With one arm its readout stays, unless the classes differ (identity: the head is swapped).
    """
    network = new_network(config, len(study.classes), study.modalities, job.torch_seed)
    load_weights(network, pretrained, ("visual", "auditory"))
    if network.crossmodal is None and tuple(pretrained.meta["classes"]) == study.classes:
        load_weights(network, pretrained, ("readout",))
    return network


def _fit_fold(
    study: ClipTensors,
    fold: Fold,
    name: str,
    pretrained: Weights,
    config: TrainingConfig,
    job: Job,
) -> tuple[FitHistory, Predictions]:
    """Fit on the training part, choose by the validation part, predict the test part."""
    network = initial_network(study, pretrained, config.network, job)
    history = fit(
        network,
        study.rows(fold.train),
        study.rows(fold.validation),
        config.tune,
        job.torch_seed,
        name,
        config.machine,
        job.checkpoint_dir,
    )
    accuracy = history.selected["validation_accuracy"]
    predicted = _predictions(
        "cross_validated", name.removeprefix("fold-"), network, study.rows(fold.test)
    )
    return history, replace(predicted, validation_accuracy=accuracy)


def pool_only_predictions(study: ClipTensors, pretrained: Weights) -> list[Predictions]:
    """Study clips by the network that only saw the pool; none where classes differ.

    Raises
    ------
    InputError : the pretrained network is of another set of modalities
    """
    if tuple(pretrained.meta["modalities"]) != study.modalities:
        raise InputError(
            pretrained.source, "modalities", study.modalities, pretrained.meta["modalities"]
        )
    if tuple(pretrained.meta["classes"]) != study.classes:
        return []
    architecture = CrossChannelConfig(**pretrained.meta["architecture"])
    network = CrossChannel(architecture, len(study.classes), study.modalities)
    load_weights(network, pretrained)
    return [_predictions("pool_only", "all", network, study)]


def _predictions(kind: str, fold: str, network: CrossChannel, clips: ClipTensors) -> Predictions:
    predicted = predict(network, evaluation_batches(clips))
    return Predictions(
        kind, fold, list(clips.stimulus_ids), clips.names(clips.labels), clips.names(predicted)
    )


def _log(training: Training) -> None:
    """One line per job."""
    folds = [item.accuracy for item in training.predictions_of("cross_validated")]
    logging.getLogger(__name__).info(
        "%s %s seed %d: cross-validated accuracy %.3f (chance %.3f)",
        training.model,
        training.regime,
        training.seed,
        float(np.mean(folds)),
        1 / len(training.classes),
    )
