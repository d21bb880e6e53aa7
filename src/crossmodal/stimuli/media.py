"""Clips: pictures one by one, upright, square pixels, at a constant rate; sound beside them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.sidedata.sidedata import Type
from av.video.reformatter import VideoReformatter

from crossmodal.contracts.errors import InputError
from crossmodal.stimuli.clock import FrameClock, frame_clock, without_false_start
from crossmodal.stimuli.container import (
    SOUND_SUFFIXES,
    announced_end_s,
    is_avi,
    opened,
    packets,
    picture_stream,
    require_whole,
    sound_stream,
)
from crossmodal.stimuli.sound import read_audio, trim

__all__ = [
    "Film",
    "announced_frames",
    "decoded_frames",
    "picture",
    "view_of",
    "read_audio",
    "read_video",
    "trim",
]

MAX_KEPT_BYTES = 200e6  # of decoded frames; a longer film is decoded again for each pass
AVI_MISSING_FRAMES = 2
STEADY = {"err_detect": "explode"}  # H.264 conceals damage unless it is told not to


class Film(Sequence[np.ndarray]):
    """A clip's frames, uint8 (row, col, 3) RGB; cheap in ascending order.

    Opening decodes all of it once, for the times. Memory: at most ``MAX_KEPT_BYTES``, or one
    frame.

    Raises
    ------
    InputError : unreadable, damaged or truncated; no frame, no frame rate, or none that fits the
        frames' times; a picture size that changes; a rotation that is no quarter turn
    """

    def __init__(self, path: str | Path) -> None:
        self.path = path
        self._kept: list[av.VideoFrame] | None = []
        self.clock = self._scan()
        self._rewind()

    def __len__(self) -> int:
        return len(self.clock.shown)

    @property
    def frames(self) -> np.ndarray:
        """All of a short clip at once, uint8 (frame, row, col, 3)."""
        return self[:]

    @property
    def frame_rate_hz(self) -> float:
        return self.clock.rate_hz

    @property
    def duration_s(self) -> float:
        return self.clock.span.duration_s

    def __getitem__(self, number: int | slice) -> np.ndarray:
        if isinstance(number, slice):
            return np.stack([self[k] for k in range(*number.indices(len(self)))])
        wanted = self.clock.shown[number]
        if wanted < self._at:
            self._rewind()
        while self._at < wanted:
            frame, self._at = next(self._frames), self._at + 1
            if self._at == wanted:
                self._shown = picture(frame, self._view, self.path)
        return self._shown

    def _rewind(self) -> None:
        self._frames, self._at = iter(self._kept or self._decoded()), -1
        self._shown: np.ndarray | None = None

    def _decoded(self) -> Iterator[av.VideoFrame]:
        with opened(self.path) as container:
            yield from decoded_frames(container, picture_stream(container), self.path)

    def _scan(self) -> FrameClock:
        """Decode all frames, keep them while they are few, and place them in time."""
        times_s, size, n_bytes = [], None, 0
        with opened(self.path) as container:
            stream = picture_stream(container)
            for frame in decoded_frames(container, stream, self.path):
                if size is None:
                    size, self._view = (frame.width, frame.height), view_of(stream, frame)
                _require_steady(frame, size, self.path)
                times_s.append(frame.time)
                n_bytes += sum(plane.buffer_size for plane in frame.planes)
                if self._kept is not None:
                    self._kept.append(frame)
                if n_bytes > MAX_KEPT_BYTES:
                    self._kept = None
            return _clock(container, stream, times_s, self.path)


def read_video(path: str | Path) -> Film | None:
    """The film in a file; None where there is none."""
    if Path(path).suffix.lower() in SOUND_SUFFIXES:
        return None
    with opened(path) as container:
        if picture_stream(container) is None:
            return None
    return Film(path)


def decoded_frames(
    container: av.container.InputContainer, stream: av.VideoStream, path: str | Path
) -> Iterator[av.VideoFrame]:
    """All frames in the order in which they are shown; interlaced ones as whole pictures."""
    stream.codec_context.options = STEADY
    graph = None
    for packet in packets(container, stream, path):
        for frame in packet.decode():
            if graph is None and not frame.interlaced_frame:
                yield frame
                continue
            graph = graph or _deinterlacer(stream)
            graph.push(frame)
            yield from _pulled(graph)
    if graph is not None:
        graph.push(None)
        yield from _pulled(graph)


def _deinterlacer(stream: av.VideoStream) -> av.filter.Graph:
    """FFmpeg's bwdif: one picture for two fields, at the same time; others pass as they are."""
    graph = av.filter.Graph()
    source, sink = graph.add_buffer(template=stream), graph.add("buffersink")
    filtered = graph.add("bwdif", "mode=send_frame:deint=interlaced")
    source.link_to(filtered)
    filtered.link_to(sink)
    graph.configure()
    return graph


def _pulled(graph: av.filter.Graph) -> Iterator[av.VideoFrame]:
    while True:
        try:
            yield graph.pull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return


def _require_steady(frame: av.VideoFrame, size: tuple[int, int], path: str | Path) -> None:
    if (frame.width, frame.height) != size:
        got = f"{frame.width} x {frame.height} at {frame.time:.2f} s"
        raise InputError(path, "video: picture size", f"{size[0]} x {size[1]} throughout", got)
    if frame.is_corrupt:
        raise InputError(path, "content", "whole frames", f"a damaged one at {frame.time:.2f} s")


def _clock(
    container: av.container.InputContainer,
    stream: av.VideoStream,
    times_s: list[float | None],
    path: str | Path,
) -> FrameClock:
    rate = stream.average_rate or stream.guessed_rate
    if not times_s:
        raise InputError(path, "video", "at least one frame", "none")
    if None in times_s:  # an elementary stream has a rate and no times
        if not rate or sound_stream(container) or any(time is not None for time in times_s):
            raise InputError(path, "video: times of frames", "one for each frame", "none")
        times_s = [number / rate for number in range(len(times_s))]
    times = np.array(times_s, np.float64)
    times = without_false_start(times) if is_avi(container) else times
    clock = frame_clock(times, rate and float(rate), path)
    missing_s = (AVI_MISSING_FRAMES + 0.5) / clock.rate_hz if is_avi(container) else None
    announced_s = announced_end_s(container, stream)
    require_whole(path, "video", announced_s, clock.span.end_s, missing_s)
    return clock


@dataclass(frozen=True)
class View:
    """How a film's frames are to be seen.

    pixel_aspect : width of a pixel over its height, 1 where the file does not say
    matrix : int32 (9,), the display matrix, see ``upright``; None where there is none
    """

    pixel_aspect: Fraction
    matrix: np.ndarray | None


def view_of(stream: av.VideoStream, first_frame: av.VideoFrame) -> View:
    """The view of all frames by the first: a frame that was asked for side data stays in memory."""
    matrix = first_frame.side_data.get(Type.DISPLAYMATRIX)
    matrix = None if matrix is None else np.frombuffer(bytes(matrix), "<i4")
    return View(stream.sample_aspect_ratio or Fraction(1), matrix)


def picture(
    frame: av.VideoFrame, view: View, path: str | Path, max_height_px: int | None = None
) -> np.ndarray:
    """A frame as it is to be seen, uint8 (row, col, 3) RGB: square pixels, upright.

    The narrower direction is stretched, so that nothing is lost.

    Parameters
    ----------
    max_height_px : of the stored picture, before it is turned
    """
    aspect = view.pixel_aspect
    width, height = frame.width * max(aspect, 1), frame.height / min(aspect, 1)
    scale = min(1.0, (max_height_px or height) / height)
    size = {"width": max(1, round(scale * width)), "height": max(1, round(scale * height))}
    # frame.to_ndarray(format=…) would leave half a megabyte of scaler in each frame.
    rgb = VideoReformatter().reformat(frame, format="rgb24", **size).to_ndarray()
    return rgb if view.matrix is None else upright(rgb, view.matrix, path)


def upright(rgb: np.ndarray, matrix: np.ndarray, path: str | Path) -> np.ndarray:
    """A picture turned and mirrored as a display matrix says (row, col, …).

    Parameters
    ----------
    matrix : int32 (9,), [a b u; c d v; x y w] of ISO 14496-12, 16.16 fixed point: stored (x, y)
        is shown at (a x + c y, b x + d y). PyAV's ``rotation`` takes a mirrored film for one
        that stands on its head.
    """
    (a, b), (c, d) = (np.round(matrix[[0, 1, 3, 4]] / 65536, 2)).reshape(2, 2)
    if (abs(a), abs(b), abs(c), abs(d)) == (1, 0, 0, 1):
        x, y = int(a), int(d)
    elif (abs(a), abs(b), abs(c), abs(d)) == (0, 1, 1, 0):
        rgb, x, y = np.swapaxes(rgb, 0, 1), int(c), int(b)
    else:
        raise InputError(path, "video: rotation", "a quarter turn", f"matrix {a} {b} {c} {d}")
    return np.ascontiguousarray(rgb[::y, ::x])


def announced_frames(path: str | Path) -> tuple[int, float] | None:
    """Number of frames and their rate in Hz, as the header has them.

    None without video, or where the header does not say.
    """
    if Path(path).suffix.lower() in SOUND_SUFFIXES:
        return None
    with opened(path) as container:
        stream = picture_stream(container)
        rate = stream and (stream.average_rate or stream.guessed_rate)
        return (stream.frames, float(rate)) if rate and stream.frames else None
