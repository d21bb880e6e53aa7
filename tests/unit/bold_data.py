"""Small scans and BIDS folders for the tests of crossmodal.bold."""

import json
from pathlib import Path

import nibabel as nib
import numpy as np
from scipy import ndimage

from crossmodal.bold.images import Grid, apply_affine

CONDITIONS = ("a", "b", "c")
ORIENTATIONS = ("RAS", "LAS", "LPS", "PIR", "oblique")


def grid(orientation: str = "RAS", shape=(26, 30, 24), voxel_mm=(4.0, 3.5, 5.0)) -> Grid:
    """A grid centred on the origin, stored in any orientation; 'oblique' is a tilted LAS."""
    codes = "LAS" if orientation == "oblique" else orientation
    axes = nib.orientations.axcodes2ornt(tuple(codes))
    affine = np.zeros((4, 4))
    for column, (row, sign) in enumerate(axes):
        affine[int(row), column] = sign * voxel_mm[column]
    if orientation == "oblique":
        tilt = nib.eulerangles.euler2mat(0.3, -0.2, 0.15)
        affine[:3, :3] = tilt @ affine[:3, :3]
    affine[:3, 3] = -affine[:3, :3] @ (np.array(shape) - 1) / 2
    affine[3, 3] = 1
    return Grid(shape, affine)


def head(points_mm: np.ndarray) -> np.ndarray:
    """Intensity of a smooth, asymmetric head at world points (point, 3)."""
    x, y, z = points_mm.T
    radius = np.sqrt((x / 36) ** 2 + (y / 42) ** 2 + (z / 40) ** 2)
    body = 1 / (1 + np.exp(18 * (radius - 1)))
    texture = np.sin(x / 7 + 0.3) * np.cos(y / 9) + 0.7 * np.sin(z / 8 + x / 15) + 0.4 * np.cos(
        y / 6 - z / 11
    )
    return 1000 * body * (1 + 0.25 * texture)


def moved_series(on: Grid, motions: np.ndarray) -> np.ndarray:
    """The head seen through rigid matrices (volume, 4, 4), reference -> volume; noiseless."""
    volumes = [
        head(apply_affine(np.linalg.inv(matrix), on.points())).reshape(on.shape)
        for matrix in motions
    ]
    return np.stack(volumes, axis=-1).astype(np.float32)


def save(path: Path, data: np.ndarray, affine: np.ndarray, repetition_time_s: float = 2.0) -> Path:
    """Write a NIfTI with time units."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image = nib.Nifti1Image(data, affine)
    if data.ndim == 4:
        image.header.set_zooms((*image.header.get_zooms()[:3], repetition_time_s))
    image.header.set_xyzt_units("mm", "sec")
    image.to_filename(path)
    return path


def write_events(path: Path, rows, header=("onset", "duration", "trial_type")) -> Path:
    """Write an events.tsv."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = ["\t".join(header), *("\t".join(map(str, row)) for row in rows)]
    path.write_text("\n".join(lines) + "\n")
    return path


def rows(n_each: int = 3, gap_s: float = 6.0):
    """Events of CONDITIONS in turn, 2 s each."""
    return [
        (4 + gap_s * i, 2.0, CONDITIONS[(i + i // 3) % 3]) for i in range(n_each * len(CONDITIONS))
    ]


def noise_series(on: Grid, n_volumes: int, seed: int = 0) -> np.ndarray:
    """A still head with smooth noise, int16 (x, y, z, volume)."""
    rng = np.random.default_rng(seed)
    still = head(on.points()).reshape(on.shape)
    noise = ndimage.gaussian_filter(
        rng.standard_normal((*on.shape, n_volumes)), (0.7, 0.7, 0.7, 0)
    )
    return (still[..., None] * (1 + 0.02 * noise) + 5).astype(np.int16)


def write_bids(root: Path, participants=("01",), runs=("1", "2"), n_volumes=40) -> Path:
    """A small valid BIDS folder of task 'x', with T1w images."""
    on = grid()
    root.mkdir(parents=True, exist_ok=True)
    (root / "dataset_description.json").write_text('{"Name": "t", "BIDSVersion": "1.8.0"}')
    (root / "task-x_bold.json").write_text(json.dumps({"RepetitionTime": 2.0, "TaskName": "x"}))
    for label in participants:
        folder = root / f"sub-{label}"
        t1 = head(grid("RAS", (40, 44, 40), (2.5,) * 3).points()).reshape(40, 44, 40)
        save(
            folder / "anat" / f"sub-{label}_T1w.nii.gz",
            t1.astype(np.int16),
            grid("RAS", (40, 44, 40), (2.5,) * 3).affine,
        )
        for run in runs:
            stem = folder / "func" / f"sub-{label}_task-x_run-{run}"
            save(Path(f"{stem}_bold.nii.gz"), noise_series(on, n_volumes, int(run)), on.affine)
            write_events(Path(f"{stem}_events.tsv"), rows())
    return root
