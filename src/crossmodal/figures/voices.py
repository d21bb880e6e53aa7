"""Recall on voices of unseen actors: one row of dots per method, with its interval."""

import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from crossmodal.figures import style

SET_TITLES = {"strong": "strong intensity", "both": "both intensities"}
TRAIN_COLOURS = {"strong": style.CATEGORY_COLOURS[0], "both": style.CATEGORY_COLOURS[5]}


def method_label(method: str, kind: str, n_seeds: int) -> str:
    """'tuned, mean scores of 3 seeds'."""
    if n_seeds == 1:
        return method
    return f"{method}, {f'ensemble of {n_seeds}' if kind == 'ensemble' else f'each of {n_seeds}'}"


def confusion_panels(confusion: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The confusions of every method by title: on both intensities if it was trained on both."""
    panels = {}
    for method, rows in confusion.groupby("method", sort=False):
        tested = "both" if (rows.tested_on == "both").any() else "strong"
        panels[f"{method}\n{SET_TITLES[tested]}"] = rows[rows.tested_on == tested]
    return panels


def draw_recall(recall: pd.DataFrame) -> Figure:
    """A panel per test set, a line per method, a dot per training set; bars are 95 % intervals."""
    sets = [name for name in SET_TITLES if name in set(recall.tested_on)]
    names = [
        method_label(*row) for row in zip(recall.method, recall.kind, recall.n_seeds, strict=True)
    ]
    recall = recall.assign(label=names)
    order = list(dict.fromkeys(names))
    figure, axes = plt.subplots(
        1, len(sets), squeeze=False, layout="constrained", sharey=True,
        figsize=style.size_mm(52 + 58 * len(sets), 26 + 9 * len(order)),
    )  # fmt: skip
    for panel, test_set in zip(axes.flat, sets, strict=True):
        _draw_set(panel, recall[recall.tested_on == test_set], order)
        panel.set(
            title=f"tested on {SET_TITLES[test_set]}", xlim=(0, 1), ylim=(len(order) - 0.5, -0.5),
            xlabel="unweighted average recall",
        )  # fmt: skip
    axes.flat[0].set_yticks(range(len(order)), order)
    handles = [
        plt.Line2D([], [], marker="o", ls="", ms=4, color=TRAIN_COLOURS[name])
        for name in TRAIN_COLOURS
        if name in set(recall.trained_on)
    ]
    labels = [
        f"trained on {SET_TITLES[name]}" for name in TRAIN_COLOURS if name in set(recall.trained_on)
    ]
    figure.legend(handles, labels, loc="outside lower center", ncols=2, frameon=False)
    return figure


def _draw_set(axes: Axes, recall: pd.DataFrame, order: list[str]) -> None:
    shifts = {"strong": -0.13, "both": 0.13}
    for row in recall.itertuples():
        y, colour = order.index(row.label) + shifts[row.trained_on], TRAIN_COLOURS[row.trained_on]
        axes.plot([row.ci_low, row.ci_high], [y, y], color=colour, lw=1)
        axes.plot(row.uar, y, "o", ms=4, color=colour)
        axes.text(row.ci_high + 0.015, y, f"{row.uar:.2f}", va="center", fontsize=style.FONT_PT - 1)
    chance = float(recall.chance.iloc[0])
    axes.axvline(chance, color=style.CHANCE_COLOUR, lw=0.8, ls="--")
    axes.text(chance + 0.01, -0.45, "chance", va="top", color=style.CHANCE_COLOUR)


def markdown_table(recall: pd.DataFrame) -> str:
    """The recalls as a Markdown table, one row per method and pair of sets."""
    names = ("method", "z-scored by", "trained on", "tested on", "clips", "chance", "recall")
    head = f"| {' | '.join(names)} | 95 % CI over actors |"
    lines = [head, "|---|---|---|---|---:|---:|---:|---:|"]
    for row in recall.itertuples(index=False):
        sd = f" ± {row.sd:.2f}" if row.sd == row.sd else ""
        lines.append(
            f"| {method_label(row.method, row.kind, row.n_seeds)} | {row.standardised_by} "
            f"| {row.trained_on} "
            f"| {row.tested_on} | {row.n_clips} | {row.chance:.2f} | {row.uar:.2f}{sd} "
            f"| {row.ci_low:.2f} to {row.ci_high:.2f} |"
        )
    return "\n".join(lines) + "\n"
