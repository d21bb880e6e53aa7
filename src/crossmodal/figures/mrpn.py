"""mrpn: accuracy by variant and fold, features in two dimensions, what noise does."""

from textwrap import fill

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from crossmodal.figures import style

WHOLE = {"break_long_words": False}
MEAN_MARKER = {"marker": "D", "ls": "", "ms": 3, "mfc": "none", "color": style.OTHER_COLOUR}
SET_TITLES = {"v": "visual features", "a": "auditory features", "va": "fused features"}


def draw_variants(folds: pd.DataFrame, summary: pd.DataFrame) -> Figure:
    """Test accuracy of each variant: a dot per fold (mean over seeds), mean and 95 % interval.

    Crosses are the published accuracies of the same actors; where only a mean over folds of
    unknown actors is published, it is a diamond.
    """
    figure, axes = plt.subplots(
        layout="constrained", figsize=style.size_mm(max(90, 25 + 18 * len(summary)), 65)
    )
    same_actors = folds.published.notna().any()
    for position, row in enumerate(summary.itertuples()):
        part = folds[folds.variant == row.variant].groupby("fold", sort=False)
        values = part.accuracy.mean()
        spread = np.linspace(-0.18, 0.18, len(values)) if len(values) > 1 else [0.0]
        axes.plot(position + spread, values, "o", ms=3, color=style.CATEGORY_COLOURS[0], alpha=0.6)
        axes.plot(position + spread, part.published.mean(), "x", ms=4, color=style.OTHER_COLOUR)
        axes.errorbar(
            position + 0.3, row.accuracy, [[row.accuracy - row.low], [row.high - row.accuracy]],
            fmt="_", color="black", capsize=2, lw=0.8,
        )  # fmt: skip
        if not same_actors:
            axes.plot(position + 0.3, row.published, **MEAN_MARKER)
    chance = axes.axhline(summary.chance.mean(), color=style.CHANCE_COLOUR, lw=0.6, ls=":")
    axes.set(
        ylim=(0, 1.02), ylabel="accuracy on actors\nnever trained on",
        xticks=range(len(summary)), xticklabels=[fill(name, 11, **WHOLE) for name in summary.label],
    )  # fmt: skip
    handles = [
        plt.Line2D([], [], marker="o", ls="", ms=3, color=style.CATEGORY_COLOURS[0]),
        plt.Line2D([], [], marker="_", ls="", ms=6, color="black"),
        chance,
    ]
    names = ["one fold of actors", "mean and 95 % interval over folds", "chance"]
    if same_actors:
        handles.append(plt.Line2D([], [], marker="x", ls="", ms=4, color=style.OTHER_COLOUR))
        names.append("published, same actors")
    elif summary.published.notna().any():
        handles.append(plt.Line2D([], [], **MEAN_MARKER))
        names.append("published mean")
    n_columns = len(names) if len(summary) > 6 else 1  # all in one row needs 150 mm
    figure.legend(handles, names, loc="outside lower center", ncols=n_columns, frameon=False)
    return figure


def draw_embedding(embedding: pd.DataFrame) -> Figure:
    """The paper's figure 5: t-SNE of visual, auditory and fused features, coloured by label."""
    sets = [name for name in SET_TITLES if name in set(embedding.set)]
    size = style.size_mm(55 * len(sets) + 25, 62)
    figure, axes = plt.subplots(1, len(sets), squeeze=False, layout="constrained", figsize=size)
    labels = sorted(embedding.label.unique())
    for name, panel in zip(sets, axes.flat, strict=True):
        part = embedding[embedding.set == name]
        for label, colour in zip(labels, style.CATEGORY_COLOURS, strict=False):
            chosen = part[part.label == label]
            panel.plot(chosen.x, chosen.y, "o", ms=3, mew=0, color=colour, label=label)
        panel.set(
            title=SET_TITLES[name], xticks=[], yticks=[], aspect="equal", adjustable="datalim"
        )
        panel.spines[:].set_visible(True)
    handles, names = axes.flat[0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside right center", frameon=False)
    return figure


def draw_interference(accuracy: pd.DataFrame, summary: pd.DataFrame, modality: str) -> Figure:
    """Accuracy against the noise in one modality, mean and range of seeds per network.

    NaN as ``snr_db`` means no noise; ``summary`` has the networks' labels.
    """
    figure, axes = plt.subplots(layout="constrained", figsize=style.size_mm(125, 70))
    labels = dict(zip(summary.variant, summary.label, strict=True))
    levels = accuracy.snr_db.unique().tolist()  # one NaN, however many rows have it
    levels = sorted(levels, key=lambda level: -np.inf if pd.isna(level) else -level)
    names = ["no noise" if pd.isna(level) else f"{level:g} dB" for level in levels]
    for variant, colour in zip(
        dict.fromkeys(accuracy.variant), style.CATEGORY_COLOURS, strict=False
    ):
        part = accuracy[accuracy.variant == variant]
        rows = []
        for level in levels:
            same = part.snr_db.isna() if pd.isna(level) else part.snr_db == level
            per_seed = part[same].groupby("seed").accuracy.mean()
            rows.append((per_seed.mean(), per_seed.min(), per_seed.max()))
        mean, low, high = np.array(rows).T
        label = labels.get(variant, variant)
        axes.plot(range(len(levels)), mean, "o-", ms=3, lw=1, color=colour, label=label)
        axes.fill_between(range(len(levels)), low, high, color=colour, alpha=0.15, lw=0)
    axes.set(
        xticks=range(len(levels)), xticklabels=names, ylim=(0, 1.02),
        xlabel=f"signal-to-noise ratio of the {modality}", ylabel="accuracy on unseen actors",
    )  # fmt: skip
    figure.legend(loc="outside right center", frameon=False, title="mean, range of seeds")
    return figure
