"""Betas as other programs write them: SPM12's and GLMsingle's layouts, tables, statistical maps."""

from collections.abc import Sequence
from pathlib import Path

import h5py
import nibabel as nib
import numpy as np
from scipy.io import savemat

from crossmodal.contracts.betas import Betas

CONDITIONS = ("a", "b", "c", "d")
SHAPE = (5, 6, 4)
MAPS_AFFINE = np.diag([-3.0, 3.0, 3.0, 1.0])


def example(n_runs: int = 2, seed: int = 0, conditions: Sequence[str] = CONDITIONS) -> Betas:
    """Random betas in a mask that is not the whole grid."""
    rng = np.random.default_rng(seed)
    mask = np.ones(SHAPE, dtype=bool)
    mask[0, :2] = False
    shape = (n_runs, len(conditions), int(mask.sum()))
    values = rng.normal(size=shape).astype(np.float32)
    variance = rng.uniform(0.5, 2, size=(n_runs, shape[2])).astype(np.float32)
    affine = np.array([[-3.0, 0, 0, 6], [0, 3, 0, -9], [0, 0, 3, -6], [0, 0, 0, 1]])
    runs = tuple(f"run-{run + 1}" for run in range(n_runs))
    return Betas(values, mask, affine, tuple(conditions), runs, variance, "MNI152")


def save(path: Path, values: np.ndarray, betas: Betas, outside: float = np.nan) -> str:
    """Values (voxel,) of the mask as a NIfTI."""
    path.parent.mkdir(parents=True, exist_ok=True)
    volume = np.full(betas.mask.shape, outside, dtype=np.float32)
    volume[betas.mask] = values
    nib.Nifti1Image(volume, betas.affine).to_filename(path)
    return path.name


def write_table(folder: Path, participants: dict[str, Betas]) -> Path:
    """images.tsv and the images it names, residual variance too."""
    lines = ["participant\trun\tcondition\tpath\tresidual_variance"]
    for label, betas in participants.items():
        for r, run in enumerate(betas.run_ids):
            noise = save(
                folder / f"sub-{label}_{run}_variance.nii", betas.residual_variance[r], betas
            )
            for c, name in enumerate(betas.condition_ids):
                image = folder / f"sub-{label}_{run}_{name}.nii"
                lines.append(
                    f"sub-{label}\t{run}\t{name}\t{save(image, betas.betas[r, c], betas)}\t{noise}"
                )
    (folder / "images.tsv").write_text("\n".join(lines) + "\n")
    return folder / "images.tsv"


def struct(rows: list[dict]) -> np.ndarray:
    """A MATLAB struct array: scipy would make a cell array of a list of dicts."""
    out = np.empty((1, len(rows)), dtype=[(key, object) for key in rows[0]])
    for i, row in enumerate(rows):
        out[0, i] = tuple(row.values())
    return out


def cell(items: Sequence[str]) -> np.ndarray:
    """A MATLAB cell array of texts."""
    return np.array([list(items)], dtype=object)


def write_spm(folder: Path, betas: Betas, extra: bool = True, level: float = 100.0) -> Path:
    """SPM.mat and its images as SPM12's first level leaves them.

    Columns of a session: each condition, its time derivative and (of the first) a modulator, two
    motion columns; constants of all sessions last. Positions of files are another machine's.
    """
    names: list[str] = []
    images: list[np.ndarray] = []
    junk = np.full(int(betas.mask.sum()), 7.0)
    sessions = []
    for r in range(len(betas.run_ids)):
        units = []
        for c, name in enumerate(betas.condition_ids):
            modulators = [f"{name}xRT^1"] if extra and c == 0 else []
            for column in [name, *modulators]:
                for basis in (1, 2) if extra else (1,):
                    names.append(f"Sn({r + 1}) {column}*bf({basis})")
                    is_response = column == name and basis == 1
                    images.append(betas.betas[r, c] if is_response else junk)
            units.append({"name": cell([name, *modulators]), "dt": 0.1})
        for motion in ("R1", "R2"):
            names.append(f"Sn({r + 1}) {motion}")
            images.append(junk)
        sessions.append({"U": struct(units), "row": np.arange(1, 11)})
    for r in range(len(betas.run_ids)):
        names.append(f"Sn({r + 1}) constant")
        images.append(junk * 0 + level)
    folder.mkdir(parents=True, exist_ok=True)
    files = [save(folder / f"beta_{i:04d}.nii", each, betas) for i, each in enumerate(images, 1)]
    save(folder / "ResMS.nii", betas.residual_variance[0], betas)
    basis = "hrf (with time derivative)" if extra else "hrf"
    content = {
        "swd": "D:\\somebody\\elses\\sub",
        "xX": {"name": cell(names), "iC": np.arange(1, len(names)), "iB": np.array([len(names)])},
        "Vbeta": struct([{"fname": name, "dim": np.array(SHAPE)} for name in files]),
        "VResMS": {"fname": "ResMS.nii"},
        "xBF": {"name": basis},
        "Sess": struct(sessions),
    }
    savemat(folder / "SPM.mat", {"SPM": content})
    return folder / "SPM.mat"


def write_glmsingle(folder: Path, betas: Betas, repeats: int = 1, end: str = "hdf5") -> Path:
    """TYPED output, its table of trials and a reference; trials are shuffled within runs."""
    rng = np.random.default_rng(5)
    folder.mkdir(parents=True, exist_ok=True)
    volumes, rows = [], ["run\tcondition"]
    for r, run in enumerate(betas.run_ids):
        for c in rng.permutation(list(range(len(betas.condition_ids))) * repeats):
            volume = np.full(betas.mask.shape, np.nan, dtype=np.float32)
            volume[betas.mask] = betas.betas[r, c]
            volumes.append(volume)
            rows.append(f"{run}\t{betas.condition_ids[c]}")
    arrays = {
        "betasmd": np.stack(volumes, axis=-1),
        "meanvol": np.where(betas.mask, 800.0, 0).astype(np.float32),
        "R2": np.zeros(betas.mask.shape, dtype=np.float32),
    }
    path = folder / f"TYPED_FITHRF_GLMDENOISE_RR.{end}"
    if end == "npz":
        np.savez(path, **arrays)
    else:
        with h5py.File(path, "w") as file:
            for name, values in arrays.items():
                file[name] = values
            file["pcregressors"] = h5py.Empty("f")
            file.attrs["pcnum"] = 3
    (folder / "trials.tsv").write_text("\n".join(rows) + "\n")
    save(folder / "mask.nii", np.ones(int(betas.mask.sum())), betas, outside=0)
    return path


def write_statmaps(folder: Path, label: str, betas: Betas) -> None:
    """nilearn's and FitLins's names, with maps of other statistics beside the effects."""
    for r in range(len(betas.run_ids)):
        for c, name in enumerate(betas.condition_ids):
            stem = f"sub-{label}/func/sub-{label}_task-x_run-{r + 1}_contrast-{name}_stat-"
            save(folder / f"{stem}effect_statmap.nii.gz", betas.betas[r, c], betas, 0)
            save(folder / f"{stem}t_statmap.nii.gz", 9 * betas.betas[r, c], betas, 0)


def write_maps(folder: Path, n: int = 7) -> list[str]:
    """Noise with an effect, and table.tsv."""
    rng, rows, names = np.random.default_rng(1), ["participant\tpath"], []
    for number in range(n):
        values = rng.normal(size=(8, 7, 6)).astype(np.float32)
        values[2:4, 2:4, 2:4] += 4
        image = nib.Nifti1Image(values, MAPS_AFFINE)
        image.set_sform(MAPS_AFFINE, 4)
        names.append(f"con_{number:04d}.nii")
        image.to_filename(folder / names[-1])
        rows.append(f"{number:02d}\t{names[-1]}")
    (folder / "table.tsv").write_text("\n".join(rows) + "\n")
    return names
