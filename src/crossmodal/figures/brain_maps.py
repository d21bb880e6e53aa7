"""Figure 4 and its relatives: maps on slices, opacity by size, the corrected threshold outlined.

Nothing is hidden: all values are drawn, weak ones faintly, and a line surrounds what passes
the corrected test (Taylor et al. 2023, 10.1016/j.neuroimage.2023.120138).
"""

import gc
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.gridspec import SubplotSpec
from matplotlib.patches import Circle
from matplotlib.patheffects import withStroke
from matplotlib.ticker import MaxNLocator
from nibabel import Nifti1Image
from nibabel.affines import apply_affine
from nilearn import plotting

from crossmodal.contracts.corrections import CORRECTIONS
from crossmodal.contracts.group_result import GroupResult
from crossmodal.contracts.maps import Maps
from crossmodal.contracts.rois import Roi
from crossmodal.figures import style

BRAIN_ASPECT = 1.22  # an axial slice is that much longer than wide
MAX_ROW_MM = 40
TITLE_MM = 9
LABEL_MM = 24
LATERAL_MM = 38


@dataclass(frozen=True)
class BrainMap:
    """One row of a figure: a map, where it passes its threshold, and its name.

    values : (x, y, z), NaN where undefined; significant : bool (x, y, z)
    """

    values: np.ndarray
    significant: np.ndarray
    affine: np.ndarray
    name: str
    arm: str = ""


@dataclass(frozen=True)
class Slices:
    """What maps are drawn on: an anatomical image, cut positions in mm along z, ROI spheres."""

    background: Nifti1Image
    cuts_mm: tuple[float, ...]
    rois: tuple[Roi, ...] = ()


def group_map(result: GroupResult, layer: str, arm: str = "", p: str = "p_fwe") -> BrainMap:
    """The mean map of one layer; significant: below alpha in the map ``p``."""
    significant = np.nan_to_num(result.maps[p].volume(layer), nan=1.0) < result.facts["alpha"]
    mean = result.maps["mean"]
    return BrainMap(mean.volume(layer), significant, mean.affine, layer, arm)


def contrast_map(maps: Maps, threshold: float) -> BrainMap:
    """The one map of a contrast; outlined where its size passes ``threshold`` (uncorrected)."""
    values = maps.volume(maps.names[0])
    outlined = np.nan_to_num(np.abs(values)) >= threshold
    return BrainMap(values, outlined, maps.affine, maps.names[0].replace("_", " "))


def group_block(
    result: GroupResult, arms: dict[str, str] | None = None, p: str = "p_fwe"
) -> list[BrainMap]:
    """Maps of the layers named in ``arms`` (layer -> arm), or of all layers."""
    chosen = arms or dict.fromkeys(result.maps["mean"].names, "")
    return [group_map(result, layer, arm, p) for layer, arm in chosen.items()]


def scale_words(result: GroupResult, over: str) -> str:
    """What the colours of a group's maps are, and what their outline is corrected over."""
    return (
        f"{result.maps['mean'].quantity}; dotted circles: regions\nblack outline: "
        f"p < {result.facts['alpha']:g}, family-wise error corrected over {CORRECTIONS[over][1]}"
    )


def strongest_cuts_mm(maps: Sequence[BrainMap], n_cuts: int) -> tuple[float, ...]:
    """Evenly spaced cuts through the middle of what is significant, or of the largest values."""
    extent = []
    for one in maps:
        values = np.nan_to_num(np.abs(one.values))
        where = one.significant if one.significant.any() else values > 0.5 * values.max()
        extent.append(apply_affine(one.affine, np.argwhere(where))[:, 2])
    low, high = np.percentile(np.concatenate(extent), [10, 90])
    return tuple(np.round(np.linspace(low, high, n_cuts), 1).tolist())


def colour_limit(maps: Sequence[BrainMap]) -> float:
    """Shared end of the colour scale: the largest |value| of all maps."""
    return max([float(np.abs(np.nan_to_num(one.values)).max()) for one in maps], default=0) or 1e-9


def draw_maps(blocks: dict[str, list[BrainMap]], slices: Slices, quantity: str) -> Figure:
    """One block of rows per key ('emotion regime'), one row per map, one column per cut.

    All rows share one colour scale, centred at zero; ``quantity`` names its unit.
    """
    row = min(MAX_ROW_MM, BRAIN_ASPECT * (style.FULL_WIDTH_MM - LABEL_MM) / len(slices.cuts_mm))
    # nilearn collects garbage at every access to an image: 0.26 s each over all that is loaded.
    gc.freeze()
    rows = [TITLE_MM if one is None else row for one in _rows(blocks)]
    height = sum(rows) + 20
    figure = plt.figure(figsize=style.size_mm(style.FULL_WIDTH_MM, height))
    grid = figure.add_gridspec(
        len(rows), 2, height_ratios=rows, width_ratios=[LABEL_MM, style.FULL_WIDTH_MM - LABEL_MM],
        left=0.01, right=0.99, top=1, bottom=18 / height, hspace=0, wspace=0,
    )  # fmt: skip
    limit = colour_limit([one for block in blocks.values() for one in block])
    titles = iter(blocks)
    first = True
    for number, one in enumerate(_rows(blocks)):
        if one is None:
            _title(figure, grid[number, :], next(titles))
            continue
        _name(figure, grid[number, 0], one)
        _draw_row(figure.add_subplot(grid[number, 1]), one, slices, limit, annotate=first)
        first = False
    _colour_bar(figure, limit, quantity, height)
    return figure


def _rows(blocks: dict[str, list[BrainMap]]) -> list[BrainMap | None]:
    """The maps in drawing order, None before each block: its title."""
    return [row for block in blocks.values() for row in (None, *block)]


def _title(figure: Figure, cell: SubplotSpec, text: str) -> None:
    axes = figure.add_subplot(cell)
    axes.axis("off")
    axes.text(0, 0.35, text, weight="bold", va="center")


def _name(figure: Figure, cell: SubplotSpec, one: BrainMap) -> None:
    axes = figure.add_subplot(cell)
    axes.axis("off")
    voxel_cm3 = abs(np.linalg.det(one.affine[:3, :3])) / 1000
    volume = f"{one.significant.sum() * voxel_cm3:.1f} cm³\noutlined"
    lines = [style.arm_name(one.arm), one.name] if one.arm else [one.name]
    axes.text(0, 0.55, "\n".join(lines), color=style.arm_colour(one.arm), va="bottom")
    axes.text(0, 0.5, volume, va="top", fontsize=style.SMALL_FONT_PT, color=style.OTHER_COLOUR)


def _draw_row(axes: Axes, one: BrainMap, slices: Slices, limit: float, annotate: bool) -> None:
    values = Nifti1Image(np.nan_to_num(one.values).astype(np.float32), one.affine)
    size = Nifti1Image(np.abs(np.nan_to_num(one.values)).astype(np.float32), one.affine)
    display = plotting.plot_stat_map(
        values, bg_img=slices.background, axes=axes, display_mode="z", cut_coords=slices.cuts_mm,
        cmap=style.SIGNED_MAP, vmin=-limit, vmax=limit, colorbar=False, annotate=False,
        draw_cross=False, black_bg=False, threshold=None, transparency=size,
        transparency_range=[0, limit / 2],
    )  # fmt: skip
    if one.significant.any():
        outline = Nifti1Image(one.significant.astype(np.float32), one.affine)
        display.add_contours(outline, levels=[0.5], colors=style.OUTLINE_COLOUR, linewidths=0.7)
    x_limits, y_limits = _extent_mm(slices.background)
    for cut_mm, cut in display.axes.items():
        cut.ax.set(xlim=x_limits, ylim=y_limits)
        _mark_rois(cut.ax, float(cut_mm), slices, annotate)
        if annotate:
            cut.ax.set_title(f"z = {float(cut_mm):g} mm", fontsize=style.SMALL_FONT_PT, pad=1)
    if annotate:
        first = display.axes[next(iter(display.axes))].ax
        for x, side in ((0.02, "L"), (0.98, "R")):
            first.text(
                x, 0.98, side, transform=first.transAxes, va="top", fontsize=style.SMALL_FONT_PT,
                ha="left" if side == "L" else "right",
            )  # fmt: skip


def _extent_mm(image: Nifti1Image) -> tuple[tuple[float, float], tuple[float, float]]:
    """Left, right and back, front of what is not background, with a margin."""
    inside = np.argwhere(np.asarray(image.dataobj) > 0.05 * np.max(image.dataobj))
    corners = apply_affine(image.affine, np.array([inside.min(axis=0), inside.max(axis=0)]))
    low, high = corners.min(axis=0) - 3, corners.max(axis=0) + 3
    return (low[0], high[0]), (low[1], high[1])


def _mark_rois(axes: Axes, cut_mm: float, slices: Slices, with_names: bool) -> None:
    for roi in slices.rois:
        x, y, z = roi.centre_mm
        if abs(z - cut_mm) >= roi.radius_mm:
            continue
        radius = float(np.sqrt(roi.radius_mm**2 - (z - cut_mm) ** 2))
        axes.add_patch(Circle((x, y), radius, fill=False, ec=style.OTHER_COLOUR, lw=0.5, ls=":"))
        nearest = min(slices.cuts_mm, key=lambda cut: abs(z - cut))
        if with_names and cut_mm == nearest and x > 0:
            # Names stay inside the slice: the next one would cover them.
            beside, side = (x - 11, "right") if x > LATERAL_MM else (x + 11, "left")
            small = style.SMALL_FONT_PT - 1.5
            name = axes.text(beside, y, roi.name, fontsize=small, va="center", ha=side, zorder=9)
            name.set_path_effects([withStroke(linewidth=1.2, foreground="white")])


def _colour_bar(figure: Figure, limit: float, quantity: str, height_mm: float) -> None:
    axes = figure.add_axes((0.3, 12.5 / height_mm, 0.4, 2.5 / height_mm))
    scale = ScalarMappable(Normalize(-limit, limit), style.SIGNED_MAP)
    ticks = MaxNLocator(4)
    figure.colorbar(scale, cax=axes, orientation="horizontal", label=quantity, ticks=ticks)
