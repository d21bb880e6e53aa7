"""Which simulated participants and runs there are, and what their files are called.

Used while Snakemake reads the rules: nothing heavy may be imported here.
"""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from crossmodal.contracts.settings import plain
from crossmodal.simulate.brain_config import BrainConfig, BrainSettings


def shared_options(brain: BrainSettings) -> dict[str, Any]:
    """The part of ``simulate.brain`` that every participant depends on, without what concerns
    single participants: that must not rerun the others."""
    shared = {field.name for field in fields(BrainConfig)}
    return {key: value for key, value in plain(brain).items() if key in shared}


def participant_options(brain: BrainSettings, label: str) -> dict[str, Any]:
    """Orientation and motion of one participant."""
    return {
        "orientation": brain.orientations.get(label, "RAS"),
        "motion_mm": brain.strong_motion_mm.get(label, brain.motion_mm),
    }


def simulated_runs(brain: BrainSettings) -> dict[str, tuple[str, ...]]:
    """Participant -> labels of the runs that exist."""
    labels = [f"{i:02d}" for i in range(1, brain.n_participants + 1)]
    runs = range(1, brain.n_runs + 1)
    missing = brain.missing_runs
    return {
        label: tuple(str(run) for run in runs if run not in missing.get(label, []))
        for label in labels
    }


def participant_files(
    bids: str, truth: str, label: str, runs: Sequence[str]
) -> dict[str, str | list[str]]:
    """Paths of one participant's files; ``label`` may be a wildcard."""
    func = f"{bids}/sub-{label}/func/sub-{label}_task-emotion_run-"
    anat = f"{bids}/sub-{label}/anat/sub-{label}_T1w"
    return {
        "t1w": f"{anat}.nii.gz",
        "t1w_json": f"{anat}.json",
        "bold": [f"{func}{run}_bold.nii.gz" for run in runs],
        "bold_json": [f"{func}{run}_bold.json" for run in runs],
        "events": [f"{func}{run}_events.tsv" for run in runs],
        "motion": [f"{truth}/sub-{label}_run-{run}_motion.tsv" for run in runs],
    }
