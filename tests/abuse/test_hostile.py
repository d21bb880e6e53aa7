"""Input made to do harm: code in files, paths that leave their folder, HTML in labels, bombs.

The other abuse cases hold more of them: YAML tags and multiplying aliases (configs.py), pickles
in weights and HDF5 files (binaries.py), archives that leave their folder
(tests/unit/download/test_ravdess.py).
"""

import io
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from crossmodal.bold.read.bids import find_runs
from crossmodal.contracts.errors import InputError
from crossmodal.contracts.stimulus_table import StimulusTable
from crossmodal.families.mrpn.resnet import read_state
from crossmodal.report.build import build_report
from crossmodal.report.captions import caption_html
from crossmodal.stimuli.ratings import best_actors
from crossmodal.study.validate import build_study
from tests.abuse.binaries import Evil
from tests.unit import report_study

SCRIPT = "<script>alert(1)</script>"
SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def caption(folder: Path, template: str, **params: object) -> str:
    path = folder / "fig.rst"
    path.write_text(template)
    return caption_html(path, {"params": params, "wildcards": {}, "inputs": {}, "rule": "draw"})


def test_html_in_a_captions_label_is_shown_not_run(tmp_path: Path) -> None:
    html = caption(tmp_path, "Layer {{ snakemake.params.layer }}.", layer=SCRIPT)
    assert "<script" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


@pytest.mark.parametrize(
    "label",
    [
        "`x <javascript:alert(1)>`_",
        "x\n\n.. raw:: html\n\n   <script>alert(1)</script>\n",
        "x\n\n.. include:: /etc/hostname\n",
        "x\n\n.. image:: javascript:alert(1)\n",
        "|x|\n\n.. |x| image:: https://example.org/x.png",
    ],
)
def test_markup_in_a_captions_label_is_shown_not_followed(tmp_path: Path, label: str) -> None:
    html = caption(tmp_path, "Layer {{ snakemake.params.layer }}.", layer=label)
    for tag in ("<a ", "<img", "<object", "<script", "href=", "src="):
        assert tag not in html


def test_html_in_labels_does_not_reach_the_page(
    tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "workflow").mkdir()
    (tmp_path / "workflow/report").symlink_to(root / "workflow/report")
    report_study.write_study(root)
    table = pd.read_csv("results/stimuli/study.tsv", sep="\t", dtype=str)
    table["emotion"] = SCRIPT
    StimulusTable(table).write("results/stimuli/study.tsv")
    study = report_study.CONFIG["study"] | {"name": SCRIPT.replace("/", "")}  # / is refused
    page = build_report(build_study(report_study.CONFIG | {"study": study}), {}).read_text()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    for script in (root / "src/crossmodal/report/assets").glob("*.js"):
        text = script.read_text()  # labels reach the page as text, through these scripts alone
        assert not [name for name in ("innerHTML", "outerHTML", "document.write") if name in text]


@pytest.mark.parametrize("label", ["..", "01;x", SCRIPT.replace("/", "_"), "0 1", "é"])
def test_participants_whose_label_is_no_bids_label_are_refused(tmp_path: Path, label: str) -> None:
    path = tmp_path / f"sub-{label}/func/sub-{label}_task-emotion_bold.nii.gz"
    path.parent.mkdir(parents=True)
    path.touch()
    with pytest.raises(InputError, match="label: expected letters and digits"):
        find_runs(tmp_path, "emotion")


@pytest.mark.parametrize("entity", ["run-1;x", "run-..", "run-<b>", "acq-a b"])
def test_runs_whose_name_is_no_bids_name_are_refused(tmp_path: Path, entity: str) -> None:
    path = tmp_path / f"sub-01/func/sub-01_task-emotion_{entity}_bold.nii.gz"
    path.parent.mkdir(parents=True)
    path.touch()
    with pytest.raises(InputError, match="name: expected letters, digits"):
        find_runs(tmp_path, "emotion")


@pytest.mark.parametrize("task", ["../../emotion", "*", "emotion(_|$)|.*"])
def test_a_task_is_a_name_not_a_pattern_or_a_path(tmp_path: Path, task: str) -> None:
    path = tmp_path / "sub-01/func/sub-01_task-emotion_bold.nii.gz"
    path.parent.mkdir(parents=True)
    path.touch()
    with pytest.raises(InputError, match="expected runs of task"):
        find_runs(tmp_path, task)


@pytest.mark.parametrize("name", ["w.npz", "w.npy", "w.pth", "w.safetensors"])
def test_a_pickled_array_is_not_unpickled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    save = np.savez if name.endswith("z") else np.save
    buffer = io.BytesIO()
    save(buffer, np.array([Evil()], dtype=object), allow_pickle=True)
    (tmp_path / name).write_bytes(buffer.getvalue())
    with pytest.raises(InputError):
        read_state(tmp_path / name)
    assert not (tmp_path / "pwned").exists()


def workbook(path: Path, sheet: str) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/worksheets/sheet1.xml", sheet)
    return path


def test_a_workbook_whose_entities_multiply_is_refused(tmp_path: Path) -> None:
    entities = '<!ENTITY a0 "aaaaaaaaaa">' + "".join(
        f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12)
    )
    sheet = f'<!DOCTYPE x [{entities}]><worksheet xmlns="{SHEET}">&a11;</worksheet>'
    path = workbook(tmp_path / "r.xlsx", sheet)
    with pytest.raises(InputError, match="a table of ratings"):
        best_actors(path, "filename", "score")


def test_a_workbook_that_reads_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("filename")
    doctype = f'<!DOCTYPE x [<!ENTITY s SYSTEM "file://{tmp_path}/secret">]>'
    cell = '<row r="1"><c r="A1" t="inlineStr"><is><t>&s;</t></is></c></row>'
    sheet = f'{doctype}<worksheet xmlns="{SHEET}"><sheetData>{cell}</sheetData></worksheet>'
    path = workbook(tmp_path / "r.xlsx", sheet)
    with pytest.raises(InputError) as caught:
        best_actors(path, "x", "score")
    assert "filename" not in str(caught.value)


def test_a_workbook_that_is_too_large_unpacked_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "r.xlsx"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book,
        book.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as member,
    ):
        for _ in range(201):
            member.write(bytes(1_000_000))
    assert path.stat().st_size < 1_000_000
    with pytest.raises(InputError, match="is larger than"):
        best_actors(path, "x", "score")
