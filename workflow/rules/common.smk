"""Names shared by all rules: paths, sets and wildcards that follow from the config."""

import json
import os
import sys
from pathlib import Path

# `script:` puts only the script's folder on sys.path: jobs find the package this way.
os.environ.update(
    PYTHONPATH=os.pathsep.join(
        filter(None, [str(Path(workflow.basedir, "src")), os.environ.get("PYTHONPATH")])
    )
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

from crossmodal.cluster.orphans import cancel_orphans
from snakemake.exceptions import WorkflowError
from snakemake.iocontainers import OutputFiles, Wildcards

from crossmodal.commands.planning import show_problems
from crossmodal.contracts.atomic import remove_leftovers
from crossmodal.contracts.dictionary import dictionary_path
from crossmodal.contracts.errors import problems_of
from crossmodal.contracts.settings import plain
from crossmodal.provenance import guard
from crossmodal.provenance.code_inputs import code_inputs as _code_inputs
from crossmodal.provenance.locks import alone, hold_results, release_dead_lock
from crossmodal.provenance.record import (
    CONFIG_VARIABLE,
    ROOTS_VARIABLE,
    clean_params,
    config_origin,
    data_roots,
    package_versions,
    portable,
)
from crossmodal.provenance.roots import data_paths, named
from crossmodal.provenance.seals import FILE as SEALS
from crossmodal.provenance.seals import is_printed
from crossmodal.study.checks.apart import problems_apart
from crossmodal.study.checks.run import planning_problems
from crossmodal.study.invocation import altered, dropped
from crossmodal.study.overlay import load_layers
from crossmodal.study.validate import build_study, located


def stop_on(problems):
    """Show all problems at once, as `make check` does, and stop; nothing where there are none."""
    if problems:
        show_problems(problems)
        raise WorkflowError(f"{len(problems)} problem(s) in config or data, in the table above")


def or_stop(action, *arguments):
    """What an action returns; a problem that it meets is shown as `make check` shows it."""
    found = []
    stop_on(problems_of(lambda: found.append(action(*arguments))))
    return found[0]


# No `configfile:` directive: Snakemake would merge its own reading of the default into any other
# config. Rules read STUDY, never `config`.
SETTINGS = workflow.config_settings
stop_on([*dropped(sys.argv), *altered(SETTINGS.config_args or ())])
LAYERS = or_stop(load_layers, SETTINGS.configfiles or ["config/config.yaml"], SETTINGS.config)
STUDY = or_stop(build_study, LAYERS)
stop_on(located(planning_problems(STUDY), LAYERS))

RESULTS = STUDY.study.results_dir
# Records name data outside the work dir by the config key of its folder, never by its path.
DATA_ROOTS = {key: str(Path(path).absolute()) for key, path in data_paths(plain(STUDY)).items()}
os.environ[ROOTS_VARIABLE] = json.dumps(DATA_ROOTS)
# Which config file said what, for the records; a default is said by none.
os.environ[CONFIG_VARIABLE] = config_origin(LAYERS.said(), LAYERS.files)
LOGS = f"{RESULTS}/logs"
BENCHMARKS = f"{RESULTS}/benchmarks"


ENVIRONMENT = "workflow/envs/crossmodal.yaml"


def code_inputs(script):
    """The script of a rule, every module it imports, and the pinned versions, as inputs."""
    files = [*_code_inputs(f"workflow/scripts/{script}", workflow.basedir), ENVIRONMENT]
    return lambda wildcards: guarded(files)


def guarded(files):
    """``files`` as they are. The first job that is planned has the guard look at all results.

    Not earlier: while this file is read, Snakemake does not say yet whether it is a dry run.
    """
    if GUARD_RECORDS:
        records = [*GUARD_RECORDS]
        GUARD_RECORDS.clear()
        or_stop(guard_results, records)
    return files


def record(rule, instance="all"):
    """Path of the provenance record of one job of a rule."""
    return f"{RESULTS}/provenance/records/{rule}/{instance}.json"


def gpus(model):
    """GPUs that a job of a network family asks a cluster for: 1 where it may use one."""
    return int(getattr(STUDY.families, model).accelerator != "cpu")


def stop_on_problems():
    """Before any work: open every file, show all problems at once, stop if there are any."""
    stop_on([*filter(None, [guard.unwritable(RESULTS)]), *problems_apart(LAYERS)])


def planned_job(job):
    """Params and inputs that the rules give a recorded job today, as a record writes them."""
    today = workflow.get_rule(job["rule"])
    wildcards = Wildcards(fromdict=job["wildcards"])
    inputs = today.expand_input(wildcards)[0]
    params = today.expand_params(wildcards, inputs, OutputFiles(), None)[0]
    return clean_params(dict(params.items())), map(portable, inputs)


def guard_results(records):
    """Have jobs made again whose record does not hold; see crossmodal.provenance.guard.

    In a dry run, a report or a summary no file's content changes.
    """
    runs = workflow.executor_plugin is not None and not workflow.dryrun
    if runs:
        take_over()
    existing = [path for path in records if Path(path).exists()]
    if not existing:
        return
    fingerprints = guard.Fingerprints(f"{RESULTS}/provenance/fingerprints.json", data_roots())
    versions = None if workflow.deployment_settings.deployment_method else package_versions()
    reasons = guard.stale_records(existing, fingerprints, planned_job, versions)
    workflow.dag.forcefiles.update(reasons)
    shown = {} if runs else {"shown": len(reasons)}  # `crossmodal why` reads them
    for line in guard.report(reasons, fingerprints.n_hashed, **shown):
        logger.info(line)
    restored = not any(Path(".snakemake/metadata").glob("*"))
    if runs:
        fingerprints.write()
    if restored:  # times alone, in a dry run too: Snakemake could not plan without
        held = [path for path in existing if path not in reasons]
        n_files = guard.freshen(held, Path(BENCHMARKS).rglob("*.tsv"))
        logger.info(f"guard: restored results, {n_files} files taken as they are")


def take_over():
    """Be the only run on these results, and clear what killed ones have left."""
    hold_results(RESULTS)
    if release_dead_lock():
        logger.info("guard: the last run was killed; its lock is released")
    if leftovers := remove_leftovers(RESULTS):
        logger.info(f"guard: {len(leftovers)} unfinished file(s) of killed jobs deleted")


def cancel_own_orphans():
    """Slurm jobs that outlived their Snakemake; never those of another study's live run."""
    if alone():
        cancel_orphans()
    else:
        logger.info("another study runs in this folder: no Slurm job is taken for an orphan")


GUARD_RECORDS = []  # that the guard has yet to look at
TARGETS = []  # every non-temp output, filled by the rule files; see docs/decisions
TEMPORARY = []  # path prefixes of temp() outputs, which an audit does not expect
