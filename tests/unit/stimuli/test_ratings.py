"""Actors from ratings: the same from a table and from a workbook."""

import zipfile
from pathlib import Path

import pytest

from crossmodal import cli
from crossmodal.contracts.errors import InputError
from crossmodal.stimuli.ratings import best_actors

NAMESPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
# Actor n is recognised in n % 7 of 7; song and video-only clips would turn the order round.
ROWS = [("filename", "note", "proportion_correct")] + [
    (f"{modality}-{channel}-03-01-01-01-{actor:02d}", "x", f"{share:.3f}")
    for actor in range(1, 25)
    for modality, channel, share in (
        ("01", "01", actor % 7 / 7),
        ("01", "02", 1 - actor % 7 / 7),
        ("02", "01", 1 - actor % 7 / 7),
    )
]
EXPECTED = ["05", "06", "13", "12", "19", "20"]


def table(path: Path, separator: str) -> Path:
    path.write_text("\n".join(separator.join(row) for row in ROWS) + "\n")
    return path


def workbook(path: Path) -> Path:
    names = [row[0] for row in ROWS]
    shared = "".join(f"<si><t>{name}</t></si>" for name in names)
    lines = []
    for number, (_, _, score) in enumerate(ROWS, 1):
        if number == 1:
            last = f'<c r="C1" t="inlineStr"><is><t>{score}</t></is></c>'
        else:
            last = f'<c r="C{number}"><v>{score}</v></c>'
        lines.append(
            f'<row r="{number}"><c r="A{number}" t="s"><v>{number - 1}</v></c>{last}</row>'
        )
    with zipfile.ZipFile(path, "w") as book:
        book.writestr("xl/sharedStrings.xml", f"<sst {NAMESPACE}>{shared}</sst>")
        body = f"<worksheet {NAMESPACE}><sheetData>{''.join(lines)}</sheetData></worksheet>"
        book.writestr("xl/worksheets/sheet1.xml", body)
    return path


def test_table_and_workbook_agree(tmp_path: Path) -> None:
    files = [
        table(tmp_path / "r.csv", ","),
        table(tmp_path / "r.tsv", "\t"),
        workbook(tmp_path / "r.xlsx"),
    ]
    for file in files:
        assert best_actors(file, "filename", "proportion_correct") == sorted(EXPECTED)


def test_rows_per_actor(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_text("actor,score\n" + "\n".join(f"{n},0.{n}" for n in range(1, 9)) + "\n")
    assert best_actors(path, "actor", "score", 1) == ["07", "08"]


def test_command_prints_a_config_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["choose-actors", str(table(tmp_path / "r.csv", ","))]) == 0
    assert capsys.readouterr().out.startswith('actors: ["05", "06"')


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("filename\n", "columns: expected 'proportion_correct'"),
        ("", "columns: expected 'filename'"),
        ("filename,proportion_correct\n1,often\n", r"line 2: expected a proportion in \[0, 1\]"),
        ("filename,proportion_correct\n1,1.5\n", r"line 2: expected a proportion in \[0, 1\]"),
        ("filename,proportion_correct\n1,0.5\n", "at least 3 male"),
    ],
)
def test_bad_ratings_are_refused(tmp_path: Path, text: str, match: str) -> None:
    path = tmp_path / "r.csv"
    path.write_text(text)
    with pytest.raises(InputError, match=match):
        best_actors(path, "filename", "proportion_correct")


def test_no_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "r.xlsx"
    path.write_bytes(b"PK no zip")
    with pytest.raises(InputError, match=r"a table of ratings .*, got BadZipFile"):
        best_actors(path, "filename", "proportion_correct")
