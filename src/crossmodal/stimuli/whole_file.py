"""Is all of a file there, by its own header? Decoders read what they find and say nothing."""

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from crossmodal.contracts.errors import InputError

UNKNOWN_LENGTH = 0xFFFFFFFF  # of a file written to a pipe; RF64 has it elsewhere
WAVE64 = b"riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\0\0"
ASF = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
ASF_FILE_PROPERTIES = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
REVERSED_BITS = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


def require_whole_file(path: str | Path) -> None:
    """Refuse a file shorter than its header says, or one with damaged pages.

    WAV (RIFF, RIFX, RF64, BW64), Wave64, AIFF and ASF (.wmv) state their length; an Ogg file is
    pages with checksums. Other kinds of file pass.

    Raises
    ------
    InputError : with both lengths in bytes, or where the first bad page begins
    FileNotFoundError : no such file
    """
    with open(path, "rb") as file:
        head = file.read(64)
        if head[:4] == b"OggS":
            _require_pages(path, file)
            return
        announced = _asf_length(head, file) if head[:16] == ASF else _chunk_length(head)
    if announced in (None, 8, UNKNOWN_LENGTH + 8):
        return
    n_bytes, is_sound = Path(path).stat().st_size, head[:16] != ASF
    if n_bytes < announced or (is_sound and n_bytes > 2 * announced):
        expected = f"{announced} bytes, as its header says"
        raise InputError(path, "content", expected, f"{n_bytes} (truncated?)")


def counts_its_frames(path: str | Path) -> bool:
    """Whether an MP3's first frame states their number (headers Xing, Info and VBRI)."""
    with open(path, "rb") as file:
        head = file.read(10)
        if head[:3] != b"ID3":
            head += file.read(2048)
        else:  # a size of four bytes of seven bits each
            file.seek(
                10
                + sum(byte << shift for byte, shift in zip(head[6:], (21, 14, 7, 0), strict=True))
            )
            head = file.read(2048)
    return any(mark in head for mark in (b"Xing", b"Info", b"VBRI"))


def _chunk_length(head: bytes) -> int | None:
    """Length of a WAV or AIFF in bytes; None of another file."""
    if len(head) < 28:
        return None
    kind, form = head[:4], head[8:12]
    if head[:16] == WAVE64:
        return struct.unpack("<Q", head[16:24])[0]
    if kind in (b"RF64", b"BW64") and form == b"WAVE" and head[12:16] == b"ds64":
        return struct.unpack("<Q", head[20:28])[0] + 8
    if kind in (b"RIFF", b"RF64", b"BW64") and form == b"WAVE":
        return struct.unpack("<I", head[4:8])[0] + 8  # the length leaves itself and the tag out
    if (kind, form) in ((b"RIFX", b"WAVE"), (b"FORM", b"AIFF"), (b"FORM", b"AIFC")):
        return struct.unpack(">I", head[4:8])[0] + 8
    return None


def _asf_length(head: bytes, file: BinaryIO) -> int | None:
    """Length of an ASF in bytes; None where its writer could not go back to write it."""
    (n_header,) = struct.unpack("<Q", head[16:24])
    header = head + file.read(min(n_header, 2**20))
    start = header.find(ASF_FILE_PROPERTIES)
    if start < 0 or len(header) < start + 92:
        return None
    (n_bytes,) = struct.unpack("<Q", header[start + 40 : start + 48])
    is_stream = header[start + 88] & 1
    return None if is_stream or not n_bytes else n_bytes


def _require_pages(path: str | Path, file: BinaryIO) -> None:
    """Walk through an Ogg file (RFC 3533): FFmpeg leaves out pages whose checksum is wrong."""
    file.seek(0)
    for start, page in _pages(file):
        if page is None or _ogg_checksum(page) != struct.unpack("<I", page[22:26])[0]:
            expected = "whole pages with their checksums to the end"
            raise InputError(path, "content", expected, f"none at byte {start} (truncated?)")


def _pages(file: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """Where each page begins, and the page; None where there is none."""
    start = 0
    while head := file.read(27):
        lengths = file.read(head[26]) if len(head) == 27 and head[:4] == b"OggS" else b""
        page = head + lengths + file.read(sum(lengths))
        is_whole = bool(lengths) and len(page) == 27 + head[26] + sum(lengths)
        yield start, page if is_whole else None
        start += len(page)


def _ogg_checksum(page: bytes) -> int:
    """CRC-32 of RFC 3533, by zlib's: the same polynomial with bits and start the other way."""
    zeroed = page[:22] + bytes(4) + page[26:]
    crc = ~zlib.crc32(zeroed.translate(REVERSED_BITS), 0xFFFFFFFF) & 0xFFFFFFFF
    return int(f"{crc:032b}"[::-1], 2)
