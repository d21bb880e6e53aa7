"""A two-job study as a crate, checked by rocrate-validator without network."""

import json
from pathlib import Path

import pytest
from rocrate_validator import services

from crossmodal.commands.crate import config_places
from crossmodal.contracts.errors import InputError
from crossmodal.provenance.crate import StudyCrate, seed_context_cache, write_crate
from crossmodal.provenance.hashing import sha256_text
from crossmodal.provenance.lineage import Lineage

FIGURE = "results/figures/fig1.png"


def record(rule: str, inputs: dict[str, str], outputs: dict[str, str]) -> dict:
    return {
        "rule": rule,
        "wildcards": {},
        "inputs": inputs,
        "code": {f"workflow/scripts/{rule}.py": sha256_text(f"workflow/scripts/{rule}.py")},
        "outputs": outputs,
        "versions": {"snakemake": "9.27.1"},
        "start": "2026-01-01T00:00:00+00:00",
        "end": "2026-01-01T00:00:01+00:00",
    }


@pytest.fixture
def lineage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lineage:
    monkeypatch.chdir(tmp_path)
    names = ("Snakefile", "workflow/scripts/extract.py", "workflow/scripts/draw.py",
             FIGURE)  # fmt: skip
    for name in names:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(name)
    records = {
        "a": record("extract", {"raw.mp4": "a" * 64}, {"results/clips.h5": "b" * 64}),
        "b": record("draw", {"results/clips.h5": "b" * 64}, {FIGURE: sha256_text(FIGURE)}),
    }
    producer = {path: name for name, item in records.items() for path in item["outputs"]}
    return Lineage(producer, records)


def test_crate_passes_the_profile_offline(lineage: Lineage, tmp_path: Path) -> None:
    crate = StudyCrate(lineage, "demo", {FIGURE: FIGURE}).build()
    metadata = json.loads(write_crate("crate", crate).read_text())
    cache = tmp_path / "cache"
    seed_context_cache(cache)
    settings = services.ValidationSettings(
        rocrate_uri="crate",
        profile_identifier="provenance-run-crate-0.5",
        requirement_severity="REQUIRED",
        offline=True,
        cache_path=str(cache),
    )
    result = services.validate(settings)
    assert [issue.message for issue in result.get_issues()] == []
    assert {"raw.mp4", "results/clips.h5"} <= {item.get("name") for item in metadata["@graph"]}


@pytest.mark.parametrize(
    ("said", "stated"),
    [
        (None, "not stated"),
        ("CC-BY-NC-SA-4.0", "https://spdx.org/licenses/CC-BY-NC-SA-4.0"),
        ("https://example.org/terms", "https://example.org/terms"),
    ],
)
def test_our_licence_is_the_codes_alone(
    lineage: Lineage, said: str | None, stated: str, tmp_path: Path
) -> None:
    crate = StudyCrate(lineage, "demo", {FIGURE: FIGURE}, said).build()
    graph = json.loads(write_crate("crate", crate).read_text())["@graph"]
    licences = {one["@id"]: one["license"] for one in graph if "license" in one}
    ours = "https://spdx.org/licenses/BSD-3-Clause"
    code = {"Snakefile", "workflow/scripts/extract.py", "workflow/scripts/draw.py"}
    assert licences == {"./": stated} | dict.fromkeys(code, ours)


def test_private_files_are_described_but_not_included(lineage: Lineage) -> None:
    write_crate("crate", StudyCrate(lineage, "demo", {FIGURE: FIGURE}).build())
    files = {path.name for path in Path("crate").rglob("*") if path.is_file()}
    assert "fig1.png" in files
    assert not {"raw.mp4", "clips.h5"} & files


@pytest.mark.parametrize("order", [("a", "b", "old"), ("old", "a", "b")])
def test_every_record_is_held_against_the_script(lineage: Lineage, order: tuple[str, ...]) -> None:
    old = record("extract", {}, {"results/gone.h5": "c" * 64})
    old["code"] = {"workflow/scripts/extract.py": "d" * 64}
    records = {**lineage.records, "old": old}
    both = Lineage(lineage.producer, {name: records[name] for name in order})
    with pytest.raises(InputError, match="extract.py: sha256: expected dddd.* as recorded in old,"):
        StudyCrate(both, "demo", {FIGURE: FIGURE}).build()


@pytest.mark.parametrize("path", [FIGURE, "workflow/scripts/draw.py"])
def test_file_that_is_not_as_recorded_is_refused(lineage: Lineage, path: str) -> None:
    Path(path).write_text("edited")
    crate = StudyCrate(lineage, "demo", {FIGURE: FIGURE})
    with pytest.raises(InputError, match=rf"{path}: sha256: .*, as recorded in b, got"):
        crate.build()


def test_a_study_without_jobs_has_no_crate() -> None:
    with pytest.raises(InputError, match="expected at least one finished job, got none"):
        StudyCrate(Lineage({}, {}), "demo", {})


def test_config_files_lie_in_the_crate_as_they_extend_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert config_places(["config/config.yaml"]) == {
        "config/config.yaml": tmp_path / "config/config.yaml"
    }
    outside = str(tmp_path / "elsewhere/mine.yaml")
    assert config_places([outside]) == {"config/mine.yaml": Path(outside)}
    assert list(config_places(["config/presets/tuned.yaml", "config/mine.yaml"])) == [
        "config/presets/tuned.yaml", "config/mine.yaml",
    ]  # fmt: skip
    assert list(config_places(["config/presets/a.yaml", "a.yaml"])) == [
        "config/config/presets/a.yaml", "config/a.yaml",
    ]  # fmt: skip
