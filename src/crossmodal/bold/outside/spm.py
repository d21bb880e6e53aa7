"""SPM's first level: which beta image is which condition's response in which run.

Layout (SPM12, spm_spm.m and spm_fMRI_design.m): column i of ``xX.name`` is beta_{i:04d}.nii; names
are 'Sn(run) condition*bf(1)', 'Sn(run) conditionxparameter^k*bf(1)', 'Sn(run) R1',
'Sn(run) constant'; ``Sess.U.name`` holds a condition's name and those of its modulators.
"""

import re
from pathlib import Path
from typing import Any

import numpy as np
from scipy.io import loadmat

from crossmodal.bold.outside.listing import Estimate, ImageList
from crossmodal.bold.read.images import load_image
from crossmodal.contracts.errors import InputError
from crossmodal.contracts.reading import reading

COLUMN = re.compile(r"Sn\((?P<run>\d+)\) (?P<name>.*?)(\*bf\((?P<basis>\d+)\))?")
CONSTANT = "constant"
# ASSUME: raw BOLD has a mean of at least this many residual SDs; that of z-scored images is 0.
MIN_CONSTANT_SD = 3.0


def spm_images(path: str, wanted: tuple[str, ...] | None = None) -> ImageList:
    """Conditions' beta images of every run that an SPM.mat describes.

    Motion and other regressors, constants, derivative columns (``bf(2)`` and more) and parametric
    modulators are left out and named; a modulator that is ``wanted`` by its name is taken.

    Raises
    ------
    InputError : no SPM.mat of a first level that was estimated; basis functions other than the
        canonical response, images that are named but not there, no condition, data without mean
    """
    design, names = _design(path)
    folder = Path(path).parent
    modulators = _modulators(design)
    estimates, left_out = [], []
    for number, name in enumerate(names, 1):
        match = COLUMN.fullmatch(name)
        if match is None:
            raise InputError(path, f"xX.name, column {number}", "'Sn(1) …'", repr(name))
        condition, run = match["name"].strip(), f"run-{match['run']}"
        is_response = match["basis"] == "1"
        if is_response and (condition not in modulators or condition in (wanted or ())):
            image = _existing(folder, f"beta_{number:04d}", path)
            estimates.append(Estimate(run, condition, str(image)))
        elif condition != CONSTANT:
            left_out.append(name)
    if not estimates:
        raise InputError(path, "xX.name", "columns of conditions ('Sn(1) name*bf(1)')", names[:3])
    variance = _existing(folder, "ResMS", path)
    _require_mean(path, folder, names, variance)
    return ImageList(
        path, tuple(estimates), {one.run: str(variance) for one in estimates}, tuple(left_out)
    )


def _design(path: str) -> tuple[dict[str, Any], list[str]]:
    with reading(path, "an SPM.mat of a first level (MATLAB 5, not 7.3)"):
        content = loadmat(path, simplify_cells=True, variable_names=["SPM"])
    design = content.get("SPM")
    if not isinstance(design, dict) or "xX" not in design:
        raise InputError(path, "SPM.xX", "the design of a first level", "none")
    if "Vbeta" not in design:
        raise InputError(path, "SPM.Vbeta", "a model that was estimated", "none")
    basis = str(design.get("xBF", {}).get("name", "hrf"))
    if not basis.startswith("hrf"):
        expected = "the canonical response, with or without derivatives"
        raise InputError(path, "SPM.xBF.name", expected, repr(basis))
    names = design["xX"]["name"]
    return design, [names] if isinstance(names, str) else [str(name) for name in names]


def _modulators(design: dict[str, Any]) -> set[str]:
    """Names of parametric modulators; of one element, MATLAB's lists are no lists here."""
    found: set[str] = set()
    for session in _several(design.get("Sess")):
        for condition in _several(session.get("U")):
            found |= {str(name).strip() for name in _several(condition.get("name"))[1:]}
    return found


def _several(value: Any) -> list[Any]:
    if value is None or (isinstance(value, np.ndarray) and not value.size):
        return []
    return list(value) if isinstance(value, list | np.ndarray) else [value]


def _existing(folder: Path, stem: str, path: str) -> Path:
    """An image beside SPM.mat: where SPM says it is is another machine's folder."""
    for end in (".nii", ".nii.gz", ".img"):
        if (folder / f"{stem}{end}").is_file():
            return folder / f"{stem}{end}"
    raise InputError(
        path, f"{stem}.nii", "the image beside SPM.mat, which names it", "no such file"
    )


def _require_mean(path: str, folder: Path, names: list[str], variance: Path) -> None:
    """Betas of images without their mean (z-scored, demeaned) have constants near 0.

    Raises
    ------
    InputError : says how small the constant is
    """
    numbers = [i for i, name in enumerate(names, 1) if name.endswith(CONSTANT)]
    for number in numbers:
        level = _values(_existing(folder, f"beta_{number:04d}", path))
        noise = np.sqrt(_values(variance))
        inside = np.isfinite(level) & np.isfinite(noise) & (noise > 0)
        if inside.any():
            ratio = float(np.median(level[inside] / noise[inside]))
            if ratio < MIN_CONSTANT_SD:
                got = f"a constant of {ratio:.2g} residual SDs: z-scored or demeaned"
                raise InputError(path, f"beta_{number:04d}", "betas of images with a mean", got)


def _values(path: Path) -> np.ndarray:
    with reading(path, "an image that SPM wrote"):
        return np.asarray(load_image(path).dataobj, dtype=np.float64)
