"""Tables and maps outside figures: one changed byte anywhere below them is found and named."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from crossmodal import cli
from crossmodal.contracts.atomic import write_json
from crossmodal.provenance.hashing import sha256_file
from crossmodal.provenance.lineage import read_lineage
from crossmodal.provenance.record import sealed
from crossmodal.provenance.seals import is_printed, seals

CLUSTERS, MAP, TABLE = "results/group/clusters.tsv", "results/group/t.nii.gz", "results/roi/m.tsv"
RECORDS = "results/provenance/records"


def write_record(rule: str, inputs: list[str], outputs: list[str], **params: object) -> str:
    path = f"{RECORDS}/{rule}/all.json"
    content = {
        "rule": rule, "wildcards": {}, "params": params, "versions": {},
        "inputs": {file: sha256_file(file) for file in inputs},
        "code": {"script.py": sha256_file("script.py")},
        "outputs": {file: sha256_file(file) for file in outputs},
        "git": {"commit": "unknown", "dirty": None},
    }  # fmt: skip
    write_json(path, sealed(content))
    return path


def write_seals(records: list[str]) -> None:
    path = "results/provenance/seals.json"
    write_json(path, sealed(seals(read_lineage(records), "results")))
    write_record("write_lineage", records, [path], temporary=["results/t/"])


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """raw.nii -> betas.h5 -> (t/temp) -> t map and cluster table; betas.h5 -> table of regions."""
    monkeypatch.chdir(tmp_path)
    made = ("results/betas.h5", "results/t/temp", CLUSTERS, MAP, TABLE)
    for name in ("raw.nii", "script.py", *made):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(f"layer\tpeak_t\na\t7.25\nof {name}\n")
    Path("study.yaml").write_text("study: {name: x, results_dir: results}")
    records = [
        write_record("estimate", ["raw.nii"], ["results/betas.h5"]),
        write_record("search", ["results/betas.h5"], ["results/t/temp"]),
        write_record("group", ["results/t/temp"], [CLUSTERS, MAP]),
        write_record("regions", ["results/betas.h5"], [TABLE]),
    ]
    Path("results/t/temp").unlink()
    write_seals(records)
    return records


def audit(capsys: pytest.CaptureFixture, *files: str) -> tuple[int, list[dict]]:
    capsys.readouterr()
    code = cli.main(["audit", "--json", *files, "--config", "study.yaml"])
    return code, json.loads(capsys.readouterr().out)


def test_all_means_every_printed_table_and_map(
    study: list[str], capsys: pytest.CaptureFixture
) -> None:
    code, (group, regions) = audit(capsys)
    assert code == 0
    assert (group["figure"], group["n_jobs"]) == (f"{CLUSTERS} and 1 more", 3)
    assert (regions["figure"], regions["n_jobs"], regions["n_files"]) == (TABLE, 2, 4)


def test_an_edited_peak_of_a_cluster_table_fails(
    study: list[str], capsys: pytest.CaptureFixture
) -> None:
    Path(CLUSTERS).write_text(Path(CLUSTERS).read_text().replace("7.25", "9.25"))
    code, (group, regions) = audit(capsys)
    assert code == 1
    (finding,) = group["findings"]
    assert (finding["path"], finding["kind"], finding["rule"]) == (CLUSTERS, "output", "group")
    assert regions["verified"]
    assert audit(capsys, TABLE)[0] == 0
    assert audit(capsys, f"./{CLUSTERS}")[0] == 1


def appended(path: str) -> None:
    with open(path, "a") as file:
        file.write("x")


def made_again(path: str) -> None:
    """The table's job ran again, to another table, after the seals were written."""
    appended(CLUSTERS)
    write_record("group", [], [CLUSTERS, MAP])


def sealed_anew(path: str) -> None:
    """Someone seals an edited table himself."""
    appended(CLUSTERS)
    content = json.loads(Path(path).read_text())
    content["files"][CLUSTERS] = sha256_file(CLUSTERS)
    write_json(path, sealed(content))


def replaced(path: str) -> None:
    Path(path).write_text(Path(path).read_text().replace("regions", "region", 1))


@pytest.mark.parametrize(
    ("path", "change", "kind", "rule"),
    [
        ("raw.nii", appended, "raw input", "estimate"),
        ("script.py", appended, "code", "group"),
        ("results/betas.h5", appended, "output", "estimate"),
        ("results/betas.h5", lambda path: Path(path).unlink(), "output", "estimate"),
        (f"{RECORDS}/estimate/all.json", lambda path: Path(path).unlink(), "record", "estimate"),
        (f"{RECORDS}/estimate/all.json", appended, "record", "estimate"),
        (f"{RECORDS}/group/all.json", made_again, "record newer than the seal", "group"),
        (f"{RECORDS}/write_lineage/all.json", lambda path: Path(path).unlink(), "record",
         "write_lineage"),
        ("results/provenance/seals.json", appended, "seals", "write_lineage"),
        ("results/provenance/seals.json", sealed_anew, "seals", "write_lineage"),
        ("results/provenance/seals.json", replaced, "seals edited", "write_lineage"),
        ("results/provenance/seals.json", lambda path: Path(path).unlink(), "seals",
         "write_lineage"),
    ],
)  # fmt: skip
def test_one_change_below_a_table_is_found_and_named(
    study: list[str], capsys: pytest.CaptureFixture, path: str, change: Callable[[str], object],
    kind: str, rule: str,
) -> None:  # fmt: skip
    change(path)
    code, verdicts = audit(capsys)
    assert code == 1
    found = {(one["path"], one["kind"], one["rule"]) for v in verdicts for one in v["findings"]}
    assert (path, kind, rule) in found


def test_an_edited_dictionary_of_columns_is_found(
    study: list[str], capsys: pytest.CaptureFixture
) -> None:
    path, written = "results/group/clusters.json", "results/provenance/seals.json"
    write_json(path, {"Caption": "Clusters"})
    write_record("write_lineage", study, [written, path], temporary=["results/t/"])
    assert audit(capsys)[0] == 0
    appended(path)
    code, (group, _) = audit(capsys)
    assert code == 1
    (finding,) = group["findings"]
    assert (finding["path"], finding["kind"]) == (path, "column dictionary")


def test_a_table_whose_record_no_longer_names_it_is_a_doubt(
    study: list[str], capsys: pytest.CaptureFixture
) -> None:
    write_record("group", [], [MAP])
    code, verdicts = audit(capsys, CLUSTERS)
    assert code == 1
    assert verdicts[0]["figure_id"] == "unknown"


def test_what_people_print_is_sealed_and_nothing_else() -> None:
    printed = ("group/a/b/t.nii.gz", "tables/accuracy.tsv", "searchlight/noise_ceiling/group.json")
    others = ("roi/rdms.h5", "searchlight/a/b/sub-01.nii.gz", "logs/group/x.tsv", "figures/f.tsv")
    assert all(is_printed(f"results/{name}", "results") for name in printed)
    assert not any(is_printed(f"results/{name}", Path("results")) for name in others)
