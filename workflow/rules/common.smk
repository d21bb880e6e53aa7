"""Names shared by all rules: paths, sets and wildcards that follow from the config."""

import json
import os
import sys
from pathlib import Path

# `script:` puts only the script's folder on sys.path: jobs find the package this way.
os.environ["PYTHONPATH"] = os.pathsep.join(
    filter(None, [str(Path(workflow.basedir, "src")), os.environ.get("PYTHONPATH")])
)
sys.path.insert(0, str(Path(workflow.basedir, "src")))
# One BLAS thread per job: with more, two jobs on one machine take up to 20 times longer.
for name in (
    "OPENBLAS_NUM_THREADS",
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
):
    os.environ[name] = "1"

from crossmodal.contracts.config import load_config, validate_config
from crossmodal.provenance.code_inputs import code_inputs as _code_inputs
from crossmodal.provenance.roots import data_folders

# No `configfile:` directive for the default: Snakemake would merge it into any other config.
if not config:
    config.update(load_config("config/config.yaml"))
validate_config(config, "config/config.schema.yaml")

RESULTS = config["study"]["results_dir"]
# Records name data outside the work dir by the config key of its folder, never by its path.
os.environ["CROSSMODAL_DATA_ROOTS"] = json.dumps(
    {key: str(Path(folder).resolve()) for key, folder in data_folders(config).items()}
)
LOGS = f"{RESULTS}/logs"
BENCHMARKS = f"{RESULTS}/benchmarks"


def code_inputs(script):
    """The script of a rule and every module it imports, as inputs."""
    return _code_inputs(f"workflow/scripts/{script}", workflow.basedir)


def record(rule, instance="all"):
    """Path of the provenance record of one job of a rule."""
    return f"{RESULTS}/provenance/records/{rule}/{instance}.json"


TARGETS = []  # every non-temp output, filled by the rule files; see docs/decisions
TEMPORARY = []  # path prefixes of temp() outputs: an audit does not expect them to exist
