"""The shape of the code base, as docs and DESIGN promise it."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from crossmodal.families.registry import FAMILIES
from crossmodal.provenance.code_inputs import imported_modules

ALLOWED = {
    "contracts": set(),
    "study": {  # its tree: the stages' light configs only, see the test below
        *("bold", "contracts", "families", "figures", "inference"),
        *("representations", "rsa", "simulate", "stimuli", "voices"),
    },
    "provenance": {"contracts"},
    "rsa": {"contracts"},
    "representations": {"contracts"},
    "stimuli": {"contracts"},
    "simulate": {"contracts"},
    "families": {"contracts", "representations", "stimuli"},
    "voices": {"contracts", "families"},
    "bold": {"contracts"},
    "inference": {"contracts", "rsa", "representations"},
    "figures": {"contracts", "rsa", "representations"},
    "quality": {"contracts", "bold", "figures"},
    "cluster": {"contracts"},
    "download": {"contracts"},
    "plan": {"bold", "contracts", "families", "stimuli", "study", "voices"},
    "report": {"contracts", "figures", "provenance", "study"},
    "commands": {
        *("bold", "contracts", "download", "families", "figures", "inference", "plan"),
        *("provenance", "report", "representations", "rsa", "simulate", "stimuli", "study"),
    },
}
# What rooms of a package may import of it beside themselves and its configs; a family knows
# what all families share, and no other family.
ROOMS = {
    "bold/read": set(),
    "bold/align": {"read"},
    "bold/outside": {"read"},
    "bold/model": {"read", "align"},
    "inference/maps": {"sign_flips"},
    "inference/regions": {"sign_flips"},
    "families/training": set(),
    **{f"families/{name}": {"training", "layers", "cost"} for name in FAMILIES},
}


def package_files(root: Path) -> list[Path]:
    return sorted((root / "src/crossmodal").glob("*/**/*.py"))


@pytest.mark.parametrize("package", sorted(ALLOWED))
def test_packages_import_only_what_lies_below(root: Path, package: str) -> None:
    for path in (root / "src/crossmodal" / package).rglob("*.py"):
        used = {
            name.split(".")[1]
            for name in imported_modules(path.read_text())
            if name.count(".") and name.split(".")[1] != package
        }
        assert used <= ALLOWED[package], f"{path.name} imports {used - ALLOWED[package]}"


@pytest.mark.parametrize("room", sorted(ROOMS))
def test_rooms_import_only_what_lies_below(root: Path, room: str) -> None:
    package, own = room.split("/")
    for path in (root / "src/crossmodal" / room).rglob("*.py"):
        for name in imported_modules(path.read_text()):
            _, top, *rest = name.split(".") + [""]
            if top == package and rest[0] not in ("", own, "block"):
                assert rest[0] in ROOMS[room], f"{path.name} imports {name}"


def test_the_study_is_made_of_light_configs(root: Path) -> None:
    """The Snakefile imports it at every start; checks alone look at what stages can do."""
    heavy = ("torch", "scipy", "nibabel", "h5py", "numba", "sklearn", "matplotlib", "av")
    imports = "import sys, crossmodal.study.checks.run, crossmodal.bold.read.events"
    code = f"{imports}; print([m for m in {heavy} if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
    for path in (root / "src/crossmodal/study").glob("*.py"):
        for name in imported_modules(path.read_text()):
            package = name.split(".")[1] if name.count(".") else "study"
            is_config = re.search(r"\.(block|\w*config|registry)(\.|$)", name) is not None
            light = is_config or package in ("contracts", "study")
            assert light, f"{path.name} imports {name}"


def test_every_package_is_listed(root: Path) -> None:
    folders = {path.parent.name for path in (root / "src/crossmodal").glob("*/__init__.py")}
    assert folders == set(ALLOWED)


def test_init_files_are_empty(root: Path) -> None:
    for path in (root / "src").rglob("__init__.py"):
        assert path.read_text().strip() == "", path


def test_only_scripts_know_the_snakemake_object(root: Path) -> None:
    for path in package_files(root):
        if path.name not in ("record.py", "resume.py"):
            names = {n.id for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Name)}
            assert "snakemake" not in names, path


def test_scripts_are_thin_and_recorded(root: Path) -> None:
    for path in (root / "workflow/scripts").glob("*.py"):
        text = path.read_text()
        body = [line for line in text.splitlines() if line.strip()]
        assert re.search(r"^with (recorded|resumable)\(snakemake\)", text, flags=re.M), path.name
        assert len(body) <= 60, f"{path.name}: {len(body)} lines"


def test_no_pickles(root: Path) -> None:
    forbidden = re.compile(
        r"\bimport pickle|allow_pickle=True|torch\.save\(|yaml\.load\(|joblib\.load"
    )
    for path in [*package_files(root), *(root / "workflow").rglob("*.py")]:
        assert not forbidden.search(path.read_text()), path


def test_files_are_packed_the_same_way_every_time(root: Path) -> None:
    for path in package_files(root):  # lzf gives other bytes now and then
        assert not re.search(r"compression=.lzf", path.read_text()), path


def rule_blocks(root: Path) -> list[tuple[str, str]]:
    blocks = []
    for path in sorted((root / "workflow/rules").glob("*.smk")):
        for block in re.split(r"\n(?=[ ]*rule \w+:)", path.read_text())[1:]:
            blocks.append((re.match(r"\s*rule (\w+):", block)[1], block))
    return blocks


def test_rules_have_the_agreed_anatomy(root: Path) -> None:
    order = ["message", "input", "output", "params", "threads", "resources", "log"]
    order += ["benchmark", "conda", "script"]
    for name, block in rule_blocks(root):
        found = re.findall(r"^ {4,12}(\w+):", block, flags=re.M)
        found = [word for word in found if word in order]
        if name == "all":
            continue
        assert found == [word for word in order if word in found], name
        required = {"message", "output", "log", "script", "resources", "threads"}
        assert required <= set(found), f"{name}: no {required - set(found)}"
        assert "record=record(" in block, f"{name}: no provenance record"
        assert "code_inputs(" in block, f"{name}: code is not an input"


def test_no_directory_inputs_and_no_shell(root: Path) -> None:
    for path in [root / "Snakefile", *(root / "workflow/rules").glob("*.smk")]:
        assert not re.search(r"\bdirectory\(|^\s+(shell|run):", path.read_text(), flags=re.M), path


def test_conda_pins_equal_the_lock(root: Path) -> None:
    lock = {
        line.split("==")[0].lower().replace("_", "-"): line.split("==")[1].split(";")[0].strip()
        for line in (root / "requirements.lock").read_text().splitlines()
        if "==" in line
    }
    for path in (root / "workflow/envs").glob("*.yaml"):
        pins = yaml.safe_load(path.read_text())["dependencies"][-1]["pip"]
        assert pins
        for pin in pins:
            name, version = pin.split("==")
            assert lock[name.lower().replace("_", "-")] == version, pin


def test_every_dependency_of_a_job_is_in_its_environment(root: Path) -> None:
    needed = (root / "requirements.in").read_text().split("# development")[0].splitlines()
    names = {line.strip() for line in needed if line and not line.startswith("#")}
    assert "snakemake" in names
    content = yaml.safe_load((root / "workflow/envs/crossmodal.yaml").read_text())
    assert names == {pin.split("==")[0] for pin in content["dependencies"][-1]["pip"]}


def test_nothing_of_one_machine_is_in_the_repository(root: Path) -> None:
    forbidden = re.compile(rf"/(?:home|root|Users)/\w|{re.escape(str(root.parent))}/\w")
    folders = ("src", "workflow", "config", "docs", "tests", "benchmarks", "resources", "profiles")
    for folder in folders:
        for path in (root / folder).rglob("*"):
            if path.suffix in {".py", ".smk", ".md", ".yaml", ".tsv", ".sh", ".toml"} and (
                path.name != "test_layering.py"
            ):
                assert not forbidden.search(path.read_text()), path


def test_no_key_of_a_config_has_a_second_default(root: Path) -> None:
    """``STUDY.x.y`` always has a value: a ``.get(`` with another default would say it twice."""
    names = "config|study|STUDY|stimuli|STIMULI|scans|SCANS|block|models|searchlight|group|roi"
    second = re.compile(rf"\b(?:{names})(?:\[[^]]*\]|\.\w+)*\.get\([^(),]*,")
    rules = [root / "Snakefile", *(root / "workflow/rules").glob("*.smk")]
    for path in [*package_files(root), *rules]:
        if path.name != "tables.py":  # what training.json says of a training, no config
            for line in path.read_text().splitlines():
                assert not second.search(line.split("#")[0]), f"{path.name}: {line.strip()}"
    for path in rules:
        assert not re.search(r"\bconfig(\.get\(|\[)", path.read_text()), path
