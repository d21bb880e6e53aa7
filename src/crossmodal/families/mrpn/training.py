"""Pretrain extractors on the pool; train and test networks over actor-disjoint folds."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from crossmodal.contracts.errors import InputError
from crossmodal.contracts.settings import plain
from crossmodal.contracts.training import FitHistory, Predictions
from crossmodal.families.mrpn.augmentation import MrpnAugmentation
from crossmodal.families.mrpn.batches import (
    FeatureSource,
    Inputs,
    RawSource,
    Source,
    TrainBatches,
    evaluation_batches,
)
from crossmodal.families.mrpn.config import MrpnTraining
from crossmodal.families.mrpn.folds import Fold
from crossmodal.families.mrpn.inputs import N_CHANNELS, ClipSequences
from crossmodal.families.mrpn.networks import FUSED, Mrpn, MrpnConfig, total_loss
from crossmodal.families.mrpn.resnet import build_extractor, n_features
from crossmodal.families.mrpn.steps import Steps
from crossmodal.families.mrpn.variants import Variant
from crossmodal.families.training.config import LoopConfig
from crossmodal.families.training.loop import Fitted, Task, fit
from crossmodal.families.training.run import Run

log = logging.getLogger(__name__)


class FrameClassifier(nn.Module):
    """An extractor with a linear readout of its mean output over a clip's steps."""

    def __init__(self, modality: str, width: float, n_classes: int) -> None:
        super().__init__()
        self.modality = modality
        self.extractor = build_extractor(N_CHANNELS[modality], width)
        self.readout = nn.Linear(n_features(width), n_classes)

    def forward(self, images: Mapping[str, Steps]) -> dict[str, Tensor]:
        """Scores (clip, class) under FUSED."""
        steps = images[self.modality]
        features = steps.with_values(self.extractor(steps.values))
        return {FUSED: self.readout(features.mean())}


def pretrain_extractor(
    clips: ClipSequences,
    modality: str,
    width: float,
    config: MrpnTraining,
    seed: int,
    run: Run,
) -> tuple[nn.Module, Fitted]:
    """An extractor trained to tell the pool's emotions, where no weights are given.

    # ASSUME: the published extractors were trained on FER2013 and VoxCeleb; the pool's actors
    # never appear in the study set, so no test clip is seen.
    """
    torch.manual_seed(seed)
    network = FrameClassifier(modality, width, len(clips.classes)).to(run.device)
    only = replace(clips, inputs=replace(clips.inputs, modalities=(modality,)))
    augmentation = MrpnAugmentation(**plain(config.augmentation))
    source = RawSource(only, augmentation, run.device, config.n_steps)
    rows = range(len(clips))
    fitted = fit_rows(network, source, rows, None, config.loop, seed, modality, run)
    return network.extractor, fitted


def fit_rows(
    network: nn.Module,
    source: Source,
    rows: Sequence[int],
    validation_rows: Sequence[int] | None,
    config: LoopConfig,
    seed: int,
    name: str,
    run: Run,
) -> Fitted:
    """Train on some rows of a source and select the epoch on others."""

    def step(batch: tuple[Inputs, Tensor]) -> dict[str, Tensor]:
        inputs, labels = batch
        scores = network(inputs)
        labels = labels.to(scores[FUSED].device)
        hits = (scores[FUSED].argmax(1) == labels).float().mean()
        return {"loss": total_loss(scores, labels), "accuracy": hits}

    def check(batch: tuple[Inputs, Tensor]) -> dict[str, Tensor]:
        scores = network(batch[0])[FUSED].float()
        labels = batch[1].to(scores.device)
        losses = cross_entropy(scores, labels, reduction="none")
        return {"loss": losses, "accuracy": (scores.argmax(1) == labels).float()}

    batches = TrainBatches(source, rows, config.batch_size, seed)
    checked = evaluation_batches(source, validation_rows) if validation_rows else None
    task = Task(network, batches, step, checked, check)
    return fit(task, config, name, run.there, run.checkpoint_dir)


def predict_scores(
    network: nn.Module, source: Source, rows: Sequence[int]
) -> tuple[Tensor, Tensor]:
    """Central-branch scores (clip, class) and labels (clip,) of complete clips, on the CPU."""
    network.eval()
    with torch.no_grad():
        parts = [
            (network(x)[FUSED].cpu(), labels) for x, labels in evaluation_batches(source, rows)
        ]
    return torch.cat([scores for scores, _ in parts]), torch.cat([labels for _, labels in parts])


def compute_features(
    extractors: Mapping[str, nn.Module], clips: ClipSequences, device: torch.device
) -> FeatureSource:
    """Outputs of fixed extractors for all steps of all clips; they stay where fusion is trained."""
    source = RawSource(clips, MrpnAugmentation(), device)
    features: dict[str, list[Tensor]] = {m: [] for m in clips.inputs.modalities}
    with torch.no_grad():
        for inputs, _ in evaluation_batches(source, range(len(clips))):
            for m, images in inputs.items():
                made = images.with_values(extractors[m].eval()(images.values))
                features[m].extend(made.clips())
    return FeatureSource(features, clips.labels, clips.inputs, time_slices=True)


class VariantTrainer:
    """Builds and trains one variant on a set of clips, end to end or on stored features.

    Parameters
    ----------
    variant, config, training : what is trained and how
    clips : study clips, then pool clips
    extractors : modality -> state dict of a pretrained ResNet, or nothing for random ones
    run : where, and where checkpoints are kept
    """

    def __init__(
        self,
        variant: Variant,
        config: MrpnConfig,
        training: MrpnTraining,
        clips: ClipSequences,
        extractors: Mapping[str, dict[str, Tensor]],
        run: Run,
    ) -> None:
        if missing := sorted(set(variant.modalities) - set(clips.inputs.modalities)):
            got = f"only {clips.inputs.modalities}"
            raise InputError(f"variant {variant.name}", "modalities", missing[0], got)
        self.variant, self.training, self.run = variant, training, run
        aggregator = variant.aggregator or config.aggregator
        self.config = replace(config, network=variant.network, aggregator=aggregator)
        inputs = replace(clips.inputs, modalities=variant.modalities)
        self.clips, self.extractors = replace(clips, inputs=inputs), extractors
        self.source = self._source()

    def _source(self) -> Source:
        slices = self.variant.time_slices
        if self.training.train_extractors:
            augmentation = MrpnAugmentation(**plain(self.training.augmentation), time_slices=slices)
            return RawSource(self.clips, augmentation, self.run.device, self.training.n_steps)
        network = self.build(0).extractors
        features = compute_features(network, self.clips, self.run.device)
        return features.only(self.variant.modalities, slices)

    def build(self, seed: int) -> Mrpn:
        """A network with fresh fusion and the pretrained extractors."""
        torch.manual_seed(seed)
        channels = {m: N_CHANNELS[m] for m in self.variant.modalities}
        network = Mrpn(self.config, len(self.clips.classes), channels)
        for modality, state in self.extractors.items():
            if modality in channels:
                network.extractors[modality].load_state_dict(state)
        return network.to(self.run.device)

    def trained_part(self, network: Mrpn) -> nn.Module:
        """What is optimised: the whole network, or its fusion."""
        return network if self.training.train_extractors else network.fusion

    def fit(
        self, rows: Sequence[int], validation_rows: Sequence[int] | None, seed: int, name: str
    ) -> tuple[Mrpn, FitHistory]:
        """A network trained on some rows."""
        network = self.build(seed)
        part = self.trained_part(network)
        loop = self.training.loop
        fitted = fit_rows(part, self.source, rows, validation_rows, loop, seed, name, self.run)
        n_validation = len(validation_rows or ())
        history = FitHistory(name, len(rows), n_validation, fitted.selected_epoch, fitted.rows)
        return network.eval(), history

    def predict(
        self, network: Mrpn, rows: Sequence[int], kind: str, fold: str, validation: float | None
    ) -> Predictions:
        """Predicted labels of some rows."""
        scores, labels = predict_scores(self.trained_part(network), self.source, rows)
        names = self.clips.classes
        return Predictions(
            kind,
            fold,
            [self.clips.stimulus_ids[i] for i in rows],
            [names[i] for i in labels.tolist()],
            [names[i] for i in scores.argmax(1).tolist()],
            validation,
        )


def cross_validate(
    trainer: VariantTrainer, folds: Sequence[Fold], seed: int
) -> tuple[list[FitHistory], list[Predictions]]:
    """Train and test on every fold: train and pool actors, inner validation actors, test actors."""
    histories, predictions = [], []
    actors = trainer.clips.actors
    for fold in folds:
        validation = rows_of(actors, fold.validation)
        held_out = {*fold.test, *fold.validation}
        train = [i for i, actor in enumerate(actors) if actor not in held_out]
        network, history = trainer.fit(train, validation, seed, fold.name)
        histories.append(history)
        accuracy = history.selected["validation_accuracy"]
        for name, tested in fold.tests.items():
            rows = rows_of(actors, tested)
            predictions.append(trainer.predict(network, rows, "cross_validated", name, accuracy))
            log.info("%s %s: %.3f", trainer.variant.name, name, predictions[-1].accuracy)
    return histories, predictions


def rows_of(actors: Sequence[str], chosen: Sequence[str]) -> list[int]:
    """Rows of some actors' clips."""
    return [i for i, actor in enumerate(actors) if actor in chosen]


def join_clips(study: ClipSequences, pool: ClipSequences | None) -> ClipSequences:
    """Study clips, then the pool's; labels must point into the same classes."""
    if pool is None:
        return study
    if pool.classes != study.classes or pool.sample_rate_hz != study.sample_rate_hz:
        got = (pool.classes, pool.sample_rate_hz)
        raise InputError("pool", "classes, sample_rate_hz", "as in the study set", got)
    return replace(
        study,
        video=None if study.video is None else study.video + pool.video,
        audio=None if study.audio is None else study.audio + pool.audio,
        labels=torch.cat([study.labels, pool.labels]),
        actors=study.actors + pool.actors,
        stimulus_ids=study.stimulus_ids + pool.stimulus_ids,
    )
