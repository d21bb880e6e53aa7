"""The download against a local server that cuts connections and corrupts files."""

import hashlib
import io
import json
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from crossmodal import cli
from crossmodal.contracts.errors import InputError
from crossmodal.download.archives import unpack_clips
from crossmodal.download.ravdess import (
    DOI,
    download,
    fetch_record,
    parse_record,
    speech_archives,
)
from crossmodal.download.resume import CHUNK_BYTES, ResumingDownloader

MEMBERS = {
    "Actor_01/01-01-03-02-01-01-01.mp4": b"audio-visual" * 20_000,
    "Actor_01/02-01-03-02-01-01-01.mp4": b"video only" * 20_000,
}


def archive(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name, content in members.items():
            file.writestr(name, content)
    return buffer.getvalue()


class Zenodo(ThreadingHTTPServer):
    """Serves one record with one archive; can cut, corrupt, refuse and ignore ranges."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.body, self.cuts, self.ranges, self.status = archive(MEMBERS), [], True, 200
        self.checksum = "md5:" + hashlib.md5(self.body).hexdigest()
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def record(self) -> dict:
        name = "Video_Speech_Actor_01.zip"
        link = f"{self.url}/files/{name}/content"
        return {
            "metadata": {"license": {"id": "cc-by-nc-sa-4.0"}},
            "files": [
                {"key": name, "links": {"self": link}, "size": len(self.body),
                 "checksum": self.checksum},
            ],
        }  # fmt: skip


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        server = self.server
        if self.path == "/record":
            return self._answer(200, json.dumps(server.record()).encode())
        if server.status != 200:
            return self._answer(server.status, b"")
        server.asked.append(self.headers.get("Range", ""))
        start = int(self.headers["Range"].split("=")[1].rstrip("-")) if server.ranges else 0
        if start >= len(server.body):
            return self._answer(416, b"")
        rest = server.body[start:]
        self._answer(
            206 if server.ranges else 200, rest, server.cuts.pop(0) if server.cuts else None
        )
        return None

    def _answer(self, status: int, body: bytes, cut: int | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[:cut])
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def zenodo() -> Iterator[Zenodo]:
    server = Zenodo()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def fetch(zenodo: Zenodo, folder: Path, n_attempts: int = 3) -> list[Path]:
    archives = speech_archives(fetch_record(f"{zenodo.url}/record"), None)
    return download(archives, folder, ResumingDownloader(folder / "archives", n_attempts, 0.0))


def test_takes_the_audio_visual_clips_and_keeps_them(zenodo: Zenodo, tmp_path: Path) -> None:
    clips = fetch(zenodo, tmp_path)
    assert [clip.relative_to(tmp_path).as_posix() for clip in clips] == [next(iter(MEMBERS))]
    assert clips[0].read_bytes() == MEMBERS["Actor_01/01-01-03-02-01-01-01.mp4"]
    n_asked, changed = len(zenodo.asked), clips[0].stat().st_mtime_ns
    assert fetch(zenodo, tmp_path) == clips
    assert len(zenodo.asked) == n_asked
    assert clips[0].stat().st_mtime_ns == changed


def test_goes_on_after_a_cut_connection(zenodo: Zenodo, tmp_path: Path) -> None:
    zenodo.cuts = [CHUNK_BYTES + 9, CHUNK_BYTES]
    assert len(fetch(zenodo, tmp_path)) == 1
    assert zenodo.asked == ["bytes=0-", f"bytes={CHUNK_BYTES}-", f"bytes={2 * CHUNK_BYTES}-"]


def test_goes_on_in_another_run(zenodo: Zenodo, tmp_path: Path) -> None:
    zenodo.cuts = [CHUNK_BYTES]
    with pytest.raises(InputError, match="expected a complete file, got 65536 bytes"):
        fetch(zenodo, tmp_path, n_attempts=1)
    assert len(fetch(zenodo, tmp_path)) == 1
    assert zenodo.asked[-1] == f"bytes={CHUNK_BYTES}-"


def test_starts_afresh_where_the_server_knows_no_ranges(zenodo: Zenodo, tmp_path: Path) -> None:
    zenodo.cuts, zenodo.ranges = [CHUNK_BYTES], False
    assert len(fetch(zenodo, tmp_path)) == 1


def test_a_damaged_file_is_refused_and_fetched_anew(zenodo: Zenodo, tmp_path: Path) -> None:
    good = zenodo.body
    zenodo.body = good[:100] + b"\0" + good[101:]
    with pytest.raises(InputError, match=r"Video_Speech_Actor_01\.zip: checksum: expected md5:"):
        fetch(zenodo, tmp_path)
    assert not list(tmp_path.rglob("*.mp4"))
    assert not list(tmp_path.rglob("*.zip"))
    zenodo.body = good
    assert len(fetch(zenodo, tmp_path)) == 1


def test_an_http_error_is_named(zenodo: Zenodo, tmp_path: Path) -> None:
    zenodo.status = 403
    with pytest.raises(InputError, match="expected HTTP 200, got HTTP 403"):
        fetch(zenodo, tmp_path)


def test_no_server_is_named() -> None:
    with pytest.raises(InputError, match="record: expected an answer, got ConnectionError"):
        fetch_record("http://127.0.0.1:9/record")


def test_an_unknown_actor_is_named(zenodo: Zenodo) -> None:
    with pytest.raises(InputError, match="actors: 25: expected one of"):
        speech_archives(fetch_record(f"{zenodo.url}/record"), ("25",))


@pytest.mark.parametrize("content", [None, [], {}, {"files": [{"key": "x"}]}, {"files": 3}])
def test_something_else_than_a_record_is_refused(content: object) -> None:
    with pytest.raises(InputError, match="expected Zenodo's fields"):
        parse_record(content)


def test_a_checksum_of_another_kind_is_refused(zenodo: Zenodo) -> None:
    zenodo.checksum = "sha0:12"
    with pytest.raises(InputError, match="expected md5"):
        fetch_record(f"{zenodo.url}/record")


@pytest.mark.parametrize("name", ["../01-x.mp4", "/01-x.mp4", "a/../../01-x.mp4", "C:\\01-x.mp4"])
def test_an_archive_cannot_write_outside_its_folder(tmp_path: Path, name: str) -> None:
    path = tmp_path / "bad.zip"
    path.write_bytes(archive({name: b"x"}))
    with pytest.raises(InputError, match="expected a path inside the archive"):
        unpack_clips(path, tmp_path / "clips", ("01",))
    assert not list(tmp_path.rglob("*.mp4"))


def test_no_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bad.zip"
    path.write_bytes(b"no zip")
    with pytest.raises(InputError, match="expected a zip archive"):
        unpack_clips(path, tmp_path, ("01",))


def test_command_shows_licence_and_result(
    zenodo: Zenodo, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = cli.main(["download-ravdess", str(tmp_path), "--record", f"{zenodo.url}/record"])
    said = capsys.readouterr().out
    assert code == 0
    assert "cc-by-nc-sa-4.0" in said
    assert DOI in said
    assert "1 clips in" in said
