"""The two stages of training: arms on the pool, then the whole network on the study set."""

import json
import logging
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import numpy as np
import torch

from crossmodal.contracts.errors import InputError
from crossmodal.contracts.stimulus_table import StimulusTable
from crossmodal.contracts.training import FitHistory, Predictions, Training
from crossmodal.contracts.weights import Weights
from crossmodal.network.batches import EvaluationBatches
from crossmodal.network.cross_channel import CrossChannel, CrossChannelConfig, CrossModalHead
from crossmodal.network.fit import FitConfig, Machine, fit
from crossmodal.network.inputs import ClipTensors
from crossmodal.network.splits import (
    balanced_folds,
    require_classes,
    validation_actors,
    validation_columns,
)
from crossmodal.network.states import load_weights, new_network, predict, to_weights

ARMS = {"video": "visual", "audio": "auditory"}


@dataclass(frozen=True)
class TrainingConfig:
    """All of a family's training: network, fits and machine.

    Parameters
    ----------
    network : keyword arguments of CrossChannelConfig
    pretrain : keyword arguments of FitConfig for 'visual', 'auditory' and 'crossmodal'
    tune : keyword arguments of FitConfig
    n_folds : of the cross-validation on the study set
    machine : keyword arguments of Machine
    """

    network: CrossChannelConfig
    pretrain: dict[str, FitConfig]
    tune: FitConfig
    n_folds: int
    machine: Machine = field(default_factory=Machine)

    @classmethod
    def build(cls, network: dict, family: dict, threads: int) -> "TrainingConfig":
        """From plain mappings, as they stand in the config; an unknown key is a TypeError.

        Sets the number of threads of this process too.
        """
        torch.set_num_threads(threads)
        pretrain = family.get("pretrain", {})
        return cls(
            CrossChannelConfig(**network),
            {arm: FitConfig(**pretrain.get(arm, {})) for arm in (*ARMS.values(), "crossmodal")},
            FitConfig(**family.get("tune", {})),
            family["n_folds"],
            Machine(**family["machine"]),
        )


def torch_seed(study_seed: int, seed: int) -> int:
    """Seed of one repetition: far from the others', since epochs are counted on from it."""
    return study_seed + 1000 * seed


@dataclass(frozen=True)
class Job:
    """Which network is trained: names for results, seeds and where to keep checkpoints."""

    model: str
    regime: str
    seed: int
    study_seed: int
    checkpoint_dir: Path | None = None

    @property
    def torch_seed(self) -> int:
        return torch_seed(self.study_seed, self.seed)

    def meta(self, stage: str) -> dict[str, object]:
        """What a weights file says about itself."""
        return {"model": self.model, "regime": self.regime, "seed": self.seed, "stage": stage}


def pretrain(
    pool: ClipTensors, table: StimulusTable, config: TrainingConfig, job: Job
) -> tuple[Weights, Training]:
    """Train each arm with a readout of its own on the pool, then the cross-modal part on top.

    The cross-modal part is trained with both arms fixed and serves the 'pool' network (never
    tuned on the study set) only: tuning starts from a fresh one. Validation actors are held
    out of the training part (identity: clips of all actors).
    """
    if job.regime == "identity":
        rows = validation_columns(table, config.n_folds, job.study_seed)
    else:
        rows = validation_actors(table, job.study_seed)
    for part, name in zip(rows, ("the training part", "the validation part"), strict=True):
        require_classes(table, part, job.regime, pool.classes, name)
    train, validation = (pool.rows(part) for part in rows)
    network = new_network(config.network, len(pool.classes), pool.modalities, job.torch_seed)
    fits = [_fit_arm(network, m, train, validation, config, job) for m in pool.modalities]
    if network.crossmodal is not None:
        fits.append(_fit_crossmodal(network, train, validation, config, job))
    training = Training(
        job.model, job.regime, job.seed, "pretrained", list(pool.classes), _plain(config), fits, []
    )
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
        config.pretrain[arm],
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
    """Fit the cross-modal part on the stored outputs of both (fixed) arms."""
    stored = [arm_outputs(network, part) for part in (train, validation)]
    return fit(
        CrossModalHead(network),
        *stored,
        config.pretrain["crossmodal"],
        job.torch_seed,
        "crossmodal",
        config.machine,
        job.checkpoint_dir,
    )


@torch.no_grad()
def arm_outputs(network: CrossChannel, clips: ClipTensors) -> ClipTensors:
    """The clips with both arms' dense outputs, (clip, 100) each, in place of the inputs."""
    network.eval()
    tops = [network.tops(batch.frames, batch.mel) for batch in EvaluationBatches(clips)]
    visual, auditory = (torch.cat(parts) for parts in zip(*tops, strict=True))
    return replace(clips, frames=visual, mel=auditory)


def require_same_labels(pool: StimulusTable, study_labels: Iterable[str], regime: str) -> None:
    """Raise unless the pool teaches the study's classes (identity: the head is swapped).

    Raises
    ------
    InputError : labels of the study set that the pool does not have
    """
    expected, got = sorted(set(study_labels)), sorted(set(pool.labels(regime)))
    if regime != "identity" and expected != got:
        raise InputError(pool.source, regime, f"the study set's labels {expected}", got)


def tune(
    study: ClipTensors,
    table: StimulusTable,
    pretrained: Weights,
    config: TrainingConfig,
    job: Job,
) -> tuple[Weights, Training]:
    """Cross-validate on the study set, then fit to all of it.

    The final fit runs for the median of the folds' selected epochs: no clip is left to
    select by. Its weights are the ones that representations are computed from.
    """
    folds = balanced_folds(table, config.n_folds, job.study_seed)
    fits, predictions = [], pool_only_predictions(study, pretrained)
    for fold in range(config.n_folds):
        history, predicted = _fit_fold(study, table, folds, fold, pretrained, config, job)
        fits.append(history)
        predictions.append(predicted)
    n_epochs = 1 + round(float(np.median([item.selected_epoch for item in fits])))
    network = initial_network(study, pretrained, config.network, job)
    final = replace(config.tune, n_epochs=n_epochs, patience_epochs=0)
    fits.append(
        fit(
            network, study, None, final, job.torch_seed, "final", config.machine, job.checkpoint_dir
        )
    )
    predictions.append(_predictions("in_sample", "all", network, study))
    training = Training(
        job.model,
        job.regime,
        job.seed,
        "tuned",
        list(study.classes),
        _plain(config),
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
    table: StimulusTable,
    folds: np.ndarray,
    fold: int,
    pretrained: Weights,
    config: TrainingConfig,
    job: Job,
) -> tuple[FitHistory, Predictions]:
    """Fit on the other folds (a fifth of them for validation), predict this one."""
    test = np.flatnonzero(folds == fold)
    train, validation = validation_columns(
        table, config.n_folds, job.study_seed, np.flatnonzero(folds != fold)
    )
    for rows, part in (
        (train, "training part"),
        (validation, "validation part"),
        (test, "test part"),
    ):
        require_classes(table, rows, job.regime, study.classes, f"the {part} of fold {fold}")
    network = initial_network(study, pretrained, config.network, job)
    history = fit(
        network,
        study.rows(train),
        study.rows(validation),
        config.tune,
        job.torch_seed,
        f"fold-{fold}",
        config.machine,
        job.checkpoint_dir,
    )
    accuracy = history.selected["validation_accuracy"]
    predicted = _predictions("cross_validated", str(fold), network, study.rows(test))
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
    predicted = predict(network, EvaluationBatches(clips))
    return Predictions(
        kind, fold, list(clips.stimulus_ids), clips.names(clips.labels), clips.names(predicted)
    )


def _plain(config: TrainingConfig) -> dict:
    """As JSON has it (lists for tuples); where it ran is the provenance record's business."""
    plain = {key: value for key, value in asdict(config).items() if key != "machine"}
    return json.loads(json.dumps(plain))


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
