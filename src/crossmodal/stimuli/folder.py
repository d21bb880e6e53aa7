"""What lies in a folder of clips. Light: the Snakefile imports it."""

import os
from collections.abc import Iterator
from pathlib import Path

from crossmodal.contracts.errors import InputError, missing
from crossmodal.stimuli.naming import MEDIA_SUFFIXES

HIDDEN, OTHER_TYPE = "a hidden file", "no film and no recording by its suffix"


def files_below(folder: str) -> Iterator[str]:
    """All files below a folder, those of linked folders too; each real folder is visited once.

    Linked folders come last, so that a folder which is there and linked counts where it is.

    Raises
    ------
    InputError : a folder that cannot be read
    """
    seen: set[str] = set()
    here, linked = [folder], []
    while here or linked:
        current = here.pop() if here else linked.pop(0)
        real = os.path.realpath(current)
        if real in seen:
            continue
        seen.add(real)
        try:
            entries = sorted(os.scandir(current), key=lambda entry: entry.name)
        except OSError as error:
            raise InputError(current, "folder", "one that can be read", error.strerror) from None
        for entry in entries:
            if not entry.is_dir():
                yield str(Path(entry.path))
            else:
                (linked if entry.is_symlink() else here).append(entry.path)


def sorted_out(files: list[str]) -> dict[str, str]:
    """File -> why it is no clip, for those that are none by their names."""
    reasons = {}
    for file in files:
        if Path(file).name.startswith("."):
            reasons[file] = HIDDEN
        elif Path(file).suffix.lower() not in MEDIA_SUFFIXES:
            reasons[file] = OTHER_TYPE
    return reasons


def find_media(clips_dir: str) -> list[str]:
    """All media files below a folder and the folders linked there, sorted.

    Raises
    ------
    InputError : the folder is missing, cannot be read, or holds no media file
    """
    if not Path(clips_dir).is_dir():
        got = missing(clips_dir, "folder")
        raise InputError(clips_dir, "stimuli.clips_dir", "a folder of clips", got)
    found = list(files_below(str(Path(clips_dir))))
    reasons = sorted_out(found)
    files = sorted(file for file in found if file not in reasons)
    if not files:
        kinds = " ".join(MEDIA_SUFFIXES)
        raise InputError(clips_dir, "stimuli.clips_dir", f"files of type {kinds}", "none")
    return files
