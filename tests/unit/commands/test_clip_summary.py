"""No clip vanishes without a word: every file is taken or left out for a reason."""

from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from rich.console import Console

from crossmodal.commands.clip_summary import NOT_READ, clip_tables, file_rows, label_counts
from crossmodal.stimuli.block import Stimuli
from crossmodal.stimuli.folder import HIDDEN, OTHER_TYPE
from crossmodal.stimuli.naming import parse_cremad
from crossmodal.stimuli.selection import NO_SET, STUDY_ACTOR, VERSION, find_selection
from crossmodal.stimuli.sets import Pool, StudySet


@pytest.fixture
def stimuli(tmp_path: Path) -> Stimuli:
    """Two actors' films and recordings, a linked folder, and what else lies about."""
    codes = [f"{m}-01-{e}-01-01-01-{a}" for m, e, a in product(("01", "03"), ("01", "03"), "12")]
    for code in codes:
        suffix = ".mp4" if code.startswith("01") else ".WAV"
        (tmp_path / f"clips/{code[:-1]}0{code[-1]}{suffix}").parent.mkdir(exist_ok=True)
        (tmp_path / f"clips/{code[:-1]}0{code[-1]}{suffix}").touch()
    (tmp_path / "more").mkdir()
    (tmp_path / "more/01-01-03-01-01-01-03.MP4").touch()
    (tmp_path / "clips/linked").symlink_to(tmp_path / "more")
    for name in (".DS_Store", "notes.txt", "holiday.mp4", "README"):
        (tmp_path / "clips" / name).touch()
    return Stimuli(
        clips_dir=str(tmp_path / "clips"),
        naming="ravdess",
        study=StudySet(("01",), ("happy",)),
        pool=Pool("actors", ("happy", "neutral")),
    )


def test_every_file_is_in_one_row(stimuli: Stimuli) -> None:
    _, selection = find_selection(stimuli)
    rows = {
        (row.suffix, row.actors): (row.n_found, row.n_taken, dict(row.left_out))
        for row in file_rows(stimuli, selection)
    }
    assert rows == {
        ("none", ("–",)): (2, 0, {HIDDEN: 1, OTHER_TYPE: 1}),
        (".txt", ("–",)): (1, 0, {OTHER_TYPE: 1}),
        (".mp4", ("–",)): (1, 0, {NOT_READ: 1}),
        (".mp4", ("01",)): (2, 1, {STUDY_ACTOR: 1}),
        (".mp4", ("02",)): (2, 2, {}),
        (".mp4", ("03",)): (1, 1, {}),
        (".wav", ("01", "02")): (2, 0, {VERSION: 2}),
    }
    assert sum(row[0] * len(key[1]) for key, row in rows.items()) == 13


def test_a_clip_of_no_set_is_said_to_be_in_none(stimuli: Stimuli) -> None:
    stimuli = replace(stimuli, pool=None)
    rows = file_rows(stimuli, find_selection(stimuli)[1])
    assert {NO_SET: 1} in [dict(row.left_out) for row in rows if row.actors == ("03",)]


def test_the_tables_are_drawn_with_any_label(stimuli: Stimuli, tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "t.csv").write_text(
        "path,actor,mood\nmore/01-01-03-01-01-01-03.MP4,[red]x[/red],[b]\nclips/holiday.mp4,,\n"
    )
    config = tmp_path / "mine.yaml"
    config.write_text("study: {name: x}\nstimuli: {table: t.csv}\n")
    monkeypatch.chdir(tmp_path)
    console = Console(record=True, width=200)
    for table in clip_tables(config):
        console.print(table)
    shown = console.export_text()
    for text in ("[red]x[/red] 1, unknown 1", "[b] 1, n/a 1", "study: 2", ".mp4"):
        assert text in shown


def test_counts_leave_out_what_no_label_tells() -> None:
    names = [parse_cremad(f"100{i}_DFA_{e}_XX.flv") for i, e in enumerate(("ANG", "HAP", "ANG"))]
    counts = label_counts(names)
    assert counts["emotion"] == {"angry": 2, "happy": 1}
    assert "gender" not in counts
    assert label_counts([]) == {}


def test_a_study_without_clips_has_no_tables(tmp_path: Path) -> None:
    config = tmp_path / "mine.yaml"
    config.write_text("study: {name: x}\n")
    assert clip_tables(config) == []
    assert clip_tables(tmp_path / "none.yaml") == []
