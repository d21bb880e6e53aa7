"""The model's residuals, from which searchlights and regions estimate their noise covariance."""

from collections.abc import Sequence

import numpy as np

from crossmodal.bold.align.spaces import Space
from crossmodal.bold.model.glm import Design, GLMConfig, prepare
from crossmodal.bold.model.patterns import covered, run_series
from crossmodal.bold.read.run_files import RunFiles
from crossmodal.contracts.errors import InputError


def estimate_residuals(
    runs: Sequence[RunFiles],
    designs: Sequence[Design],
    space: Space,
    glm: GLMConfig,
    mask: np.ndarray,
) -> np.ndarray:
    """Residuals of all runs, one after the other: float16 (time, voxel of ``mask``).

    They are those of ``estimate_patterns``: prewhitened and filtered, in % of the run's mean
    intensity, here divided by sqrt(degrees of freedom / (volumes - 1)), so that the plain
    variance over volumes is the unbiased ``residual_variance``.

    Parameters
    ----------
    mask : bool (x, y, z), the voxels of the betas

    Raises
    ------
    InputError : a mask with voxels that the runs do not cover
    """
    space = space.keep(covered(runs, space))
    kept = mask[space.mask]
    if kept.sum() != mask.sum():
        got = f"{mask.sum() - kept.sum()} voxels outside"
        raise InputError(runs[0].bold, "field of view", "all voxels of the betas", got)
    parts = [
        run_residuals(run_series(run, space), design, glm)[:, kept]
        for run, design in zip(runs, designs, strict=True)
    ]
    return np.concatenate(parts)


def run_residuals(series: np.ndarray, design: Design, glm: GLMConfig) -> np.ndarray:
    """Residuals of one run, float16 (volume, voxel); see ``estimate_residuals``.

    The model with all conditions gives them, for either estimator of the patterns.
    """
    model = prepare(series, design, glm.noise)
    inverse = np.linalg.pinv(model.columns).astype(np.float32)
    columns = model.columns.astype(np.float32)
    scale = np.float32(np.sqrt((len(series) - 1) / model.freedom))
    blocks = (block - columns @ (inverse @ block) for block in model.blocks(series))
    return np.concatenate([(scale * block).astype(np.float16) for block in blocks], axis=1)
