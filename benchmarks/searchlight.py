"""Searchlight RSA against the processor's limit and against other ways to compute it.

Every number is CPU time of one thread on the same data in the same run: 72 conditions, 116
models, the MNI152 brain mask at 3 and 2 mm, spheres of 9 mm, Spearman unless said.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import rsatoolbox
from joblib import Parallel, delayed
from nilearn.datasets import load_mni152_brain_mask
from scipy.spatial.distance import pdist
from scipy.stats import rankdata
from threadpoolctl import threadpool_limits

from benchmarks.report import report
from crossmodal.contracts.betas import Betas
from crossmodal.contracts.maps import Maps
from crossmodal.rsa.comparisons import prepare
from crossmodal.rsa.config import SearchlightConfig
from crossmodal.rsa.layout import arrange
from crossmodal.rsa.neighbourhoods import Neighbourhoods, spheres
from crossmodal.rsa.quadratic import inner_products
from crossmodal.rsa.searchlight import searchlight_rsa
from crossmodal.rsa.tiles import TILE, tile_rdms

N_CONDITIONS, N_MODELS, RADIUS_MM = 72, 116, 9.0
N_PAIRS = N_CONDITIONS * (N_CONDITIONS - 1) // 2


def cpu_s(work: Callable[[], object], repeats: int = 5) -> float:
    """Least CPU time of several calls (the machine may be shared)."""
    times = []
    for _ in range(repeats):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def roofline_us(n_voxels: float) -> dict[str, float]:
    """Least time per centre for each stage, from rates measured here and now.

    Products at the rate of a large sgemm (the Gram matrix only its upper half), copies at the
    rate of the cache, ranks at the rate of numpy's vectorised sort of the values alone.
    """
    square = np.random.default_rng(0).normal(size=(768, 768)).astype(np.float32)
    flops = 2 * 768**3 / cpu_s(lambda: square @ square)
    values = np.random.default_rng(1).normal(size=(TILE, N_PAIRS)).astype(np.float32)
    sphere = np.ones((int(n_voxels), N_CONDITIONS), dtype=np.float32)
    to = np.empty_like(sphere)
    row, other = values[0].copy(), values[1].copy()
    loop = range(1000)
    return {
        "gather": 1e6 * cpu_s(lambda: [np.copyto(to, sphere) for _ in loop]) / len(loop),
        "gram": 1e6 * n_voxels * N_CONDITIONS * (N_CONDITIONS + 1) / flops,
        "rdm": 1e6 * cpu_s(lambda: [np.copyto(row, other) for _ in loop]) / len(loop),
        "ranks": 1e6 * cpu_s(lambda: np.sort(values, axis=1)) / TILE,
        "models": 1e6 * 2 * N_PAIRS * N_MODELS / flops,
    }


def kernel_us(
    betas: np.ndarray,
    around: Neighbourhoods,
    models: np.ndarray,
    distance: str = "correlation",
    comparison: str = "spearman",
) -> float:
    """Our CPU time per centre, over tiles spread through the brain."""
    patterns = arrange(betas, distance)
    ready = prepare(models, comparison)
    tiles = np.linspace(0, len(around) - TILE, 12).astype(int)

    def work() -> None:
        for first in tiles:
            rdms, _ = tile_rdms(patterns, around, first)
            ready(rdms)

    work()
    return 1e6 * cpu_s(work, 7) / (TILE * len(tiles))


def quadratic_us(betas: np.ndarray, around: Neighbourhoods, models: np.ndarray) -> float:
    """CPU time per centre of inner products of crossnobis RDMs with all models, without RDMs."""
    patterns, ready = arrange(betas, "crossnobis"), prepare(models, "cosine")
    return 1e6 / len(around) * cpu_s(lambda: inner_products(patterns, around, ready.weights), 2)


def numpy_centre(voxels: np.ndarray, betas: np.ndarray, ranked_models: np.ndarray) -> np.ndarray:
    """One centre as one would write it with numpy and scipy; models are ranked before."""
    ranks = rankdata(pdist(betas[:, voxels], "correlation"))
    ranks -= ranks.mean()
    return ranked_models @ (ranks / np.linalg.norm(ranks))


def ranked(models: np.ndarray) -> np.ndarray:
    ranks = rankdata(models, axis=1)
    ranks -= ranks.mean(axis=1, keepdims=True)
    return ranks / np.linalg.norm(ranks, axis=1, keepdims=True)


def numpy_us(betas: np.ndarray, around: Neighbourhoods, models: np.ndarray, n: int = 200) -> float:
    ready = ranked(models)
    centres = np.linspace(0, len(around) - 1, n).astype(int)
    return (
        1e6
        / n
        * cpu_s(lambda: [numpy_centre(around.voxels(c), betas[0], ready) for c in centres], 3)
    )


def joblib_us(betas: np.ndarray, around: Neighbourhoods, models: np.ndarray, n: int = 200) -> float:
    """As nilearn.decoding.SearchLight does it: chunks of centres through joblib."""
    ready = ranked(models)
    lists = [around.voxels(c) for c in np.linspace(0, len(around) - 1, n).astype(int)]
    call = delayed(numpy_centre)
    return (
        1e6
        / n
        * cpu_s(lambda: Parallel(n_jobs=1)(call(voxels, betas[0], ready) for voxels in lists), 3)
    )


def rsatoolbox_us(
    betas: np.ndarray, around: Neighbourhoods, models: np.ndarray, method: str, n: int = 6
) -> float:
    """rsatoolbox's own path: Dataset -> calc_rdm -> compare, per centre."""
    names = {"correlation": "spearman", "crossnobis": "cosine"}
    theirs = rsatoolbox.rdm.RDMs(models)
    runs = len(betas)
    rows = {
        "condition": np.tile(np.arange(N_CONDITIONS), runs),
        "run": np.repeat(np.arange(runs), N_CONDITIONS),
    }

    def centre(number: int) -> None:
        voxels = around.voxels(number)
        data = betas[:, :, voxels].reshape(-1, len(voxels)).astype(np.float64)
        dataset = rsatoolbox.data.Dataset(data, obs_descriptors=rows)
        options = {"cv_descriptor": "run"} if method == "crossnobis" else {}
        rdm = rsatoolbox.rdm.calc_rdm(dataset, method=method, descriptor="condition", **options)
        rsatoolbox.rdm.compare(rdm, theirs, method=names[method])

    centres = np.linspace(0, len(around) - 1, n).astype(int)
    return 1e6 / n * cpu_s(lambda: [centre(c) for c in centres], 1)


def participant_ratio(
    betas: np.ndarray, mask: np.ndarray, affine: np.ndarray, models: np.ndarray
) -> float:
    """Whole participant, reading betas and writing maps included, over its kernel (CPU time)."""
    config = SearchlightConfig(RADIUS_MM)
    ids = tuple(map(str, range(N_CONDITIONS)))
    variance = np.ones((len(betas), betas.shape[2]), dtype=np.float32)
    with tempfile.TemporaryDirectory() as folder:
        Betas(betas, mask, affine, ids, ("1",), variance, "MNI").write(f"{folder}/betas.h5")
        start = time.process_time()
        stored = Betas.read(f"{folder}/betas.h5")
        middle = time.process_time()
        values = searchlight_rsa(stored.betas, stored.mask, stored.affine, models, config)
        end = time.process_time()
        names = tuple(map(str, range(len(models))))
        Maps(values, mask, affine, names, "r", "MNI").write(Path(folder, "maps.nii.gz"))
        total = time.process_time() - start
    print(f"  read {middle - start:.2f} s, kernel {end - middle:.2f} s, total {total:.2f} s")
    return total / (end - middle)


def claims(resolution_mm: int, whole: bool) -> list[dict[str, object]]:
    image = load_mni152_brain_mask(resolution=resolution_mm)
    mask, affine = np.asarray(image.dataobj) > 0, image.affine
    rng = np.random.default_rng(0)
    betas = rng.normal(size=(1, N_CONDITIONS, int(mask.sum()))).astype(np.float32)
    models = rng.normal(size=(N_MODELS, N_PAIRS))
    around = spheres(mask, affine, RADIUS_MM)
    limit = roofline_us(float(around.sizes.mean()))
    print(f"{resolution_mm} mm: {len(around)} centres, {around.sizes.mean():.0f} voxels a sphere")
    print("  roofline, us: " + ", ".join(f"{k} {v:.1f}" for k, v in limit.items()))
    roof = sum(limit.values())
    ours = {
        comparison: kernel_us(betas, around, models, comparison=comparison)
        for comparison in ("spearman", "pearson", "cosine")
    }
    print("  ours, us: " + ", ".join(f"{k} {v:.1f}" for k, v in ours.items()))
    row = partial(_row, f"{resolution_mm} mm")
    spearman = ours["spearman"]
    rows = [
        row("Spearman over roofline", spearman / roof, "x", 2.7),
        row("numpy loop over ours", numpy_us(betas, around, models) / spearman, "x", 10, "higher"),
        row(
            "joblib loop over ours", joblib_us(betas, around, models) / spearman, "x", 10, "higher"
        ),
    ]
    if resolution_mm == 3:
        rows += _claims_at_3_mm(row, betas, around, models, ours)
    if whole:
        ratio = participant_ratio(betas, mask, affine, models)
        rows.append(row("whole participant over its kernel", ratio, "x", 2))
    return rows


def _claims_at_3_mm(
    row: Callable[..., dict[str, object]],
    betas: np.ndarray,
    around: Neighbourhoods,
    models: np.ndarray,
    ours: dict[str, float],
) -> list[dict[str, object]]:
    """Time per centre, and the toolbox's time over ours, for both pipelines."""
    six = np.random.default_rng(1).normal(size=(6, *betas.shape[1:])).astype(np.float32)
    crossnobis = kernel_us(six, around, models, "crossnobis", "cosine")
    form = quadratic_us(six, around, models)
    theirs = rsatoolbox_us(betas, around, models, "correlation")
    theirs_crossnobis = rsatoolbox_us(six, around, models, "crossnobis", 3)
    return [
        row("Spearman per centre", ours["spearman"], "us", 45),
        row("Pearson per centre", ours["pearson"], "us", 30),
        row("cosine per centre", ours["cosine"], "us", 30),
        row("rsatoolbox over ours", theirs / ours["spearman"], "x", 1000, "higher"),
        row("RDM path over quadratic form, crossnobis", crossnobis / form, "x", 3, "higher"),
        row("crossnobis of 6 runs over Spearman", crossnobis / ours["spearman"], "x", 3.5),
        row("rsatoolbox over ours, crossnobis", theirs_crossnobis / crossnobis, "x", 100, "higher"),
    ]


def _row(
    prefix: str, claim: str, value: float, unit: str, goal: float, better: str = "lower"
) -> dict[str, object]:
    return {
        "claim": f"{prefix}: {claim}", "value": value, "unit": unit, "goal": goal, "better": better
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--resolutions", type=int, nargs="+", default=[3, 2])
    parser.add_argument("--no-whole", action="store_true", help="leave out the whole participant")
    options = parser.parse_args()
    with threadpool_limits(1):
        rows = [r for mm in options.resolutions for r in claims(mm, not options.no_whole)]
    report("searchlight", rows)


if __name__ == "__main__":
    main()
