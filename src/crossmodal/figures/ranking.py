"""Figure of ranked models: which explains a region best, beside its untrained twin."""

import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from crossmodal.figures.style import (
    FULL_WIDTH_MM,
    OTHER_COLOUR,
    SMALL_FONT_PT,
    size_mm,
    use_style,
)

ALPHA = 0.05
CEILING_COLOUR = "#D9D9D9"


def plot_ranking(ranking: pd.DataFrame, models: pd.DataFrame) -> Figure:
    """A panel a region, the best model on top.

    ``ranking`` : see ``inference.regions.ranking``; ``models`` : the ROI table, for the ceilings.
    """
    use_style()
    if ranking.empty:
        return _nothing()
    regions = list(dict.fromkeys(ranking.region))
    most = int(ranking.groupby("region").size().max())
    figure, axes = plt.subplots(
        len(regions), 1, sharex=True, squeeze=False,
        figsize=size_mm(FULL_WIDTH_MM, 16 + len(regions) * (8 + 4 * most)), layout="constrained",
    )  # fmt: skip
    for ax, region in zip(axes[:, 0], regions, strict=True):
        ceiling = models[models.region == region].iloc[0]
        ax.axvspan(ceiling.ceiling_low, ceiling.ceiling_high, color=CEILING_COLOUR, lw=0)
        _panel(ax, ranking[ranking.region == region])
        ax.set_title(region)
    figure.supxlabel("similarity, layer chosen on the other participants", fontsize="medium")
    handles = [
        Patch(color=OTHER_COLOUR, label="model"),
        Line2D([], [], marker="D", ms=3, mfc="white", c="black", lw=0, label="untrained twin"),
        Patch(color=CEILING_COLOUR, label="noise ceiling"),
        Line2D([], [], marker="$*$", c="black", lw=0, label="above 0, FDR < .05"),
        Line2D([], [], marker="$<$", c="black", lw=0, label="behind the best, FDR < .05"),
    ]
    figure.legend(handles=handles, loc="outside upper center", ncols=len(handles), frameon=False)
    return figure


def _nothing() -> Figure:
    """What a study shows that has features of the clips alone."""
    figure = plt.figure(figsize=size_mm(FULL_WIDTH_MM, 20))
    figure.text(0.5, 0.5, "no models to rank: features of clips are controls", ha="center")
    return figure


def _panel(ax: Axes, rows: pd.DataFrame) -> None:
    y = range(len(rows))
    ax.barh(y, rows.similarity, height=0.7, color=OTHER_COLOUR, alpha=0.75)
    ax.errorbar(rows.similarity, y, xerr=rows.standard_error, fmt="none", ecolor="black", lw=0.5)
    ax.plot(rows.untrained, y, "D", ms=3, mfc="white", mec="black", mew=0.5)
    ax.axvline(0, color="black", lw=0.4)
    for place, row in enumerate(rows.itertuples()):
        marks = "*" * (row.p_fdr < ALPHA) + "<" * (row.p_best_fdr < ALPHA)
        if marks:
            ax.annotate(marks, (max(row.similarity, 0), place), (8, -3),
                        textcoords="offset points")  # fmt: skip
    names = [f"{r.model} {r.regime}: {r.layer}" for r in rows.itertuples()]
    ax.set_yticks(list(y), [name.replace("_", " ") for name in names], fontsize=SMALL_FONT_PT)
    ax.invert_yaxis()
