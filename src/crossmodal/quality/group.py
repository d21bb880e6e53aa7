"""The quality page of all participants: numbers only, no image of anybody's head."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from crossmodal.quality.curves import group_figure, png_uri
from crossmodal.quality.page import image, page, section, table
from crossmodal.quality.ranking import LEAST_PARTICIPANTS, MORE_IS_BETTER, QualityConfig


def group_page(
    ranked: pd.DataFrame, outliers: Mapping[str, np.ndarray], config: QualityConfig
) -> str:
    """The page as HTML, of what ``rank`` returns."""
    names = [name for name in MORE_IS_BETTER if name in ranked]
    header = ["rank", "participant", *(name.replace("_", " ") for name in names)]
    rows = [
        [int(ranked["rank"][label]), f"sub-{label}", *(float(x) for x in ranked.loc[label, names])]
        for label in ranked.index
    ]
    marks = [[False, any(row), *row] for row in zip(*(outliers[n] for n in names), strict=True)]
    values = {_described(name): ranked[name].to_numpy() for name in names}
    figure = group_figure(values, {_described(name): outliers[name] for name in names})
    return page(
        "Quality of the scans",
        [
            section("Participants", _rule(config), table(header, rows, marks)),
            section("Outliers", _named(ranked)),
            section(
                "Measures",
                "One dot a participant, outliers in red.",
                image(png_uri(figure), "distribution of every measure"),
            ),
        ],
    )


def _described(name: str) -> str:
    better = {True: "more is", False: "less is", None: "neither side is"}[MORE_IS_BETTER[name]]
    return f"{name.replace('_', ' ')} ({better} better)"


def _rule(config: QualityConfig) -> str:
    return (
        "Best first: fewest outlying measures, then lowest mean modified z. A measure is an "
        f"outlier where its modified z, (x - median) / (1.4826 MAD), is more than "
        f"{config.outlier_z:g} on the bad side (from {LEAST_PARTICIPANTS} participants on), or "
        f"where mean framewise displacement is above {config.max_displacement_mm:g} mm. "
        "Nobody is left out of any analysis by this rule."
    )


def _named(ranked: pd.DataFrame) -> str:
    found = ranked[ranked["outlier"] != ""]
    if found.empty:
        return "None."
    return "; ".join(f"sub-{label}: {text.replace('_', ' ')}" for label, text in
                     found["outlier"].items()) + "."  # fmt: skip
