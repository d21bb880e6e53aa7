"""File layouts of public data sets: every one resolves, or one line says what to do.

Names are those of the published listings (bids-examples of November 2026, whose ds001 is
OpenNeuro's ds000001; ds002247 as in openneuro#2520); of many participants and runs some.
"""

from pathlib import Path

import pytest

from crossmodal.bold.read.bids import find_runs, find_t1, usable
from crossmodal.bold.read.fmriprep import preprocessed
from crossmodal.contracts.errors import InputError

MNI = "MNI152NLin2009cAsym"
BART, TEXT = "balloonanalogrisktask", "livingnonlivingdecisionwithplainormirrorreversedtext"


def tree(root: Path, *names: str) -> Path:
    """Empty files; 'func/' and 'anat/' and the folders above follow from the name."""
    for name in names:
        parts = [part for part in name.split("_") if part.startswith(("sub-", "ses-"))]
        kind = "anat" if "_T1w" in name else "func"
        folder = root.joinpath(*parts, kind) if parts and "sub-" in name else root
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return root


def run(stem: str, events: bool = True) -> list[str]:
    return [f"{stem}_bold.nii.gz"] + [f"{stem}_events.tsv"] * events


def of(*stems: str, events: bool = True) -> list[str]:
    return [name for stem in stems for name in run(stem, events)]


# Name -> files, task, run of the last participant, its events, its T1w
RESOLVED = {
    "ds000001": (
        [
            f"task-{BART}_bold.json",
            "sub-01_inplaneT2.nii.gz",
            "sub-01_T1w.nii.gz",
            *of(f"sub-01_task-{BART}_run-01", f"sub-01_task-{BART}_run-02"),
        ],
        (BART, f"task-{BART}_run-02", f"sub-01_task-{BART}_run-02_events.tsv", "sub-01_T1w.nii.gz"),
    ),
    "ds000003: one run, no index": (
        ["sub-01_T1w.nii.gz", *of("sub-01_task-rhymejudgment")],
        ("rhymejudgment", "task-rhymejudgment", "sub-01_task-rhymejudgment_events.tsv",
         "sub-01_T1w.nii.gz"),
    ),
    "ds000011: tasks whose names begin alike": (
        ["sub-01_T1w.nii.gz", *of("sub-01_task-Dualtaskweatherprediction_run-01",
                                  "sub-01_task-Singletaskweatherprediction_run-01",
                                  "sub-01_task-tonecounting")],
        ("tonecounting", "task-tonecounting", "sub-01_task-tonecounting_events.tsv",
         "sub-01_T1w.nii.gz"),
    ),
    "ds000105: labels without zeros": (
        ["sub-1_T1w.nii.gz", *of(*(f"sub-1_task-objectviewing_run-{i:02d}" for i in range(1, 13)))],
        ("objectviewing", "task-objectviewing_run-12", "sub-1_task-objectviewing_run-12_events.tsv",
         "sub-1_T1w.nii.gz"),
    ),
    "ds000117: sessions of which one is MRI": (
        ["task-facerecognition_bold.json", "sub-01_ses-mri_acq-mprage_T1w.nii.gz",
         *of("sub-01_ses-mri_task-facerecognition_run-01")],
        ("facerecognition", "ses-mri_task-facerecognition_run-01",
         "sub-01_ses-mri_task-facerecognition_run-01_events.tsv",
         "sub-01_ses-mri_acq-mprage_T1w.nii.gz"),
    ),
    "UK Biobank style: T1w of every participant, rest beside the task": (
        ["sub-01_T1w.nii.gz", *of("sub-01_task-FaceShapeEmotion"),
         *of("sub-01_task-rest", events=False)],
        ("FaceShapeEmotion", "task-FaceShapeEmotion", "sub-01_task-FaceShapeEmotion_events.tsv",
         "sub-01_T1w.nii.gz"),
    ),
    "ds002247: files of a Mac's archive": (
        ["sub-13_T1w.nii.gz", "._sub-13_T1w.nii.gz", *of("sub-13_task-read_run-2"),
         "._sub-13_task-read_run-2_events.tsv", "._sub-13_task-read_run-2_bold.nii.gz"],
        ("read", "task-read_run-2", "sub-13_task-read_run-2_events.tsv", "sub-13_T1w.nii.gz"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", RESOLVED)
def test_layouts_that_resolve(tmp_path, name):
    files, (task, run_id, events, t1) = RESOLVED[name]
    root = tree(tmp_path, *files)
    runs = usable(find_runs(root, task))
    assert (runs[-1].run_id, Path(runs[-1].events).name) == (run_id, events)
    assert Path(find_t1(root, runs[-1].participant)).name == t1


DS114 = [
    "task-fingerfootlips_events.tsv", "task-fingerfootlips_bold.json",
    "sub-01_ses-test_T1w.nii.gz", "sub-01_ses-retest_T1w.nii.gz",
    *of("sub-01_ses-test_task-fingerfootlips", "sub-01_ses-retest_task-fingerfootlips",
        events=False),
    *of("sub-01_ses-test_task-linebisection", "sub-01_ses-retest_task-linebisection"),
]  # fmt: skip


def test_ds000114_has_events_at_the_root_and_two_anatomies(tmp_path):
    root = tree(tmp_path, *DS114)
    runs = usable(find_runs(root, "fingerfootlips"))
    assert [Path(each.events).name for each in runs] == ["task-fingerfootlips_events.tsv"] * 2
    with pytest.raises(
        InputError, match=r"one T1w image \(scans.t1w_filters chooses\), got sub-01_"
    ):
        find_t1(root, "01")
    assert find_t1(root, "01", {"ses": "test"}).endswith("sub-01_ses-test_T1w.nii.gz")
    (retest,) = find_runs(root, "linebisection", filters={"ses": "re*"})
    assert retest.run_id == "ses-retest_task-linebisection"


def test_ds000006_sessions_and_runs_by_number_list_and_pattern(tmp_path):
    stems = [
        f"sub-01_ses-{s}_task-{TEXT}_run-{r}" for s in ("pre", "post") for r in ("01", "02", "03")
    ]
    root = tree(tmp_path, "sub-01_ses-pre_T1w.nii.gz", *of(*stems))
    assert len(find_runs(root, TEXT)) == 6
    for wanted in (
        {"ses": "pre", "run": 2},
        {"ses": ["pre"], "run": "*2"},
        {"ses": "p*e", "run": "02"},
    ):
        (one,) = find_runs(root, TEXT, filters=wanted)
        assert one.run_id == f"ses-pre_task-{TEXT}_run-02"
    assert len(find_runs(root, TEXT, filters={"run": [1, "03"], "acq": None})) == 4
    with pytest.raises(
        InputError, match=r"scans.filters: expected runs of task .* fit, got none of 6"
    ):
        find_runs(root, TEXT, filters={"ses": "mid"})
    with pytest.raises(
        InputError, match=r"scans.filters: expected some of ses, acq.*got 'session'"
    ):
        find_runs(root, TEXT, filters={"session": "pre"})
    for wrong in (False, 1.5, {"a": 1}, ["pre", True]):
        with pytest.raises(InputError, match=r"scans.filters.ses: expected text \(yes and no in q"):
            find_runs(root, TEXT, filters={"ses": wrong})


def test_ds001168_two_acquisitions_and_no_events(tmp_path):
    root = tree(
        tmp_path,
        "sub-01_ses-1_T1w.nii.gz",
        *of("sub-01_ses-1_task-rest_acq-fullbrain_run-1", "sub-01_ses-1_task-rest_acq-prefrontal",
            events=False),
    )  # fmt: skip
    (whole,) = find_runs(root, "rest", filters={"acq": "fullbrain"})
    with pytest.raises(InputError, match="events: expected an events.tsv that applies to this run"):
        usable([whole])


ECHOES = [f"sub-01_task-cuedSGT_run-01_echo-{echo}" for echo in (1, 2, 3)]


def test_ds000210_echoes(tmp_path):
    files = [f"task-cuedSGT_echo-{i}_bold.json" for i in (1, 2, 3)]
    files += [*of(*ECHOES, events=False), "sub-01_task-cuedSGT_run-01_events.tsv"]
    root = tree(tmp_path / "raw", *files)
    (all_of_them,) = find_runs(root, "cuedSGT")
    with pytest.raises(
        InputError, match=r"one BOLD image a run, got echo-1, echo-2, echo-3 \(scans"
    ):
        usable([all_of_them])
    (second,) = usable(find_runs(root, "cuedSGT", filters={"echo": 2}))
    assert second.bold.endswith("echo-2_bold.nii.gz")
    assert [Path(path).name for path in second.sidecars] == ["task-cuedSGT_echo-2_bold.json"]
    stem = f"sub-01_task-cuedSGT_run-01_space-{MNI}_desc"
    made = tree(tmp_path / "fmriprep", f"{stem}-preproc_bold.nii.gz", f"{stem}-brain_mask.nii.gz",
                "sub-01_task-cuedSGT_run-01_desc-confounds_timeseries.tsv")  # fmt: skip
    (combined,) = usable(preprocessed([all_of_them], made, MNI))
    assert combined.bold.endswith(f"{stem}-preproc_bold.nii.gz")
    assert combined.run_id == "task-cuedSGT_run-01"


@pytest.mark.parametrize("entity", ["part", "rec"])
def test_parts_and_reconstructions_that_fmriprep_has_combined(tmp_path, entity):
    labels = {"part": ("mag", "phase"), "rec": ("magnitude", "norm")}[entity]
    root = tree(tmp_path / "raw", *of(*(f"sub-01_task-x_{entity}-{label}" for label in labels),
                                      events=False), "sub-01_task-x_events.tsv")  # fmt: skip
    stem = f"sub-01_task-x_space-{MNI}_res-2_desc"
    made = tree(tmp_path / "out", f"{stem}-preproc_bold.nii.gz", f"{stem}-brain_mask.nii.gz",
                "sub-01_task-x_desc-confounds_regressors.tsv")  # fmt: skip
    (one,) = usable(preprocessed(find_runs(root, "x"), made, MNI))
    assert one.run_id == "task-x"
    with pytest.raises(InputError, match="preprocessed run: expected one sub-01_task-x_space"):
        usable(preprocessed(find_runs(root, "x"), made, MNI, {"res": "1"}))


def test_echoes_of_one_reconstruction_keep_its_name_as_fmriprep_does(tmp_path):
    run = "sub-01_task-x_rec-norm_run-1"
    root = tree(tmp_path / "raw", *of(*(f"{run}_echo-{echo}" for echo in (1, 2)), events=False),
                f"{run}_events.tsv")  # fmt: skip
    made = tree(tmp_path / "out", f"{run}_space-{MNI}_desc-preproc_bold.nii.gz",
                f"{run}_space-{MNI}_desc-brain_mask.nii.gz",
                f"{run}_desc-confounds_timeseries.tsv")  # fmt: skip
    runs = find_runs(root, "x")
    (one,) = usable(preprocessed(runs, made, MNI))
    assert one.run_id == "task-x_rec-norm_run-1"
    with pytest.raises(InputError, match=r"one BOLD image a run, got echo-1, echo-2 \(scans"):
        usable(runs)


def test_ds000001_fmriprep_drops_the_zeros_of_runs_and_knows_other_spaces(tmp_path):
    root = tree(tmp_path / "raw", *of(f"sub-10_task-{BART}_run-01", f"sub-10_task-{BART}_run-02"))
    names = []
    for index in (1, 2):
        stem = f"sub-10_task-{BART}_run-{index}"
        names += [
            f"{stem}_space-{MNI}_res-2_desc-preproc_bold.nii.gz",
            f"{stem}_space-{MNI}_res-2_desc-brain_mask.nii.gz",
            f"{stem}_space-MNI152NLin6Asym_desc-smoothAROMAnonaggr_bold.nii.gz",
            f"{stem}_space-fsaverage5_hemi-L_bold.func.gii",
            f"{stem}_desc-confounds_timeseries.tsv",
        ]
    runs = usable(preprocessed(find_runs(root, BART), tree(tmp_path / "out", *names), MNI))
    assert [Path(each.bold).name for each in runs] == [names[0], names[5]]
    assert [Path(each.confounds).name for each in runs] == [names[4], names[9]]


def test_raw_images_that_are_not_there_are_not_needed_beside_derivatives(tmp_path):
    """A clone without its large files, or with tables only."""
    root = tree(tmp_path / "raw", "sub-01_task-x_run-1_events.tsv")
    stem = f"sub-01_task-x_run-1_space-{MNI}_desc"
    made = tree(tmp_path / "out", f"{stem}-preproc_bold.nii.gz", f"{stem}-brain_mask.nii.gz",
                "sub-01_task-x_run-1_desc-confounds_timeseries.tsv")  # fmt: skip
    (one,) = usable(preprocessed(find_runs(root, "x"), made, MNI))
    assert (one.run_id, one.raw) == ("task-x_run-1", "")
    with pytest.raises(
        InputError, match="image: expected a BOLD image that these events belong to"
    ):
        usable(find_runs(root, "x"))


def test_analyze_and_spm_files_beside_nifti_names(tmp_path):
    root = tree(
        tmp_path, "sub-01_task-x_bold.img", "sub-01_task-x_bold.hdr", "sub-01_task-x_events.tsv"
    )
    with pytest.raises(InputError, match=r"file: expected one of \('.nii.gz', '.nii'\), got .hdr"):
        usable(find_runs(root, "x"))


def test_two_tables_of_events_of_which_neither_is_more_specific(tmp_path):
    root = tree(tmp_path, "sub-01_task-x_acq-a_run-1_bold.nii.gz", "sub-01_task-x_acq-a_events.tsv",
                "sub-01_task-x_run-1_events.tsv")  # fmt: skip
    with pytest.raises(InputError, match="events: expected one table that applies to a run, got"):
        usable(find_runs(root, "x"))
