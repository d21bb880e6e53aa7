"""affect3d: traces over time, relevance on the face, predictions on the affect plane."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Ellipse

from crossmodal.figures import style

AXES = ("valence", "arousal")
Z_95 = 1.96


def draw_traces(traces: pd.DataFrame, videos: list[str]) -> Figure:
    """Figure 1: labels and predictions over time, with the 95 % predictive band."""
    figure, axes = plt.subplots(
        len(AXES), len(videos), squeeze=False, sharey=True, layout="constrained",
        figsize=style.size_mm(30 * len(videos) + 15, 75),
    )  # fmt: skip
    for row, axis in enumerate(AXES):
        for panel, video in zip(axes[row], videos, strict=True):
            _draw_trace(panel, traces[traces.video == video], axis)
            if row == 0:
                panel.set_title(video, fontsize=style.SMALL_FONT_PT)
            else:
                panel.set_xlabel("time (s)")
        axes[row, 0].set_ylabel(axis)
    handles, names = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=len(names), frameon=False)
    return figure


def _draw_trace(panel: Axes, part: pd.DataFrame, axis: str) -> None:
    time_s, mean, sd = part.time_s, part[f"{axis}_mean"], part[f"{axis}_sd"]
    colour = style.CATEGORY_COLOURS[5]
    panel.fill_between(
        time_s, mean - Z_95 * sd, mean + Z_95 * sd, color=colour, alpha=0.15, lw=0,
        label="95 % predictive",
    )  # fmt: skip
    panel.plot(time_s, part[f"{axis}_label"], "o-", ms=2.5, lw=1,
               color=style.CATEGORY_COLOURS[0], label="label")  # fmt: skip
    panel.plot(time_s, mean, "s--", ms=2.5, lw=1, color=colour, label="prediction")
    if part[f"{axis}_truth"].notna().any():
        panel.plot(time_s, part[f"{axis}_truth"], ":", lw=1, color="black", label="truth")
    panel.axhline(0, color=style.OTHER_COLOUR, lw=0.4)
    panel.set(ylim=(-1.05, 1.05), yticks=[-1, 0, 1])


def draw_relevance(videos: Mapping[str, Mapping[str, np.ndarray]]) -> Figure:
    """Figure 2: the middle frame of a window and what valence and arousal rest on.

    ``videos``: name -> 'frames' uint8 (16, row, col, 3) and per axis (16, row, col) in [0, 1].
    """
    figure, axes = plt.subplots(
        3, len(videos), squeeze=False, layout="constrained",
        figsize=style.size_mm(26 * len(videos) + 18, 82),
    )  # fmt: skip
    for column, (name, arrays) in enumerate(videos.items()):
        middle = len(arrays["frames"]) // 2
        frame = arrays["frames"][middle]
        axes[0, column].imshow(frame)
        axes[0, column].set_title(name, fontsize=style.SMALL_FONT_PT)
        for row, axis in enumerate(AXES, 1):
            axes[row, column].imshow(frame.mean(axis=2), cmap="gray", vmin=0, vmax=255)
            image = axes[row, column].imshow(
                arrays[axis][middle], cmap="inferno", alpha=0.6, vmin=0, vmax=1
            )
    for row, label in enumerate(("frame", *AXES)):
        axes[row, 0].set_ylabel(label)
    for panel in axes.flat:
        panel.set(xticks=[], yticks=[])
        panel.spines[:].set_visible(False)
    figure.colorbar(
        image, ax=axes, label="relevance (share of the window's largest)", shrink=0.5, aspect=25
    )
    return figure


def draw_plane(
    traces: pd.DataFrame, videos: Mapping[str, np.ndarray], coverage: pd.DataFrame
) -> Figure:
    """Figure 3: a frame of each video beside the predictive distribution on the affect plane.

    The ellipses are the 50 % and 95 % regions of the Gaussian prior of a video's windows;
    the small panel compares nominal and observed coverage on all test windows.
    """
    figure, axes = plt.subplots(
        2, len(videos) + 1, layout="constrained",
        figsize=style.size_mm(28 * (len(videos) + 1) + 10, 72),
    )  # fmt: skip
    for column, (name, frames) in enumerate(videos.items()):
        axes[0, column].imshow(frames[len(frames) // 2])
        axes[0, column].set(xticks=[], yticks=[])
        axes[0, column].set_title(name, fontsize=style.SMALL_FONT_PT)
        _draw_prior(axes[1, column], traces[traces.video == name])
    axes[1, 0].set_ylabel("arousal")
    handles, names = axes[1, 0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=len(names), frameon=False)
    axes[0, -1].axis("off")
    panel = axes[1, -1]
    panel.plot([0, 1], [0, 1], color=style.OTHER_COLOUR, lw=0.5)
    for (axis, part), marker, colour in zip(
        coverage.groupby("axis"), "os", style.CATEGORY_COLOURS[2:], strict=False
    ):
        panel.plot(
            part.nominal, part.observed, marker, ls="-", ms=3, lw=0.8, label=axis, color=colour
        )
    panel.set(xlim=(0, 1), ylim=(0, 1), aspect="equal", xlabel="nominal", ylabel="observed")
    panel.set_title("coverage of\nthe intervals", fontsize=style.FONT_PT)
    panel.legend(frameon=False, loc="lower right", handlelength=1, fontsize=style.SMALL_FONT_PT)
    return figure


def _draw_prior(panel: Axes, part: pd.DataFrame) -> None:
    mean = part[["valence_mean", "arousal_mean"]].to_numpy().mean(axis=0)
    between = part[["valence_mean", "arousal_mean"]].to_numpy().var(axis=0)
    within = (part[["valence_sd", "arousal_sd"]].to_numpy() ** 2).mean(axis=0)
    sd = np.sqrt(between + within)
    for share, alpha in ((0.95, 0.15), (0.5, 0.3)):
        radius = np.sqrt(-2 * np.log(1 - share))  # of a two-dimensional Gaussian
        panel.add_patch(
            Ellipse(mean, *(2 * radius * sd), color=style.CATEGORY_COLOURS[5], alpha=alpha, lw=0,
                    label=f"{share:.0%} of the predictive distribution")
        )  # fmt: skip
    panel.plot(*mean, "s", ms=3, lw=0, color=style.CATEGORY_COLOURS[5], label="prediction")
    label = part[["valence_label", "arousal_label"]].mean()
    panel.plot(*label, "o", ms=3, lw=0, color=style.CATEGORY_COLOURS[0], label="label")
    panel.axhline(0, color=style.OTHER_COLOUR, lw=0.4)
    panel.axvline(0, color=style.OTHER_COLOUR, lw=0.4)
    panel.set(xlim=(-1, 1), ylim=(-1, 1), aspect="equal", xlabel="valence")
    panel.set(xticks=[-1, 0, 1], yticks=[-1, 0, 1])
