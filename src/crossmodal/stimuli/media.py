"""Decode clips: mp4, flv, mpg … with PyAV, wav and flac with soundfile."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import soundfile
import soxr

from crossmodal.contracts.errors import InputError

SOUND_SUFFIXES = (".wav", ".flac")
SAMPLE_RATE_LIMITS_HZ = (4000, 384000)  # outside, a header is corrupt
MAX_MISSING_S = 0.25  # between the duration a container announces and what decodes


@dataclass(frozen=True)
class Video:
    """uint8 (frame, row, col, 3) RGB at ``frame_rate_hz`` frames per second."""

    frames: np.ndarray
    frame_rate_hz: float

    @property
    def duration_s(self) -> float:
        return len(self.frames) / self.frame_rate_hz


@contextmanager
def opened(path: str | Path) -> Iterator[av.container.InputContainer]:
    """An open container; every decoding error inside the block becomes an InputError."""
    try:
        with av.open(str(path)) as container:
            yield container
    except FileNotFoundError:
        raise InputError(path, "file", "a clip", "no such file") from None
    except (av.error.FFmpegError, OSError) as error:
        got = f"{error.strerror or error} (truncated or damaged?)"
        raise InputError(path, "content", "a readable clip", got) from None


def read_video(path: str | Path) -> Video | None:
    """All frames of the first video stream; None where there is none.

    Raises
    ------
    InputError : unreadable, truncated, without a frame, or without a frame rate
    """
    if Path(path).suffix.lower() in SOUND_SUFFIXES:
        return None
    with opened(path) as container:
        if not container.streams.video:
            return None
        stream = container.streams.video[0]
        frames, times_s = [], []
        for frame in container.decode(stream):
            frames.append(frame.to_ndarray(format="rgb24"))
            times_s.append(frame.time)
        announced_s = announced_duration_s(container, stream)
        rate_hz = _frame_rate_hz(stream, times_s)
    if not frames:
        raise InputError(path, "video", "at least one frame", "none")
    if rate_hz is None:
        raise InputError(path, "video: frame rate", "frames per second", "none")
    video = Video(np.stack(frames), rate_hz)
    require_whole(path, "video", announced_s, video.duration_s)
    return video


def announced_frames(path: str | Path) -> tuple[int, float] | None:
    """Frames of the first video stream and their rate in Hz, as the header has them.

    None without video, or where the header does not say.
    """
    if Path(path).suffix.lower() in SOUND_SUFFIXES:
        return None
    with opened(path) as container:
        for stream in container.streams.video:
            rate = stream.average_rate or stream.guessed_rate
            return (stream.frames, float(rate)) if stream.frames and rate else None
    return None


def _frame_rate_hz(stream: av.VideoStream, times_s: list[float | None]) -> float | None:
    """From the frames' own times where they have some; a container's rate can be wrong."""
    if len(times_s) > 1 and None not in (times_s[0], times_s[-1]) and times_s[-1] > times_s[0]:
        return round((len(times_s) - 1) / (times_s[-1] - times_s[0]), 3)
    rate = stream.average_rate or stream.guessed_rate
    return float(rate) if rate else None


def read_audio(path: str | Path, sample_rate_hz: int) -> np.ndarray | None:
    """Sound as float32 (sample,) mono at ``sample_rate_hz``; None where there is none.

    Raises
    ------
    InputError : unreadable, truncated, empty, not finite, or an absurd sample rate
    """
    is_sound_file = Path(path).suffix.lower() in SOUND_SUFFIXES
    samples, rate_hz = _read_sound_file(path) if is_sound_file else _decode_sound(path)
    if samples is None:
        return None
    require_sample_rate(path, rate_hz)
    if not samples.size:
        raise InputError(path, "audio", "at least one sample", "none")
    if not np.isfinite(samples).all():
        raise InputError(path, "audio", "finite samples", "NaN or infinity")
    mono = samples.mean(axis=1, dtype=np.float64)
    resampled = soxr.resample(mono, rate_hz, sample_rate_hz, quality="HQ")
    return np.clip(resampled, -1, 1).astype(np.float32)


def _read_sound_file(path: str | Path) -> tuple[np.ndarray, int]:
    if not Path(path).is_file():
        raise InputError(path, "file", "a recording", "no such file")
    try:
        return soundfile.read(path, dtype="float32", always_2d=True)
    except soundfile.SoundFileError as error:
        reason = str(error).rsplit(": ", 1)[-1]
        raise InputError(path, "content", "a readable recording", reason) from None


def _decode_sound(path: str | Path) -> tuple[np.ndarray | None, int]:
    """float32 (sample, channel) of the first audio stream, and its rate in Hz."""
    with opened(path) as container:
        if not container.streams.audio:
            return None, 0
        stream = container.streams.audio[0]
        rate_hz = stream.codec_context.sample_rate
        require_sample_rate(path, rate_hz)
        to_planar = av.AudioResampler(format="fltp", rate=rate_hz)
        blocks = [
            block.to_ndarray()
            for frame in container.decode(stream)
            for block in to_planar.resample(frame)
        ]
        announced_s = announced_duration_s(container, stream)
    samples = np.concatenate(blocks, axis=1).T if blocks else np.empty((0, 1), np.float32)
    if len(samples):
        require_whole(path, "audio", announced_s, len(samples) / rate_hz)
    return samples, rate_hz


def trim(audio: np.ndarray, duration_s: float, sample_rate_hz: int) -> np.ndarray:
    """Sound cut to the video's duration: decoders differ in the padded end of AAC."""
    return audio[: round(duration_s * sample_rate_hz)]


def announced_duration_s(
    container: av.container.InputContainer, stream: av.stream.Stream | None = None
) -> float | None:
    """What the stream's header, else the container's, says of its length; None if nothing."""
    if stream is not None and stream.duration is not None:
        return float(stream.duration * stream.time_base)
    return None if container.duration is None else container.duration / av.time_base


def require_sample_rate(path: str | Path, rate_hz: int) -> None:
    """Raise an InputError on a rate no recorder has."""
    low, high = SAMPLE_RATE_LIMITS_HZ
    if not low <= rate_hz <= high:
        raise InputError(path, "audio: sample rate", f"{low}–{high} Hz", f"{rate_hz} Hz")


def require_whole(path: str | Path, field: str, announced_s: float | None, got_s: float) -> None:
    """Raise an InputError when much of what the container announces did not decode."""
    if announced_s is not None and announced_s - got_s > max(MAX_MISSING_S, 0.1 * announced_s):
        got = f"{got_s:.2f} s (truncated?)"
        raise InputError(path, f"{field}: duration", f"{announced_s:.2f} s", got)
