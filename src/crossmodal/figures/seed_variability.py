"""How much the RDMs of networks that differ in their seed alone agree, layer by layer."""

from collections.abc import Mapping

import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from crossmodal.contracts.trained_table import TrainedTable
from crossmodal.figures import style
from crossmodal.figures.layer_similarity import arm_spans, short_name

MAX_NOTES = 3  # lines that fit below the curves
CONTROLS = {"with_untrained": ("--", "untrained"), "with_pool": (":", "pool only")}


def draw_seed_variability(
    tables: Mapping[str, pd.DataFrame],
    method: str,
    trained: Mapping[str, TrainedTable] | None = None,
) -> Figure:
    """A row per regime. Line: mean correlation between seeds' RDMs of a layer, band: its range.

    Dashed and dotted: mean correlation with the untrained and the pool-only network's RDM.
    ``trained``: regime -> what its seeds learnt; parts at chance are named in the panel.
    """
    figure, axes = plt.subplots(
        len(tables), 1, squeeze=False, layout="constrained", sharex=True,
        figsize=style.size_mm(150, 22 + 27 * len(tables)),
    )  # fmt: skip
    for panel, (regime, table) in zip(axes.flat, tables.items(), strict=True):
        _draw_regime(panel, table)
        if trained:
            _name_untrained(panel, trained[regime])
        panel.set(
            ylabel=f"{regime}\n{method.capitalize()} r", ylim=(min(0.0, _lowest(table)), 1.02)
        )
    last = next(iter(tables.values()))
    names = [short_name(layer) for layer in last.layer]
    axes.flat[-1].set_xticks(range(len(names)), names, rotation=90, fontsize=style.SMALL_FONT_PT)
    for label, arm in zip(axes.flat[-1].get_xticklabels(), last.arm, strict=True):
        label.set_color(style.arm_colour(arm))
    for arm, start, stop in arm_spans(tuple(last.arm)):
        axes.flat[0].text(
            (start + stop - 1) / 2, 1.08, style.arm_name(arm), ha="center",
            color=style.arm_colour(arm),
        )  # fmt: skip
    grey = style.OTHER_COLOUR
    handles = [plt.Line2D([], [], color=grey, marker="o", ms=2.5, lw=1)]
    handles += [plt.Line2D([], [], color=grey, ls=line, lw=1) for line, _ in CONTROLS.values()]
    labels = ["between seeds (band: range)", *(f"with {name}" for _, name in CONTROLS.values())]
    figure.legend(handles, labels, loc="outside lower center", ncols=3, frameon=False)
    return figure


def _name_untrained(axes: Axes, trained: TrainedTable) -> None:
    """Which seeds have a part at chance on its training part: a line a seed, below the curves."""
    rows = trained.frame[trained.frame.at_chance]
    lines = [
        f"seed {seed}: {', '.join(of_seed.fit)} at chance"
        f"{', left out' if of_seed.left_out.any() else ''}"
        for seed, of_seed in rows.groupby("seed")
    ]
    if not lines:
        return
    more = [f"and {len(lines) - MAX_NOTES} more seeds"] if len(lines) > MAX_NOTES else []
    note = axes.text(
        0.01, 0.04, "\n".join(lines[:MAX_NOTES] + more), transform=axes.transAxes,
        fontsize=style.SMALL_FONT_PT, va="bottom",
        bbox={"facecolor": "white", "alpha": 0.7, "lw": 0, "pad": 1},
    )  # fmt: skip
    note.set_in_layout(False)  # a long note must not squeeze the panels


def _draw_regime(axes: Axes, table: pd.DataFrame) -> None:
    for arm, start, stop in arm_spans(tuple(table.arm)):
        part, x, colour = table.iloc[start:stop], range(start, stop), style.arm_colour(arm)
        axes.plot(x, part.mean_correlation, "o-", ms=2.5, lw=1, color=colour)
        axes.fill_between(
            x, part.min_correlation, part.max_correlation, color=colour, alpha=0.2, lw=0
        )
        for column, (line, _) in CONTROLS.items():
            axes.plot(x, part[column], ls=line, lw=0.8, color=colour)


def _lowest(table: pd.DataFrame) -> float:
    columns = ["min_correlation", *CONTROLS]
    return float(table[columns].min().min()) - 0.05
