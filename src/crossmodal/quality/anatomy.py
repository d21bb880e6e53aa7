"""How a participant's images lie on each other: pictures, and numbers."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from markupsafe import Markup

from crossmodal.bold.align.epi_mask import brain_in_epi
from crossmodal.bold.align.normalise_check import LIMITS, dice, normalisation_measures
from crossmodal.bold.align.transform_files import read_affines, read_warp
from crossmodal.bold.align.warp import Warp
from crossmodal.bold.read.images import Grid, apply_affine, read_volume
from crossmodal.bold.read.template import SPACE, load_template
from crossmodal.quality.page import flicker, image, section, table
from crossmodal.quality.planes import Planes, box_of, coloured, data_uri, grey, with_contour

CUTS, PIXEL_MM = 6, 1.25


@dataclass(frozen=True)
class Anatomy:
    """The images of one participant and the ways between them; volume and grid each.

    t1_to_bold : (4, 4), T1w points -> points of the BOLD reference
    warp : template points -> T1w points
    """

    t1: tuple[np.ndarray, Grid]
    brain: np.ndarray
    mean: tuple[np.ndarray, Grid]
    t1_to_bold: np.ndarray
    warp: Warp

    @classmethod
    def read(cls, files: Any, trust_affine: str | None = None) -> "Anatomy":
        """From paths by attribute: t1w, brain, mean, coregistration, warp."""
        return cls(
            read_volume(files.t1w, trust_affine),
            read_volume(files.brain)[0] > 0.5,
            read_volume(files.mean),
            read_affines(files.coregistration)[0],
            read_warp(files.warp),
        )


def anatomy_sections(anatomy: Anatomy) -> tuple[list[Markup], dict[str, float]]:
    """T1w with its mask, EPI -> T1w, T1w -> template; overlap and correlation."""
    mask_part, epi_part, overlap = _in_t1(anatomy)
    t1, grid = anatomy.t1
    normalised = normalisation_measures(t1, anatomy.brain, grid, anatomy.warp)
    parts = [mask_part, epi_part, _in_template(anatomy), _limits(normalised)]
    return parts, {"epi_t1_overlap": overlap} | normalised


def _limits(measures: dict[str, float]) -> Markup:
    rows = [(name.replace("_", " "), measures[name], str(limit), limit.what)
            for name, limit in LIMITS.items()]  # fmt: skip
    return section(
        "Limits of the normalisation",
        "A participant outside of one of them is not analysed: the study stops. Where the limits "
        "come from: docs/scan-quality.md.",
        table(("measure", "", "limit", "what it is"), rows),
    )


def _in_t1(anatomy: Anatomy) -> tuple[Markup, Markup, float]:
    t1, grid = anatomy.t1
    planes = Planes.through(*box_of(anatomy.brain, grid), CUTS, PIXEL_MM)
    inside = planes.values(anatomy.brain.astype(np.float32), grid) > 0.5
    picture = grey(planes.values(t1, grid))
    in_bold = apply_affine(anatomy.t1_to_bold, planes.points_mm.reshape(-1, 3))
    mean, mean_grid = anatomy.mean
    epi = planes.values(mean, mean_grid, in_bold)
    epi_brain = planes.values(brain_in_epi(mean).astype(np.float32), mean_grid, in_bold) > 0.5
    contoured = data_uri(with_contour(picture, inside))
    return (
        section(
            "T1w and brain mask",
            "The red line is the edge of the brain mask. It should follow the brain's surface.",
            image(contoured, "T1w with brain mask"),
        ),
        section(
            "EPI to T1w",
            "The BOLD reference and the T1w take turns, both with the T1w's brain mask. Edges "
            "and ventricles should stay where they are.",
            flicker(contoured, data_uri(with_contour(grey(epi), inside)), "EPI to T1w"),
        ),
        dice(inside, epi_brain),
    )


def _in_template(anatomy: Anatomy) -> Markup:
    template, brain, grid = load_template()
    planes = Planes.through(*box_of(brain, grid), CUTS, PIXEL_MM)
    inside = planes.values(brain.astype(np.float32), grid) > 0.5
    warped = planes.values(*anatomy.t1, anatomy.warp(planes.points_mm.reshape(-1, 3)))
    target = planes.values(template, grid)
    pictures = [data_uri(with_contour(grey(pixels), inside)) for pixels in (target, warped)]
    return section(
        f"T1w to {SPACE}",
        "The template and the normalised T1w take turns, with the template's brain mask.",
        flicker(*pictures, "T1w to template"),
    )


def mean_section(mean: np.ndarray, grid: Grid) -> Markup:
    """The BOLD reference with its own brain mask, where there is no T1w."""
    brain = brain_in_epi(mean)
    planes = Planes.through(*box_of(brain, grid), CUTS, PIXEL_MM)
    inside = planes.values(brain.astype(np.float32), grid) > 0.5
    picture = data_uri(with_contour(grey(planes.values(mean, grid)), inside))
    return section(
        "BOLD reference and brain mask",
        "The red line is the edge of the analysed voxels.",
        image(picture, "BOLD reference with brain mask"),
    )


def tsnr_section(tsnr: np.ndarray, grid: Grid) -> Markup:
    """Temporal signal-to-noise ratio (x, y, z), mean over runs."""
    planes = Planes.through(*box_of(tsnr > 0, grid), CUTS, PIXEL_MM)
    highest = float(np.percentile(tsnr[tsnr > 0], 98))
    picture = data_uri(coloured(planes.values(tsnr, grid, order=0), highest), "png")
    return section(
        "Temporal signal-to-noise ratio",
        f"Mean over runs after removal of a quadratic trend: dark blue 0, yellow {highest:.0f} "
        "and more. Dark spots above the nose and the ears are signal dropout.",
        image(picture, "tSNR"),
    )
