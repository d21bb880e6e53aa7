"""Download the audio-visual speech clips of RAVDESS: resumable, checked, 24 actors."""

import argparse
import shutil
from pathlib import Path

from rich.console import Console

from crossmodal.contracts.errors import InputError
from crossmodal.download.ravdess import (
    CITATION,
    DOI,
    RECORD_URL,
    download,
    fetch_record,
    speech_archives,
)

GB = 1e9


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", nargs="?", type=Path, default=Path("data/ravdess"))
    parser.add_argument("--actors", nargs="+", metavar="XX", help="e.g. 01 02; default: all")
    parser.add_argument("--record", default=RECORD_URL, help="URL of the Zenodo record")


def run(options: argparse.Namespace) -> int:
    console = Console(soft_wrap=True, highlight=False)
    record = fetch_record(options.record)
    archives = speech_archives(record, tuple(options.actors) if options.actors else None)
    n_bytes = sum(file.n_bytes for file in archives)
    console.print(f"RAVDESS, doi:{DOI}, licence: {record.licence}")
    console.print("Read the licence before you use or share the clips, and cite:")
    console.print(CITATION)
    console.print(f"{len(archives)} archives, {n_bytes / GB:.1f} GB, into {options.folder}")
    require_space(options.folder, 2 * n_bytes)
    clips = download(archives, options.folder)
    console.print(f"{len(clips)} clips in {options.folder}; set stimuli.clips_dir to it")
    return 0


def require_space(folder: Path, n_bytes: int) -> None:
    """Archives and clips must both fit.

    Raises
    ------
    InputError : too little space
    """
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free
    if free < n_bytes:
        raise InputError(folder, "free space", f"{n_bytes / GB:.1f} GB", f"{free / GB:.1f} GB")
