"""Tables of clips: as people and spreadsheets write them, and as published names make them."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossmodal.cli import main
from crossmodal.contracts.actor_files import actor_file_part
from crossmodal.contracts.clip_table import ClipTable, table_text
from crossmodal.contracts.errors import InputError
from crossmodal.stimuli.block import Stimuli
from crossmodal.stimuli.clip_table import names_of_table
from crossmodal.stimuli.naming import PARSERS, parse_ravdess
from crossmodal.stimuli.selection import Sets, StudySet, choose, find_selection, named_clips
from crossmodal.stimuli.table import stimulus_table


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Ten clips in three folders, two of one name."""
    for name in ("a/1.mp4", "b/1.mp4", *(f"c/{i}.wav" for i in range(2, 10))):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


def read(folder: Path, text: str, name: str = "clips.tsv", actor_column: str | None = None):
    (folder / name).write_bytes(text.encode())
    return names_of_table(ClipTable.read(folder / name), actor_column)


def test_labels_are_the_text_that_stands_there(folder: Path) -> None:
    text = "path\tactor\temotion\tcode\tversion\tnative language\n"
    text += "a/1.mp4\t01\tNA\t007\t1.10\tna\nc/2.wav\tspeaker A/1\thappy\t1e3\tno\t\n"
    problems, (first, second) = read(folder, text)
    assert problems == []
    assert (first.identity, first.emotion, first.gender) == ("01", "NA", "n/a")
    assert [first.label(c) for c in ("code", "version", "native language")] == ["007", "1.10", "na"]
    assert (second.identity, second.label("actor")) == ("speaker A/1", "speaker A/1")
    assert [second.label(c) for c in ("code", "native language")] == ["1e3", "n/a"]
    frame = stimulus_table([first, second], {first.path: "0", second.path: "1"}, "study").frame
    assert frame["version"].tolist() == ["1.10", "no"]
    assert frame.identity.tolist() == ["01", "speaker A/1"]


@pytest.mark.parametrize("delimiter", ["\t", ",", ";"])
@pytest.mark.parametrize("start", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_tables_of_spreadsheets_are_read(folder: Path, delimiter, start, end) -> None:
    rows = [["mood; or so", "path"], ['so "so", la la', "a/1.mp4"], ["", ""], ["é\tb", "b/1.mp4"]]
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter, lineterminator=end).writerows(rows)
    problems, names = read(folder, start + buffer.getvalue(), "clips.csv")
    assert problems == []
    assert [name.label("mood; or so") for name in names] == ['so "so", la la', "é\tb"]


text = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=12)


@given(st.lists(st.tuples(text, text), min_size=1, max_size=6))
def test_any_text_survives_writing_and_reading(tmp_path_factory, labels) -> None:
    folder = tmp_path_factory.mktemp("table")
    rows = [{"path": f"{i}.wav", "a": x, "b": y} for i, (x, y) in enumerate(labels)]
    (folder / "t.tsv").write_text(table_text(["path", "a", "b"], rows), encoding="utf-8")
    assert [dict(row) for row in ClipTable.read(folder / "t.tsv").rows] == rows


def test_paths_are_seen_from_the_table_or_absolute(folder: Path, monkeypatch) -> None:
    (folder / "lists").mkdir()
    text = f"path\n../a/1.mp4\n{folder}/c/2.wav\n"
    monkeypatch.chdir(folder / "c")
    problems, names = read(folder / "lists", text)
    assert problems == []
    assert [Path(name.path).resolve() for name in names] == [folder / "a/1.mp4", folder / "c/2.wav"]


def test_clips_of_one_name_have_ids_of_their_own(folder: Path) -> None:
    _, names = read(folder, "path\na/1.mp4\nb/1.mp4\nc/2.wav\n")
    assert [name.stimulus_id for name in names] == ["a_1", "b_1", "2"]
    _, names = read(folder, "path,stimulus_id\na/1.mp4,left\nb/1.mp4,right\n", "t.csv")
    assert [name.stimulus_id for name in names] == ["left", "right"]


def test_two_rows_of_one_id_are_named_both(folder: Path) -> None:
    (folder / "t.csv").write_text("path,stimulus_id\na/1.mp4,x\nb/1.mp4,x\n")
    ((problem,), selection) = find_selection(Stimuli(table=str(folder / "t.csv")))
    assert (problem.file, problem.got) == (f"{folder}/b/1.mp4", f"the id of {folder}/a/1.mp4")
    assert len(selection.study) == 2


def test_a_person_called_n_a_is_nobody(folder: Path) -> None:
    _, names = read(folder, "path\tactor\na/1.mp4\tn/a\nb/1.mp4\t\nc/2.wav\tNA\n")
    assert [name.identity for name in names] == ["unknown", "unknown", "NA"]


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ("a/9.mp4\tx", "line 3, path: expected a file, as seen from the table, got no such file"),
        ("a\tx", "line 3, path: .* got a folder"),
        ("\tx", "line 3, path: expected the path of a clip, got nothing"),
        ("a/../a/1.mp4\tx", "line 3, path: expected each file once, got .* line 2 too"),
        ("b/1.mp4\ta/b", "line 3, stimulus_id: expected a name without slashes.*'a/b'"),
        ("b/1.mp4\t", "line 3, stimulus_id: .*got ''"),
    ],
)
def test_each_bad_row_is_a_problem_with_its_line(folder: Path, row: str, complaint: str) -> None:
    problems, names = read(folder, f"path\tstimulus_id\na/1.mp4\tone\n{row}\nc/2.wav\ttwo\n")
    assert [name.stimulus_id for name in names] == ["one", "two"]
    (problem,) = problems
    with pytest.raises(InputError, match=complaint):
        raise problem


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "header: expected columns, 'path' among them, got an empty file"),
        ("file\tactor\na/1.mp4\t1\n", r"header: expected a column 'path', got \['file', 'actor'\]"),
        ("path\tx\tx\na/1.mp4\t1\t2\n", "each column once, got 'x' twice"),
        ("path\t\na/1.mp4\t1\n", "a name for every column, got an empty one"),
        ("path\tsha256\na/1.mp4\t1\n", "labels not called 'sha256'"),
        ("path\tx\na/1.mp4\n", "line 2: expected 2 cells, as in the header, got 1"),
        ('path\tx\na/1.mp4\t"1\n', "line 2: expected cells and quotes"),
        ("path\tx\n", "rows: expected at least one clip, got none"),
        ("path\tactor\tidentity\na/1.mp4\t1\t2\n", "no column 'identity' beside that of the actor"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused(folder: Path, text: str, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        read(folder, text)


def test_files_that_are_no_tables_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="a table of clips, got no such file"):
        ClipTable.read(tmp_path / "none.tsv")
    (tmp_path / "t.csv").write_bytes("path;émotion\n".encode("latin-1"))
    with pytest.raises(InputError, match="a table in UTF-8, got other bytes .*save as CSV UTF-8"):
        ClipTable.read(tmp_path / "t.csv")


def test_the_actor_column_may_have_any_name(folder: Path) -> None:
    text = "path\tspeaker\tactor\na/1.mp4\tA\tx\nb/1.mp4\tB\t\n"
    _, names = read(folder, text, actor_column="speaker")
    assert [name.identity for name in names] == ["A", "B"]
    assert [name.label("speaker") for name in names] == ["A", "B"]
    assert [name.label("actor") for name in names] == ["x", "n/a"]
    assert [name.identity for name in read(folder, text)[1]] == ["x", "unknown"]
    with pytest.raises(InputError, match="stimuli.actor_column: expected a column of .*'talker'"):
        read(folder, text, actor_column="talker")


@given(st.lists(st.text(max_size=60), unique=True, max_size=8))
def test_every_actor_has_a_legal_file_name_of_its_own(actors: list[str]) -> None:
    parts = [actor_file_part(actor) for actor in actors]
    assert all(part.isascii() and part.isalnum() and len(part) < 60 for part in parts)
    assert len(set(parts)) == len(actors)
    assert [actor_file_part(a) for a in ("01", "1001", "s7")] == ["01", "1001", "s7"]


def test_a_made_table_has_the_labels_of_the_names(tmp_path: Path, monkeypatch, capsys) -> None:
    codes = ("01-01-01-01-01-01-01", "03-02-05-02-02-01-12", "01-01-05-02-02-01-12")
    for name in (*(f"{code}.mp4" for code in codes), "x/1001_DFA_ANG_XX.flv", "S3/bbaf2n.mpg"):
        (tmp_path / "clips" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "clips" / name).touch()
    monkeypatch.chdir(tmp_path)
    assert main(["table", "clips"]) == 0
    (tmp_path / "clips.tsv").write_text(capsys.readouterr().out, encoding="utf-8")
    problems, names = names_of_table(ClipTable.read("clips.tsv"))
    assert problems == []
    assert len(names) == 5
    for name in names:
        parsed = PARSERS["auto"](name.path)
        for column in ("emotion", "identity", "gender", "sentence", "intensity", "modality"):
            assert name.label(column) == parsed.label(column)
        assert (name.channel, name.stimulus_id) == (parsed.channel, parsed.stimulus_id)


def test_a_made_table_selects_what_the_names_select(tmp_path: Path, shared, capsys) -> None:
    real = shared / "data/ravdess_speech_16k"
    assert main(["table", str(real)]) == 0
    (tmp_path / "clips.tsv").write_text(capsys.readouterr().out, encoding="utf-8")
    block = {
        "clips_dir": str(real),
        "naming": "ravdess",
        "modalities": ["audio"],
        "study": {"actors": ["01", "02"], "emotions": ["neutral", "happy"], "intensity": "strong"},
        "pool": {"emotions": ["neutral", "happy"], "intensities": ["normal", "strong"]},
    }
    by_name = find_selection(Stimuli.of(block))
    by_table = find_selection(
        Stimuli.of(block | {"clips_dir": None, "table": str(tmp_path / "clips.tsv")})
    )
    assert by_name[0] == by_table[0] == []
    for one, other in zip(
        (by_name[1].study, by_name[1].pool), (by_table[1].study, by_table[1].pool), strict=True
    ):
        assert [n.stimulus_id for n in one] == [n.stimulus_id for n in other]
        assert len(one) >= 16


def test_names_that_tell_nothing_are_listed_to_be_labelled(tmp_path, monkeypatch, capsys) -> None:
    (tmp_path / "holiday 1.mp4").touch()
    monkeypatch.chdir(tmp_path)
    assert main(["table", "."]) == 0
    out = capsys.readouterr()
    assert out.out == "path\tactor\temotion\nholiday 1.mp4\t\t\n"
    assert "to be labelled by hand: holiday 1.mp4" in out.err


def test_two_hundred_actors_and_any_columns_are_selected(folder: Path) -> None:
    rows = "".join(f"c/{i}.wav\tsp {i}/x\t{'et' if i % 2 else 'fi'}\n" for i in range(2, 10))
    _, names = read(folder, "path\tactor\tlanguage\n" + rows)
    problems, chosen = choose(names, ["audio"], Sets(StudySet.of({"language": ["et", "fi"]})))
    assert (problems, len(chosen.study)) == ([], 8)
    problems, _ = choose(names, ["audio"], Sets(StudySet.of({"language": "sv", "accent": "x"})))
    assert [p.field for p in problems] == ["stimuli.study.language", "stimuli.study.accent"]


def test_the_clips_of_a_set_are_found_again_by_their_paths(folder: Path) -> None:
    (folder / "t.tsv").write_text("path\tmood\na/1.mp4\tx\nb/1.mp4\ty\n")
    paths = [str(folder / "b/1.mp4")]
    (name,) = named_clips(paths, "auto", str(folder / "t.tsv"), None)
    assert (name.label("mood"), name.stimulus_id) == ("y", "b_1")
    with pytest.raises(InputError, match="path: expected a row for every clip, got none for"):
        named_clips(["elsewhere.mp4"], "auto", str(folder / "t.tsv"), None)
    assert named_clips(["01-01-01-01-01-01-01.mp4"], "ravdess", None, None) == [
        parse_ravdess("01-01-01-01-01-01-01.mp4")
    ]
