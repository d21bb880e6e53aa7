"""Write the confounds of one run with its aCompCor components."""

from typing import TYPE_CHECKING, Any

from crossmodal.bold.model.compcor import component_names, run_components
from crossmodal.bold.model.confounds import add_confounds
from crossmodal.bold.read.derivatives import sidecar
from crossmodal.contracts.atomic import write_json
from crossmodal.provenance.record import recorded

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    given, params = snakemake.input, snakemake.params
    transforms = given.motion, given.coregistration, given.warp
    options = params.high_pass_s, params.n_components, params.trust_affine
    found = run_components(given.bold, given.sidecars, transforms, *options)
    columns = dict(zip(component_names(params.n_components), found.T, strict=True))
    facts = {"Method": "aCompCor", "Mask": "combined", "HighPassSeconds": params.high_pass_s}
    described = dict.fromkeys(columns, facts)
    write_json(snakemake.output.sidecar, sidecar("confounds", [given.bold], **described))
    add_confounds(given.measured, columns, snakemake.output.confounds)
