"""The first-level models against nilearn's, on the same series and design in the same run.

480 volumes, 72 trials, six motion parameters. CPU time of one thread for the same cube of voxels,
about a brain at 3 mm, everything included; the LSS of nilearn on some of the 72 models. A second,
smaller cube tells what a voxel costs nilearn without what a call costs at any size.
"""

import argparse
import resource
import subprocess
import sys
import warnings
from functools import partial

import nibabel as nib
import numpy as np
import pandas as pd
from nilearn.glm.first_level import FirstLevelModel
from threadpoolctl import threadpool_limits

from benchmarks.report import report
from benchmarks.timing import cpu_s
from crossmodal.bold.model.design import event_regressor, high_pass_basis
from crossmodal.bold.model.glm import Design, GLMConfig, fit

N_VOLUMES, N_TRIALS, TR_S, HIGH_PASS_S = 480, 72, 2.0, 128.0
SIDES = (22, 41)  # voxels along an edge of the cubes; results are compared on the first
WHOLE_BRAIN = 235_000  # voxels of 2 mm
SAMPLED = (0, 47)  # the trials that nilearn's LSS is timed on


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
    series = rng.standard_normal((N_VOLUMES, n_voxels), dtype=np.float32)
    for index in range(1, N_VOLUMES):
        series[index] += np.float32(0.35) * series[index - 1]
    weights = rng.standard_normal((N_TRIALS, n_voxels), dtype=np.float32)
    for rows in np.array_split(np.arange(N_VOLUMES), 8):  # never a second copy of the run
        series[rows] += design.conditions[rows].astype(np.float32) @ weights + 100
    return series


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


def nilearn_s(side: int, designs: list[pd.DataFrame], n_each: int, design: Design) -> float:
    """nilearn's CPU time, seconds, for a cube."""
    series = recording(design, side**3)
    image = nib.Nifti1Image(series.T.reshape(side, side, side, N_VOLUMES), np.eye(4))
    return cpu_s(lambda: nilearn_betas(image, designs, n_each), 1)


def ours_s(side: int, design: Design) -> dict[str, float]:
    """Our CPU time, seconds, for a cube."""
    series = recording(design, side**3)
    return {
        name: cpu_s(partial(fit, series, design, GLMConfig(estimator=name)), 1)
        for name in ("lsa", "lss")
    }


def agreement(design: Design) -> dict[str, float]:
    """Correlation of our betas with nilearn's, on a sample of voxels and trials."""
    side = SIDES[0]
    series = recording(design, side**3)
    image = nib.Nifti1Image(series.T.reshape(side, side, side, N_VOLUMES), np.eye(4))
    lsa, lss = (fit(series, design, GLMConfig(estimator=name)).patterns for name in ("lsa", "lss"))
    theirs = nilearn_betas(image, together(design), N_TRIALS)
    separately = nilearn_betas(image, [separate(design, trial) for trial in SAMPLED], 1)
    return {
        "lsa": np.corrcoef(lsa.ravel(), theirs.ravel())[0, 1],
        "lss": np.corrcoef(lss[list(SAMPLED)].ravel(), separately.ravel())[0, 1],
    }


def together(design: Design) -> list[pd.DataFrame]:
    """LSA: one design with all trials."""
    return [table(design, design.conditions, list(design.names[:N_TRIALS]))]


def peak_gb(n_voxels: int) -> float:
    """Peak memory of a process that holds one run and fits it, libraries included."""
    command = [sys.executable, "-m", "benchmarks.glm", "--peak", "--voxels", str(n_voxels)]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(result.stdout.split()[-1]) / 1e6


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--voxels", type=int, default=WHOLE_BRAIN)
    parser.add_argument("--peak", action="store_true", help="fit once, print peak memory in kB")
    options = parser.parse_args(arguments or [])
    warnings.simplefilter("ignore")
    with threadpool_limits(1):
        if options.peak:
            design = trials()
            fit(recording(design, options.voxels), design, GLMConfig(estimator="lss"))
            print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
        else:
            # Memory first: a child's peak counts from what its parent holds when it starts.
            report("glm", [*memory(options.voxels), *speed(), *agreements()])


def speed() -> list[dict]:
    """Claims: nilearn's times over ours."""
    design = trials()
    ours = ours_s(SIDES[1], design)
    one_by_one = [separate(design, trial) for trial in SAMPLED]
    small, large = (nilearn_s(side, together(design), N_TRIALS, design) for side in SIDES)
    lss = nilearn_s(SIDES[1], one_by_one, 1, design) * N_TRIALS / len(SAMPLED)
    n_voxels = [side**3 for side in SIDES]
    per_voxel = (large - small) / (n_voxels[1] - n_voxels[0])
    size = f"{N_VOLUMES} x {n_voxels[1]}"
    print(f"ours {ours}, nilearn {small:.1f} and {large:.1f} s, LSS {lss:.0f} s")
    return [
        claim(f"72 betas, AR(1): nilearn's FirstLevelModel over ours ({size})",
              large / ours["lsa"], "x", 8.0),
        claim("the same, without what a call of nilearn's costs at any size",
              per_voxel * n_voxels[1] / ours["lsa"], "x", 8.0),
        claim(f"72 betas, AR(1), a model each (LSS): nilearn over ours ({size})",
              lss / ours["lss"], "x", 500.0),
    ]  # fmt: skip


def memory(n_voxels: int) -> list[dict]:
    """Claim: peak memory."""
    text = f"peak memory of a process that fits {N_VOLUMES} x {n_voxels} voxels"
    return [claim(text, peak_gb(n_voxels), "GB", 1.5, "lower")]


def agreements() -> list[dict]:
    """Claims: how well betas agree."""
    found = agreement(trials())
    return [
        claim("LSA betas: correlation with nilearn's", found["lsa"], "r", 0.99),
        claim("LSS betas: correlation with nilearn's", found["lss"], "r", 0.99),
    ]


def claim(text: str, value: float, unit: str, goal: float, better: str = "higher") -> dict:
    return {"claim": text, "value": value, "unit": unit, "goal": goal, "better": better}


if __name__ == "__main__":
    main(sys.argv[1:])
