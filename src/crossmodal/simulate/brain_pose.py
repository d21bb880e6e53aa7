"""Where things are in a simulated head: pose, individual anatomy, motion.

All transforms map millimetres to millimetres. Anatomy is defined by the *pull* direction
(native point -> MNI point), so that sampling the template needs no inverse.
"""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from crossmodal.simulate.brain_config import random_stream

N_WAVES = 12
WAVELENGTHS_MM = (80.0, 160.0)
POSE_MM, POSE_DEG, SIZE_PERCENT = 4.0, 3.0, 3.0  # SDs between participants
RESET_MM, RESET_DEG = 1.0, 0.7  # SDs of the head's position between T1w and BOLD
ROTATION_ARM_MM = 50.0  # a rotation of motion_mm / 50 mm moves the cortex as far as motion_mm
MOTION_SMOOTHING_S = 20.0


@dataclass(frozen=True)
class Warp:
    """Smooth displacement u(y) = sum_k a_k sin(2 pi f_k . y + phase_k), in mm.

    Shapes: frequencies_per_mm (wave, 3), phases_rad (wave,), amplitudes_mm (wave, 3).
    """

    frequencies_per_mm: np.ndarray
    phases_rad: np.ndarray
    amplitudes_mm: np.ndarray

    def displacement_mm(self, points_mm: np.ndarray) -> np.ndarray:
        """(point, 3) -> (point, 3)."""
        angle = 2 * np.pi * points_mm @ self.frequencies_per_mm.T + self.phases_rad
        return np.sin(angle) @ self.amplitudes_mm


@dataclass(frozen=True)
class HeadTransforms:
    """How one participant's scanner space relates to MNI space.

    MNI = y + warp(y) with y = t1_to_mni_affine @ T1 point; T1 point = bold_to_t1 @ BOLD point,
    the head being where it was at the first volume of the first run.
    """

    t1_to_mni_affine: np.ndarray
    warp: Warp
    bold_to_t1: np.ndarray

    def t1_to_mni(self, points_mm: np.ndarray) -> np.ndarray:
        """(point, 3) in T1w space -> (point, 3) in MNI space."""
        linear = apply_affine(self.t1_to_mni_affine, points_mm)
        return linear + self.warp.displacement_mm(linear)

    def bold_to_mni(self, points_mm: np.ndarray) -> np.ndarray:
        """(point, 3) in BOLD space -> (point, 3) in MNI space."""
        return self.t1_to_mni(apply_affine(self.bold_to_t1, points_mm))


def apply_affine(affine: np.ndarray, points: np.ndarray) -> np.ndarray:
    """4 x 4 affine on (point, 3)."""
    return points @ affine[:3, :3].T + affine[:3, 3]


def rigid(translation_mm: np.ndarray, rotation_rad: np.ndarray) -> np.ndarray:
    """4 x 4 of rotations about the world's x, then y, then z axis, then a translation."""
    cos, sin = np.cos(rotation_rad), np.sin(rotation_rad)
    x = np.array([[1, 0, 0], [0, cos[0], -sin[0]], [0, sin[0], cos[0]]])
    y = np.array([[cos[1], 0, sin[1]], [0, 1, 0], [-sin[1], 0, cos[1]]])
    z = np.array([[cos[2], -sin[2], 0], [sin[2], cos[2], 0], [0, 0, 1]])
    affine = np.eye(4)
    affine[:3, :3] = z @ y @ x
    affine[:3, 3] = translation_mm
    return affine


def draw_warp(largest_mm: float, rng: np.random.Generator) -> Warp:
    """A random warp whose largest displacement within the brain is ``largest_mm``."""
    directions = rng.standard_normal((N_WAVES, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    frequencies = directions / rng.uniform(*WAVELENGTHS_MM, size=(N_WAVES, 1))
    phases = rng.uniform(0, 2 * np.pi, N_WAVES)
    unit = Warp(frequencies, phases, rng.standard_normal((N_WAVES, 3)))
    brain = np.stack(np.meshgrid(*(np.arange(-70, 71, 10),) * 3, indexing="ij"), axis=-1).reshape(
        -1, 3
    ) + [0, -18, 5]
    largest = np.linalg.norm(unit.displacement_mm(brain), axis=1).max()
    return Warp(frequencies, phases, unit.amplitudes_mm * largest_mm / largest)


def draw_head(label: str, warp_mm: float, seed: int, tilt_deg: float = 0.0) -> HeadTransforms:
    """The transforms of one participant, the same whenever asked; ``tilt_deg``: chin down."""
    rng = random_stream(seed, "head", label)
    pose = rigid(rng.normal(0, POSE_MM, 3), np.deg2rad(rng.normal(0, POSE_DEG, 3)))
    size = np.diag([*(1 + rng.normal(0, SIZE_PERCENT / 100, 3)), 1.0])
    reset = rigid(rng.normal(0, RESET_MM, 3), np.deg2rad(rng.normal(0, RESET_DEG, 3)))
    tilt = rigid(np.zeros(3), np.deg2rad([tilt_deg, 0.0, 0.0]))
    return HeadTransforms(pose @ size @ tilt, draw_warp(warp_mm, rng), reset)


def draw_motion(
    n_volumes: int, repetition_time_s: float, largest_mm: float, rng: np.random.Generator
) -> np.ndarray:
    """Head motion (volume, 6): translations in mm, rotations in rad about world x, y, z.

    A smoothed random walk, scaled so that the largest translation vector is ``largest_mm``
    and the largest rotation vector ``largest_mm`` / 50 mm. ``rigid`` of a row maps the
    head's still position to its position in that volume.
    """
    walk = np.cumsum(rng.standard_normal((n_volumes, 6)), axis=0)
    walk = gaussian_filter1d(walk, MOTION_SMOOTHING_S / repetition_time_s / 2.355, axis=0)
    walk -= walk[0]
    for part, largest in ((slice(0, 3), largest_mm), (slice(3, 6), largest_mm / ROTATION_ARM_MM)):
        walk[:, part] *= largest / max(np.linalg.norm(walk[:, part], axis=1).max(), 1e-12)
    return walk
