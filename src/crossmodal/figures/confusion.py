"""Confusion matrices: which label was taken for which, as shares of each label's clips."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

from crossmodal.figures import style

MOST_IN_A_ROW = 4  # more would be too narrow for their numbers


def share_matrix(confusion: pd.DataFrame) -> tuple[np.ndarray, list[str]]:
    """Shares (label, predicted) and the labels, from columns label, predicted, share."""
    labels = list(dict.fromkeys(confusion.label))
    table = confusion.pivot(index="label", columns="predicted", values="share")
    return table.loc[labels, labels].to_numpy(), labels


def draw_confusions(panels: Mapping[str, pd.DataFrame], predicted_by: str) -> Figure:
    """One matrix per title; their rows are true labels and sum to 1, numbers are per cent.

    ``predicted_by`` says what the columns are ('predicted in test folds').
    """
    n_rows = -(-len(panels) // MOST_IN_A_ROW)
    n_columns = -(-len(panels) // n_rows)
    figure, axes = plt.subplots(
        n_rows, n_columns, squeeze=False, layout="constrained",
        figsize=style.size_mm(min(style.FULL_WIDTH_MM, 14 + 46 * n_columns), 56 * n_rows),
    )  # fmt: skip
    for (title, confusion), panel in zip(panels.items(), axes.flat, strict=False):
        image = _draw_matrix(panel, *share_matrix(confusion))
        panel.set_title(title, weight="bold")
        panel.set_xlabel(predicted_by)
    for panel in axes.flat[len(panels) :]:
        panel.remove()
    for panel in axes[:, 0]:
        panel.set_ylabel("true label")
    figure.colorbar(
        image, ax=figure.axes, label="share of the label's clips", shrink=0.7, aspect=25
    )
    return figure


def _draw_matrix(axes: Axes, shares: np.ndarray, labels: list[str]) -> AxesImage:
    colours = plt.get_cmap(style.SHARE_MAP).with_extremes(bad=style.MISSING_COLOUR)
    image = axes.imshow(np.ma.masked_invalid(shares), cmap=colours, vmin=0, vmax=1)
    for (row, column), share in np.ndenumerate(shares):
        if np.isfinite(share) and round(100 * share):
            axes.text(
                column, row, f"{100 * share:.0f}", ha="center", va="center",
                fontsize=style.SMALL_FONT_PT, color="white" if share > 0.55 else "black",
            )  # fmt: skip
    positions = range(len(labels))
    axes.set_xticks(positions, labels, rotation=90, fontsize=style.SMALL_FONT_PT)
    axes.set_yticks(positions, labels, fontsize=style.SMALL_FONT_PT)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(True)
    return image
