"""Figures of regions of interest: models with noise ceilings, layer profiles, variance parts."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from crossmodal.figures.roi_gradient import ALPHA, PANEL_MM, no_arms, plot_gradients
from crossmodal.figures.style import (
    ARM_NAMES,
    CONTROL_COLOURS,
    FULL_WIDTH_MM,
    OTHER_COLOUR,
    SMALL_FONT_PT,
    arm_colour,
    arm_name,
    size_mm,
    use_style,
)

CEILING_COLOUR = "#D9D9D9"
CONTROL = "low_level"
# Models that are no network: one RDM per name, no layers in a row.
SINGLES = {"labels", "planted", "low_level", "table", "file"}


def roi_figures(
    models: pd.DataFrame,
    singles: pd.DataFrame,
    variance: pd.DataFrame,
    gradient: pd.DataFrame,
    source: str,
    layers: Sequence[str],
) -> dict[str, Figure]:
    """Title -> figure; without a network only the first. Arguments but the last two: ROI tables."""
    figures = {"Models in regions of interest": plot_models(models, singles, source, layers)}
    if len(_networks(models)):
        figures["Layers in regions of interest"] = plot_layers(models, source)
        figures["Unique and shared variance"] = plot_variance(variance, models, source)
        figures["Best layers from early to late regions"] = plot_gradients(gradient, source)
    return figures


def plot_models(
    models: pd.DataFrame, singles: pd.DataFrame, source: str, layers: Sequence[str]
) -> Figure:
    """Bars of selected models in every region, with noise ceilings and participants.

    ``models``, ``singles`` : the ROI tables of models and participants; ``source`` : which
    RDMs of a network; ``layers`` : network layers that get a bar.
    """
    use_style()
    chosen = _chosen(models, source, layers)
    order = list(dict.fromkeys(chosen.name))
    regions = list(dict.fromkeys(chosen.region))
    height_mm = 24 + 3.6 * len(order)
    figure, axes = plt.subplots(
        1, len(regions), sharex=True, sharey=True, squeeze=False,
        figsize=size_mm(FULL_WIDTH_MM, height_mm), layout="constrained",
    )  # fmt: skip
    dots = _chosen(singles, source, layers)
    for ax, region in zip(axes[0], regions, strict=True):
        _bars(ax, chosen[chosen.region == region], dots[dots.region == region], order)
        ax.set_title(region)
    axes[0, 0].set_yticks(
        range(len(order)), [_label(name) for name in order], fontsize=SMALL_FONT_PT
    )
    axes[0, 0].invert_yaxis()
    figure.supxlabel("similarity to the brain RDM (mean over participants)", fontsize="medium")
    _legend(figure, list(dict.fromkeys(chosen.arm)), participants=True)
    return figure


def plot_layers(models: pd.DataFrame, source: str) -> Figure:
    """Similarity of every layer in network order; rows: regimes, columns: regions."""
    use_style()
    networks = _networks(models[models.source == source])
    regimes = list(dict.fromkeys(zip(networks.model, networks.regime, strict=True)))
    regions = list(dict.fromkeys(networks.region))
    figure, axes = _grid(len(regimes), len(regions))
    for row, (model, regime) in zip(axes, regimes, strict=True):
        part = networks[(networks.model == model) & (networks.regime == regime)]
        for ax, region in zip(row, regions, strict=True):
            _profile(ax, part[part.region == region])
        row[0].set_ylabel(f"{_network_name(model, regime)}\nsimilarity")
    _titles(axes, regions, "layer")
    _legend(figure, list(dict.fromkeys(networks.arm)), mark="|")
    return figure


def plot_variance(variance: pd.DataFrame, models: pd.DataFrame, source: str) -> Figure:
    """Unique, shared and total cross-validated R2; rows: regimes, columns: regions."""
    use_style()
    table = variance[variance.source == source]
    table = table[table.model.isin(_networks(models[models.source == source]).model)]
    sets = list(dict.fromkeys(zip(table.model, table.regime, strict=True)))
    if not sets:
        return no_arms()
    regions = list(dict.fromkeys(table.region))
    figure, axes = _grid(len(sets), len(regions))
    for row, (model, regime) in zip(axes, sets, strict=True):
        part = table[(table.model == model) & (table.regime == regime)]
        for ax, region in zip(row, regions, strict=True):
            ticks = _parts(ax, part[part.region == region])
            ax.set_xticks(range(len(ticks)), ticks, rotation=90, fontsize=SMALL_FONT_PT)
        row[0].set_ylabel(f"{_network_name(model, regime)}\nheld-out $R^2$")
    _titles(axes, regions, "unique variance of each part, shared, total")
    _legend(figure, list(dict.fromkeys(table.part[table.n_groups == 1])), ceiling=False)
    return figure


def _networks(models: pd.DataFrame) -> pd.DataFrame:
    return models[~models.model.isin(SINGLES)]


def _chosen(table: pd.DataFrame, source: str, layers: Sequence[str]) -> pd.DataFrame:
    """Rows of one source's named layers of the networks, then those of all other models."""
    networks = _networks(table)
    kept = networks[(networks.source == source) & networks.layer.isin(layers)]
    chosen = pd.concat([kept, table[table.model.isin(SINGLES)]])
    return chosen.assign(name=chosen.model + "/" + chosen.regime + "/" + chosen.layer)


def _network_name(model: str, regime: str) -> str:
    return f"{model.replace('_', '-')}\n{regime}"


def _label(name: str) -> str:
    model, regime, layer = name.split("/", 2)
    text = {"labels": f"category: {layer}", "planted": f"planted: {layer}"}.get(model)
    text = text or (f"low level: {layer}" if model == CONTROL else None)
    text = text or (f"{regime}: {layer}" if model == "file" else None)
    text = text or (layer if model == "table" else f"{model.replace('_', '-')} {regime}: {layer}")
    return text.replace("_", " ")


def _bars(ax: Axes, fits: pd.DataFrame, dots: pd.DataFrame, order: Sequence[str]) -> None:
    ceiling = fits.iloc[0]
    ax.axvspan(ceiling.ceiling_low, ceiling.ceiling_high, color=CEILING_COLOUR, lw=0)
    y = [order.index(name) for name in fits.name]
    ax.barh(y, fits.estimate, height=0.7, color=[arm_colour(arm) for arm in fits.arm], alpha=0.75)
    ax.errorbar(fits.estimate, y, xerr=fits.standard_error, fmt="none", ecolor="black", lw=0.5)
    ax.scatter(dots.similarity, [order.index(name) for name in dots.name], s=0.8, c="black", lw=0)
    ax.axvline(0, color="black", lw=0.4)
    for name, estimate, p in zip(fits.name, fits.estimate, fits.p_fdr, strict=True):
        if p < ALPHA:
            ax.annotate("*", (max(estimate, 0), order.index(name)), (5, -3.5),
                        textcoords="offset points", ha="center")  # fmt: skip


def _profile(ax: Axes, fits: pd.DataFrame) -> None:
    ax.axhspan(fits.ceiling_low.iloc[0], fits.ceiling_high.iloc[0], color=CEILING_COLOUR, lw=0)
    ax.axhline(0, color="black", lw=0.4)
    position = np.arange(1, len(fits) + 1)
    for arm in dict.fromkeys(fits.arm):
        of_arm = (fits.arm == arm).to_numpy()
        x, part = position[of_arm], fits[of_arm]
        ax.plot(x, part.estimate, color=arm_colour(arm), lw=0.8, marker=".", ms=2)
        low, high = (part.estimate + sign * part.standard_error for sign in (-1, 1))
        ax.fill_between(x, low, high, color=arm_colour(arm), alpha=0.25, lw=0)
        sure = (part.p_fdr < ALPHA).to_numpy()
        floor = np.full(sure.sum(), 0.02)
        ax.plot(x[sure], floor, "|", color=arm_colour(arm), ms=3, mew=0.8,
                transform=ax.get_xaxis_transform())  # fmt: skip


def _parts(ax: Axes, table: pd.DataFrame) -> list[str]:
    unique = table[table.n_groups == 1]
    total = table[table.part == "total"].iloc[0]
    shared = table[table.n_groups > 1].r2.sum()
    values = [*unique.r2, shared, total.r2]
    errors = [*unique.standard_error, np.nan, total.standard_error]
    colours = [*(arm_colour(name) for name in unique.part), "#BBBBBB", "#333333"]
    ax.bar(range(len(values)), values, color=colours, width=0.75)
    ax.errorbar(range(len(values)), values, errors, fmt="none", ecolor="black", lw=0.5)
    ax.axhline(0, color="black", lw=0.4)
    sure = [*(unique.p_fdr < ALPHA), False, total.p_fdr < ALPHA]
    for x, (value, error, star) in enumerate(zip(values, errors, sure, strict=True)):
        if star:
            ax.annotate("*", (x, value + error), (0, -1), textcoords="offset points", ha="center")
    return [*(arm_name(name) for name in unique.part), "shared", "total"]


def _grid(n_rows: int, n_columns: int) -> tuple[Figure, np.ndarray]:
    return plt.subplots(
        n_rows, n_columns, sharex=True, sharey=True, squeeze=False,
        figsize=size_mm(FULL_WIDTH_MM, 22 + PANEL_MM * n_rows), layout="constrained",
    )  # fmt: skip


def _titles(axes: np.ndarray, regions: Sequence[str], x_label: str) -> None:
    for ax, region in zip(axes[0], regions, strict=True):
        ax.set_title(region)
    axes[0, 0].figure.supxlabel(x_label, fontsize="medium")


def _legend(
    figure: Figure,
    arms: Sequence[str],
    ceiling: bool = True,
    participants: bool = False,
    mark: str = "$*$",
) -> None:
    named = [arm for arm in arms if arm in ARM_NAMES or arm in CONTROL_COLOURS]
    handles = [Patch(color=arm_colour(arm), label=arm_name(arm)) for arm in named]
    if len(named) < len(arms):
        handles.append(Patch(color=OTHER_COLOUR, label="no arm"))
    if ceiling:
        handles.append(Patch(color=CEILING_COLOUR, label="noise ceiling"))
    if participants:
        handles.append(Line2D([], [], marker=".", ms=2, c="black", lw=0, label="participant"))
    handles.append(Line2D([], [], lw=0, marker=mark, c="black", label="FDR < .05"))
    figure.legend(handles=handles, loc="outside upper center", ncols=len(handles), frameon=False)
