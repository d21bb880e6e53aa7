"""The quality page of one participant, from the files of its preprocessing and its patterns."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from markupsafe import Markup

from crossmodal.bold.model.collinearity import variance_inflation
from crossmodal.bold.model.confounds import MOTION, SHOWN, read_confounds
from crossmodal.bold.model.glm import Design, GLMConfig
from crossmodal.bold.model.patterns import run_design
from crossmodal.bold.read.events import EventsConfig, read_events
from crossmodal.bold.read.images import read_volume
from crossmodal.bold.read.run_files import RunFiles, run_timing
from crossmodal.bold.read.steady import n_bright, n_skipped, steady_remark
from crossmodal.contracts.betas import Betas
from crossmodal.contracts.run_quality import RunQuality
from crossmodal.quality.anatomy import Anatomy, anatomy_sections, mean_section, tsnr_section
from crossmodal.quality.curves import (
    RunView,
    design_figure,
    png_uri,
    reliability_figure,
    run_figure,
)
from crossmodal.quality.limits import LIMITS, beyond
from crossmodal.quality.measures import confound_measures, pattern_reliability, signal_measures
from crossmodal.quality.page import image, page, section, table
from crossmodal.quality.ranking import QualityConfig

CONFOUNDS = (*MOTION, *SHOWN)


@dataclass(frozen=True)
class Modelled:
    """Runs as they are shown, and their designs."""

    views: Sequence[RunView]
    designs: Sequence[Design]


def participant_page(
    label: str, params: Any, files: Any
) -> tuple[str, dict[str, float | str | None]]:
    """The page as HTML, and the measures that participants are ranked by.

    Parameters
    ----------
    params : ``runs``, ``conditions``, ``reading``; ``events``, ``glm``, ``quality``:
        config blocks
    files : paths by attribute: bold, events, sidecars, motion, confounds, betas; where there
        are any: signal (one a run), mean, and t1w, brain, warp, coregistration

    Raises
    ------
    InputError : any of the files is not what it should be
    """
    config = QualityConfig(**params.quality)
    modelled = _read_runs(params, files)
    views = modelled.views
    anatomy_parts, measures = _anatomy(files, params.reading["trust_affine"])
    design_part, inflation = _designs(modelled)
    betas_part, from_betas = _betas(Betas.read(files.betas))
    signals = [view.signal for view in views if view.signal is not None]
    measures |= confound_measures([view.confounds for view in views], config.max_displacement_mm)
    measures |= signal_measures(signals) | inflation | from_betas
    parts = [_overview(measures), _motion(views, config), *anatomy_parts]
    if signals:
        grid = read_volume(files.mean)[1]
        parts.append(tsnr_section(np.mean([signal.tsnr for signal in signals], axis=0), grid))
    parts += [design_part, betas_part]
    finite = {name: value if np.isfinite(value) else None for name, value in measures.items()}
    return page(f"Scans of sub-{label}", parts), {"participant": label} | finite


def _read_runs(params: Any, files: Any) -> Modelled:
    runs = RunFiles.from_lists(params.runs, files, **params.reading)
    signals = [RunQuality.read(path) for path in files.signal] or [None] * len(runs)
    views, designs = [], []
    for run, signal in zip(runs, signals, strict=True):
        timing = run_timing(run)
        events = read_events(run.events, EventsConfig(**params.events))
        confounds = read_confounds(
            run.confounds, CONFOUNDS, timing.n_volumes, may_be_constant=CONFOUNDS
        )
        confounds[0, len(MOTION) :] = 0  # no predecessor: curves of changes start at 0
        named = dict(zip(CONFOUNDS, confounds.T, strict=True))
        remark = steady_remark(n_bright(run.bold), n_skipped(run.bold, run.skip_volumes))
        clock = timing.repetition_time_s, named, events, signal, timing.start_s
        views.append(RunView(run.run_id, *clock, remark))
        glm = GLMConfig(**params.glm)
        designs.append(run_design(run, timing, events, params.conditions, glm))
    return Modelled(views, designs)


def _overview(measures: dict[str, float]) -> Markup:
    outside, rows, marked = beyond(measures), [], []
    for name, value in measures.items():
        limit = LIMITS[name].words if name in LIMITS else ""
        rows.append((name.replace("_", " "), value, limit))
        marked.append((False, name in outside, False))
    said = "What participants are ranked by; limits hold whatever the others are like. "
    said += f"Outside: {', '.join(outside).replace('_', ' ') or 'none'}."
    return section("Measures", said, table(("measure", "", "limit"), rows, marked))


def _motion(views: Sequence[RunView], config: QualityConfig) -> Markup:
    pictures = []
    for view in views:
        pictures.append(Markup("<h3>{}</h3>").format(view.run_id))
        if said := view.remark:
            pictures.append(Markup("<p>{}</p>").format(said))
        uri = png_uri(run_figure(view, config.max_displacement_mm))
        pictures.append(image(uri, f"motion of {view.run_id}"))
    return section(
        "Motion and signal over time",
        "Head position relative to the mean of the run; framewise displacement (Power et al. "
        f"2012) with a line at {config.max_displacement_mm:g} mm; standardised DVARS, about 1 "
        "where nothing happens; events; carpet of brain voxels, z from -2 (black) to 2 (white) "
        "after removal of a quadratic trend, from the brain's surface to its depth.",
        *pictures,
    )


def _anatomy(files: Any, trust_affine: str | None) -> tuple[list[Markup], dict[str, float]]:
    if files.t1w:
        return anatomy_sections(Anatomy.read(files, trust_affine))
    return ([mean_section(*read_volume(files.mean))] if files.mean else []), {}


def _designs(modelled: Modelled) -> tuple[Markup, dict[str, float]]:
    inflation = [variance_inflation(design) for design in modelled.designs]
    counts = [len(design.shown) for design in modelled.designs]
    worst = [each[:n].max() for each, n in zip(inflation, counts, strict=True)]
    shown = int(np.argmax(worst))
    design, n_conditions = modelled.designs[shown], counts[shown]
    largest = int(np.argmax(inflation[shown][:n_conditions]))
    uri = png_uri(
        design_figure(design.filtered(design.columns[:, :-1]), inflation[shown], n_conditions)
    )
    part = section(
        "Design",
        f"The high-pass filtered model of {modelled.views[shown].run_id}, which has the condition "
        f"of largest variance inflation of all runs: {worst[shown]:.3g} ({design.names[largest]}). "
        "1 means that a column shares nothing with the others; the variance of its estimate grows "
        "in proportion. Motion parameters may share much with each other: that does no harm.",
        image(uri, "design and variance inflation"),
    )
    return part, {"max_variance_inflation": float(worst[shown])}


def _betas(betas: Betas) -> tuple[Markup, dict[str, float]]:
    reliability = pattern_reliability(betas.betas)
    finite = reliability[np.isfinite(reliability)]
    top = float(np.percentile(finite, 95)) if finite.size else float("nan")
    measures = {"n_voxels": float(betas.mask.sum()), "p95_reliability": top}
    if not finite.size:
        return section("Reliability of responses", "One run has nothing to agree with."), measures
    part = section(
        "Reliability of responses",
        f"Correlation between runs of each voxel's {betas.betas.shape[1]} responses, mean over "
        f"pairs of runs. Noise gives 0; the 95th percentile is {top:.2f}.",
        image(png_uri(reliability_figure(reliability)), "reliability of responses"),
    )
    return part, measures
