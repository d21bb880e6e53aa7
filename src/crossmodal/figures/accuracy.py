"""Accuracy of every regime and seed, with chance: a figure and two tables of the same numbers."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from crossmodal.contracts.trained_table import TrainedTable
from crossmodal.figures import style

KIND_NAMES = {
    "cross_validated": "cross-validated",
    "pool_only": "pool only (no tuning)",
    "in_sample": "in sample (as published)",
}
KIND_COLOURS = dict(zip(KIND_NAMES, style.CATEGORY_COLOURS, strict=False))


def seed_accuracy(per_fold: pd.DataFrame) -> pd.DataFrame:
    """One row per kind and seed: accuracy over all clips of its folds (folds weighted by n)."""
    frame = per_fold.assign(correct=per_fold.accuracy * per_fold.n)
    sums = frame.groupby(["kind", "seed"], sort=False)[["correct", "n"]].sum().reset_index()
    return sums.assign(accuracy=sums.correct / sums.n)[["kind", "seed", "n", "accuracy"]]


def accuracy_table(per_fold: dict[str, pd.DataFrame], summary: pd.DataFrame) -> pd.DataFrame:
    """One row per regime, kind and seed; then mean, SD, best, interval and chance of their group.

    ``best_by_validation`` is the seed that validation parts choose; ``best_of_seeds`` the one that
    this very accuracy chooses, as in the paper: optimistic.
    """
    rows = [frame.pipe(seed_accuracy).assign(regime=name) for name, frame in per_fold.items()]
    bests = ["best_by_validation", "best_of_seeds"]
    columns = ["regime", "kind", "chance", "mean", "sd", *bests, "ci_low", "ci_high"]
    table = pd.concat(rows, ignore_index=True).merge(summary[columns], on=["regime", "kind"])
    return table[["regime", "kind", "seed", "n", "accuracy", *columns[2:]]]


def markdown_table(summary: pd.DataFrame) -> str:
    """The summary as a Markdown table: one row per regime and kind, numbers as a reader wants."""
    head = (
        "| regime | accuracy | seeds | clips | chance | mean ± SD over seeds | 95 % CI "
        "| best by validation | best of seeds |"
    )
    lines = [head, "|---|---|---:|---:|---:|---:|---:|---:|---:|"]
    for row in summary.itertuples(index=False):
        sd = f" ± {row.sd:.2f}" if np.isfinite(row.sd) else ""
        lines.append(
            f"| {row.regime} | {KIND_NAMES.get(row.kind, row.kind)} | {row.n_seeds} "
            f"| {row.n_clips} | {row.chance:.2f} | {row.mean:.2f}{sd} "
            f"| {row.ci_low:.2f} to {row.ci_high:.2f} "
            f"| {row.best_by_validation:.2f} | {row.best_of_seeds:.2f} |"
        )
    return "\n".join(lines) + "\n"


def untrained_note(trained: Mapping[str, TrainedTable]) -> str:
    """A list of the parts that are at chance on their training part; '' where all learnt."""
    lines = [line for regime, table in trained.items() for line in table.sentences(regime)]
    return "".join(f"\n- {line}" for line in lines) + "\n" if lines else ""


def draw_accuracy(per_fold: dict[str, pd.DataFrame], summary: pd.DataFrame) -> Figure:
    """Per regime and kind: a dot per seed, mean with its 95 % interval, chance as a dashed line."""
    kinds = [kind for kind in KIND_NAMES if kind in set(summary.kind)]
    figure, axes = plt.subplots(
        figsize=style.size_mm(max(86, 30 + 32 * len(per_fold)), 76), layout="constrained"
    )
    for position, (regime, frame) in enumerate(per_fold.items()):
        seeds = seed_accuracy(frame)
        rows = summary[summary.regime == regime].set_index("kind")
        for kind, shift in zip(kinds, _shifts(len(kinds)), strict=True):
            if kind in rows.index:
                values = seeds.accuracy[seeds.kind == kind].to_numpy()
                _draw_group(axes, position + shift, values, rows.loc[kind], kind)
        chance = float(rows.chance.iloc[0])
        axes.hlines(
            chance, position - 0.42, position + 0.42, ls="--", lw=0.8, color=style.CHANCE_COLOUR,
            label="chance" if position == 0 else None,
        )  # fmt: skip
    axes.set_xticks(range(len(per_fold)), list(per_fold))
    axes.set(ylim=(0, 1.03), ylabel="accuracy (share of clips)", xlabel="regime")
    handles, labels = axes.get_legend_handles_labels()
    unique = dict(zip(labels, handles, strict=True))
    # Outside of the axes, which a legend wider than a few regimes would squeeze.
    figure.legend(
        unique.values(), unique.keys(), frameon=False, loc="outside upper center",
        ncols=2 if len(per_fold) < 4 else len(unique), handletextpad=0.3, columnspacing=1,
    )  # fmt: skip
    return figure


def _shifts(n: int) -> Sequence[float]:
    return (np.arange(n) - (n - 1) / 2) * 0.26


def _draw_group(axes: Axes, x: float, values: np.ndarray, row: pd.Series, kind: str) -> None:
    colour = KIND_COLOURS[kind]
    spread = np.linspace(-0.05, 0.05, len(values)) if len(values) > 1 else np.zeros(1)
    axes.plot(x + spread, values, "o", ms=2.5, mfc="none", mec=colour, mew=0.7)
    below, above = max(row["mean"] - row.ci_low, 0), max(row.ci_high - row["mean"], 0)
    axes.errorbar(
        x, row["mean"], [[below], [above]], fmt="_", ms=9, mew=1.6, lw=1.0, capsize=0,
        color=colour, label=KIND_NAMES[kind],
    )  # fmt: skip
