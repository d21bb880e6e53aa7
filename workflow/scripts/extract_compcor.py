"""Write the confounds of one run with its aCompCor components."""

from typing import TYPE_CHECKING, Any

import numpy as np

from crossmodal.bold.align.resample import compose, sample_series
from crossmodal.bold.align.transform_files import read_affines, read_warp
from crossmodal.bold.model.compcor import component_names, components, noise_points
from crossmodal.bold.model.confounds import MEASURED, MOTION, read_confounds, write_confounds
from crossmodal.bold.model.design import high_pass_basis
from crossmodal.bold.read.derivatives import sidecar
from crossmodal.bold.read.images import read_series
from crossmodal.bold.read.run_files import RunFiles, run_timing
from crossmodal.contracts.atomic import write_json
from crossmodal.provenance.record import recorded

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    given, trust = snakemake.input, snakemake.params.trust_affine
    timing = run_timing(
        RunFiles("", given.bold, "", tuple(given.sidecars), None, "", trust_affine=trust)
    )
    t1_to_bold = read_affines(given.coregistration)[0]
    points = compose(noise_points(), read_warp(given.warp), t1_to_bold)
    series = sample_series(*read_series(given.bold, trust), points, read_affines(given.motion))
    slow = high_pass_basis(timing.n_volumes, timing.repetition_time_s, snakemake.params.high_pass_s)
    n_components = snakemake.params.n_components
    found = components(series, slow.astype(np.float32), n_components)
    measured = (*MOTION, *MEASURED)
    own = read_confounds(given.measured, measured, timing.n_volumes, may_be_constant=measured)
    own[0, len(MOTION) :] = np.nan  # the first volume has no predecessor; reading filled the gap
    further = dict(zip(MEASURED, own[:, len(MOTION) :].T, strict=True))
    further |= dict(zip(component_names(n_components), found.T, strict=True))
    components_of = {
        "Method": "aCompCor",
        "Mask": "combined",
        "HighPassSeconds": snakemake.params.high_pass_s,
    }
    described = dict.fromkeys(component_names(n_components), components_of)
    write_json(snakemake.output.sidecar, sidecar("confounds", [given.bold], **described))
    write_confounds(snakemake.output.confounds, own[:, : len(MOTION)], further)
