"""What a config asks of scans in vain."""

from collections.abc import Iterator

from crossmodal.bold.outside.listing import participants_of
from crossmodal.bold.read.study_runs import runs_of
from crossmodal.contracts.errors import InputError
from crossmodal.simulate.brain_layout import simulated_runs
from crossmodal.study.checks.outside_betas import outside_betas
from crossmodal.study.study import Study

CONFIG = "config"
FMRIPREP_SPACES = ("MNI152NLin2009cAsym", "MNI152NLin6Asym")
OWN_SPACES = ("MNI152NLin2009aSym", "native")


def scans(study: Study) -> Iterator[InputError]:
    """Blocks without scans, and a space that whoever preprocesses them cannot provide."""
    block = study.scans
    if block and block.betas:
        yield from outside_betas(study)
        return
    if study.simulate.brain and (study.simulate.clips is None or study.stimuli is None):
        expected = "blocks simulate.clips and stimuli, for what simulated participants see"
        yield InputError(CONFIG, "simulate.brain", expected, "none")
    if block is None:
        return
    if block.bids_dir is None and study.simulate.brain is None:
        expected = "a folder (there is no block simulate.brain)"
        yield InputError(CONFIG, "scans.bids_dir", expected, None)
    folder = block.fmriprep_dir
    if folder and block.bids_dir is None:
        expected = "null, or scans.bids_dir too, for the events"
        yield InputError(CONFIG, "scans.fmriprep_dir", expected, repr(folder))
        return
    allowed = FMRIPREP_SPACES if folder else OWN_SPACES
    if block.space not in allowed:
        expected = f"one of {list(allowed)} {'with' if folder else 'without'} scans.fmriprep_dir"
        yield InputError(CONFIG, "scans.space", expected, repr(block.space))
    elif block.a_comp_cor and (folder or block.space == "native"):
        expected = "0 without own normalisation, which says where white matter and fluid are"
        yield InputError(CONFIG, "scans.a_comp_cor", expected, block.a_comp_cor)
    elif block.brain_masks and (folder or block.space == "native"):
        expected = "null without own normalisation, which alone needs a T1w's brain"
        yield InputError(CONFIG, "scans.brain_masks", expected, repr(block.brain_masks))
    elif block.slice_reference is not None and folder:
        expected = "null with scans.fmriprep_dir, whose slices are timed already"
        yield InputError(CONFIG, "scans.slice_reference", expected, block.slice_reference)
    if block.skip_volumes and folder:
        expected = "0 with scans.fmriprep_dir, whose table has non_steady_state_outlier columns"
        yield InputError(CONFIG, "scans.skip_volumes", expected, repr(block.skip_volumes))
    if block.removed_volumes and not folder:
        expected = (
            "0 without scans.fmriprep_dir: events are counted from the raw run's first volume"
        )
        yield InputError(CONFIG, "scans.removed_volumes", expected, block.removed_volumes)


def scan_names(study: Study) -> Iterator[InputError]:
    """Folders and names of runs that do not fit; the files stay closed."""
    scans = study.scans
    if scans and (scans.betas or scans.bids_dir is not None):
        try:
            participants_of(scans) if scans.betas else runs_of(scans)
        except InputError as problem:
            yield problem


def n_participants(study: Study) -> int | None:
    """How many there will be; None where the scans cannot be listed (reported elsewhere)."""
    labels = participant_labels(study)
    return None if labels is None else len(labels)


def participant_labels(study: Study) -> list[str] | None:
    """Who there will be; None where the scans cannot be listed (reported elsewhere)."""
    if study.scans is None:
        return None
    if study.scans.bids_dir is None and not study.scans.betas:
        return list(simulated_runs(study.simulate.brain)) if study.simulate.brain else None
    try:
        if study.scans.betas:
            return participants_of(study.scans)
        return sorted({run.participant for run in runs_of(study.scans)})
    except InputError:
        return None
