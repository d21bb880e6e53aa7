"""Files of the results that the page offers: tables, and the maps of every model set."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

TABLES = ("group/clusters.tsv", "roi/*.tsv", "tables/*.tsv", "similarity/**/*.tsv")
# What the viewer shows first; other maps of a set follow by name.
FIRST = ("mean", "t", "p_fwe", "p_fwe_all", "p_fwe_study")


@dataclass(frozen=True)
class File:
    """``path`` : from the results folder; ``size`` : in words."""

    path: str
    size: str


@dataclass(frozen=True)
class Group:
    """Files under one heading."""

    title: str
    files: tuple[File, ...]


def set_files(results: Path, model: str, regime: str) -> list[str]:
    """Maps and table of one model set, as paths from ``results``."""
    folder = results / "group" / model / regime
    maps = {path.name.removesuffix(".nii.gz"): path for path in sorted(folder.glob("*.nii.gz"))}
    order = [name for name in FIRST if name in maps] + [name for name in maps if name not in FIRST]
    paths = [maps[name] for name in order] + sorted(folder.glob("clusters.tsv"))
    return [path.relative_to(results).as_posix() for path in paths]


def downloads(results: Path, sets: Sequence[tuple[str, str]]) -> list[Group]:
    """Everything that can be had, tables first.

    Parameters
    ----------
    sets : model and regime of every group result
    """
    tables = [path for pattern in TABLES for path in sorted(results.glob(pattern))]
    groups = [("Tables", [path.relative_to(results).as_posix() for path in tables])]
    groups += [(f"Maps of {model}: {regime}", set_files(results, model, regime))
               for model, regime in sets]  # fmt: skip
    return [
        Group(title, tuple(File(path, size(results / path)) for path in paths))
        for title, paths in groups
        if paths
    ]


def size(path: Path) -> str:
    """'12 kB' or '1.3 MB'."""
    n_bytes = path.stat().st_size
    return f"{n_bytes / 1e6:.1f} MB" if n_bytes >= 1e6 else f"{max(1, round(n_bytes / 1e3))} kB"


def embed(results: Path, groups: Sequence[Group], folder: Path) -> None:
    """Copy the files below ``folder``, byte for byte, under their paths."""
    for file in (file for group in groups for file in group.files):
        (folder / file.path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(results / file.path, folder / file.path)
