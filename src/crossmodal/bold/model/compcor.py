"""aCompCor: what white matter and ventricles have in common over time is noise.

Behzadi et al. 2007, 10.1016/j.neuroimage.2007.04.042; columns named and made as fMRIPrep's:
principal components of high-pass filtered, standardised voxels of both tissues together.
"""

from collections.abc import Sequence
from functools import cache

import numpy as np
from scipy import ndimage

from crossmodal.bold.align.resample import compose, sample_series
from crossmodal.bold.align.transform_files import read_affines, read_warp
from crossmodal.bold.model.design import high_pass_basis
from crossmodal.bold.read.images import isotropic_grid, read_series, read_volume
from crossmodal.bold.read.run_files import RunFiles, run_timing
from crossmodal.bold.read.template import load_template, resample_mean, template_file

MASK_MM = 3.0
# ASSUME: deep inside the template's tissue, tissue is the same in everybody once normalised.
MIN_FRACTION = 0.9
FULL = 255  # the stored value of a voxel of one tissue
SURFACE_MM = 15.0  # nearer to the brain's surface, fluid lies in sulci, not in ventricles


@cache
def noise_points() -> np.ndarray:
    """Template coordinates (point, 3), mm, of voxels of pure white matter or ventricle."""
    _, brain, grid = load_template()
    grey, white = (read_volume(template_file(name))[0] / FULL for name in ("gm", "wm"))
    coarse = isotropic_grid(grid, MASK_MM)
    fluid = resample_mean(np.clip(1 - grey - white, 0, 1), grid, coarse)
    white = resample_mean(white, grid, coarse)
    inside = resample_mean(brain.astype(np.float32), grid, coarse) > 0.5
    deep = ndimage.distance_transform_edt(inside) * MASK_MM > SURFACE_MM
    pure = ((white > MIN_FRACTION) | (fluid > MIN_FRACTION)) & deep
    return coarse.points(pure)


def run_components(
    bold: str,
    sidecars: Sequence[str],
    transforms: Sequence[str],
    high_pass_s: float,
    n_components: int,
    trust_affine: str,
) -> np.ndarray:
    """Components (volume, component) of a run's file, read where its noise points lie.

    Parameters
    ----------
    transforms : files of motion (volume -> reference), of BOLD -> T1w, and of T1w -> template
    high_pass_s : period, s, from which on drifts are filtered out
    trust_affine : which of a header's two affines holds, as ``run_timing`` takes it
    """
    timing = run_timing(
        RunFiles("", bold, "", tuple(sidecars), None, "", trust_affine=trust_affine)
    )
    motion, coregistration, warp = transforms
    points = compose(noise_points(), read_warp(warp), read_affines(coregistration)[0])
    matrices = read_affines(motion)
    skipped = timing.n_volumes - len(matrices)  # those that the motion estimate left out
    series = sample_series(*read_series(bold, trust_affine, skipped), points, matrices)
    slow = high_pass_basis(len(matrices), timing.repetition_time_s, high_pass_s)
    return components(series, slow.astype(np.float32), n_components)


def components(series: np.ndarray, slow: np.ndarray, n_components: int) -> np.ndarray:
    """The strongest common time courses, (volume, component), orthonormal.

    Parameters
    ----------
    series : (volume, voxel); slow : orthonormal cosines that are filtered out, (volume, cosine)
    """
    centred = series - series.mean(axis=0, dtype=float)
    filtered = centred - slow @ (slow.T @ centred)
    sd = filtered.std(axis=0)
    standard = filtered[:, sd > 0] / sd[sd > 0]
    values, vectors = np.linalg.eigh(standard @ standard.T)
    strongest = vectors[:, np.argsort(values)[::-1][:n_components]]
    # An eigenvector's sign is arbitrary; the largest value is positive, here and everywhere.
    return strongest * np.sign(strongest[np.abs(strongest).argmax(axis=0), range(n_components)])


def component_names(n_components: int) -> list[str]:
    """'a_comp_cor_00', 'a_comp_cor_01' …"""
    return [f"a_comp_cor_{index:02d}" for index in range(n_components)]
