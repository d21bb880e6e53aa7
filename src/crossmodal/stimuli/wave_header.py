"""Is all of a WAV file there? libsndfile reads what it finds and says nothing."""

import struct
from pathlib import Path

from crossmodal.contracts.errors import InputError

UNKNOWN_LENGTH = 0xFFFFFFFF  # of a file written to a pipe; RF64 has it elsewhere


def require_whole_wave(path: str | Path) -> None:
    """Refuse a RIFF file shorter than its header says, or of which most is not announced.

    Raises
    ------
    InputError : with both lengths in bytes; other kinds of file pass
    """
    with open(path, "rb") as file:
        head = file.read(28)
    if len(head) < 28 or head[:4] not in (b"RIFF", b"RF64") or head[8:12] != b"WAVE":
        return
    (announced,) = struct.unpack("<I", head[4:8])
    if head[:4] == b"RF64" and head[12:16] == b"ds64":
        (announced,) = struct.unpack("<Q", head[20:28])
    n_bytes = Path(path).stat().st_size - 8  # the length leaves its own field and the tag out
    if announced in (0, UNKNOWN_LENGTH):
        return
    if n_bytes < announced or n_bytes > 2 * announced:
        expected = f"{announced + 8} bytes, as its header says"
        raise InputError(path, "content", expected, f"{n_bytes + 8} (truncated?)")
