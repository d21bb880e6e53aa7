"""How well a trained family predicts the study's clips: tables and the data of three figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import torch

from crossmodal.contracts.affect_labels import AffectLabels
from crossmodal.contracts.atomic import atomic_path
from crossmodal.contracts.weights import Weights
from crossmodal.families.affect3d.experiment import Affect3dFamily, predictions_of, truth_of
from crossmodal.families.affect3d.network import AXES, Affect3d
from crossmodal.families.affect3d.relevance import relevance
from crossmodal.families.affect3d.training import Predictive, combine, coverage_table, rmse_table
from crossmodal.families.affect3d.windows import AffectClips, Windows, cut_windows

N_SHOWN = 6


@dataclass(frozen=True)
class Evaluation:
    """Tables.

    rmse : per video and over all (see ``rmse_table``)
    coverage : nominal and observed coverage of predictive intervals
    traces : per window label, truth, predictive mean and SD of both axes
    """

    rmse: pd.DataFrame
    coverage: pd.DataFrame
    traces: pd.DataFrame


def evaluate(
    family: Affect3dFamily,
    weights: Sequence[Weights],
    clips: AffectClips,
    labels: AffectLabels,
) -> Evaluation:
    """Predict all labelled windows with all seeds; the mean over seeds is the prediction."""
    training = family.training
    windows = cut_windows(clips, labels, training.hop_frames)
    truth = truth_of(clips, labels, training.hop_frames)
    residual = np.array([w.meta["residual_sd"] for w in weights])
    predictive = combine(predictions_of(weights, windows, family.device), residual)
    rows = range(len(windows))
    targets = None if truth is None else truth.targets
    return Evaluation(
        rmse_table(windows, rows, predictive.mean, targets),
        coverage_table(predictive, windows.targets.numpy()),
        trace_table(windows, predictive, targets, training.frame_rate_hz),
    )


def trace_table(
    windows: Windows,
    predictive: Predictive,
    truth: torch.Tensor | None,
    frame_rate_hz: float,
) -> pd.DataFrame:
    """One row per window: video, time_s (its centre) and, per axis, label, truth, mean, sd."""
    columns = {
        "video": [windows.clips.stimulus_ids[i] for i in windows.clip],
        "time_s": (windows.start + 8) / frame_rate_hz,
    }
    for axis, name in enumerate(AXES):
        columns[f"{name}_label"] = windows.targets[:, axis].numpy()
        columns[f"{name}_truth"] = np.nan if truth is None else truth[:, axis].numpy()
        columns[f"{name}_mean"] = predictive.mean[:, axis]
        columns[f"{name}_sd"] = predictive.sd[:, axis]
    return pd.DataFrame(columns)


def shown_videos(traces: pd.DataFrame) -> list[str]:
    """A few videos that span the range of predicted valence, for figures."""
    means = traces.groupby("video").valence_mean.mean().sort_values()
    positions = np.linspace(0, len(means) - 1, min(N_SHOWN, len(means))).round().astype(int)
    return means.index[np.unique(positions)].tolist()


def write_relevance(
    path: str | Path,
    network: Affect3d,
    windows: Windows,
    evaluation: Evaluation,
    device: torch.device,
) -> None:
    """HDF5 of a few videos' middle window: frames uint8 (16, row, col, 3), relevance per axis."""
    with atomic_path(path) as temporary, h5py.File(temporary, "w", libver="latest") as file:
        for video in shown_videos(evaluation.traces):
            rows = np.flatnonzero(windows.clip == windows.clips.stimulus_ids.index(video))
            row = int(rows[len(rows) // 2])
            images = windows.images([row], device)
            group = file.create_group(video)
            group["frames"] = windows.pixels([row])[0].permute(1, 2, 3, 0).numpy()
            for axis, name in enumerate(AXES):
                group[name] = relevance(network, images, axis)[0].cpu().numpy()
