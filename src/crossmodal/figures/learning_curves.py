"""Learning curves: how the loss fell in every training, and which epoch was kept."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from crossmodal.figures import style

PARTS = {
    "visual": "visual arm, pool",
    "auditory": "auditory arm, pool",
    "crossmodal": "cross-modal part, pool",
    "folds": "tuning, study clips",
}
TRAIN_COLOUR, VALIDATION_COLOUR = style.CATEGORY_COLOURS[0], style.CATEGORY_COLOURS[5]


def part_curves(curves: pd.DataFrame, part: str) -> pd.DataFrame:
    """Rows of one part of the training: a pretrained arm, or all folds of the tuning."""
    chosen = curves.fit.str.startswith("fold-") if part == "folds" else curves.fit == part
    return curves[chosen]


def draw_learning_curves(curves: Mapping[str, pd.DataFrame]) -> Figure:
    """A row per regime, a column per part; one line per training (seeds, and folds of tuning).

    Loss is cross entropy in nats; dots mark the epochs whose weights were kept, the dashed line
    the loss of guessing. Axes end above it: first epochs may lie outside.
    """
    parts = [
        part for part in PARTS if any(len(part_curves(table, part)) for table in curves.values())
    ]
    width_mm = min(style.FULL_WIDTH_MM, 12 + 44 * len(parts))
    figure, axes = plt.subplots(
        len(curves), len(parts), squeeze=False, layout="constrained", sharey="row",
        figsize=style.size_mm(width_mm, 12 + 33 * len(curves)),
    )  # fmt: skip
    for row, (regime, table) in zip(axes, curves.items(), strict=True):
        for axes_of_part, part in zip(row, parts, strict=True):
            _draw_part(axes_of_part, part_curves(table, part))
        row[0].set_ylabel(f"{regime}: loss (nats)")
    for panel, part in zip(axes[0], parts, strict=True):
        panel.set_title(PARTS[part], weight="bold")
    for panel in axes[-1]:
        panel.set_xlabel("epoch")
    handles = [
        plt.Line2D([], [], color=TRAIN_COLOUR, lw=1),
        plt.Line2D([], [], color=VALIDATION_COLOUR, lw=1),
        plt.Line2D([], [], color=VALIDATION_COLOUR, marker="o", ms=2.5, ls=""),
        plt.Line2D([], [], color=style.CHANCE_COLOUR, lw=0.6, ls="--"),
    ]
    names = ["training part", "validation part", "epoch kept", "guessing"]
    figure.legend(handles, names, loc="outside lower center", ncols=4, frameon=False)
    return figure


def _draw_part(axes: Axes, table: pd.DataFrame) -> None:
    for _, fit in table.groupby(["seed", "fit"], sort=False):
        axes.plot(fit.epoch, fit.train_loss, color=TRAIN_COLOUR, lw=0.5, alpha=0.7)
        if "validation_loss" in fit and fit.validation_loss.notna().any():
            axes.plot(fit.epoch, fit.validation_loss, color=VALIDATION_COLOUR, lw=0.5, alpha=0.7)
            kept = fit[fit.selected]
            axes.plot(kept.epoch, kept.validation_loss, "o", ms=2.5, color=VALIDATION_COLOUR)
    at_chance = float(-np.log(table.chance.iloc[0])) if len(table) else 1.0
    axes.axhline(at_chance, color=style.CHANCE_COLOUR, lw=0.6, ls="--")
    axes.set_ylim(0, 1.3 * at_chance)
