"""The first-level models against nilearn's, on the same series and design in the same run.

480 volumes, 72 trials, six motion parameters. CPU time of one thread; the number of voxels
is reduced, since the time of all fits but for a small constant is proportional to it.
"""

import argparse
import time
import warnings
from collections.abc import Callable

import nibabel as nib
import numpy as np
import pandas as pd
from nilearn.glm.first_level import FirstLevelModel
from threadpoolctl import threadpool_limits

from benchmarks.report import report
from crossmodal.bold.design import event_regressor, high_pass_basis
from crossmodal.bold.glm import Design, GLMConfig, fit

N_VOLUMES, N_TRIALS, TR_S, HIGH_PASS_S = 480, 72, 2.0, 128.0


def cpu_s(work: Callable[[], object], repeats: int) -> float:
    """Least CPU time of several calls (the machine may be shared)."""
    times = []
    for _ in range(repeats):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def trials() -> Design:
    """One regressor for each trial of 3 s, in random order, and slow head motion."""
    rng = np.random.default_rng(0)
    onsets = 8 + 12.5 * np.arange(N_TRIALS) + rng.uniform(0, 4, N_TRIALS)
    columns = [
        event_regressor(np.array([onset]), np.array([3.0]), N_VOLUMES, TR_S) for onset in onsets
    ]
    motion = np.cumsum(rng.normal(size=(N_VOLUMES, 6)), axis=0) / 50
    names = (*(f"trial_{i:02d}" for i in range(N_TRIALS)), *(f"motion_{i}" for i in range(6)))
    slow = high_pass_basis(N_VOLUMES, TR_S, HIGH_PASS_S)
    return Design(np.stack(columns, axis=1), motion, slow, names)


def recording(design: Design, n_voxels: int) -> np.ndarray:
    """Responses and AR(1) noise, float32 (volume, voxel), mean about 100."""
    rng = np.random.default_rng(1)
    noise = rng.standard_normal((N_VOLUMES, n_voxels))
    for index in range(1, N_VOLUMES):
        noise[index] += 0.35 * noise[index - 1]
    signal = design.conditions @ rng.normal(size=(N_TRIALS, n_voxels))
    return (100 + signal + noise).astype(np.float32)


def table(design: Design, conditions: np.ndarray, names: list[str]) -> pd.DataFrame:
    """A design for nilearn: the given conditions and our nuisance columns, unfiltered."""
    columns = [conditions, design.nuisance, design.slow, np.ones((N_VOLUMES, 1))]
    n_slow = design.slow.shape[1]
    rest = [*design.names[N_TRIALS:], *(f"cosine_{i:02d}" for i in range(n_slow)), "constant"]
    return pd.DataFrame(np.column_stack(columns), columns=[*names, *rest])


def nilearn_betas(image: nib.Nifti1Image, designs: list[pd.DataFrame], n_each: int) -> np.ndarray:
    """Betas of the first ``n_each`` columns of every design, one model a design."""
    mask = nib.Nifti1Image(np.ones(image.shape[:3], dtype=np.uint8), image.affine)
    betas = []
    for design in designs:
        model = FirstLevelModel(t_r=TR_S, mask_img=mask, noise_model="ar1", signal_scaling=False)
        model.fit(image, design_matrices=design)
        for name in design.columns[:n_each]:
            effect = model.compute_contrast(name, output_type="effect_size")
            betas.append(effect.get_fdata().ravel())
    return np.array(betas)


def separate(design: Design, trial: int) -> pd.DataFrame:
    """LSS by definition: one trial, and the sum of all others."""
    rest = np.delete(design.conditions, trial, axis=1).sum(axis=1)
    pair = np.column_stack([design.conditions[:, trial], rest])
    return table(design, pair, [design.names[trial], "others"])


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", type=int, default=16, help="voxels along each axis of the cube")
    parser.add_argument("--lss-trials", type=int, default=3, help="fits to extrapolate from")
    options = parser.parse_args(arguments or [])
    warnings.simplefilter("ignore")
    with threadpool_limits(1):
        rows = compare(options.side, options.lss_trials)
    report("glm", rows)


def compare(side: int, n_lss: int) -> list[dict]:
    """Claims: times relative to nilearn's, and how well betas agree."""
    design = trials()
    series = recording(design, side**3)
    image = nib.Nifti1Image(series.T.reshape(side, side, side, N_VOLUMES), np.eye(4))
    names = list(design.names[:N_TRIALS])
    together = [table(design, design.conditions, names)]
    chosen = np.linspace(0, N_TRIALS - 1, n_lss).astype(int)
    one_by_one = [separate(design, trial) for trial in chosen]

    ours = {
        name: fit(series, design, GLMConfig(estimator=name)).patterns for name in ("lsa", "lss")
    }
    seconds = {
        name: cpu_s(lambda name=name: fit(series, design, GLMConfig(estimator=name)), 3)
        for name in ours
    }
    found: dict[str, np.ndarray] = {}
    theirs = {
        "lsa": cpu_s(lambda: found.update(lsa=nilearn_betas(image, together, N_TRIALS)), 1),
        "lss": cpu_s(lambda: found.update(lss=nilearn_betas(image, one_by_one, 1)), 1)
        * N_TRIALS
        / n_lss,
    }
    agreement = {
        "lsa": np.corrcoef(ours["lsa"].ravel(), found["lsa"].ravel())[0, 1],
        "lss": np.corrcoef(ours["lss"][chosen].ravel(), found["lss"].ravel())[0, 1],
    }
    what = {
        "lsa": "72 betas, AR(1), one model: nilearn's FirstLevelModel takes",
        "lss": "72 betas, AR(1), one model a trial (LSS): nilearn takes",
    }
    return [
        {"claim": f"{what[name]} … times our CPU time", "value": theirs[name] / seconds[name],
         "unit": "x", "goal": goal, "better": "higher"}
        for name, goal in (("lsa", 5.0), ("lss", 100.0))
    ] + [
        {"claim": f"{name.upper()} betas: correlation with nilearn's", "value": value, "unit": "r",
         "goal": 0.99, "better": "higher"}
        for name, value in agreement.items()
    ]  # fmt: skip


if __name__ == "__main__":
    import sys

    main(sys.argv[1:])
