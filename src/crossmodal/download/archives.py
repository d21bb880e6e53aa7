"""Unpack archives of clips, taking nothing but clips, and nothing outside the folder."""

import shutil
import zipfile
from pathlib import Path, PurePosixPath

from crossmodal.contracts.atomic import atomic_path
from crossmodal.contracts.errors import InputError


def unpack_clips(
    archive: str | Path, folder: str | Path, modalities: tuple[str, ...]
) -> list[Path]:
    """Unpack the mp4 files of the given RAVDESS modalities ('01' audio-visual, …).

    Returns
    -------
    The files, ``folder/Actor_XX/NAME.mp4``; those already there with the right size are kept.

    Raises
    ------
    InputError : no zip archive, a damaged one, or a member that points outside the folder
    """
    try:
        with zipfile.ZipFile(archive) as members:
            chosen = [info for info in members.infolist() if _wanted(archive, info, modalities)]
            return [_unpack(members, info, Path(folder)) for info in chosen]
    except zipfile.BadZipFile as error:
        raise InputError(archive, "archive", "a zip archive", str(error)) from None


def _wanted(archive: str | Path, info: zipfile.ZipInfo, modalities: tuple[str, ...]) -> bool:
    path = PurePosixPath(info.filename.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in path.parts[0]:
        raise InputError(archive, "member", "a path inside the archive", repr(info.filename))
    return path.suffix.lower() == ".mp4" and path.name[:2] in modalities


def _unpack(members: zipfile.ZipFile, info: zipfile.ZipInfo, folder: Path) -> Path:
    name = PurePosixPath(info.filename).name
    target = folder / f"Actor_{PurePosixPath(name).stem[-2:]}" / name
    if not target.exists() or target.stat().st_size != info.file_size:
        with (
            atomic_path(target) as temporary,
            members.open(info) as source,
            open(temporary, "wb") as file,
        ):
            shutil.copyfileobj(source, file, 1 << 20)
    return target
