"""What every reader of a media file asks its container: streams, lengths, is it all there."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
from av.stream import Disposition

from crossmodal.contracts.errors import InputError
from crossmodal.stimuli.clock import MAX_MISSING, MAX_MISSING_S
from crossmodal.stimuli.whole_file import counts_its_frames, require_whole_file

SOUND_SUFFIXES = (".wav", ".flac")
SAMPLE_RATE_LIMITS_HZ = (4000, 384000)  # outside, a header is corrupt
LFS_POINTER = b"version https://git-lfs"
FILE = "file:"


@contextmanager
def opened(path: str | Path) -> Iterator[av.container.InputContainer]:
    """An open container; every decoding error inside the block becomes an InputError."""
    try:
        require_whole_file(path)
        # FFmpeg takes what stands before a colon for a protocol ("take1: angry.mp4", "http:…").
        with av.open(f"{FILE}{path}") as container:
            yield container
    except FileNotFoundError:
        raise InputError(path, "file", "a clip", "no such file") from None
    except (av.error.FFmpegError, OSError) as error:
        reason = f"{error.strerror or error} (truncated or damaged?)"
        raise unreadable(path, "a readable clip", reason) from None


def unreadable(path: str | Path, expected: str, reason: str) -> InputError:
    """The error of a file that does not decode; names a Git LFS pointer as what it is."""
    if Path(path).is_file():
        with open(path, "rb") as file:
            if file.read(len(LFS_POINTER)) == LFS_POINTER:
                reason = "a Git LFS pointer, not the media: git lfs pull"
    return InputError(path, "content", expected, reason)


def picture_stream(container: av.container.InputContainer) -> av.VideoStream | None:
    """The default video stream, else the first; a cover picture is none."""
    films = [s for s in container.streams.video if not s.disposition & Disposition.attached_pic]
    return _default(films)


def sound_stream(container: av.container.InputContainer) -> av.AudioStream | None:
    """The default sound track, else the first."""
    return _default(container.streams.audio)


def _default(streams: list[av.stream.Stream]) -> av.stream.Stream | None:
    chosen = [stream for stream in streams if stream.disposition & Disposition.default]
    return next(iter([*chosen, *streams]), None)


def is_avi(container: av.container.InputContainer) -> bool:
    """AVI counts frames and blocks and has no times: it loses when a stream begins."""
    return container.format.name == "avi"


def is_asf(container: av.container.InputContainer) -> bool:
    """ASF (.wmv) states one length, that of the file, for each of its streams."""
    return container.format.name == "asf"


def sound_may_miss_s(container: av.container.InputContainer) -> float | None:
    """By how much sound may end before the picture; None for the usual.

    Half a frame where its blocks have no times (AVI, uncompressed sound in MOV): a hole, in an
    AVI also a late start, only shows in that sound is short, and not where.
    """
    film, sound = picture_stream(container), sound_stream(container)
    is_mov = sound and "mov" in container.format.name
    is_counted = is_avi(container) or (is_mov and sound.codec_context.name.startswith("pcm_"))
    return 0.5 / float(film.average_rate) if is_counted and film and film.average_rate else None


def packets(
    container: av.container.InputContainer, stream: av.stream.Stream, path: str | Path
) -> Iterator[av.Packet]:
    """Packets of one stream that hold anything: an empty one (Theora) says to hold the frame.

    Raises
    ------
    InputError : at the end, where all streams end well before the container says
    """
    end_s = 0.0
    for packet in container.demux():
        end_s = max(end_s, packet_end_s(packet))
        is_last = packet.dts is None and packet.pts is None
        if packet.stream is stream and (packet.size or is_last):
            yield packet
    require_whole(path, "content", announced_duration_s(container), end_s)


def packet_end_s(packet: av.Packet) -> float:
    """Time at which a packet's content ends, s; 0 for a packet without content."""
    if packet.pts is None or not packet.size:
        return 0.0
    return float((packet.pts + (packet.duration or 0)) * packet.time_base)


def announced_duration_s(container: av.container.InputContainer) -> float | None:
    """What the container's header says of its length; None if nothing."""
    if _is_estimated(container):
        return None
    if is_asf(container):  # FFmpeg adds a stream's start to what is the whole file's length
        ends_s = [announced_end_s(container, stream) for stream in container.streams]
        return max((end_s for end_s in ends_s if end_s is not None), default=None)
    return None if container.duration is None else container.duration / av.time_base


def announced_end_s(
    container: av.container.InputContainer, stream: av.stream.Stream
) -> float | None:
    """When a stream ends by its header, s; None where that does not say."""
    if is_avi(container) and stream.frames:  # PyAV shortens the duration of a cut file
        return float(stream.frames * stream.time_base)
    if stream.duration is None or _is_estimated(container):
        return None
    start = 0 if is_asf(container) else stream.start_time or 0
    return float((start + stream.duration) * stream.time_base)


def _is_estimated(container: av.container.InputContainer) -> bool:
    """FFmpeg guesses the length of raw AAC and of MP3 without a count of frames, by bit rates."""
    name, path = container.format.name, container.name.removeprefix(FILE)
    return name == "aac" or (name == "mp3" and not counts_its_frames(path))


def require_sample_rate(path: str | Path, rate_hz: int) -> None:
    """Raise an InputError on a rate no recorder has."""
    low, high = SAMPLE_RATE_LIMITS_HZ
    if not low <= rate_hz <= high:
        raise InputError(path, "audio: sample rate", f"{low}–{high} Hz", f"{rate_hz} Hz")


def require_whole(
    path: str | Path,
    field: str,
    announced_s: float | None,
    got_s: float,
    missing_s: float | None = None,
) -> None:
    """Raise an InputError when much of what the container announces did not decode.

    Parameters
    ----------
    missing_s : how much may be missing; None for 0.25 s or a tenth
    """
    if announced_s is None:
        return
    if missing_s is None:
        missing_s = max(MAX_MISSING_S, MAX_MISSING * announced_s)
    if announced_s - got_s > missing_s:
        got = f"{got_s:.2f} s (truncated?)"
        raise InputError(path, f"{field}: duration", f"{announced_s:.2f} s", got)
