"""Fetch RAVDESS from Zenodo: the record says which files there are and their checksums."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pooch
import requests

from crossmodal.contracts.errors import InputError
from crossmodal.download.archives import unpack_clips
from crossmodal.download.resume import TIMEOUT_S, ResumingDownloader

DOI = "10.5281/zenodo.1188976"
RECORD_URL = "https://zenodo.org/api/records/1188976"
CITATION = (
    "Livingstone SR, Russo FA (2018) The Ryerson Audio-Visual Database of Emotional Speech and "
    "Song (RAVDESS). PLoS ONE 13(5): e0196391. doi:10.1371/journal.pone.0196391"
)
ARCHIVE = re.compile(r"Video_Speech_Actor_(\d\d)\.zip")
AUDIO_VISUAL = ("01",)


@dataclass(frozen=True)
class RecordFile:
    """One file of a Zenodo record: its name, URL, size in bytes and 'md5:…' checksum."""

    name: str
    url: str
    n_bytes: int
    checksum: str


@dataclass(frozen=True)
class Record:
    """What a Zenodo record says about itself."""

    licence: str
    files: tuple[RecordFile, ...]


def fetch_record(url: str = RECORD_URL) -> Record:
    """Ask Zenodo for the record.

    Raises
    ------
    InputError : no answer, or an answer that is no record
    """
    try:
        answer = requests.get(url, timeout=TIMEOUT_S)
        answer.raise_for_status()
        return parse_record(answer.json(), url)
    except requests.RequestException as error:
        raise InputError(url, "record", "an answer", type(error).__name__) from None


def parse_record(content: Any, source: str = RECORD_URL) -> Record:
    """Read the parts we need of Zenodo's JSON.

    Raises
    ------
    InputError : a field is missing, or a checksum is no md5
    """
    try:
        files = tuple(
            RecordFile(item["key"], item["links"]["self"], int(item["size"]), item["checksum"])
            for item in content["files"]
        )
        licence = str(content["metadata"]["license"]["id"])
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(source, "record", "Zenodo's fields", repr(error)) from None
    for file in files:
        if not re.fullmatch(r"md5:[0-9a-f]{32}", file.checksum):
            raise InputError(source, f"checksum of {file.name}", "md5:…", repr(file.checksum))
    return Record(licence, files)


def speech_archives(record: Record, actors: tuple[str, ...] | None) -> list[RecordFile]:
    """The audio-visual speech archives of the given actors (default: all), in actor order.

    Raises
    ------
    InputError : an actor without an archive
    """
    archives = {match[1]: file for file in record.files if (match := ARCHIVE.fullmatch(file.name))}
    wanted = sorted(archives) if actors is None else list(actors)
    for actor in wanted:
        if actor not in archives:
            raise InputError("actors", actor, f"one of {sorted(archives)}", "no such archive")
    return [archives[actor] for actor in wanted]


def download(
    archives: list[RecordFile], folder: str | Path, downloader: ResumingDownloader | None = None
) -> list[Path]:
    """Download, verify and unpack; archives and clips that are there already are kept.

    Returns
    -------
    The clips, ``folder/Actor_XX/*.mp4``.

    Raises
    ------
    InputError : a download that fails or whose checksum is wrong, an unusable archive
    """
    cache = Path(folder) / "archives"
    downloader = downloader or ResumingDownloader(cache)
    clips = []
    for file in archives:
        try:
            path = pooch.retrieve(
                file.url, file.checksum, fname=file.name, path=cache, downloader=downloader
            )
        except ValueError as error:
            if isinstance(error, InputError):
                raise
            got = "another: the file was damaged on the way; run the command again"
            raise InputError(file.name, "checksum", file.checksum, got) from None
        clips += unpack_clips(path, folder, AUDIO_VISUAL)
    return clips
