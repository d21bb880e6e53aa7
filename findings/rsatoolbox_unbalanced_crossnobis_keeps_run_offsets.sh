#!/usr/bin/env bash
# rsatoolbox 0.3.2: calc_rdm_unbalanced(method="crossnobis") lets a run's offset into distances. 2026-11-29.
# Expected: a cross-validated distance is made of differences of two conditions, so that a pattern
#   that one run adds to all its conditions (scanner drift, another baseline) cancels; it does in
#   calc_rdm, and in calc_rdm_unbalanced as long as every run shows every condition.
# Seen: where one run lacks one condition, all distances of that condition change with the offset of a
#   run (up to .5 here, where distances are about .2), silently: x_i x_i', x_j x_j' and x_i x_j' are averaged
#   over the pairs of runs that each of them has, which are not the same, so the offset does not cancel.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
python3 -m venv venv >/dev/null
venv/bin/pip install -q 'rsatoolbox==0.3.2' 'numpy==2.4.6' 2>/dev/null
venv/bin/python -W ignore - <<'P'
from importlib.metadata import version

import numpy as np
from rsatoolbox.data import Dataset
from rsatoolbox.rdm import calc_rdm_unbalanced

print("rsatoolbox", version("rsatoolbox"))
n_runs, n_conditions, n_voxels = 3, 4, 20
patterns = np.random.default_rng(0).normal(size=(n_runs, n_conditions, n_voxels))


def distances(missing, offset):
    rows = [(r, c) for r in range(n_runs) for c in range(n_conditions) if (r, c) != missing]
    data = np.stack([patterns[r, c] + (offset if r == 1 else 0) for r, c in rows])
    names = {"run": [r for r, _ in rows], "condition": [c for _, c in rows]}
    rdm = calc_rdm_unbalanced(Dataset(data, obs_descriptors=names), method="crossnobis",
                              descriptor="condition", cv_descriptor="run")
    order = np.argsort(rdm.pattern_descriptors["condition"])
    return rdm.get_matrices()[0][np.ix_(order, order)]


complete = np.abs(distances(None, 0) - distances(None, 5)).max()
print("complete runs, change by an offset of 5 in run 1:", round(complete, 12))
plain, shifted = distances((0, 2), 0), distances((0, 2), 5)
print("run 0 without condition 2; its distances without the offset:", plain[2].round(2))
print("                                          with the offset:", shifted[2].round(2))
assert complete < 1e-9 and np.abs(plain - shifted).max() > 0.2
P
