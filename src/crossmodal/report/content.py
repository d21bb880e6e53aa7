"""What the report's page says: figures with captions, accuracy rows, sentences about the data."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup
from PIL import Image

from crossmodal.contracts.stimulus_table import StimulusTable
from crossmodal.contracts.trained_table import TrainedTable
from crossmodal.figures.accuracy import KIND_NAMES
from crossmodal.report.captions import caption_html, caption_source
from crossmodal.study.study import Study

# A figure drawn on one of these shows a participant's anatomy.
ANATOMY = ("_boldref.nii", "_T1w.nii", "_bold.nii")

READING_ORDER = ("fig[0-9]", "roi_", "figS", "families", "(?!contact_sheet)", "")


@dataclass(frozen=True)
class PageFigure:
    """One figure of the page; sizes in CSS pixels."""

    name: str
    title: str
    caption: Markup
    alt: str
    figure_id: str
    sha256: str
    verified: bool
    width: int
    height: int


def shows_anatomy(sidecar: Mapping[str, Any]) -> bool:
    """Whether the job that drew the figure read an image of a participant's head."""
    return any(mark in path for path in sidecar["jobs"][0]["inputs"] for mark in ANATOMY)


def page_figure(sidecar: Mapping[str, Any], captions: Path, verified: bool) -> PageFigure | None:
    """A figure for the page; None where it has no PNG.

    Raises
    ------
    InputError : see ``caption_source`` and ``caption_html``
    """
    png = next((path for path in sidecar["files"] if path.endswith(".png")), None)
    if png is None:
        return None
    job = sidecar["jobs"][0]
    html = caption_html(caption_source(captions, sidecar["figure"], job), job)
    with Image.open(png) as image:
        width, height = image.size
    scale = min(1.0, 1040 / width)
    heading = title(html)
    return PageFigure(
        sidecar["figure"],
        heading,
        Markup(html),
        f"{heading}. The caption below says what is drawn.",
        sidecar["figure_id"],
        sidecar["files"][png],
        verified,
        round(width * scale),
        round(height * scale),
    )


def title(html: str) -> str:
    """The caption's bold start, without markup and full stop."""
    start = html.split("<strong>", 1)[-1].split("</strong>", 1)[0]
    return str(Markup(start).striptags()).rstrip(".:")


def in_reading_order(names: Sequence[str]) -> list[str]:
    """fig1, fig2, …, regions, supplementary ones, families, all others; the clips last."""

    def key(name: str) -> tuple[int, str]:
        fits = (position for position, start in enumerate(READING_ORDER) if re.match(start, name))
        return next(fits), name

    return sorted(names, key=key)


def accuracy_rows(path: Path) -> tuple[list[dict[str, Any]], list[int]]:
    """Rows of the page's accuracy table, and the seeds that are its columns."""
    frame = pd.read_csv(path, sep="\t")
    seeds = sorted(frame.seed.unique().tolist())
    kinds = {kind: rank for rank, kind in enumerate(KIND_NAMES)}
    regimes = {name: rank for rank, name in enumerate(frame.regime.unique())}
    frame = frame.iloc[
        sorted(range(len(frame)), key=lambda i: (regimes[frame.regime[i]], kinds[frame.kind[i]]))
    ]
    rows = []
    for (regime, kind), part in frame.groupby(["regime", "kind"], sort=False):
        by_seed = part.set_index("seed").accuracy
        first = part.iloc[0]
        rows.append(
            {
                "regime": regime,
                "kind": KIND_NAMES.get(kind, kind),
                "seeds": [two_digits(by_seed.get(seed, np.nan)) for seed in seeds],
                "mean": two_digits(first["mean"]),
                "sd": two_digits(first.sd),
                "interval": f"{two_digits(first.ci_low)} to {two_digits(first.ci_high)}",
                "chance": two_digits(first.chance),
            }
        )
    return rows, seeds


def two_digits(value: float) -> str:
    """A number for a table; never '-0.00'."""
    return f"{round(value, 2) + 0.0:.2f}".replace("-", "−") if np.isfinite(value) else "–"


def story(
    study: Study, stimuli: StimulusTable | None, facts: Mapping[str, Any] | None
) -> list[str]:
    """What was done, in sentences whose numbers come from the study's own files.

    Of results that a block made which the config no longer has, nothing is said.
    """
    lines = []
    if study.stimuli and stimuli is not None:
        emotions = ", ".join(dict.fromkeys(stimuli.labels("emotion")))
        lines.append(
            f"{len(stimuli.stimulus_ids)} clips of {len(stimuli.actors)} actors "
            f"({emotions}), {' and '.join(study.stimuli.modalities)}."
        )
    for name, block in study.families:
        lines.append(
            f"Network family {name}: training seeds per regime: {block.n_seeds} "
            f"({', '.join(block.regimes)}). An RDM of every layer: 1 − Pearson r of activations."
        )
    if (search := study.searchlight) and facts is not None:
        lines.append(
            f"{facts['n_participants']} participants; spheres of {search.radius_mm} mm radius; "
            f"brain RDMs by {search.distance} distance, compared with each layer's by "
            f"{search.comparison} correlation."
        )
        if fwhm_mm := facts.get("smoothing_mm"):
            lines.append(f"Participants' maps smoothed by {fwhm_mm:g} mm (FWHM) before the test.")
        test = facts["test"].replace("_", " ")
        lines.append(
            f"Test: {test}, {facts['n_permutations']} permutations, alternative "
            f"{facts['alternative']}, family-wise error corrected over voxels; the smallest p "
            f"that it can reach is {facts['smallest_p']:.2g}. Seed {facts['seed']}."
        )
    return lines


def untrained_lines(results: Path) -> list[str]:
    """Sentences on the networks' parts that are at chance on their own training part."""
    return [
        f"Network family {path.parent.parent.name}: {line}"
        for path in sorted(results.glob("network/*/*/trained.tsv"))
        for line in TrainedTable.read(path).sentences(path.parent.name)
    ]
