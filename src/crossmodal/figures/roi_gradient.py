"""Figure of the gradient test: the best layer of each arm from early to late regions."""

from collections.abc import Sequence

import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from crossmodal.figures.style import (
    ARM_NAMES,
    FULL_WIDTH_MM,
    OTHER_COLOUR,
    SMALL_FONT_PT,
    arm_colour,
    arm_name,
    size_mm,
    use_style,
)

ALPHA = 0.05
PANEL_MM = 26
ALL = "all"  # the gradient table's name of the row that holds the test


def plot_gradients(gradient: pd.DataFrame, source: str) -> Figure:
    """Relative depth of the best layer in every region; rows: arms, columns: networks.

    ``gradient`` : the table of gradients; ``source`` : which RDMs of a network are coloured;
    others are grey. Without any gradient the figure says so.
    """
    use_style()
    sets = _pairs(gradient, "model", "regime")
    arms = [arm for arm in ARM_NAMES if (gradient.arm == arm).any()]
    if not sets:
        return no_arms()
    figure, axes = plt.subplots(
        len(arms), len(sets), sharex="row", sharey=True, squeeze=False,
        figsize=size_mm(FULL_WIDTH_MM, 18 + (PANEL_MM + 6) * len(arms)), layout="constrained",
    )  # fmt: skip
    for row, arm in zip(axes, arms, strict=True):
        for ax, (model, regime) in zip(row, sets, strict=True):
            chosen = (gradient.model == model) & (gradient.regime == regime)
            _panel(ax, gradient[chosen & (gradient.arm == arm)], source, arm)
        row[0].set_ylabel(f"{arm_name(arm)} arm\ndepth of the best layer")
    for ax, (model, regime) in zip(axes[0], sets, strict=True):
        ax.set_title(f"{model.replace('_', '-')}\n{regime}", pad=10)
    figure.supxlabel("regions from early to late", fontsize="medium")
    _legend(figure, arms, source, [name for name in gradient.source.unique() if name != source])
    return figure


def _panel(ax: Axes, table: pd.DataFrame, source: str, arm: str) -> None:
    others = [name for name in table.source.unique() if name != source]
    for name in [*others, source]:
        part = table[(table.source == name) & (table.region != ALL)].sort_values("position")
        colour, style = (arm_colour(arm), "-") if name == source else (OTHER_COLOUR, ":")
        ax.errorbar(
            part.position, part.depth, part.standard_error, color=colour, ls=style, lw=0.9,
            marker=".", ms=4, elinewidth=0.6,
        )  # fmt: skip
        if name == source and len(part):
            ax.set_xticks(part.position, part.region, rotation=90, fontsize=SMALL_FONT_PT)
    ax.set_ylim(-0.08, 1.08)
    tested = table[(table.source == source) & (table.region == ALL)]
    for row in tested.itertuples():
        star = " *" if row.p_fdr < ALPHA else ""
        text = f"ρ = {row.order_correlation:.2f}{star}".replace("-", "−")
        ax.annotate(text, (0.5, 1.02), xycoords="axes fraction", ha="center",
                    fontsize=SMALL_FONT_PT, color=arm_colour(arm))  # fmt: skip


def _legend(figure: Figure, arms: Sequence[str], source: str, others: Sequence[str]) -> None:
    def line(colour: str, style: str, label: str) -> Line2D:
        return Line2D([], [], color=colour, ls=style, marker=".", ms=4, lw=0.9, label=label)

    handles = [line(arm_colour(arm), "-", f"{arm_name(arm)}, {source}") for arm in arms]
    handles += [line(OTHER_COLOUR, ":", name) for name in others]
    handles.append(Line2D([], [], lw=0, marker="$*$", c="black", label="FDR < .05"))
    figure.legend(handles=handles, loc="outside upper center", ncols=len(handles), frameon=False)


def _pairs(table: pd.DataFrame, *columns: str) -> list[tuple[str, ...]]:
    return list(dict.fromkeys(zip(*(table[name] for name in columns), strict=True)))


def no_arms() -> Figure:
    """What is drawn where networks have no arms to tell apart."""
    figure = plt.figure(figsize=size_mm(FULL_WIDTH_MM, 20))
    figure.text(
        0.5, 0.5, "no network with several arms of several layers", ha="center", va="center"
    )
    return figure
