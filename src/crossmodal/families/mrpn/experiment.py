"""What the workflow's jobs of this family do, in terms of contracts."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import torch

from crossmodal.contracts.settings import Settings, plain, stated
from crossmodal.contracts.stimulus_table import StimulusTable
from crossmodal.contracts.training import FitHistory, Training
from crossmodal.contracts.weights import Weights
from crossmodal.families.mrpn.folds import Fold, actor_folds, held_out_fold
from crossmodal.families.mrpn.inputs import ClipSequences, MrpnInputs, load_sequences
from crossmodal.families.mrpn.networks import MrpnConfig
from crossmodal.families.mrpn.states import extractor_states, to_weights
from crossmodal.families.mrpn.training import (
    MrpnTraining,
    VariantTrainer,
    cross_validate,
    join_clips,
    pretrain_extractor,
)
from crossmodal.families.mrpn.variants import Variant, find_variant
from crossmodal.families.training.config import Machine
from crossmodal.families.training.run import Run

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class MrpnFamily(Settings):
    """The config block of the family, as far as training needs it.

    ``n_folds``, ``n_validation_folds``: actor-disjoint folds over the study's actors, and how many
    of the training folds choose the epoch; ``test_actors``: tested on in one fold in place of
    these, and never trained on; ``accelerator``, ``precision``: as in ``Machine``.
    """

    network: MrpnConfig = MrpnConfig()
    inputs: MrpnInputs = MrpnInputs()
    pretrain: MrpnTraining = MrpnTraining()
    train: MrpnTraining = MrpnTraining()
    n_folds: int = 12
    n_validation_folds: int = 1
    test_actors: tuple[str, ...] = ()
    accelerator: str = "auto"
    precision: str = "32-true"

    def run(self, checkpoint_dir: Path | None = None) -> Run:
        """Where trainings run and keep their checkpoints."""
        return Run(Machine(self.accelerator, self.precision), checkpoint_dir)


def pretrain(
    family: MrpnFamily,
    table: StimulusTable,
    clips: Sequence[str],
    regime: str,
    modality: str,
    seed: int,
    checkpoint_dir: Path | None = None,
) -> tuple[Weights, Training]:
    """Extractor of one modality from the pool, in torchvision's layout."""
    inputs = replace(family.inputs, modalities=(modality,), noise_snr_db={})
    pool = load_sequences(clips, table, inputs, regime)
    config, training = family.network, family.pretrain
    run = family.run(checkpoint_dir)
    extractor, fitted = pretrain_extractor(pool, modality, config.width, training, seed, run)
    meta = {"model": "mrpn", "regime": regime, "seed": 0, "stage": "pretrained"}
    weights = to_weights(extractor, config, pool.classes, (modality,), meta)
    history = FitHistory(modality, len(pool), 0, fitted.selected_epoch, fitted.rows)
    record = Training(
        "mrpn", regime, 0, f"pretrained-{modality}", list(pool.classes),
        training_settings(training),
        [history], [],
    )  # fmt: skip
    return weights, record


@dataclass(frozen=True)
class TrainingSet:
    """Study and pool clips, folds over the study's actors, pretrained extractors."""

    clips: ClipSequences
    n_study: int
    folds: list[Fold]
    extractors: dict[str, dict[str, torch.Tensor]]
    run: Run

    def trainer(self, family: MrpnFamily, variant: Variant, *place: str) -> VariantTrainer:
        """``place``: folders below that of the checkpoints, one for each of several trainings."""
        run = self.run.within(*place)
        return VariantTrainer(
            variant, family.network, family.train, self.clips, self.extractors, run
        )


def load_training_set(
    family: MrpnFamily,
    study: StimulusTable,
    pool: StimulusTable | None,
    clips: Sequence[str],
    regime: str,
    extractors: Mapping[str, str | Path],
    checkpoint_dir: Path | None = None,
) -> TrainingSet:
    """Everything that training and testing variants needs."""
    folds = folds_of(family, study.genders)
    inputs = family.inputs
    own = load_sequences(clips, study, inputs, regime)
    more = None if pool is None else load_sequences(clips, pool, inputs, regime, own.classes)
    joined = join_clips(own, more)
    log.info("%d clips, %.0f MB", len(joined), joined.n_bytes / 1e6)
    states = extractor_states(extractors, family.network.width)
    return TrainingSet(joined, len(own), folds, states, family.run(checkpoint_dir))


def folds_of(family: MrpnFamily, genders: Mapping[str, str]) -> list[Fold]:
    """Folds over all actors, or the one of the held-out actors."""
    numbers = family.n_folds, family.n_validation_folds
    if family.test_actors:
        return [held_out_fold(genders, family.test_actors, *numbers)]
    return actor_folds(genders, *numbers)


def train_variant(
    family: MrpnFamily, data: TrainingSet, variant: str, regime: str, seed: int, torch_seed: int
) -> tuple[Weights, Training]:
    """Cross-validate one variant, then fit it to all clips; the latter's weights give RDMs.

    Clips of held-out actors are never fitted to.
    """
    trainer = data.trainer(family, find_variant(variant))
    histories, predictions = cross_validate(trainer, data.folds, torch_seed)
    actors = data.clips.actors
    fitted = [row for row, actor in enumerate(actors) if actor not in family.test_actors]
    network, history = trainer.fit(fitted, None, torch_seed, "final")
    rows = [row for row in fitted if row < data.n_study]
    predictions.append(trainer.predict(network, rows, "in_sample", "final", None))
    meta = {"model": "mrpn", "regime": regime, "seed": seed, "stage": "tuned"}
    modalities = trainer.variant.modalities
    weights = to_weights(network, trainer.config, data.clips.classes, modalities, meta)
    training = Training(
        "mrpn", regime, seed, variant, list(data.clips.classes), config_of(family, trainer),
        [*histories, history], predictions,
    )  # fmt: skip
    return weights, training


def config_of(family: MrpnFamily, trainer: VariantTrainer) -> dict[str, Any]:
    """Settings of one variant, for training.json: the network is the variant's own."""
    seen = [field.name for field in fields(family.inputs) if field.name != "noise_snr_db"]
    return {
        "network": plain(trainer.config),
        "inputs": stated(family.inputs, always=tuple(seen)),
        "train": training_settings(family.train),
    }


def training_settings(config: MrpnTraining) -> dict[str, Any]:
    """Epochs, batch size and rate of a training, and everything else that is no default."""
    loop = stated(config.loop, always=("n_epochs", "batch_size", "learning_rate"))
    return stated(config) | {"loop": loop}


def read_tables(paths: Sequence[str]) -> tuple[StimulusTable, StimulusTable | None]:
    """Study table and, where there is one, the pool's."""
    tables = {Path(path).stem: StimulusTable.read(path) for path in paths}
    return tables["study"], tables.get("pool")
