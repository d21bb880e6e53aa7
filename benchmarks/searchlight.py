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
from nilearn.datasets import load_mni152_brain_mask
from threadpoolctl import threadpool_limits

from benchmarks.others.searchlight import cpu_s, joblib_us, numpy_us, rsatoolbox_us
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

N_CONDITIONS, N_MODELS, N_ORDERS, RADIUS_MM = 72, 116, 1000, 9.0
MAX_CENTRES_OF_ORDERS = 100_000  # a number per centre and order: 280 MB at 3 mm
N_PAIRS = N_CONDITIONS * (N_CONDITIONS - 1) // 2


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
    return 1e6 * cpu_s(work, 5) / (TILE * len(tiles))


def quadratic_us(betas: np.ndarray, around: Neighbourhoods, models: np.ndarray) -> float:
    """CPU time per centre of inner products of crossnobis RDMs with all models, without RDMs."""
    patterns, ready = arrange(betas, "crossnobis"), prepare(models, "cosine")
    inner_products(patterns, around, ready.weights[:, :1])
    return 1e6 / len(around) * cpu_s(lambda: inner_products(patterns, around, ready.weights), 1)


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
    """All rows of one resolution; the issue's goals are for 3 mm."""
    image = load_mni152_brain_mask(resolution=resolution_mm)
    mask, affine = np.asarray(image.dataobj) > 0, image.affine
    rng = np.random.default_rng(0)
    betas = rng.normal(size=(1, N_CONDITIONS, int(mask.sum()))).astype(np.float32)
    models = rng.normal(size=(N_MODELS, N_PAIRS))
    around = spheres(mask, affine, RADIUS_MM)
    row = partial(_row, resolution_mm)
    print(f"{resolution_mm} mm: {len(around)} centres, {around.sizes.mean():.0f} voxels a sphere")
    limit = roofline_us(float(around.sizes.mean()))
    print("  roofline, us: " + ", ".join(f"{k} {v:.1f}" for k, v in limit.items()))
    rows, ours = _rows_of_correlation(row, betas, around, models, sum(limit.values()))
    rows += _rows_of_crossnobis(row, around, models, ours)
    if whole:
        ratio = participant_ratio(betas, mask, affine, models)
        rows.append(row("whole participant over its kernel", ratio, "x", 2))
    return rows


Row = Callable[..., dict[str, object]]


def _rows_of_correlation(
    row: Row, betas: np.ndarray, around: Neighbourhoods, models: np.ndarray, roof_us: float
) -> tuple[list[dict[str, object]], float]:
    """Rows of 1 - Pearson RDMs, and our time per centre for Spearman."""
    spearman, pearson, cosine = (
        kernel_us(betas, around, models, comparison=name)
        for name in ("spearman", "pearson", "cosine")
    )
    numpy_loop, joblib_loop = numpy_us(betas, around, models), joblib_us(betas, around, models)
    toolbox = rsatoolbox_us(betas, around, models, "correlation")
    return [
        row("roofline per centre", roof_us, "us"),
        row("Spearman per centre", spearman, "us", 45),
        row("Spearman over roofline", spearman / roof_us, "x", 2.7),
        row("Pearson per centre", pearson, "us", 30),
        row("cosine per centre", cosine, "us", 30),
        row("plain numpy loop per centre", numpy_loop, "us"),
        row("nilearn-style joblib loop per centre", joblib_loop, "us"),
        row("rsatoolbox per centre", toolbox, "us"),
        row("numpy loop over ours", numpy_loop / spearman, "x", None, "higher"),
        row("joblib loop over ours", joblib_loop / spearman, "x", None, "higher"),
        row("rsatoolbox over ours", toolbox / spearman, "x", 1000, "higher"),
    ], spearman


def _rows_of_crossnobis(
    row: Row, around: Neighbourhoods, models: np.ndarray, spearman_us: float
) -> list[dict[str, object]]:
    """Rows of crossnobis RDMs of six runs, with and without making them."""
    rng = np.random.default_rng(1)
    six = rng.normal(size=(6, N_CONDITIONS, len(around))).astype(np.float32)
    crossnobis = kernel_us(six, around, models, "crossnobis", "cosine")
    form = quadratic_us(six, around, models)
    toolbox = rsatoolbox_us(six, around, models, "crossnobis", 3)
    higher = {"goal": None, "better": "higher"}
    rows = [
        row("crossnobis of 6 runs per centre", crossnobis, "us"),
        row("crossnobis of 6 runs over Spearman", crossnobis / spearman_us, "x", 3.5),
        row("rsatoolbox over ours, crossnobis", toolbox / crossnobis, "x", **higher),
        row("quadratic form per centre, 116 models", form, "us"),
        row("RDM path over quadratic form, 116 models", crossnobis / form, "x", **higher),
    ]
    if len(around) > MAX_CENTRES_OF_ORDERS:
        return rows
    # A thousand orders of the conditions: as many columns as a permutation test has.
    many = rng.normal(size=(N_ORDERS, N_PAIRS))
    permuted = kernel_us(six, around, many, "crossnobis", "cosine")
    permuted_form = quadratic_us(six, around, many)
    return [
        *rows,
        row(f"RDM path per centre, {N_ORDERS} orders", permuted, "us"),
        row(f"quadratic form per centre, {N_ORDERS} orders", permuted_form, "us"),
        row("RDM path, 1000 further columns", _further(crossnobis, permuted), "us"),
        row("quadratic form, 1000 further columns", _further(form, permuted_form), "us"),
    ]


def _further(with_models_us: float, with_orders_us: float) -> float:
    """What a thousand further columns cost per centre."""
    return 1000 * (with_orders_us - with_models_us) / (N_ORDERS - N_MODELS)


def _row(
    resolution_mm: int,
    claim: str,
    value: float,
    unit: str,
    goal: float | None = None,
    better: str = "lower",
) -> dict[str, object]:
    """A row of the report; times and ratios are judged at 3 mm, the whole participant too."""
    return {
        "claim": f"{resolution_mm} mm: {claim}", "value": value, "unit": unit,
        "goal": goal if resolution_mm == 3 else None, "better": better,
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
