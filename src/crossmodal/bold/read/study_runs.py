"""The runs that a study's block of scans asks for."""

from crossmodal.bold.block import Scans
from crossmodal.bold.read.bids import Run, find_runs, find_t1
from crossmodal.bold.read.fmriprep import preprocessed


def runs_of(scans: Scans) -> tuple[Run, ...]:
    """All runs, those of fMRIPrep where its derivatives are used.

    Raises
    ------
    InputError : see ``find_runs``, ``preprocessed``
    """
    runs = find_runs(scans.bids_dir, scans.task, scans.participants, scans.filters)
    if scans.fmriprep_dir:
        runs = preprocessed(runs, scans.fmriprep_dir, scans.space, scans.filters)
    return runs


def t1_of(scans: Scans, participant: str) -> str:
    """The participant's T1w image.

    Raises
    ------
    InputError : see ``find_t1``
    """
    return find_t1(scans.bids_dir, participant, scans.t1w_filters)
