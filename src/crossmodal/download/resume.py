"""A downloader for pooch that goes on where a cut connection or a stopped run left off."""

import time
from pathlib import Path
from typing import IO, Any

import requests
from tqdm import tqdm

from crossmodal.contracts.errors import InputError

CHUNK_BYTES = 1 << 16  # what a cut connection can lose
TIMEOUT_S = 60


class ResumingDownloader:
    """Called by pooch with (url, output file, pooch).

    Bytes go to ``<folder>/.<name>.part``, which outlives an interruption; the next attempt,
    in this run or in another, asks the server for the rest. ``n_attempts`` counts only
    attempts that brought nothing.

    Raises
    ------
    InputError : no connection, or an HTTP error
    """

    def __init__(self, folder: str | Path, n_attempts: int = 5, wait_s: float = 2.0) -> None:
        self.folder, self.n_attempts, self.wait_s = Path(folder), n_attempts, wait_s

    def __call__(self, url: str, output_file: str | Path, pooch: Any) -> None:
        part = self.part_path(url)
        part.parent.mkdir(parents=True, exist_ok=True)
        in_vain = 0
        while not self._attempt(url, part):
            in_vain += 1
            if in_vain >= self.n_attempts:
                got = f"{part.stat().st_size} bytes, then nothing in {in_vain} attempts"
                raise InputError(url, "download", "a complete file", got)
            time.sleep(self.wait_s * in_vain)
        part.replace(output_file)

    def part_path(self, url: str) -> Path:
        """Where the bytes of an unfinished download of ``url`` are."""
        name = [piece for piece in url.split("?")[0].split("/") if piece != "content"][-1]
        return self.folder / f".{name}.part"

    def _attempt(self, url: str, part: Path) -> bool:
        """One request for what is missing; whether the file is complete now."""
        have = part.stat().st_size if part.exists() else 0
        try:
            with requests.get(
                url, headers={"Range": f"bytes={have}-"}, stream=True, timeout=TIMEOUT_S
            ) as answer:
                if answer.status_code == 416:  # nothing after `have`: it was complete
                    return True
                if answer.status_code >= 400:
                    raise InputError(url, "download", "HTTP 200", f"HTTP {answer.status_code}")
                resumed = answer.status_code == 206
                total = int(answer.headers.get("Content-Length", 0)) + have * resumed
                with open(part, "ab" if resumed else "wb") as file:
                    _copy(answer, file, have * resumed, total, part.name[1:-5])
        except requests.RequestException:
            part.touch()
            return False
        return part.stat().st_size >= total


def _copy(answer: requests.Response, file: IO[bytes], have: int, total: int, name: str) -> None:
    bar = tqdm(total=total, initial=have, unit="B", unit_scale=True, desc=name, mininterval=5)
    with bar:
        for block in answer.iter_content(CHUNK_BYTES):
            file.write(block)
            bar.update(len(block))
