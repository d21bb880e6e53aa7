"""Config block of the family mrpn."""

from dataclasses import dataclass
from typing import Annotated, Literal

from annotated_types import Ge, MinLen

from crossmodal.contracts.names import Regimes
from crossmodal.contracts.settings import Count, Settings, Unique
from crossmodal.families.mrpn.config import (
    Interference,
    MrpnInputs,
    MrpnSize,
    MrpnTraining,
    VariantName,
)
from crossmodal.families.training.config import Precision


@dataclass(frozen=True)
class MrpnWeights(Settings):
    """Extractors to start from; null pretrains on the pool."""

    video: str | None = None
    """Torchvision-format ResNet-18 state dict (.safetensors or .pth), published one from
    FER2013."""
    audio: str | None = None
    """Torchvision-format ResNet-18 state dict for spectrograms, published one from VoxCeleb."""


@dataclass(frozen=True)
class MrpnSettings(Settings):
    """The residual-perceptron fusion networks N0, N1 and N2 of Chang & Skarbek 2021."""

    regimes: Regimes = ("emotion",)
    """What the networks are trained to tell apart."""
    n_seeds: Count = 1
    """Repetitions with other initial weights."""
    n_folds: Annotated[int, Ge(3)] = 3
    """Actor-disjoint folds over the study's actors, both genders in each (published: 12 for
    RAVDESS, 9 for CREMA-D)."""
    n_validation_folds: Count = 1
    """Training folds whose actors choose the epoch; never the test actors."""
    variants: Annotated[tuple[VariantName, ...], MinLen(1), Unique()] = ("n0", "n1", "n2")
    """Rows of the tables; single modalities (audio, video) and networks, '_nt' without random
    time slices, '_transformer' with a Transformer whatever network.aggregator says."""
    rdm_variant: VariantName = "n2"
    """The variant whose layers become model RDMs, and whose features t-SNE shows."""
    rdms: bool = True
    """Whether there are model RDMs at all (default true). With thousands of clips they take tens
    of gigabytes; the t-SNE is made either way."""
    compare_with_published: Literal["RAVDESS", "CREMA-D"] | None = None
    """The published data set whose numbers stand beside ours: RAVDESS by folds of the same
    actors, CREMA-D by means, because the paper does not say who is in its folds. null for
    none."""
    weights: MrpnWeights = MrpnWeights()
    accelerator: Literal["auto", "cpu", "gpu"] = "auto"
    """Where to train; 'auto' takes a GPU if there is one."""
    precision: Precision = "32-true"
    """Lightning's precision; 'bf16-mixed' for GPUs."""
    threads: Count = 1
    """Threads of one training."""
    network: MrpnSize = MrpnSize()
    inputs: MrpnInputs = MrpnInputs()
    pretrain: MrpnTraining = MrpnTraining()
    train: MrpnTraining = MrpnTraining()
    interference: Interference | None = None

    @property
    def without_weights(self) -> tuple[str, ...]:
        """Modalities whose extractors have no weights of their own."""
        return tuple(m for m in self.inputs.modalities if not getattr(self.weights, m))
