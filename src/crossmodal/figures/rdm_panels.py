"""Figure 2: RDMs of the upper layer of each arm, sorted by the regime's categories."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.patches import Rectangle
from scipy.spatial.distance import squareform

from crossmodal.contracts.errors import InputError
from crossmodal.contracts.rdms import ModelRDMs
from crossmodal.contracts.stimulus_table import StimulusTable
from crossmodal.figures import style

STRIP = 0.035  # width of the category strip, as a share of the matrix
UNIT = "dissimilarity (1 − Pearson r)"


@dataclass(frozen=True)
class SortedRDM:
    """One RDM with its conditions grouped by a label.

    matrix : float64 (condition, condition), sorted; labels : one per row
    """

    matrix: np.ndarray
    labels: tuple[str, ...]
    layer: str
    arm: str


def sort_rdm(rdms: ModelRDMs, layer: str, labels: dict[str, str]) -> SortedRDM:
    """The RDM of one layer, stably sorted by ``labels`` (stimulus id -> label).

    Labels keep the order in which they first occur, so that 'neutral' may stand first.

    Raises
    ------
    InputError : a layer that the RDMs do not have, or a stimulus without a label
    """
    name = f"ModelRDMs {rdms.model}/{rdms.regime}"
    if layer not in rdms.layers:
        raise InputError(name, "layer", f"one of {list(rdms.layers)}", repr(layer))
    if missing := [item for item in rdms.stimulus_ids if item not in labels]:
        raise InputError(name, "stimulus_ids", "only stimuli of the table", repr(missing[0]))
    row = rdms.layers.index(layer)
    rank = {label: i for i, label in enumerate(dict.fromkeys(labels.values()))}
    order = sorted(
        range(len(rdms.stimulus_ids)), key=lambda i: (rank[labels[rdms.stimulus_ids[i]]], i)
    )
    matrix = squareform(rdms.dissimilarities[row])[np.ix_(order, order)]
    sorted_labels = tuple(labels[rdms.stimulus_ids[i]] for i in order)
    return SortedRDM(matrix, sorted_labels, layer, rdms.arms[row])


def label_map(stimuli: StimulusTable, regime: str) -> dict[str, str]:
    """Stimulus id -> its label in a regime, labels in order of first appearance."""
    return dict(zip(stimuli.stimulus_ids, stimuli.labels(regime), strict=True))


def upper_limit(panels: Sequence[SortedRDM]) -> float:
    """Shared end of the colour scale: the 99th percentile of all off-diagonal cells."""
    cells = [squareform(panel.matrix, checks=False) for panel in panels]
    return max(float(np.percentile(np.concatenate(cells), 99)), 1e-9)


def draw_rdms(rows: dict[str, list[SortedRDM]]) -> Figure:
    """Figure 2. One row of panels and one colour scale per regime (key), one column per arm."""
    n_columns = max(len(panels) for panels in rows.values())
    width_mm = style.FULL_WIDTH_MM * (n_columns + 0.75) / 3.75
    figure, axes = plt.subplots(
        len(rows), n_columns, squeeze=False, layout="constrained",
        figsize=style.size_mm(width_mm, 52 * len(rows)),
    )  # fmt: skip
    for (regime, panels), row_axes in zip(rows.items(), axes, strict=True):
        limit = upper_limit(panels)
        for column, (panel, panel_axes) in enumerate(zip(panels, row_axes, strict=False)):
            image = _draw_panel(panel_axes, panel, limit, with_labels=column == 0)
        for unused in row_axes[len(panels) :]:
            unused.axis("off")
        row_axes[0].yaxis.set_label_coords(-0.42, 0.5)
        row_axes[0].set_ylabel(f"{regime} regime", weight="bold", rotation=90)
        figure.colorbar(
            image, ax=list(row_axes), label=UNIT, extend="max", shrink=0.8, aspect=25, pad=0.015
        )
    # Room for the unit, which stands outside what the layout knows of.
    figure.get_layout_engine().set(rect=(0, 0, 0.98, 1))
    return figure


def _draw_panel(axes: Axes, panel: SortedRDM, limit: float, with_labels: bool) -> AxesImage:
    n = len(panel.labels)
    image = axes.imshow(panel.matrix, cmap=style.RDM_MAP, vmin=0, vmax=limit)
    axes.set_title(
        f"{style.arm_name(panel.arm)}: {panel.layer}", color=style.arm_colour(panel.arm), pad=9
    )
    axes.spines[:].set_visible(False)
    start, centres, names = 0, [], []
    for number, (label, members) in enumerate(groupby(panel.labels)):
        size = len(list(members))
        _draw_category(axes, number, start - 0.5, size, n)
        centres.append(start + size / 2 - 0.5)
        names.append(label)
        start += size
    axes.set_xticks([])
    axes.set_yticks(centres if with_labels else [], names if with_labels else [])
    axes.tick_params(axis="y", length=0, pad=9)
    return image


def _draw_category(axes: Axes, number: int, start: float, size: int, n: int) -> None:
    colour = style.CATEGORY_COLOURS[number % len(style.CATEGORY_COLOURS)]
    width = STRIP * n
    for corner, extent in (
        ((-0.5 - 1.4 * width, start), (width, size)),
        ((start, -0.5 - 1.4 * width), (size, width)),
    ):
        axes.add_patch(Rectangle(corner, *extent, fc=colour, ec="white", lw=0.4, clip_on=False))
    if start > 0:
        axes.axhline(start, color="white", lw=0.5)
        axes.axvline(start, color="white", lw=0.5)
