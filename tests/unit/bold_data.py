"""Small scans and BIDS folders for the tests of crossmodal.bold."""

import json
from pathlib import Path

import nibabel as nib
import numpy as np
from scipy import ndimage

from crossmodal.bold.align.transform_files import write_affines
from crossmodal.bold.model.confounds import write_confounds
from crossmodal.bold.model.design import event_regressor
from crossmodal.bold.model.patterns import RunFiles
from crossmodal.bold.read.bids import find_runs
from crossmodal.bold.read.images import Grid, apply_affine

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
    texture = (
        np.sin(x / 7 + 0.3) * np.cos(y / 9)
        + 0.7 * np.sin(z / 8 + x / 15)
        + 0.4 * np.cos(y / 6 - z / 11)
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
    noise = ndimage.gaussian_filter(rng.standard_normal((*on.shape, n_volumes)), (0.7, 0.7, 0.7, 0))
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


def still_runs(root: Path, out: Path) -> tuple[RunFiles, ...]:
    """The runs of sub-01 of ``write_bids(root)`` as if nobody had moved, with the files of that."""
    runs = find_runs(root, "x", ["01"])
    named = []
    for run in runs:
        n_volumes = nib.load(run.bold).shape[3]
        motion, confounds = out / f"{run.run_id}_xfm.txt", out / f"{run.run_id}_confounds.tsv"
        write_affines(motion, np.broadcast_to(np.eye(4), (n_volumes, 4, 4)))
        write_confounds(confounds, np.zeros((n_volumes, 6)))
        named.append(
            RunFiles(run.run_id, run.bold, run.events, run.sidecars, str(motion), str(confounds))
        )
    return tuple(named)


def responses(n_volumes: int, repetition_time_s: float = 2.0) -> np.ndarray:
    """What the events of ``rows`` evoke, (volume, condition)."""
    return np.stack(
        [
            event_regressor(
                np.array([onset for onset, _, name in rows() if name == condition]),
                np.full(3, 2.0),
                n_volumes,
                repetition_time_s,
            )
            for condition in CONDITIONS
        ],
        axis=1,
    )


def write_responses(root: Path, amplitudes: np.ndarray, n_volumes: int = 40) -> np.ndarray:
    """Give both runs of sub-01 planted responses, and return their intensity at rest, (x, y, z).

    Parameters
    ----------
    amplitudes : (condition, x, y, z), fractions of the intensity
    """
    on = grid()
    still = head(on.points()).reshape(on.shape) + 5
    signal = np.einsum("tc,cxyz->xyzt", responses(n_volumes), amplitudes)
    for run in (1, 2):
        noise = np.random.default_rng(run).standard_normal(signal.shape)
        data = still[..., None] * (1 + signal + 0.0001 * noise)
        path = root / f"sub-01/func/sub-01_task-x_run-{run}_bold.nii.gz"
        save(path, data.astype(np.float32), on.affine)
    return still
