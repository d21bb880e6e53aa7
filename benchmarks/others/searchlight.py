"""Searchlight RSA as others would compute it, on the same arrays as ours."""

import time
from collections.abc import Callable

import numpy as np
import rsatoolbox
from joblib import Parallel, delayed
from scipy.spatial.distance import pdist
from scipy.stats import rankdata

from crossmodal.rsa.neighbourhoods import Neighbourhoods

MEASURED_S = 0.3  # of CPU time at a time: some clocks of CPU time tick in hundredths of a second


def cpu_s(work: Callable[[], object], repeats: int = 5) -> float:
    """CPU time of one call: the least of several measurements (the machine may be shared)."""
    times = []
    for _ in range(repeats):
        start, n_calls, spent = time.process_time(), 0, 0.0
        while spent < MEASURED_S:
            work()
            n_calls += 1
            spent = time.process_time() - start
        times.append(spent / n_calls)
    return min(times)


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
    runs, n_conditions, _ = betas.shape
    rows = {
        "condition": np.tile(np.arange(n_conditions), runs),
        "run": np.repeat(np.arange(runs), n_conditions),
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
