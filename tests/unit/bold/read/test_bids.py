"""crossmodal.bold.read.bids: what is found in a data set, by names."""

import pytest

from crossmodal.bold.read.bids import find_runs, find_t1, usable
from crossmodal.bold.read.entities import entities, sidecars_of
from crossmodal.contracts.errors import InputError
from tests.unit.bold_data import write_events


def touch(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()


@pytest.fixture
def dataset(tmp_path):
    """Two participants, sessions for one, another task, sidecars and events on several levels."""
    touch(tmp_path / "bold.json")
    touch(tmp_path / "task-x_bold.json")
    touch(tmp_path / "task-y_bold.json")
    for run in "12":
        touch(tmp_path / f"sub-01/func/sub-01_task-x_run-{run}_bold.nii.gz")
        write_events(tmp_path / f"sub-01/func/sub-01_task-x_run-{run}_events.tsv", [])
    touch(tmp_path / "sub-01/func/sub-01_task-x_run-1_bold.json")
    touch(tmp_path / "sub-01/func/sub-01_task-xx_bold.nii.gz")
    touch(tmp_path / "sub-02/ses-a/func/sub-02_ses-a_task-x_bold.nii")
    write_events(tmp_path / "task-x_events.tsv", [])
    touch(tmp_path / "sub-01/anat/sub-01_T1w.nii.gz")
    return tmp_path


def test_runs_of_all_participants_and_sessions(dataset):
    runs = find_runs(dataset, "x")
    assert [(run.participant, run.run_id) for run in runs] == [
        ("01", "task-x_run-1"),
        ("01", "task-x_run-2"),
        ("02", "ses-a_task-x"),
    ]


def test_sidecars_are_inherited_the_general_one_first(dataset):
    names = [path.rsplit("/", 1)[1] for path in find_runs(dataset, "x")[0].sidecars]
    assert names == ["bold.json", "task-x_bold.json", "sub-01_task-x_run-1_bold.json"]
    assert len(find_runs(dataset, "x")[1].sidecars) == 2


def test_events_are_inherited(dataset):
    runs = find_runs(dataset, "x")
    assert runs[0].events.endswith("sub-01_task-x_run-1_events.tsv")
    assert runs[2].events.endswith("task-x_events.tsv")


def test_participants_can_be_chosen(dataset):
    assert {run.participant for run in find_runs(dataset, "x", ["02"])} == {"02"}


def test_sidecars_of_one_run_among_many():
    candidates = ["task-x_bold.json", "sub-01_task-x_run-1_bold.json", "sub-02_bold.json"]
    assert sidecars_of("sub-01_task-x_run-1_bold.nii.gz", candidates) == tuple(candidates[:2])


def test_entities_of_a_name():
    assert entities("a/sub-01_task-x_bold.nii.gz") == {"sub": "01", "task": "x", "suffix": "bold"}


def test_missing_folder(tmp_path):
    with pytest.raises(InputError, match="folder: expected a BIDS data set, got no such folder"):
        find_runs(tmp_path / "none", "x")


def test_a_relative_folder_is_missing_from_somewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=rf"no such folder \(seen from {tmp_path}\)"):
        find_runs("../none", "x")


def test_unknown_task_names_the_known(dataset):
    with pytest.raises(InputError, match=r"runs of task 'z', got tasks \['x', 'xx'\]"):
        find_runs(dataset, "z")


def test_unknown_participant(dataset):
    with pytest.raises(InputError, match=r"participants: expected one of .*, got '09'"):
        find_runs(dataset, "x", ["09"])


def test_run_without_events_does_not_hide_the_others(dataset):
    (dataset / "task-x_events.tsv").unlink()
    runs = find_runs(dataset, "x")
    assert [run.problem is None for run in runs] == [True, True, False]
    assert usable(runs[:2]) == list(runs[:2])
    with pytest.raises(InputError, match=r"ses-a_task-x_bold.nii: events: expected .*, got none"):
        usable(runs)


def test_multi_echo_is_refused(dataset):
    touch(dataset / "sub-01/func/sub-01_task-x_echo-1_bold.nii.gz")
    with pytest.raises(InputError, match="one BOLD image a run, got echo-1"):
        usable(find_runs(dataset, "x"))


def test_run_in_another_participants_folder(dataset):
    touch(dataset / "sub-02/func/sub-03_task-x_bold.nii.gz")
    with pytest.raises(InputError, match="name: expected sub-02 as the folder's, got 'sub-03_task"):
        usable(find_runs(dataset, "x"))


def test_t1_is_found(dataset):
    assert find_t1(dataset, "01").endswith("sub-01/anat/sub-01_T1w.nii.gz")


def test_missing_t1(dataset):
    with pytest.raises(InputError, match=r"sub-02: anat: expected a T1w image, got none"):
        find_t1(dataset, "02")


def test_run_1_and_run_01_are_one_run(tmp_path):
    for run in ("1", "01"):
        stem = f"bids/sub-01/func/sub-01_task-x_run-{run}"
        write_events(tmp_path / f"{stem}_events.tsv", [])
        (tmp_path / f"{stem}_bold.nii.gz").touch()
    root = tmp_path / "bids"
    (both,) = find_runs(root, "x")
    with pytest.raises(InputError, match=r"one BOLD image a run, got .*run-01_bold.*run-1_bold"):
        usable([both])
    (one,) = usable(find_runs(root, "x", filters={"run": "01"}))
    assert one.run_id == "task-x_run-01"
