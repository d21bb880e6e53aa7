"""N0, N1 and N2 (MRPN) of Chang & Skarbek 2021 (doi 10.3390/s21165452), for any modalities.

Equations 7-9 of the paper; its equation 3 contradicts them and is not followed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from torch.nn.utils.rnn import pack_sequence

from crossmodal.contracts.errors import InputError
from crossmodal.families.mrpn.config import MrpnSize
from crossmodal.families.mrpn.resnet import build_extractor, n_features, stages
from crossmodal.families.mrpn.steps import Steps

NETWORKS = ("N0", "N1", "N2")
AGGREGATORS = ("lstm", "transformer")
ARM_PREFIXES = {"video": "visual", "audio": "auditory"}
FUSED = "fused"


@dataclass(frozen=True)
class MrpnConfig(MrpnSize):
    """Kind and size of the network. # ASSUME: the paper gives no width but ResNet's."""

    network: Literal["N0", "N1", "N2"] = "N2"
    """N0 (fusion), N1 (+ one head per modality) or N2 (+ residual perceptrons)."""


class LstmAggregator(nn.Module):
    """Steps of (unit,) features -> the LSTM's last state (clip, d)."""

    def __init__(self, n_in: int, n_out: int) -> None:
        super().__init__()
        self.lstm = nn.LSTM(n_in, n_out)

    def forward(self, steps: Steps) -> Tensor:
        packed = pack_sequence(steps.clips(), enforce_sorted=False)
        return self.lstm(packed)[1][0][-1]


class TransformerAggregator(nn.Module):
    """Steps of (unit,) features -> mean of one encoder layer's outputs (clip, d)."""

    def __init__(self, n_in: int, n_out: int) -> None:
        super().__init__()
        self.project = nn.Linear(n_in, n_out)
        self.encode = nn.TransformerEncoderLayer(
            n_out, nhead=4, dim_feedforward=2 * n_out, dropout=0.0, batch_first=True
        )

    def forward(self, steps: Steps) -> Tensor:
        padded, is_padding = steps.padded()
        x = self.project(padded) + positions(padded.shape[1], self.project.out_features).to(padded)
        encoded = self.encode(x, src_key_padding_mask=is_padding)
        kept = (~is_padding)[:, :, None]
        return (encoded * kept).sum(1) / kept.sum(1)


def positions(n_steps: int, n_units: int) -> Tensor:
    """Sinusoidal position code (step, unit), Vaswani et al. 2017, section 3.5."""
    rate = 10_000 ** (-torch.arange(0, n_units, 2) / n_units)
    angle = torch.arange(n_steps)[:, None] * rate
    return torch.stack([angle.sin(), angle.cos()], dim=2).flatten(1)


class Scoring(nn.Module):
    """Dense - ReLU - BatchNorm - Dense (equation 2); ``hidden`` gives the layer before scores."""

    def __init__(self, n_in: int, n_hidden: int, n_classes: int, dropout: float) -> None:
        super().__init__()
        self.dense = nn.Linear(n_in, n_hidden)
        self.norm = nn.BatchNorm1d(n_hidden)
        self.scores = nn.Sequential(nn.Dropout(dropout), nn.Linear(n_hidden, n_classes))

    def hidden(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """After the ReLU, and after normalisation, (clip, hidden) each."""
        active = torch.relu(self.dense(x))
        return active, self.norm(active)

    def forward(self, x: Tensor) -> Tensor:
        return self.scores(self.hidden(x)[1])


class ResidualPerceptron(nn.Module):
    """f' = f^ + BatchNorm(sigmoid(Dense(f^))), equation 6, (clip, d) -> (clip, d)."""

    def __init__(self, n_units: int) -> None:
        super().__init__()
        self.dense = nn.Linear(n_units, n_units)
        self.norm = nn.BatchNorm1d(n_units)

    def forward(self, normalised: Tensor) -> Tensor:
        return normalised + self.norm(torch.sigmoid(self.dense(normalised)))


class Fusion(nn.Module):
    """Everything after the extractors: aggregation, normalisation, (residuals,) fusion.

    Parameters
    ----------
    config : kind and size
    n_classes : number of scores
    n_units : modality -> units per step that its extractor gives; two modalities or more, or
        one for the single-modality rows of the paper's table 1

    Raises
    ------
    InputError : no modality, fewer than two classes
    """

    def __init__(self, config: MrpnConfig, n_classes: int, n_units: Mapping[str, int]) -> None:
        super().__init__()
        if not n_units:
            raise InputError("Fusion", "modalities", "at least one", "none")
        if n_classes < 2:
            raise InputError("Fusion", "n_classes", "at least 2", n_classes)
        aggregator = LstmAggregator if config.aggregator == "lstm" else TransformerAggregator
        d, names = config.aggregated_units, list(n_units)
        self.config, self.modalities = config, tuple(names)
        self.aggregate = nn.ModuleDict({m: aggregator(n_units[m], d) for m in names})
        self.normalise = nn.ModuleDict({m: nn.BatchNorm1d(d) for m in names})
        self.fuse = Scoring(d * len(names), config.hidden_units, n_classes, config.dropout)
        self.residual = nn.ModuleDict(
            {m: ResidualPerceptron(d) for m in names} if config.network == "N2" else {}
        )
        self.heads = nn.ModuleDict(
            {m: nn.Sequential(nn.Dropout(config.dropout), nn.Linear(d, n_classes)) for m in names}
            if config.network != "N0"
            else {}
        )

    def normalised(self, features: Mapping[str, Steps]) -> dict[str, Tensor]:
        """f^ of each modality, (clip, d)."""
        return {m: self.normalise[m](self.aggregate[m](features[m])) for m in self.modalities}

    def fusion_input(self, normalised: Mapping[str, Tensor]) -> Tensor:
        """f^ (N0, N1) or f' (N2) of all modalities side by side."""
        parts = [self.residual[m](f) if self.residual else f for m, f in normalised.items()]
        return torch.cat(parts, dim=1)

    def forward(self, features: Mapping[str, Steps]) -> dict[str, Tensor]:
        """Scores (clip, class): FUSED, and in training mode one per modality that has a head."""
        normalised = self.normalised(features)
        scores = {FUSED: self.fuse(self.fusion_input(normalised))}
        if self.training:  # at test time only the central branch is used
            scores |= {m: head(normalised[m]) for m, head in self.heads.items()}
        return scores

    def modality_layers(self, modality: str, features: Steps) -> Iterator[tuple[str, Tensor]]:
        """Name and activation (clip, d) of one modality's layers: f, f^ and, in N2, f'."""
        prefix = arm_prefix(modality)
        yield f"{prefix}_aggregated", (f := self.aggregate[modality](features))
        yield f"{prefix}_normalised", (f := self.normalise[modality](f))
        if self.residual:
            yield f"{prefix}_residual", self.residual[modality](f)

    def central_layers(self, parts: list[Tensor]) -> Iterator[tuple[str, Tensor]]:
        """Name and activation (clip, unit) of the fusion's layers before the scores."""
        active, hidden = self.fuse.hidden(torch.cat(parts, dim=1))
        yield "crossmodal_dense", active
        yield "crossmodal_normalised", hidden


class Mrpn(nn.Module):
    """Extractors and fusion, end to end.

    ``n_channels``: modality -> channels of its images (3 for faces, 1 for spectrograms).
    """

    def __init__(self, config: MrpnConfig, n_classes: int, n_channels: Mapping[str, int]) -> None:
        super().__init__()
        self.config = config
        self.extractors = nn.ModuleDict(
            {m: build_extractor(n, config.width) for m, n in n_channels.items()}
        )
        units = dict.fromkeys(n_channels, n_features(config.width))
        self.fusion = Fusion(config, n_classes, units)

    def features(self, images: Mapping[str, Steps]) -> dict[str, Steps]:
        """Extractor output per step: images (step, channel, row, col) -> (step, unit)."""
        return {m: s.with_values(self.extractors[m](s.values)) for m, s in images.items()}

    def forward(self, images: Mapping[str, Steps]) -> dict[str, Tensor]:
        """Scores (clip, class), as ``Fusion`` gives them."""
        return self.fusion(self.features(images))

    def layers(self, images: Mapping[str, Steps]) -> Iterator[tuple[str, Tensor]]:
        """Name and activation (clip, …) of each layer; stages averaged over a clip's steps."""
        tops = []
        for m in self.fusion.modalities:
            for name, activation in stages(self.extractors[m], images[m].values):
                yield f"{arm_prefix(m)}_{name}", images[m].with_values(activation).mean()
            features = images[m].with_values(activation)
            for layer, activation in self.fusion.modality_layers(m, features):
                yield layer, activation
            tops.append(activation)
        yield from self.fusion.central_layers(tops)


def arm_prefix(modality: str) -> str:
    """'video' -> 'visual', 'audio' -> 'auditory'; other modalities keep their name."""
    return ARM_PREFIXES.get(modality, modality)


def total_loss(scores: Mapping[str, Tensor], labels: Tensor) -> Tensor:
    """L_va for N0, L_v + L_a + L_va for N1 and N2 (equation 5): the sum over given scores."""
    return sum(cross_entropy(values, labels) for values in scores.values())
