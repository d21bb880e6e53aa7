"""What is trained and how: settings of both stages, and the names and seeds of one job."""

from dataclasses import dataclass, fields
from pathlib import Path

import torch

from crossmodal.contracts.settings import Settings, plain, stated
from crossmodal.families.cross_channel.config import CrossChannelConfig
from crossmodal.families.cross_channel.fit_config import FitConfig, Pretraining
from crossmodal.families.training.config import Machine

ARMS = {"video": "visual", "audio": "auditory"}


@dataclass(frozen=True)
class TrainingConfig(Settings):
    """All of a family's training: network, fits and machine."""

    network: CrossChannelConfig
    pretrain: Pretraining = Pretraining()
    tune: FitConfig = FitConfig()
    n_folds: int = 6
    test_actors: tuple[str, ...] = ()
    """Actors held out of every fit; empty: cross-validation in n_folds."""
    machine: Machine = Machine()

    @classmethod
    def build(cls, network: dict, family: dict, threads: int) -> "TrainingConfig":
        """From plain mappings, as params have them; keys of other stages are left out.

        Sets the number of threads of this process too.
        """
        torch.set_num_threads(threads)
        own = {field.name for field in fields(cls)}
        return cls(network, **{key: value for key, value in family.items() if key in own})


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


def plain_config(config: TrainingConfig) -> dict:
    """As JSON has it; where it ran is the provenance record's business.

    Of the augmentation only what is on: most of its options are never used.
    """
    whole = plain(config, without=("machine",))
    fits = {"tune": (config.tune, whole)}
    fits |= {arm: (getattr(config.pretrain, arm), whole["pretrain"]) for arm in whole["pretrain"]}
    for name, (fit, block) in fits.items():
        block[name]["augmentation"] = stated(fit.augmentation)
    return whole
