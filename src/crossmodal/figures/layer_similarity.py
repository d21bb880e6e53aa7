"""Figure 3: correlation of every layer's RDM with every other layer's, one matrix per regime."""

from itertools import groupby

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

from crossmodal.contracts.layer_similarity import LayerSimilarity
from crossmodal.figures import style

MM_PER_LAYER = 2.45
ARM_PREFIXES = ("visual_", "auditory_", "crossmodal_")


def arm_spans(arms: tuple[str, ...]) -> list[tuple[str, int, int]]:
    """(arm, first layer, one past its last layer) of each run of equal arms."""
    spans, start = [], 0
    for arm, members in groupby(arms):
        size = len(list(members))
        spans.append((arm, start, start + size))
        start += size
    return spans


def short_name(layer: str) -> str:
    """A layer's name without its arm, which the figure says once."""
    for prefix in ARM_PREFIXES:
        layer = layer.removeprefix(prefix)
    return layer.replace("_inhibition", " inh.")


def draw_layer_similarity(matrices: dict[str, LayerSimilarity], method: str) -> Figure:
    """Figure 3. ``matrices`` by regime; lines mark the arms; constant RDMs (NaN) are grey.

    ``method`` says which correlation the matrices hold ('pearson', 'spearman').
    """
    n_columns = min(2, len(matrices))
    n_rows = -(-len(matrices) // n_columns)
    n_layers = max(len(item.layers) for item in matrices.values())
    side = max(MM_PER_LAYER * n_layers, 42)
    figure, axes = plt.subplots(
        n_rows, n_columns, squeeze=False, layout="constrained",
        figsize=style.size_mm((side + 10) * n_columns + 22, (side + 17) * n_rows),
    )  # fmt: skip
    for (regime, item), panel in zip(matrices.items(), axes.flat, strict=False):
        image = _draw_matrix(panel, item)
        panel.set_title(f"{regime} regime", weight="bold", pad=11)
        _name_arms(panel, item)
    for unused in axes.flat[len(matrices) :]:
        unused.axis("off")
    figure.colorbar(
        image, ax=axes, label=f"correlation of layer RDMs ({method.capitalize()})", shrink=0.5,
        aspect=30, ticks=[-1, -0.5, 0, 0.5, 1],
    )  # fmt: skip
    return figure


def _draw_matrix(axes: Axes, item: LayerSimilarity) -> AxesImage:
    colours = style.SIGNED_MAP.with_extremes(bad=style.MISSING_COLOUR)
    image = axes.imshow(np.ma.masked_invalid(item.matrix), cmap=colours, vmin=-1, vmax=1)
    for _, start, _ in arm_spans(item.arms)[1:]:
        axes.axhline(start - 0.5, color=style.OUTLINE_COLOUR, lw=0.8)
        axes.axvline(start - 0.5, color=style.OUTLINE_COLOUR, lw=0.8)
    axes.spines[:].set_visible(True)
    return image


def _name_arms(axes: Axes, item: LayerSimilarity) -> None:
    positions = range(len(item.layers))
    names = [short_name(layer) for layer in item.layers]
    for axis, rotation in ((axes.yaxis, 0), (axes.xaxis, 90)):
        axis.set_ticks(positions, names, fontsize=style.SMALL_FONT_PT - 0.5, rotation=rotation)
        axis.set_tick_params(length=1, pad=1)
        for label, arm in zip(axis.get_ticklabels(), item.arms, strict=True):
            label.set_color(style.arm_colour(arm))
    for arm, start, stop in arm_spans(item.arms):
        # The last arm is short: its name is set from the right, away from the one before.
        last = stop == len(item.arms) and start > 0
        axes.text(
            stop - 0.5 if last else start - 0.4, -0.8, style.arm_name(arm), va="bottom",
            ha="right" if last else "left", color=style.arm_colour(arm), fontsize=style.FONT_PT,
        )  # fmt: skip
