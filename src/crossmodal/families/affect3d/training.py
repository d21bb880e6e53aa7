"""Train the network on windows, predict, and say how wrong and how sure it is."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from scipy.stats import norm
from torch import Tensor, nn
from torch.nn.functional import mse_loss

from crossmodal.families.affect3d.config import Affect3dTraining
from crossmodal.families.affect3d.network import AXES, Affect3d, Affect3dConfig
from crossmodal.families.affect3d.windows import Windows
from crossmodal.families.training.batches import InOrder, Shuffled
from crossmodal.families.training.loop import Fitted, Task, fit
from crossmodal.families.training.run import Run

log = logging.getLogger(__name__)
COVERAGES = (0.5, 0.8, 0.95)


def train(
    config: Affect3dConfig,
    training: Affect3dTraining,
    windows: Windows,
    rows: Sequence[int],
    validation_rows: Sequence[int],
    seed: int,
    run: Run,
) -> tuple[Affect3d, Fitted]:
    """Mean squared error of both axes; half of the windows are mirrored left-right.

    The epoch is selected on ``validation_rows`` (windows of other actors).
    """
    torch.manual_seed(seed)
    network = Affect3d(config).to(run.device)

    def step(batch: tuple[Tensor, Tensor]) -> dict[str, Tensor]:
        return {"loss": mse_loss(network(batch[0]), batch[1])}

    def check(batch: tuple[Tensor, Tensor]) -> dict[str, Tensor]:
        errors = mse_loss(network(batch[0]).float(), batch[1], reduction="none")
        return {"loss": errors.mean(1)}

    batches = TrainBatches(windows, rows, training.loop.batch_size, seed, run)
    checked = evaluation_batches(windows, validation_rows, run.device)
    task = Task(network, batches, step, checked if len(validation_rows) else None, check)
    return network, fit(task, training.loop, "affect3d", run.there, run.checkpoint_dir)


class TrainBatches(Shuffled):
    """Windows once per epoch, half of them mirrored; see ``Shuffled``."""

    def __init__(
        self, windows: Windows, rows: Sequence[int], batch_size: int, seed: int, run: Run
    ) -> None:
        super().__init__(rows, batch_size, seed)
        self.windows, self.device = windows, run.device

    def batch(self, rows: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Images and targets of windows."""
        images = self.windows.images(rows.tolist(), self.device)
        mirrored = torch.rand(len(rows), generator=generator) < 0.5
        images[mirrored] = images[mirrored].flip(-1)
        return images, self.windows.targets[rows].to(self.device)


def evaluation_batches(
    windows: Windows, rows: Sequence[int], device: torch.device, batch_size: int = 32
) -> InOrder:
    """Images and targets of rows, in order."""
    return InOrder(
        rows,
        batch_size,
        lambda part: (windows.images(part.tolist(), device), windows.targets[part].to(device)),
    )


def predict(
    network: nn.Module, windows: Windows, rows: Sequence[int], device: torch.device
) -> Tensor:
    """Valence and arousal, float32 (window, 2), on the CPU."""
    network.eval()
    with torch.no_grad():
        batches = evaluation_batches(windows, rows, device)
        parts = [network(images).cpu() for images, _ in batches]
    return torch.cat(parts)


def residual_sd(predicted: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Root mean square error per axis, (2,): the spread of truth about a prediction."""
    return np.sqrt(np.mean((predicted - targets) ** 2, axis=0))


@dataclass(frozen=True)
class Predictive:
    """Gaussian predictive distribution per window: mean and SD, (window, axis).

    The variance is that between seeds plus the squared error on validation actors, so that
    it is calibrated on people who are neither in training nor in the test.
    """

    mean: np.ndarray
    sd: np.ndarray


def combine(predictions: np.ndarray, residual: np.ndarray) -> Predictive:
    """From predictions (seed, window, axis) and residual SD (seed, axis)."""
    between = predictions.var(axis=0)
    return Predictive(
        predictions.mean(axis=0), np.sqrt(between + np.mean(residual**2, axis=0)[None])
    )


def coverage_table(predictive: Predictive, targets: np.ndarray) -> pd.DataFrame:
    """Share of test windows inside the central intervals: axis, nominal, observed, n."""
    rows = []
    for axis, name in enumerate(AXES):
        z = np.abs(targets[:, axis] - predictive.mean[:, axis]) / predictive.sd[:, axis]
        for nominal in COVERAGES:
            observed = float(np.mean(z <= norm.ppf(0.5 + nominal / 2)))
            rows.append({"axis": name, "nominal": nominal, "observed": observed, "n": len(z)})
    return pd.DataFrame(rows)


def rmse_table(
    windows: Windows, rows: Sequence[int], predicted: np.ndarray, truth: Tensor | None
) -> pd.DataFrame:
    """Per clip and for all: RMSE of valence, arousal and both, over windows.

    ``floor``: RMSE of the simulator's truth against the (noisy) labels, which no network
    can be expected to beat; ``baseline``: RMSE of always predicting the labels' mean.
    """
    targets = windows.targets[list(rows)].numpy()
    clip = windows.clip[list(rows)]
    floor = None if truth is None else truth[list(rows)].numpy()
    table = []
    for index in [*dict.fromkeys(clip.tolist()), None]:
        chosen = slice(None) if index is None else clip == index
        row = {"video": "all" if index is None else windows.clips.stimulus_ids[index]}
        row |= {"n_windows": len(targets[chosen])}
        error = residual_sd(predicted[chosen], targets[chosen])
        row |= dict(zip((f"rmse_{axis}" for axis in AXES), error.tolist(), strict=True))
        row["rmse"] = float(np.sqrt(np.mean(error**2)))
        baseline = residual_sd(targets.mean(axis=0)[None], targets[chosen])
        row["baseline"] = float(np.sqrt(np.mean(baseline**2)))
        best = None if floor is None else residual_sd(floor[chosen], targets[chosen])
        row["floor"] = np.nan if best is None else float(np.sqrt(np.mean(best**2)))
        table.append(row)
    videos = pd.DataFrame(table[:-1])
    table.append({"video": "mean over videos", **videos.mean(numeric_only=True).to_dict()})
    return pd.DataFrame(table)
