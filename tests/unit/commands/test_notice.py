"""NOTICE is what the lock file and the packages' own metadata say."""

import re
from pathlib import Path

import pytest

from crossmodal import cli
from crossmodal.commands.notice import BUNDLED, canonical, licence_of, notice, read_lock
from crossmodal.contracts.errors import InputError

# docutils is public domain and BSD; its GPL part is an Emacs mode that the wheel leaves out.
NOT_GPL = {"docutils"}


def test_notice_is_up_to_date(root: Path) -> None:
    expected = notice(read_lock(root / "requirements.lock"))
    assert (root / "NOTICE").read_text() == expected, "run: crossmodal notice --write"


def test_no_locked_python_package_is_under_the_gpl(root: Path) -> None:
    for name, version in read_lock(root / "requirements.lock").items():
        licence = licence_of(name, version).licence
        gpl = re.search(r"(?<!L)GPL|(?<!Lesser )General Public", licence)
        assert name in NOT_GPL or not gpl, f"{name}: {licence}"


def test_wheels_with_gpl_binaries_are_explained(root: Path) -> None:
    page = (root / "docs/dependencies.md").read_text()
    for name, content in BUNDLED.items():
        if re.search(r"(?<!L)GPL", content):
            assert re.search(rf"^## GPL[\s\S]*\b{name}\b", page, flags=re.M), name


def test_every_direct_dependency_is_explained(root: Path) -> None:
    page = (root / "docs/dependencies.md").read_text()
    lines = (root / "requirements.in").read_text().splitlines()
    names = [line.split("==")[0].strip() for line in lines if line and not line.startswith("#")]
    assert names
    for name in names:
        assert re.search(rf"^\| {re.escape(name)} \|", page, flags=re.M), name


def test_every_direct_dependency_is_locked(root: Path) -> None:
    locked = {canonical(name) for name in read_lock(root / "requirements.lock")}
    lines = (root / "requirements.in").read_text().splitlines()
    names = {canonical(line.split("==")[0]) for line in lines if line and line[0] != "#"}
    assert names <= locked


def test_command_prints_the_notice(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["notice", "--lock", str(root / "requirements.lock")]) == 0
    assert capsys.readouterr().out == (root / "NOTICE").read_text()


def test_a_line_that_pins_nothing_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    path.write_text("numpy>=2\n")
    with pytest.raises(InputError, match="line 1: expected NAME==VERSION, got 'numpy>=2'"):
        read_lock(path)


def test_a_package_that_is_not_installed_is_named() -> None:
    with pytest.raises(InputError, match="no-such-package: expected an installed package"):
        licence_of("no-such-package", "1")


def test_another_version_is_named() -> None:
    with pytest.raises(InputError, match="pytest: expected version .*, got 0"):
        licence_of("pytest", "0")
