"""Which files of scans, masks and confounds the jobs of scans read."""

from functools import cache


def simulated_scans():
    """The runs that the simulator will write."""
    for label, runs in SIMULATED_RUNS.items():
        for run in runs:
            stem = f"{SIMULATED_BIDS}/sub-{label}/func/sub-{label}_task-emotion_run-{run}"
            yield Run(
                label,
                f"task-emotion_run-{run}",
                f"{stem}_bold.nii.gz",
                f"{stem}_events.tsv",
                (f"{stem}_bold.json",),
            )


def run_ids(participant):
    """Names of all runs of one participant."""
    return [scan.run_id for scan in ALL_SCANS if scan.participant == participant]


def scans_of(participant):
    """All runs of one participant; a gap in them stops only the jobs that ask for them."""
    return usable([scan for scan in ALL_SCANS if scan.participant == participant])


def scans_of_all():
    """The runs of all participants, in order of PARTICIPANTS."""
    return [scan for participant in PARTICIPANTS for scan in scans_of(participant)]


def scan_of(participant, run_id):
    """One run of one participant."""
    return next(scan for scan in scans_of(participant) if scan.run_id == run_id)


def t1_of(participant):
    """The T1w image of one participant."""
    if SCANS.bids_dir is None:
        return f"{SIMULATED_BIDS}/sub-{participant}/anat/sub-{participant}_T1w.nii.gz"
    return study_runs.t1_of(SCANS, participant)


def source_description():
    """The description of the raw data set, in a list; real ones do not always have one."""
    path = f"{SCANS.bids_dir or SIMULATED_BIDS}/dataset_description.json"
    return [path] if SCANS.bids_dir is None or Path(path).is_file() else []


@cache
def bold_conditions():
    """Names of the conditions, in the order of every pattern file."""
    if SCANS.conditions:
        return list(SCANS.conditions)
    if STUDY.stimuli:
        return STUDY_IDS
    paths = [scan.events for scan in ALL_SCANS if scan.problem is None]
    return usual_conditions(paths, SCANS.events)


def sidecar_of(path):
    """The JSON file that describes a derivative."""
    return path.removesuffix(".gz").rpartition(".")[0] + ".json"


def of_runs(pattern, sub):
    """One file for each run of a participant."""
    return expand(pattern, sub=sub, run=run_ids(sub))


def first_mean(wildcards):
    """The mean image of the participant's first run: the reference of all runs."""
    return of_runs(BOLD_MEAN, wildcards.sub)[0]


def confounds_of(wildcards):
    """Confounds tables of all runs, own or fMRIPrep's."""
    if FMRIPREP:
        return [scan.confounds for scan in scans_of(wildcards.sub)]
    return of_runs(CONFOUNDS, wildcards.sub)


def raw_of(wildcards):
    """Raw images of all runs, whose volumes fMRIPrep's must have; none if some are not there."""
    paths = [scan.raw for scan in scans_of(wildcards.sub)]
    return paths if all(paths) else []


def masks_of(wildcards):
    """fMRIPrep's brain masks of all runs; none without fMRIPrep."""
    return [scan.mask for scan in scans_of(wildcards.sub)] if FMRIPREP else []
