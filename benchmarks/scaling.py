"""How cost grows with participants, voxels, layers and clips, and what a second core brings.

Growth is CPU time of one thread at four sizes and a straight line through them. Strong scaling is
the wall time of the same jobs, one participant each, in one and in two processes, as Snakemake
runs them on one and on two cores; it needs a machine that does nothing else.
"""

import argparse
import multiprocessing
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from nilearn.datasets import load_mni152_brain_mask
from threadpoolctl import threadpool_limits

from benchmarks.glm import recording, trials
from benchmarks.report import RESULTS_DIR, report
from benchmarks.timing import cpu_s
from crossmodal.bold.model.glm import GLMConfig, fit
from crossmodal.inference.maps.max_t import max_sums, unit_maps
from crossmodal.inference.sign_flips import sign_patterns
from crossmodal.rsa.searchlight import SearchlightConfig, searchlight_rsa
from crossmodal.simulate.clips import write_actor
from crossmodal.simulate.clips_config import SimulatedClips, clip_files
from crossmodal.stimuli.extraction import ClipExtractor
from crossmodal.stimuli.extraction_config import AudioConfig, FaceConfig

N_CONDITIONS, N_MODELS, RADIUS_MM = 72, 116, 9.0
N_PAIRS = N_CONDITIONS * (N_CONDITIONS - 1) // 2
N_VOXELS, N_JOBS = 10_000, 8
FACE = FaceConfig("dlib", None, None, 1, 0.0, 360, 0.2, 0.2, 0.5, 0.2, 64, 64)
AUDIO = AudioConfig(16000, 3.0, 96, 80, 1024)


@dataclass(frozen=True)
class Growth:
    """Seconds of CPU time ``at`` each size of one dimension."""

    stage: str
    dimension: str
    at: Sequence[int]
    seconds: Sequence[float]

    @property
    def line(self) -> np.ndarray:
        """Slope and intercept by least squares."""
        return np.polyfit(self.at, self.seconds, 1)

    @property
    def r_squared(self) -> float:
        """Share of the variance of the times that the line explains."""
        return float(np.corrcoef(self.at, self.seconds)[0, 1] ** 2)


def growth(
    stage: str, dimension: str, sizes: Sequence[int], work: Callable[[int], object]
) -> Growth:
    """Time ``work(size)`` at every size."""
    for size in sizes:  # compiled kernels, data
        work(size)
    return Growth(stage, dimension, sizes, [cpu_s(partial(work, size)) for size in sizes])


def brain_slab(n_voxels: int) -> tuple[np.ndarray, np.ndarray]:
    """The brain mask at 3 mm, filled from below with about so many voxels, and its affine."""
    image = load_mni152_brain_mask(resolution=3)
    mask = np.asarray(image.dataobj) > 0
    below = np.cumsum(mask.sum(axis=(0, 1)))
    mask[:, :, np.searchsorted(below, n_voxels) + 1 :] = False
    return mask, image.affine


def searchlight(n_voxels: int, n_models: int = N_MODELS) -> int:
    """One participant's maps in a part of the brain; the number of its voxels."""
    rng = np.random.default_rng(0)
    mask, affine = brain_slab(n_voxels)
    betas = rng.normal(size=(1, N_CONDITIONS, int(mask.sum()))).astype(np.float32)
    models = rng.normal(size=(n_models, N_PAIRS))
    searchlight_rsa(betas, mask, affine, models, SearchlightConfig(RADIUS_MM))
    return int(mask.sum())


@cache
def series(n_voxels: int) -> np.ndarray:
    """One run, float32 (volume, voxel)."""
    return recording(trials(), n_voxels)


def betas(n_voxels: int) -> None:
    """One run's betas by the pooled AR(1) model."""
    fit(series(n_voxels), trials(), GLMConfig())


@cache
def maps(n_participants: int) -> np.ndarray:
    """Similarities, float32 (participant, voxel)."""
    shape = (n_participants, 4 * N_VOXELS)
    return np.random.default_rng(0).normal(size=shape).astype(np.float32)


def group_test(n_participants: int) -> None:
    """Maxima over voxels of 2,000 sign flips."""
    signs = sign_patterns(n_participants, 2000, 0)
    max_sums(unit_maps(maps(n_participants)), signs, "greater")


def all_growth(clip: str) -> list[Growth]:
    """Every stage over the dimension that the full study is larger in."""
    extractor = ClipExtractor(FACE, AUDIO, ["video", "audio"])
    sizes = [5_000, 10_000, 20_000, 40_000]
    voxels = growth("searchlight", "voxels", sizes, searchlight)
    exact = [int(brain_slab(size)[0].sum()) for size in sizes]
    # 116: four regimes of 29 layers; 1,160: those of ten seeds each.
    layers = growth("searchlight", "layers", [116, 464, 812, 1160], partial(searchlight, 5_000))
    return [
        growth("group test", "participants", [43, 86, 129, 172], group_test),
        Growth("searchlight", "voxels", exact, voxels.seconds),
        growth("betas", "voxels", [2_000, 4_000, 8_000, 16_000], betas),
        layers,
        # The same clip again and again: clips differ in what their faces cost.
        growth(
            "extraction", "clips", [2, 4, 6, 8], lambda n: list(extractor.extract_all([clip] * n))
        ),
    ]


def wall_s(job: Callable[[int], object], n_cores: int) -> float:
    """Wall time of N_JOBS equal jobs on so many cores; each process warmed up before."""
    os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    context = multiprocessing.get_context("spawn")
    with context.Pool(n_cores) as pool:
        pool.map(job, [1_000] * n_cores, chunksize=1)
        start = time.perf_counter()
        pool.map(job, [N_VOXELS] * N_JOBS, chunksize=1)
        return time.perf_counter() - start


def plot(lines: Sequence[Growth], path: Path) -> None:
    """One panel for each stage: measured times and the line."""
    figure, panels = plt.subplots(1, len(lines), figsize=(3 * len(lines), 2.6), squeeze=False)
    for axes, one in zip(panels[0], lines, strict=True):
        ends = np.array([0, max(one.at)])
        axes.plot(ends, np.polyval(one.line, ends), color="0.6", linewidth=1)
        axes.plot(one.at, one.seconds, "o", color="#0072B2", markersize=4)
        axes.set(
            title=f"{one.stage}: R² = {one.r_squared:.3f}", xlabel=one.dimension, ylim=(0, None)
        )
    panels[0][0].set_ylabel("CPU time (s)")
    figure.tight_layout()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=100, metadata={"Software": None})
    plt.close(figure)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--no-cores", action="store_true", help="growth only")
    parser.add_argument("--plot", type=Path, default=RESULTS_DIR / "scaling.png")
    options = parser.parse_args(arguments or [])
    with threadpool_limits(1), tempfile.TemporaryDirectory() as folder:
        config = SimulatedClips(["neutral", "happy", "angry", "fearful"], 2.0, 15, 320, 180)
        clips = [str(Path(folder, file)) for file in clip_files("01", config.emotions)]
        write_actor(config, "01", 1, clips, f"{folder}/truth.tsv")
        lines = all_growth(clips[0])
    plot(lines, options.plot)
    rows = [
        _row(f"{one.stage} grows with {one.dimension} as a line", one.r_squared, "R²", 0.99)
        for one in lines
    ]
    for name, job in () if options.no_cores else (("searchlight", searchlight), ("betas", betas)):
        one, two = wall_s(job, 1), wall_s(job, 2)
        print(f"  {name}: {N_JOBS} jobs in {one:.1f} s on one core, {two:.1f} s on two")
        rows.append(_row(f"{name}: two cores over one", one / two, "x", 1.8))
    report("scaling", rows)


def _row(claim: str, value: float, unit: str, goal: float) -> dict[str, object]:
    return {"claim": claim, "value": value, "unit": unit, "goal": goal, "better": "higher"}


if __name__ == "__main__":
    import sys

    main(sys.argv[1:])
