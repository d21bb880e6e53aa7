#!/usr/bin/env bash
# rsatoolbox 0.3.2, scipy 1.17.1, numpy 2.4.6, scikit-learn 1.9.1: correlation with a constant pattern. 2026-11-29.
# Expected: the correlation of a pattern that does not vary is not defined: NaN, whatever its value.
# Seen: NaN if the constant is 0, .5 or 1, whose mean is exact; a number if it is .1 or 12345.678, whose mean
#   is off by one bit, so that rounding error is normalised to length 1: the distance is 1 and no
#   warning says so. A mask's edge filled with 0 is seen, one filled with .1 is not.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
python3 -m venv venv >/dev/null
venv/bin/pip install -q 'rsatoolbox==0.3.2' 'numpy==2.4.6' 'scipy==1.17.1' 'scikit-learn==1.9.1' 2>/dev/null
venv/bin/python -W ignore - <<'P'
from importlib.metadata import version

import numpy as np, scipy
from rsatoolbox.data import Dataset
from rsatoolbox.rdm import calc_rdm
from scipy.spatial.distance import pdist
from sklearn.metrics import pairwise_distances

print("rsatoolbox", version("rsatoolbox"), "scipy", scipy.__version__, "numpy", np.__version__)
patterns = np.random.default_rng(0).normal(size=(3, 50))
found = {}
for value in (0.0, 0.5, 1.0, 0.1, 12345.678):
    patterns[1] = value
    found[value] = [
        calc_rdm(Dataset(patterns), method="correlation").dissimilarities[0][0],
        pdist(patterns, "correlation")[0],
        1 - np.corrcoef(patterns)[0, 1],
        pairwise_distances(patterns, metric="correlation")[0, 1],
    ]
    print(value, "rsatoolbox, pdist, corrcoef, sklearn:", [round(float(x), 3) for x in found[value]])
assert all(np.isnan(found[value]).all() for value in (0.0, 0.5, 1.0))
assert all(np.isfinite(found[value]).all() for value in (0.1, 12345.678))
P
