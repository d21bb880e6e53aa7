"""Which participants and runs are simulated."""

from dataclasses import replace

from crossmodal.contracts.settings import plain
from crossmodal.simulate.brain_config import BrainConfig, BrainSettings
from crossmodal.simulate.brain_layout import (
    participant_files,
    participant_options,
    shared_options,
    simulated_runs,
)

BRAIN = BrainSettings(
    n_participants=3,
    n_runs=2,
    noise_percent=0.75,
    motion_mm=0.5,
    strong_motion_mm={"03": 2.0},
    orientations={"02": "LAS"},
    missing_runs={"02": [1]},
)


def test_missing_runs_are_missing():
    assert simulated_runs(BRAIN) == {"01": ("1", "2"), "02": ("2",), "03": ("1", "2")}


def test_one_participants_options_do_not_touch_the_others():
    changed = replace(BRAIN, orientations={"03": "LPS"}, n_participants=9)
    assert (
        shared_options(changed) == shared_options(BRAIN) == plain(BrainConfig(noise_percent=0.75))
    )
    assert participant_options(changed, "01") == participant_options(BRAIN, "01")
    assert participant_options(BRAIN, "02") == {"orientation": "LAS", "motion_mm": 0.5}
    assert participant_options(BRAIN, "03") == {"orientation": "RAS", "motion_mm": 2.0}


def test_files_have_bids_names():
    files = participant_files("bids", "truth", "02", ("2",))
    assert files["t1w"] == "bids/sub-02/anat/sub-02_T1w.nii.gz"
    assert files["bold"] == ["bids/sub-02/func/sub-02_task-emotion_run-2_bold.nii.gz"]
    assert files["motion"] == ["truth/sub-02_run-2_motion.tsv"]
