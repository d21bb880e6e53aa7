"""One participant's still head and its BOLD runs, volume by volume."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.ndimage import gaussian_filter, map_coordinates, maximum_filter, spline_filter
from tqdm import tqdm

from crossmodal.contracts.rois import Roi
from crossmodal.simulate.brain_config import BrainConfig
from crossmodal.simulate.brain_noise import TemporalNoise
from crossmodal.simulate.brain_pose import HeadTransforms, apply_affine, rigid
from crossmodal.simulate.brain_tissue import (
    FWHM_TO_SD,
    Grid,
    Tissue,
    blurred,
    field_disturbance,
)

FINE_MM = 2.0  # grid of the still head, finer than any BOLD voxel
BACKGROUND = 4.0  # noise SD where there is no signal
HEAD_THRESHOLD = 20.0
HEAD_RADIUS_MM = 100.0


@dataclass(frozen=True)
class StillHead:
    """The head at rest in the scanner: what a motionless, noiseless scan would show.

    Shapes
    ------
    spline : float32, cubic spline coefficients of the EPI intensity on ``fine``
    fluid, distortion_mm : float32 (voxel,) on ``grid`` in C order
    mni_mm : float64 (voxel, 3), where the voxels of ``grid`` lie in the template
    """

    grid: Grid
    fine: Grid
    spline: np.ndarray
    fluid: np.ndarray
    distortion_mm: np.ndarray
    mni_mm: np.ndarray

    @classmethod
    def build(cls, config: BrainConfig, head: HeadTransforms, tissue: Tissue) -> "StillHead":
        tilt = rigid(np.zeros(3), np.deg2rad([config.tilt_deg, 0, 0]))
        grid, fine = Grid.over_head(config.voxel_size_mm, tilt), Grid.over_head(FINE_MM)
        fine_mni = head.bold_to_mni(fine.points_mm())
        intensity = tissue.sample("epi", fine_mni) * (
            1 - config.dropout * field_disturbance(fine_mni)
        )
        smooth = blurred(intensity.reshape(fine.shape), config.voxel_size_mm, FINE_MM)
        mni_mm = head.bold_to_mni(grid.points_mm())
        return cls(
            grid,
            fine,
            spline_filter(smooth, order=3, output=np.float32),
            tissue.sample("fluid", mni_mm),
            (config.distortion_mm * field_disturbance(mni_mm)).astype(np.float32),
            mni_mm,
        )

    @cached_property
    def baseline(self) -> np.ndarray:
        """EPI intensity at rest, without distortion, float32 (voxel,)."""
        return self.intensity_at(self.grid.points_mm())

    def near_head(self, reach_mm: float) -> np.ndarray:
        """int (voxel,): voxels that the head may reach when it moves by ``reach_mm``."""
        steps = int(np.ceil(reach_mm / self.grid.affine[:3, :3].max()))
        volume = maximum_filter(self.baseline.reshape(self.grid.shape), 2 * steps + 1)
        return np.flatnonzero(volume > HEAD_THRESHOLD)

    def intensity_at(self, points_mm: np.ndarray) -> np.ndarray:
        """EPI intensity at still-head points (point, 3)."""
        voxels = apply_affine(np.linalg.inv(self.fine.affine), points_mm)
        return map_coordinates(self.spline, voxels.T, order=3, prefilter=False, output=np.float32)

    def seen_mm(self, voxels: np.ndarray) -> np.ndarray:
        """Points (voxel, 3) of the scanner that show up in ``voxels``.

        The distortion shifts along the phase-encoding (y) axis and stays with the scanner.
        """
        seen = self.grid.points_mm()[voxels]
        seen[:, 1] += self.distortion_mm[voxels]
        return seen


@dataclass(frozen=True)
class Planted:
    """Voxels of the BOLD grid with a planted response.

    voxels : int (voxel,) flat indices; percent : float64 (stimulus, voxel), peak response to
    one clip in percent of the baseline
    """

    voxels: np.ndarray
    percent: np.ndarray


def assign_voxels(mni_mm: np.ndarray, rois: Sequence[Roi]) -> list[np.ndarray]:
    """Flat indices of the voxels of each sphere; a voxel in two belongs to the nearer centre."""
    distances = np.stack([roi.distance_mm(mni_mm) for roi in rois])
    nearest = distances.argmin(axis=0)
    return [
        np.flatnonzero((nearest == i) & (distances[i] <= roi.radius_mm))
        for i, roi in enumerate(rois)
    ]


def simulate_run(
    head: StillHead,
    planted: Planted,
    design: np.ndarray,
    motion: np.ndarray,
    config: BrainConfig,
    rng: np.random.Generator,
) -> np.ndarray:
    """One BOLD run, float32 (x, y, z, volume).

    ``design`` (volume, stimulus) are the responses' time courses, ``motion`` (volume, 6).
    """
    voxels = head.near_head(_reach_mm(motion))
    seen_mm = head.seen_mm(voxels)
    noise = TemporalNoise.draw(config, len(design), head.fluid[voxels], rng)
    courses = design @ planted.percent
    near_planted = _neighbourhood(planted.voxels, voxels, head.grid.shape)
    to_voxel = np.linalg.inv(head.grid.affine)
    white = np.zeros(head.grid.shape, dtype=np.float32)
    run = np.empty((*head.grid.shape, len(design)), dtype=np.float32, order="F")
    for t in tqdm(range(len(design)), desc="volumes", mininterval=5, disable=None):
        # What is seen at a point in the scanner was elsewhere in the still head.
        sources = apply_affine(np.linalg.inv(rigid(motion[t, :3], motion[t, 3:])), seen_mm)
        intensity = head.intensity_at(sources)
        percent = noise.slow_percent(t)
        response = np.zeros(head.grid.shape, dtype=np.float32)
        response.flat[planted.voxels] = courses[t]
        where = apply_affine(to_voxel, sources[near_planted])
        percent[near_planted] += map_coordinates(response, where.T, order=1)
        white = _next_noise(white, config, rng, first=t == 0)
        still = np.zeros(head.grid.shape, dtype=np.float32)
        still.flat[voxels] = intensity
        volume = np.maximum(BACKGROUND, still * np.float32(config.noise_percent / 100)) * white
        volume.flat[voxels] += intensity * (1 + percent / 100)
        run[..., t] = np.abs(volume)
    return noise.with_spikes(run)


def _reach_mm(motion: np.ndarray) -> float:
    """Farthest that any part of the head gets from its still position, at most."""
    shift_mm = np.linalg.norm(motion[:, :3], axis=1)
    return float((shift_mm + HEAD_RADIUS_MM * np.linalg.norm(motion[:, 3:], axis=1)).max())


def _neighbourhood(planted: np.ndarray, voxels: np.ndarray, shape: tuple) -> np.ndarray:
    """Positions within ``voxels`` of those that motion may bring onto a planted voxel."""
    marked = np.zeros(shape, dtype=bool)
    marked.flat[planted] = True
    return np.flatnonzero(maximum_filter(marked, 7).flat[voxels])


def _next_noise(
    previous: np.ndarray, config: BrainConfig, rng: np.random.Generator, first: bool
) -> np.ndarray:
    """Next volume of stationary AR(1) noise of variance 1, smooth in space if so configured."""
    fresh = rng.standard_normal(previous.shape, dtype=np.float32)
    sd_voxels = config.noise_fwhm_mm * FWHM_TO_SD / config.voxel_size_mm
    if sd_voxels > 0:
        fresh = gaussian_filter(fresh, sd_voxels, mode="wrap") / _noise_gain(sd_voxels)
    if first:
        return fresh
    rho = np.float32(config.noise_ar1)
    return rho * previous + np.sqrt(1 - rho**2) * fresh


def _noise_gain(sd_voxels: float) -> np.float32:
    """SD of white noise of SD 1 after the Gaussian filter: root of the kernel's sum of squares."""
    impulse = np.zeros((33,), dtype=np.float64)
    impulse[16] = 1
    kernel = gaussian_filter(impulse, sd_voxels)
    return np.float32((kernel**2).sum() ** 1.5)
