"""Figure 1: the network's layers, drawn from the table that the module itself wrote."""

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, Patch

from crossmodal.contracts.layer_table import LayerTable
from crossmodal.figures import style
from crossmodal.figures.architecture_layout import Box, place

# Share of white mixed into the arm's colour, by kind of layer.
WHITE_SHARE = {"conv": 0.5, "pool": 0.88, "shunting": 0.7, "dense": 0.0}
KIND_NAMES = {"conv": "convolution", "pool": "pooling", "inhibition": "inhibitory convolution"}
INPUT_TEXT = {"visual": "face\nframes", "auditory": "mel\nimage"}
BOX_WIDTH = 0.72
COLUMNS_OF_FULL_WIDTH = 21
MIN_COLUMNS = 11  # the legend needs them
ARROW = {
    "arrowstyle": "-|>", "lw": 0.5, "color": "#333333", "shrinkA": 0, "shrinkB": 0,
    "mutation_scale": 5,
}  # fmt: skip


def draw_architecture(table: LayerTable) -> Figure:
    """Figure 1. A box is a layer; colour: arm, tint: kind, height: rows of the feature map.

    Networks without one of the arms (audio-only data) give a figure without its row.
    """
    placed = place(table)
    figure, axes = _canvas([box for boxes in placed.values() for box in boxes])
    for arm, boxes in placed.items():
        _draw_arm(axes, arm, boxes)
        if arm != "cross_modal" and "cross_modal" in placed:
            _draw_arrow(axes, boxes[-1], placed["cross_modal"][0])
    _draw_legend(axes, table)
    return figure


def _canvas(boxes: list[Box]) -> tuple[Figure, Axes]:
    left, right = min(box.x for box in boxes) - 2.0, max(box.x for box in boxes) + 1.0
    bottom, top = min(box.y for box in boxes) - 3.2, max(box.y for box in boxes) + 1.8
    right = max(right, left + MIN_COLUMNS)
    # A short network (audio-only) keeps the box size of the full one.
    width_mm = style.FULL_WIDTH_MM * min(1, (right - left) / COLUMNS_OF_FULL_WIDTH)
    size = style.size_mm(width_mm, width_mm * (top - bottom) / (right - left))
    figure = plt.figure(figsize=size)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(left, right), ylim=(bottom, top))
    axes.axis("off")
    return figure, axes


def _draw_arm(axes: Axes, arm: str, boxes: list[Box]) -> None:
    for box in boxes:
        _draw_box(axes, box)
        for after in boxes:
            if after.x - box.x == 1:
                _draw_arrow(axes, box, after)
    first = boxes[0]
    if arm in INPUT_TEXT:
        axes.text(first.x - 1.35, first.y, INPUT_TEXT[arm], ha="center", va="center")
        end = (first.x - BOX_WIDTH / 2, first.y)
        axes.annotate("", end, (first.x - 0.85, first.y), arrowprops=ARROW)
    axes.text(
        first.x - BOX_WIDTH / 2, first.y + first.height / 2 + 0.25,
        f"{style.arm_name(arm)} arm\n{len(boxes)} layer{'s' * (len(boxes) > 1)}",
        color=style.arm_colour(arm), ha="left", va="bottom", weight="bold",
    )  # fmt: skip


def _tint(arm: str, kind: str) -> tuple[float, ...]:
    colour = np.array(to_rgb(style.arm_colour(arm)))
    white = 1.0 if kind == "inhibition" else WHITE_SHARE.get(kind, 0.5)
    return tuple((colour * (1 - white) + white).tolist())


def _draw_box(axes: Axes, box: Box) -> None:
    kind = "inhibition" if box.pair < 0 else box.kind
    axes.add_patch(
        FancyBboxPatch(
            (box.x - BOX_WIDTH / 2, box.y - box.height / 2), BOX_WIDTH, box.height,
            boxstyle="round,pad=0,rounding_size=0.08", lw=0.7, fc=_tint(box.arm, kind),
            ec=style.arm_colour(box.arm), ls="--" if kind == "inhibition" else "-",
        )
    )  # fmt: skip
    axes.text(
        box.x, box.y, box.text, rotation=90, ha="center", va="center",
        color="white" if kind == "dense" else "black", fontsize=style.SMALL_FONT_PT,
    )  # fmt: skip
    if box.pair <= 0:  # the shapes of a pair are equal: written once, below
        channels, *grid = box.shape
        text = f"{channels}\n{'×'.join(map(str, grid))}" if grid else f"{channels}"
        axes.text(
            box.x, box.y - box.height / 2 - 0.12, text, ha="center", va="top",
            fontsize=style.SMALL_FONT_PT - 0.5, linespacing=1.1,
        )  # fmt: skip


def _draw_arrow(axes: Axes, before: Box, after: Box) -> None:
    start, end = (before.x + BOX_WIDTH / 2, before.y), (after.x - BOX_WIDTH / 2, after.y)
    axes.annotate("", end, start, arrowprops=ARROW)


def _draw_legend(axes: Axes, table: LayerTable) -> None:
    kinds = list(dict.fromkeys(table.frame.kind))
    if "inhibition" not in kinds and table.frame.layer.str.endswith("_inhibition").any():
        kinds.append("inhibition")
    handles = [
        Patch(
            fc=_tint("grey", kind), ec=style.OTHER_COLOUR, lw=0.7,
            ls="--" if kind == "inhibition" else "-", label=KIND_NAMES.get(kind, kind),
        )
        for kind in kinds
    ]  # fmt: skip
    title = (
        f"{len(table.layers)} layers, {int(table.frame.n_weights.sum()):,} weights; "
        "below each: channels, rows × columns"
    )
    axes.legend(
        handles=handles, ncols=len(handles) if len(table.arms) > 1 else 3, loc="lower center",
        frameon=False, title=title, title_fontsize=style.FONT_PT, handlelength=1.2,
        columnspacing=1.2, borderaxespad=0.3,
    )  # fmt: skip
