"""Training: what happened while one network (regime, seed, stage) was trained, as JSON."""

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from crossmodal.contracts.atomic import write_json
from crossmodal.contracts.errors import InputError
from crossmodal.contracts.reading import reads

EPOCH_FIELDS = ("epoch", "train_loss", "train_accuracy", "learning_rate")


@dataclass(frozen=True)
class FitHistory:
    """One fit: 'visual', 'auditory', 'crossmodal' (pretraining), 'fold-0', … or 'final'.

    epochs : per epoch train_loss (cross entropy, nats), train_accuracy, learning_rate and,
        where there is a validation part, validation_loss and validation_accuracy
    selected_epoch : the epoch whose weights were kept, counted from 0
    n_right, n_largest : clips of the training part that the kept weights get right, and clips
        of its largest class; None where nobody counted
    """

    name: str
    n_train: int
    n_validation: int
    selected_epoch: int
    epochs: list[dict[str, float]]
    n_right: int | None = None
    n_largest: int | None = None

    def __post_init__(self) -> None:
        for row in self.epochs:
            if missing := [name for name in EPOCH_FIELDS if name not in row]:
                raise InputError(f"FitHistory {self.name}", "epochs", EPOCH_FIELDS, f"no {missing}")

    @property
    def selected(self) -> dict[str, float]:
        """The metrics of the selected epoch."""
        return self.epochs[self.selected_epoch]


@dataclass(frozen=True)
class Predictions:
    """Predicted labels of a set of clips by one network; ``kind`` says what they mean.

    'cross_validated' : test clips of a fold, never used for training or selection
    'in_sample' : the clips the final weights were fitted to (the paper's practice)
    'pool_only' : study clips by a network that never saw them
    """

    kind: str
    fold: str
    stimulus_ids: list[str]
    labels: list[str]
    predicted: list[str]
    validation_accuracy: float | None = None

    def __post_init__(self) -> None:
        lengths = {len(self.stimulus_ids), len(self.labels), len(self.predicted)}
        if len(lengths) != 1 or lengths == {0}:
            raise InputError("Predictions", "lengths", "one positive length", sorted(lengths))

    @property
    def accuracy(self) -> float:
        """Share of clips whose label was predicted."""
        pairs = zip(self.labels, self.predicted, strict=True)
        return sum(a == b for a, b in pairs) / len(self.labels)


@dataclass(frozen=True)
class Training:
    """All fits and predictions of one job."""

    model: str
    regime: str
    seed: int
    stage: str
    classes: list[str]
    config: dict[str, Any]
    fits: list[FitHistory]
    predictions: list[Predictions]

    def predictions_of(self, kind: str) -> list[Predictions]:
        """Predictions of one kind, in fold order."""
        return [item for item in self.predictions if item.kind == kind]

    @property
    def validation_accuracy(self) -> float | None:
        """Mean over folds of the accuracy on validation parts: what seeds are chosen by."""
        values = [p.validation_accuracy for p in self.predictions_of("cross_validated")]
        values = [value for value in values if value is not None]
        return sum(values) / len(values) if values else None

    @classmethod
    @reads("the JSON of a training")
    def read(cls, path: str | Path) -> "Training":
        content = json.loads(Path(path).read_text(encoding="utf-8"))
        if missing := [f.name for f in fields(cls) if f.name not in content]:
            raise InputError(path, "keys", [f.name for f in fields(cls)], f"no {missing}")
        fits = [FitHistory(**item) for item in content.pop("fits")]
        predictions = [Predictions(**item) for item in content.pop("predictions")]
        return cls(**content, fits=fits, predictions=predictions)

    def write(self, path: str | Path) -> None:
        write_json(path, asdict(self))
