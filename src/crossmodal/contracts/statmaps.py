"""Statistical maps under BIDS names, which any program reads: one NIfTI an image, one JSON a kind.

Names are those of nilearn and FitLins, ``sub-X_RUN_space-Y_contrast-Z_stat-effect_statmap``;
BIDS has none of its own for them yet.
"""

from collections.abc import Sequence
from pathlib import Path

import nibabel as nib
import numpy as np

from crossmodal.contracts.atomic import atomic_path, write_json
from crossmodal.contracts.betas import Betas
from crossmodal.contracts.maps import Maps
from crossmodal.contracts.statmap_names import CONDITIONS, labels_of

STANDARD, ALIGNED = 4, 2  # NIfTI's form codes: MNI 152, some other space


def write_image(path: str | Path, values: np.ndarray, affine: np.ndarray, space: str) -> None:
    """Write an image (x, y, z) or (x, y, z, volume), float32, in mm, with the space's code."""
    image = nib.Nifti1Image(values.astype(np.float32), affine)
    code = STANDARD if space.startswith("MNI") else ALIGNED
    image.set_sform(affine, code)
    image.set_qform(affine, code)
    image.header.set_xyzt_units("mm")
    with atomic_path(path) as temporary:
        image.to_filename(temporary)


def write_run(
    betas: Betas, run_id: str, images: Sequence[str], variance: str, sidecar: str
) -> None:
    """Write every pattern of a run as an image, NaN outside the mask; nothing but NaN where the
    run lacks the condition. ``scans.betas: {source: bids_statmaps}`` reads them.

    Parameters
    ----------
    images : paths, one a condition
    variance : path, of the GLM's residual variance
    sidecar : path of the JSON of the whole run, which says the conditions' names
    """
    run = betas.run_ids.index(run_id)
    volumes = [*betas.betas[run], betas.residual_variance[run]]
    for path, values in zip([*images, variance], volumes, strict=True):
        volume = np.full(betas.mask.shape, np.nan, dtype=np.float32)
        volume[betas.mask] = values
        write_image(path, volume, betas.affine, betas.space)
    names = zip(labels_of(betas.condition_ids), betas.condition_ids, strict=True)
    about = "Response estimates of a general linear model: contrast-LABEL is one condition's"
    units = "% of the run's mean intensity, or t, by glm.patterns"
    write_json(sidecar, {"Description": about, "Units": units, CONDITIONS: dict(names)})


def write_maps(maps: Maps, path: str, sidecar: str) -> None:
    """Write maps as one 4-D image whose volumes the sidecar names."""
    data = np.full((*maps.mask.shape, len(maps.names)), np.nan, dtype=np.float32)
    data[maps.mask] = maps.values.T
    write_image(path, data, maps.affine, maps.space)
    write_json(sidecar, {"Description": maps.quantity, "Volumes": list(maps.names)})
