"""Genders from a table, for collections whose file names do not say them."""

from pathlib import Path

import pytest

from crossmodal.contracts.errors import InputError
from crossmodal.contracts.stimulus_table import StimulusTable
from crossmodal.stimuli.block import Stimuli
from crossmodal.stimuli.check import find_problems
from crossmodal.stimuli.demographics import read_demographics, with_genders
from crossmodal.stimuli.naming import parse_cremad, parse_grid, parse_ravdess
from crossmodal.stimuli.selection import StudySet, Voices, find_selection, select
from tests.unit.script_job import execute

HEAD = "ActorID,Age,Sex,Race,Ethnicity\n"
MAN = "1001,51,Male,Caucasian,Not Hispanic\n"
WOMAN = "1002,21,Female,Caucasian,Not Hispanic\n"
CLIPS = ("1001_DFA_ANG_XX.flv", "1002_DFA_ANG_XX.flv")


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "demographics.csv"
    path.write_text(HEAD + MAN + WOMAN)
    return path


def block(folder: Path, table: Path) -> dict:
    """Config block ``stimuli`` of two clips of two actors."""
    (folder / "clips").mkdir(exist_ok=True)
    for name in CLIPS:
        (folder / "clips" / name).touch()
    given = {"clips_dir": str(folder / "clips"), "naming": "cremad", "demographics": str(table)}
    return given | {"modalities": ["audio"], "study": {}, "pool": None}


def test_actors_have_the_genders_of_the_table(table: Path) -> None:
    assert read_demographics(table) == {"1001": "male", "1002": "female"}


def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("\ufeff" + HEAD + MAN)
    assert read_demographics(tmp_path / "t.csv") == {"1001": "male"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("ActorID,Age\n1001,51\n", r"t.csv: columns: expected .*'Sex'.*got no \['Sex'\]"),
        ("", "t.csv: columns: expected .*'ActorID'"),
        (HEAD + "1001,51,m,x,y\n", r"t.csv: line 2, Sex: expected one of \['Male'.*got 'm'"),
        (HEAD + MAN + "1002\n", "t.csv: line 3, Sex: expected one of .*got ''"),
        (HEAD + MAN + MAN, "t.csv: line 3, ActorID: expected each actor once, got '1001' again"),
        (HEAD + "\0,51,Male,\xff\n", "t.csv: content: expected a table of actors"),
    ],
)
def test_bad_tables_are_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "t.csv").write_text(text, encoding="latin-1")
    with pytest.raises(InputError, match=message):
        read_demographics(tmp_path / "t.csv")


def test_a_missing_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="none.csv: file: expected a table of actors .* no such"):
        read_demographics(tmp_path / "none.csv")


def test_an_actor_who_is_not_in_the_table_is_refused(table: Path) -> None:
    names = [parse_cremad("1003_DFA_ANG_XX.flv"), parse_grid("s4/bbaf2n.mpg")]
    message = r"demographics.csv: ActorID: expected every actor .*got no \['1003', 's4'\]"
    with pytest.raises(InputError, match=message):
        with_genders(names, table)


def test_names_that_say_the_gender_keep_it(table: Path) -> None:
    names = [parse_ravdess("01-01-03-02-01-01-02.mp4"), parse_cremad(CLIPS[0])]
    assert [name.gender for name in with_genders(names, table)] == ["female", "male"]
    assert [name.gender for name in with_genders(names, None)] == ["female", "n/a"]


def test_every_set_of_a_selection_has_genders(table: Path) -> None:
    sets = select(CLIPS, "cremad", ["audio"], StudySet(["1001"]), None, Voices(), str(table))
    assert [name.gender for name in sets.study] == ["male"]
    assert [name.gender for name in sets.voices] == ["male", "female"]


def test_only_chosen_clips_need_an_actor_in_the_table(table: Path) -> None:
    clips = (*CLIPS, "1003_DFA_ANG_XX.flv")
    select(clips, "cremad", ["audio"], StudySet(["1001"]), None, None, str(table))
    with pytest.raises(InputError, match="every actor of the clips"):
        select(clips, "cremad", ["audio"], StudySet(), None, None, str(table))


def test_a_config_is_checked_with_its_table(tmp_path: Path, table: Path) -> None:
    problems, selection = find_selection(Stimuli(**block(tmp_path, table)))
    assert problems == []
    assert [name.gender for name in selection.study] == ["male", "female"]


def test_bad_table_and_bad_names_are_found_at_once(tmp_path: Path, table: Path) -> None:
    stimuli = block(tmp_path, table)
    (tmp_path / "clips/holiday.flv").touch()
    table.write_text(HEAD + MAN + MAN)
    fields = {problem.field for problem in find_selection(Stimuli(**stimuli))[0]}
    assert fields == {"line 3, ActorID", "file name"}
    table.write_text(HEAD + MAN)
    fields = {
        problem.field
        for problem in find_problems(Stimuli(**stimuli | {"missing_modality": "error"}))
    }
    assert fields == {"ActorID", "file name"}


def test_a_missing_folder_does_not_hide_a_missing_table(tmp_path: Path) -> None:
    stimuli = block(tmp_path, tmp_path / "none.csv") | {"clips_dir": str(tmp_path / "none")}
    fields = [problem.field for problem in find_selection(Stimuli(**stimuli))[0]]
    assert fields == ["file", "stimuli.clips_dir"]


@pytest.mark.parametrize("given", [True, False])
def test_the_job_writes_the_genders(
    root: Path, tmp_path: Path, table: Path, monkeypatch: pytest.MonkeyPatch, given: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    block(tmp_path, table)
    inputs = {
        "clips": [f"clips/{name}" for name in CLIPS],
        "demographics": table.name if given else [],
    }
    output = {"table": "study.tsv"}
    execute(root, "select_stimuli", inputs, output, {"naming": "cremad"}, {"set": "study"})
    expected = ["male", "female"] if given else ["n/a", "n/a"]
    assert StimulusTable.read("study.tsv").frame.gender.tolist() == expected
