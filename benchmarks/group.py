"""Sign-flip inference against nilearn.mass_univariate.permuted_ols, per permutation.

CPU time of one thread on the same data in the same run: 43 participants, the MNI152 brain mask
at 3 mm. The cost of a permutation is the difference between two numbers of permutations.
"""

import argparse
import warnings

import numpy as np
from nilearn.datasets import load_mni152_brain_mask
from nilearn.maskers import NiftiMasker
from nilearn.mass_univariate import permuted_ols
from scipy.ndimage import gaussian_filter
from threadpoolctl import threadpool_limits

from benchmarks.report import report
from benchmarks.timing import cpu_s
from crossmodal.inference.maps.max_t import max_sums, unit_maps
from crossmodal.inference.maps.permutation import map_null, map_statistic
from crossmodal.inference.sign_flips import sign_patterns

N_PARTICIPANTS = 43


def group_data(mask: np.ndarray) -> np.ndarray:
    """float32 (participant, voxel) of smooth noise."""
    rng = np.random.default_rng(0)
    noise = (gaussian_filter(rng.normal(size=mask.shape), 1.5)[mask] for _ in range(N_PARTICIPANTS))
    return np.stack(list(noise)).astype(np.float32)


def ours_ms(data: np.ndarray, mask: np.ndarray) -> tuple[float, float]:
    """Milliseconds per permutation of max-T and of TFCE."""
    signs = sign_patterns(N_PARTICIPANTS, 2000, 0)
    max_t = cpu_s(lambda: max_sums(unit_maps(data), signs, "greater")) / len(signs)
    statistic = map_statistic("tfce", mask, "greater", 0)
    few = sign_patterns(N_PARTICIPANTS, 64, 0)
    map_null(data[:, None], few[:2], statistic)
    tfce = cpu_s(lambda: map_null(data[:, None], few, statistic)) / len(few)
    return 1e3 * max_t, 1e3 * tfce


def nilearn_ms(data: np.ndarray, masker: NiftiMasker, tfce: bool, few: int, many: int) -> float:
    """Milliseconds per permutation of permuted_ols."""

    def run(n: int) -> float:
        return cpu_s(
            lambda: permuted_ols(
                np.ones((N_PARTICIPANTS, 1)), data.astype(np.float64), model_intercept=False,
                n_perm=n, two_sided_test=False, masker=masker, tfce=tfce, output_type="dict",
            ),
            1,
        )  # fmt: skip

    return 1e3 * (run(many) - run(few)) / (many - few)


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    warnings.simplefilter("ignore")
    image = load_mni152_brain_mask(resolution=3)
    mask = np.asarray(image.dataobj) > 0
    masker = NiftiMasker(image).fit()
    data = group_data(mask)
    with threadpool_limits(1):
        ours = ours_ms(data, mask)
        theirs = (nilearn_ms(data, masker, False, 20, 220), nilearn_ms(data, masker, True, 2, 10))
    rows = []
    for name, mine, other in zip(("max-T", "TFCE"), ours, theirs, strict=True):
        print(f"{name}: ours {mine:.3f} ms, nilearn {other:.1f} ms a permutation")
        rows.append(
            {"claim": f"nilearn over ours, {name}", "value": other / mine, "unit": "x",
             "goal": 30, "better": "higher"}
        )  # fmt: skip
    report("group", rows)


if __name__ == "__main__":
    main()
