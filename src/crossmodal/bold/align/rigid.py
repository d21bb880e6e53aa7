"""Rigid-body transforms in world (RAS+, mm) coordinates, in SPM's six-parameter convention."""

import numpy as np

# ASSUME: a head is a sphere of this radius where rotations are turned into displacements
# (Power et al. 2012, 10.1016/j.neuroimage.2011.10.018).
HEAD_RADIUS_MM = 50.0


def rotation_matrix(angles_rad: np.ndarray) -> np.ndarray:
    """3 x 3 rotation Rx @ Ry @ Rz of SPM (spm_matrix), angles about x, y, z in rad."""
    (cx, cy, cz), (sx, sy, sz) = np.cos(angles_rad), np.sin(angles_rad)
    about_x = np.array([[1, 0, 0], [0, cx, sx], [0, -sx, cx]])
    about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    about_z = np.array([[cz, sz, 0], [-sz, cz, 0], [0, 0, 1]])
    return about_x @ about_y @ about_z


def matrix_from_parameters(parameters: np.ndarray) -> np.ndarray:
    """4 x 4 matrix of (x, y, z in mm; rotations about x, y, z in rad), as spm_matrix does."""
    matrix = np.eye(4)
    matrix[:3, :3] = rotation_matrix(np.asarray(parameters[3:], dtype=float))
    matrix[:3, 3] = parameters[:3]
    return matrix


def parameters_from_matrix(matrix: np.ndarray) -> np.ndarray:
    """Six parameters of a rigid 4 x 4 matrix; inverse of ``matrix_from_parameters``.

    Unique for rotations about y below 90 degrees.
    """
    about_y = np.arcsin(np.clip(matrix[0, 2], -1, 1))
    about_x = np.arctan2(matrix[1, 2], matrix[2, 2])
    about_z = np.arctan2(matrix[0, 1], matrix[0, 0])
    return np.array([*matrix[:3, 3], about_x, about_y, about_z])


def small_motion(parameters: np.ndarray, centre_mm: np.ndarray) -> np.ndarray:
    """4 x 4 matrix of a motion whose rotations turn about ``centre_mm``, not the origin."""
    matrix = matrix_from_parameters(parameters)
    matrix[:3, 3] += centre_mm - matrix[:3, :3] @ centre_mm
    return matrix


def nearest_rigid(matrix: np.ndarray) -> np.ndarray:
    """The rotation nearest to a 4 x 4 matrix's linear part (polar decomposition), same shift."""
    u, _, vt = np.linalg.svd(matrix[:3, :3])
    rigid = np.array(matrix, dtype=float)
    rigid[:3, :3] = u @ np.diag([1, 1, np.linalg.det(u @ vt)]) @ vt
    return rigid


def framewise_displacement(parameters: np.ndarray) -> np.ndarray:
    """Power's framewise displacement, mm.

    Parameters
    ----------
    parameters : (volume, 6), mm and rad

    Returns
    -------
    (volume,); the first is NaN, because it has no predecessor
    """
    steps = np.abs(np.diff(parameters, axis=0))
    displacement = steps[:, :3].sum(axis=1) + HEAD_RADIUS_MM * steps[:, 3:].sum(axis=1)
    return np.concatenate([[np.nan], displacement])
