"""Delete a study's results; nothing else, and not the folder's README.md."""

import argparse
import shutil
from collections.abc import Sequence
from pathlib import Path

from crossmodal.contracts.errors import InputError
from crossmodal.study.overlay import names
from crossmodal.study.validate import load_study


def add_arguments(parser: argparse.ArgumentParser) -> None:
    del parser


def run(options: argparse.Namespace) -> int:
    folder = results_folder(options.configs)
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        if path.name != "README.md":
            is_folder = path.is_dir() and not path.is_symlink()
            shutil.rmtree(path) if is_folder else path.unlink()
    print(f"deleted what was in {folder}")
    return 0


def results_folder(configs: Sequence[Path]) -> Path:
    """The results folder of a config.

    Raises
    ------
    InputError : it is not named, or is no folder of its own below the work dir
    """
    name = load_study(*configs).study.results_dir
    here = Path.cwd().resolve()
    if not name.startswith("results"):
        raise InputError(names(configs), "study.results_dir", "a folder named results…", repr(name))
    folder = Path(name)
    if (target := folder.resolve()) == here or not target.is_relative_to(here):
        linked = f", a link to {target}; delete it there" if folder.is_symlink() else ""
        raise InputError(
            names(configs), "study.results_dir", "a folder below the work dir", f"{name!r}{linked}"
        )
    return folder
