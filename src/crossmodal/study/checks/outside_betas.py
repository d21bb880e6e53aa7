"""What a config asks of betas of other programs in vain, and what is wrong with their files."""

from collections.abc import Iterator

from crossmodal.contracts.braces import PLACE
from crossmodal.contracts.errors import InputError
from crossmodal.study.study import Study

CONFIG = "config"
# Keys of scans that betas make meaningless, and what they must be.
OF_RAW_SCANS = (
    *("bids_dir", "fmriprep_dir", "t1w_filters", "brain_masks", "slice_reference", "contrasts"),
    *("export", "removed_volumes", "skip_volumes", "a_comp_cor"),
    *("analysis_voxel_mm", "normalise", "coregister"),  # nothing is resampled
)
ONLY = {"trials": ("glmsingle",), "reference": ("glmsingle",), "stat": ("bids_statmaps",)}


def outside_betas(study: Study) -> Iterator[InputError]:
    """Keys that contradict ``scans.betas``, and noise normalisation without residuals."""
    scans, betas = study.scans, study.scans.betas
    for key in OF_RAW_SCANS:
        if value := getattr(scans, key):
            yield InputError(CONFIG, f"scans.{key}", "none with scans.betas", repr(value))
    if study.simulate.brain:
        yield InputError(CONFIG, "simulate.brain", "none with scans.betas", "a block")
    if (PLACE in betas.path) != (betas.source in ("spm", "glmsingle")):
        expected = f"a path {'without' if PLACE in betas.path else 'with'} {PLACE}"
        yield InputError(CONFIG, "scans.betas.path", f"{expected} for {betas.source}", betas.path)
    for key in ("trials", "reference"):
        if betas.source == "glmsingle" and getattr(betas, key) is None:
            meaning = {"trials": "a table of its design order", "reference": "a NIfTI of its grid"}
            yield InputError(CONFIG, f"scans.betas.{key}", f"{meaning[key]} for glmsingle", None)
    for key, sources in ONLY.items():
        if betas.source not in sources and getattr(betas, key) not in (None, "effect"):
            expected = f"none without source {sources[0]}"
            yield InputError(CONFIG, f"scans.betas.{key}", expected, getattr(betas, key))
    yield from _noise(study)


def _noise(study: Study) -> Iterator[InputError]:
    """Residuals are never there; their variance is, of SPM and in some tables."""
    light = study.scans.betas.source in ("spm", "images")
    searchlight, roi = study.searchlight, study.roi
    asked = {}
    if searchlight:
        wanted = "multivariate" if searchlight.needs_residuals else searchlight.noise_normalisation
        asked["searchlight.noise_normalisation"] = wanted
        if "timing/participants" in searchlight.controls:
            expected = "none of timing with scans.betas: nobody knows when trials were"
            yield InputError(CONFIG, "searchlight.controls", expected, "timing/participants")
    if roi:
        asked["roi.patterns.noise_normalisation"] = roi.patterns.noise_normalisation
    for field, value in asked.items():
        if value == "multivariate" or (value == "univariate" and not light):
            known = "univariate or none" if light else "none"
            expected = f"{known} with scans.betas of {study.scans.betas.source}, without residuals"
            yield InputError(CONFIG, field, expected, value)


def beta_problems(study: Study) -> list[InputError]:
    """Problems of the files, which are all read."""
    # Heavy, and planning asks for the contradictions alone.
    from crossmodal.bold.outside.check import Needed, find_problems
    from crossmodal.study.checks.models import known_conditions
    from crossmodal.study.checks.pairs import runs_needed

    scans = study.scans
    of_clips = known_conditions(study) if study.stimuli else None
    together = bool(study.group) or bool(study.searchlight and scans.space != "native")
    needs_variance = "univariate" in (
        study.searchlight and study.searchlight.noise_normalisation,
        study.roi and study.roi.patterns.noise_normalisation,
    )
    needed = Needed(of_clips or (), runs_needed(study), together, needs_variance)
    return find_problems(scans, needed)
