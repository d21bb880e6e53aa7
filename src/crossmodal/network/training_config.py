"""What is trained and how: settings of both stages, and the names and seeds of one job."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

import torch

from crossmodal.network.cross_channel_config import CrossChannelConfig
from crossmodal.network.fit import FitConfig, Machine

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


def plain_config(config: TrainingConfig) -> dict:
    """As JSON has it (lists for tuples); where it ran is the provenance record's business."""
    plain = {key: value for key, value in asdict(config).items() if key != "machine"}
    return json.loads(json.dumps(plain))
