"""Where model families agree: all their layers compared with each other, by RSA and by CKA."""

from itertools import groupby

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from crossmodal.contracts.layer_similarity import LayerSimilarity
from crossmodal.figures import style

MM_PER_LAYER = 0.8


def draw_families(matrices: dict[str, LayerSimilarity]) -> Figure:
    """One matrix per measure; thick lines divide families, tick colours are arms."""
    n_layers = len(next(iter(matrices.values())).layers)
    side = max(MM_PER_LAYER * n_layers, 60)
    figure, axes = plt.subplots(
        1, len(matrices), squeeze=False, layout="constrained",
        figsize=style.size_mm((side + 18) * len(matrices) + 15, side + 28),
    )  # fmt: skip
    colours = style.SIGNED_MAP.with_extremes(bad=style.MISSING_COLOUR)
    for (measure, item), panel in zip(matrices.items(), axes.flat, strict=True):
        image = panel.imshow(np.ma.masked_invalid(item.matrix), cmap=colours, vmin=-1, vmax=1)
        panel.set_title(measure, weight="bold", pad=14)
        _mark_families(panel, item)
    figure.colorbar(image, ax=axes, label="similarity of layers", shrink=0.5, aspect=30)
    return figure


def family_spans(layers: tuple[str, ...]) -> list[tuple[str, int, int]]:
    """(family/regime, first layer, one past its last) from names ``family/regime:layer``."""
    spans, start = [], 0
    for family, members in groupby(layer.split(":")[0] for layer in layers):
        size = len(list(members))
        spans.append((family, start, start + size))
        start += size
    return spans


def _mark_families(panel: Axes, item: LayerSimilarity) -> None:
    spans = family_spans(item.layers)
    for _, start, _ in spans[1:]:
        panel.axhline(start - 0.5, color=style.OUTLINE_COLOUR, lw=0.8)
        panel.axvline(start - 0.5, color=style.OUTLINE_COLOUR, lw=0.8)
    centres = [(start + stop - 1) / 2 for _, start, stop in spans]
    names = [family.replace("/", "\n") for family, _, _ in spans]
    panel.set_xticks(centres, names, rotation=90, fontsize=style.SMALL_FONT_PT)
    panel.set_yticks(centres, names, fontsize=style.SMALL_FONT_PT)
    # A strip of arm colours along the top tells visual from auditory and fused layers.
    for position, arm in enumerate(item.arms):
        panel.add_patch(
            plt.Rectangle(
                (position - 0.5, -2.5), 1, 1.6, color=style.arm_colour(arm), lw=0, clip_on=False
            )
        )
    panel.spines[:].set_visible(True)
