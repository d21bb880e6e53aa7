"""Figures of the quality pages that are no slices: time courses, carpets, designs, ranks."""

import base64
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from crossmodal.bold.read.events import Event
from crossmodal.contracts.run_quality import Z_LIMIT, RunQuality
from crossmodal.figures.style import CATEGORY_COLOURS, OTHER_COLOUR, size_mm

DPI = 110
WIDTH_MM = 230
MOTION_COLOURS = CATEGORY_COLOURS[:3]
LINE = 0.8


@dataclass(frozen=True)
class RunView:
    """What is shown of a run: its clock, confounds by name, events and, if there, its signal."""

    run_id: str
    repetition_time_s: float
    confounds: Mapping[str, np.ndarray]
    events: Sequence[Event]
    signal: RunQuality | None
    start_s: float = 0.0  # of the first volume, on the clock of the events
    remark: str = ""

    @property
    def time_s(self) -> np.ndarray:
        n_volumes = len(self.confounds["trans_x"])
        return self.start_s + self.repetition_time_s * np.arange(n_volumes)


def png_uri(figure: Figure) -> str:
    """A figure as text that HTML can hold; equal figures give equal text."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=DPI, metadata={"Software": None})
    return f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}"


def run_figure(view: RunView, limit_mm: float) -> Figure:
    """Motion, displacement, DVARS and carpet of one run over the same time axis."""
    has_carpet = view.signal is not None
    heights = [1, 0.8, 0.8, 0.12, 1.7] if has_carpet else [1, 0.8, 0.8, 0.12]
    figure, axes = _rows(26 * sum(heights), heights)
    _motion(axes[0], view)
    _line(axes[1], view, "framewise_displacement", "FD (mm)", limit_mm)
    _line(axes[2], view, "std_dvars", "std. DVARS", None)
    _events(axes[3], view)
    if has_carpet:
        _carpet(axes[4], view)
    axes[-1].set_xlabel("time (s)")
    axes[-1].set_xlim(0, view.time_s[-1] + view.repetition_time_s)
    return figure


def _rows(height_mm: float, heights: Sequence[float]) -> tuple[Figure, np.ndarray]:
    """Axes above each other; margins are fixed, because finding them takes half of the time."""
    figure = Figure(figsize=size_mm(WIDTH_MM, height_mm))
    figure.subplots_adjust(left=0.075, right=0.99, top=0.985, bottom=9 / height_mm, hspace=0.12)
    return figure, figure.subplots(len(heights), 1, sharex=True, height_ratios=heights)


def _motion(axes, view: RunView) -> None:
    for name, colour in zip("xyz", MOTION_COLOURS, strict=True):
        shift = view.confounds[f"trans_{name}"]
        turn = np.rad2deg(view.confounds[f"rot_{name}"])
        axes.plot(view.time_s, shift, color=colour, lw=LINE, label=f"{name} (mm)")
        axes.plot(view.time_s, turn, color=colour, lw=LINE, ls=":", label=f"about {name} (°)")
    axes.set_ylabel("motion")
    axes.legend(ncols=6, loc="upper left", frameon=False, borderaxespad=0, handlelength=1.5)
    low, high = axes.get_ylim()
    axes.set_ylim(low, high + 0.35 * (high - low))  # room for the legend


def _line(axes, view: RunView, name: str, label: str, limit: float | None) -> None:
    # A change from the volume before, which the first volume does not have.
    axes.plot(view.time_s[1:], view.confounds[name][1:], color=OTHER_COLOUR, lw=LINE)
    if limit is not None:
        axes.axhline(limit, color=CATEGORY_COLOURS[5], lw=LINE, ls="--")
    axes.set_ylim(bottom=0)
    axes.set_ylabel(label)


def _events(axes, view: RunView) -> None:
    spans = [(event.onset_s, max(event.duration_s, 0.2)) for event in view.events]
    axes.broken_barh(spans, (0, 1), color=CATEGORY_COLOURS[0], lw=0)
    axes.set_yticks([])
    axes.set_ylabel("events", rotation=0, ha="right", va="center")


def _carpet(axes, view: RunView) -> None:
    end_s = view.time_s[-1] + view.repetition_time_s
    axes.imshow(
        view.signal.carpet.astype(float) * Z_LIMIT / 127,
        aspect="auto", cmap="gray", vmin=-2, vmax=2, extent=(0, end_s, 1, 0),
    )  # fmt: skip
    axes.set_yticks([0.02, 0.98], ["surface", "depth"])
    axes.set_ylabel("brain")


def design_figure(columns: np.ndarray, inflation: np.ndarray, n_conditions: int) -> Figure:
    """A run's design (volume, column) beside the variance inflation of its columns."""
    figure = Figure(figsize=size_mm(WIDTH_MM, 62))
    figure.subplots_adjust(left=0.06, right=0.99, top=0.97, bottom=0.15, wspace=0.15)
    left, right = figure.subplots(1, 2)
    scale = np.abs(columns).max(axis=0)
    left.imshow(columns / np.where(scale > 0, scale, 1), aspect="auto", cmap="gray")
    left.set(xlabel="column", ylabel="volume")
    position = np.arange(len(inflation))
    colours = np.where(position < n_conditions, CATEGORY_COLOURS[0], CATEGORY_COLOURS[1])
    right.bar(position, inflation, color=colours, width=0.9, linewidth=0)
    right.axhline(1, color=OTHER_COLOUR, lw=0.5)
    right.set(xlabel="column (blue: conditions, orange: nuisance)", ylabel="variance inflation")
    return figure


def reliability_figure(reliability: np.ndarray) -> Figure:
    """Distribution over voxels of the correlation between runs (voxel,)."""
    figure = Figure(figsize=size_mm(WIDTH_MM / 2, 45))
    figure.subplots_adjust(left=0.15, right=0.97, top=0.97, bottom=0.22)
    axes = figure.subplots()
    finite = reliability[np.isfinite(reliability)]
    axes.hist(finite, bins=np.linspace(-1, 1, 81), color=CATEGORY_COLOURS[0])
    axes.axvline(0, color=OTHER_COLOUR, lw=0.5)
    axes.set(xlabel="correlation of responses between runs", ylabel="voxels", xlim=(-1, 1))
    return figure


def group_figure(values: Mapping[str, np.ndarray], outliers: Mapping[str, np.ndarray]) -> Figure:
    """One strip a measure: every participant a dot, outliers marked.

    Parameters
    ----------
    values : measure -> (participant,); outliers : measure -> bool (participant,)
    """
    figure = Figure(figsize=size_mm(WIDTH_MM, 14 * len(values)), layout="constrained")
    rows = figure.subplots(len(values), 1, squeeze=False)[:, 0]
    for axes, (name, numbers) in zip(rows, values.items(), strict=True):
        bad = outliers[name]
        colours = np.where(bad, CATEGORY_COLOURS[5], CATEGORY_COLOURS[0])
        axes.scatter(numbers, np.zeros(len(numbers)), c=colours, s=18, alpha=0.8, lw=0)
        axes.set_yticks([0], [name])
        axes.spines["left"].set_visible(False)
    return figure
