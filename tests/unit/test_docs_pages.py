"""What the how-to pages name exists: files, make targets, config keys, commands."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from crossmodal import cli

PAGES = (
    "docs/your-own-clips.md",
    "docs/your-own-scans.md",
    "docs/betas-from-outside.md",
    "docs/your-cluster.md",
    "docs/your-own-model.md",
    "docs/a-new-figure.md",
    "docs/a-new-network-family.md",
    "docs/dependencies.md",
    "docs/families.md",
    "docs/networks.md",
    "docs/performance.md",
    "docs/decisions/slurm.md",
    "profiles/README.md",
)
FOLDERS = "src|workflow|config|docs|tests|profiles|resources"


def config_keys(schema: dict) -> set[str]:
    """Every key of the schema, at any depth."""
    keys = set(schema.get("properties", {}))
    for value in schema.values():
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, dict):
                keys |= config_keys(part)
    return keys


@pytest.mark.parametrize("page", PAGES)
def test_named_files_exist(root: Path, page: str) -> None:
    named = set(re.findall(rf"`((?:{FOLDERS})/[\w./-]+\.\w+)`", (root / page).read_text()))
    made_by_the_reader = {"config/mine.yaml", "src/crossmodal/figures/mine.py"}
    made_by_the_reader |= {"workflow/scripts/draw_mine.py", "workflow/report/mine.rst"}
    assert not [name for name in named - made_by_the_reader if not (root / name).exists()]


@pytest.mark.parametrize("page", PAGES)
def test_named_make_targets_exist(root: Path, page: str) -> None:
    targets = set(re.findall(r"^([\w-]+):", (root / "Makefile").read_text(), flags=re.M))
    assert set(re.findall(r"`make ([\w-]+)", (root / page).read_text())) <= targets


@pytest.mark.parametrize("page", PAGES)
def test_named_commands_exist(root: Path, page: str) -> None:
    named = set(re.findall(r"`crossmodal ([\w-]+)", (root / page).read_text()))
    assert named <= set(cli.COMMANDS)


def test_every_command_is_on_the_command_line(root: Path, capsys: pytest.CaptureFixture) -> None:
    modules = {path.stem for path in (root / "src/crossmodal/commands").glob("*.py")}
    for command in cli.COMMANDS:
        assert command.replace("-", "_") in modules
        with pytest.raises(SystemExit) as stopped:
            cli.main([command, "--help"])
        assert stopped.value.code == 0
        assert "--config" in capsys.readouterr().out


def test_asking_for_help_imports_no_command(root: Path) -> None:
    code = "import sys; from crossmodal import cli\ntry: cli.main(['--help'])\nexcept SystemExit: "
    code += "print([name for name in sys.modules if name in ('torch', 'numpy', 'matplotlib')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root)
    assert done.stdout.endswith("[]\n"), done.stdout + done.stderr


@pytest.mark.parametrize("page", PAGES)
def test_named_config_keys_exist(root: Path, page: str) -> None:
    keys = config_keys(yaml.safe_load((root / "config/config.schema.yaml").read_text()))
    blocks = "stimuli|scans|face|events|models|group|families|simulate"
    named = re.findall(rf"`(?:{blocks})\.((?:[\w*]+\.)*\w+)", (root / page).read_text())
    assert not [name for name in named if name.rsplit(".", 1)[-1] not in keys | {"tsv"}]


def test_the_profile_names_only_rules_that_exist(root: Path) -> None:
    profile = yaml.safe_load((root / "profiles/slurm/config.yaml").read_text())
    rules = "".join(path.read_text() for path in (root / "workflow/rules").glob("*.smk"))
    for name in [*profile["set-resources"], *profile["groups"]]:
        assert re.search(rf"\brule {name}:|\"{name}\"", rules), name
