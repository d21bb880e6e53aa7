"""Find everything that is wrong with a study's clips before hours of work, all at once."""

import multiprocessing
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from functools import partial
from itertools import chain
from pathlib import Path

import av
import numpy as np
import soundfile

from crossmodal.contracts.errors import InputError
from crossmodal.stimuli.block import Stimuli
from crossmodal.stimuli.clock import Span, require_together
from crossmodal.stimuli.container import (
    SOUND_SUFFIXES,
    announced_duration_s,
    announced_end_s,
    is_avi,
    opened,
    packet_end_s,
    picture_stream,
    require_sample_rate,
    require_whole,
    sound_may_miss_s,
    sound_stream,
    unreadable,
)
from crossmodal.stimuli.detectors import make_detector
from crossmodal.stimuli.extraction import ClipExtractor
from crossmodal.stimuli.media import decoded_frames, picture, view_of
from crossmodal.stimuli.selection import find_selection, has_clips
from crossmodal.stimuli.sound import UNKNOWN_FRAMES
from crossmodal.stimuli.whole_file import require_whole_file

QUICK_HEIGHT_PX = 180  # of the frame in which the quick check looks for a face
CLIPS_PER_PROCESS = 32  # starting a process takes as long as examining some ten clips
TAIL_S = 1.0  # how much of a file's end is read to see whether it is there


def find_problems(stimuli: Stimuli, deep: bool = False) -> list[InputError]:
    """All problems of the config block ``stimuli`` and of the clips that it selects.

    Quick by default (some ten milliseconds a clip, on all cores): names, streams, sample rates,
    whether the end of each file is there, and whether its first frame shows a face (only where
    it does not, the whole clip is examined). ``deep`` decodes every clip, as the extraction does.
    """
    if not has_clips(stimuli):
        return []  # the clips will be simulated
    problems, selection = find_selection(stimuli)
    if selection is None:
        return problems
    paths = [name.path for name in selection.clips]
    return problems + _of_all(paths, stimuli, deep)


def _of_all(paths: Sequence[str], stimuli: Stimuli, deep: bool) -> list[InputError]:
    """Problems of many clips, in their order, found by as many processes as there are cores."""
    n = min(os.cpu_count() or 1, len(paths) // CLIPS_PER_PROCESS)
    work = partial(_of_some, stimuli, deep)
    if n < 2:
        return work(paths)
    with ProcessPoolExecutor(n, multiprocessing.get_context("spawn")) as processes:
        found = list(chain(*processes.map(work, [paths[first::n] for first in range(n)])))
    rank = {path: number for number, path in enumerate(paths)}
    return sorted(found, key=lambda problem: rank.get(problem.file, -1))


def _of_some(stimuli: Stimuli, deep: bool, paths: Sequence[str]) -> list[InputError]:
    examine = _deep_probe(stimuli) if deep else _quick_probe(stimuli)
    return [problem for path in paths for problem in _collect(lambda path=path: examine(path))]


def _collect(action: Callable[[], object]) -> list[InputError]:
    try:
        action()
    except InputError as error:
        return [error]
    return []


def _deep_probe(stimuli: Stimuli) -> Callable[[str], object]:
    return ClipExtractor(
        stimuli.face, stimuli.audio, stimuli.modalities, stimuli.missing_modality
    ).extract


def _quick_probe(stimuli: Stimuli) -> Callable[[str], object]:
    required = () if stimuli.missing_modality == "skip" else tuple(stimuli.modalities)
    if "video" not in stimuli.modalities:
        return lambda path: probe(path, required)
    extract = _deep_probe(stimuli)
    detector = make_detector(stimuli.face)
    height_px = min(QUICK_HEIGHT_PX, stimuli.face.detection_height_px)

    def examine(path: str) -> None:
        frame = probe(path, required, height_px)
        # A face in the first frame is proof enough; without one, all frames have to decide.
        if frame is not None and not len(detector(frame)):
            extract(path)

    return examine


def probe(path: str, required: Sequence[str], height_px: int = 0) -> np.ndarray | None:
    """Look at one clip without decoding more than its first frame.

    Parameters
    ----------
    required : modalities ('video', 'audio') that the file must have
    height_px : 0 decodes nothing

    Returns
    -------
    The first frame, uint8 (row, col, 3), no taller than ``height_px``; None without video.

    Raises
    ------
    InputError : unreadable, empty, truncated, a missing modality, an absurd sample rate
    """
    if Path(path).suffix.lower() in SOUND_SUFFIXES:
        _probe_sound_file(path, required)
        return None
    with opened(path) as container:
        film, sound = picture_stream(container), sound_stream(container)
        for modality, stream in (("video", film), ("audio", sound)):
            if modality in required and stream is None:
                raise InputError(path, "streams", f"a stream of {modality}", "none")
        if film is None and sound is None:
            raise InputError(path, "streams", "video or audio", "none")
        if sound is not None:
            require_sample_rate(path, sound.codec_context.sample_rate)
        frame = None
        if film is not None and height_px:
            frame = _first_frame(path, container, film, height_px)
        _require_ends(path, container)
        return frame


def _first_frame(
    path: str, container: av.container.InputContainer, film: av.VideoStream, height_px: int
) -> np.ndarray:
    frame = next(decoded_frames(container, film, path), None)
    if frame is None:
        raise InputError(path, "video", "at least one frame", "none")
    return picture(frame, view_of(film, frame), path, height_px)


def _require_ends(path: str, container: av.container.InputContainer) -> None:
    """Read the last second: is it there, and do picture and sound share their time?"""
    announced_s = announced_duration_s(container)
    ends_s = _ends_s(container, announced_s)
    require_whole(path, "content", announced_s, max(ends_s.values(), default=0.0))
    film, sound = picture_stream(container), sound_stream(container)
    missing_s = sound_may_miss_s(container)
    if is_avi(container):
        for stream, may_miss_s in ((film, None), (sound, missing_s)):
            if stream:
                end_s = announced_end_s(container, stream)
                require_whole(path, stream.type, end_s, ends_s.get(stream.index, 0), may_miss_s)
    if film and sound and {film.index, sound.index} <= set(ends_s):
        spans = [Span(_start_s(stream), ends_s[stream.index]) for stream in (film, sound)]
        require_together(*spans, path, missing_s)


def _start_s(stream: av.stream.Stream) -> float:
    return float((stream.start_time or 0) * stream.time_base)


def _ends_s(container: av.container.InputContainer, announced_s: float | None) -> dict[int, float]:
    """Time at which the last packet that is there ends, s; for each stream that has one."""
    if announced_s is not None and announced_s > TAIL_S:
        with suppress(av.error.FFmpegError):  # no index (flv): read from where we are
            container.seek(int((announced_s - TAIL_S) * av.time_base))
    ends_s: dict[int, float] = {}
    for packet in container.demux():
        ends_s[packet.stream.index] = max(ends_s.get(packet.stream.index, 0), packet_end_s(packet))
    return {index: end_s for index, end_s in ends_s.items() if end_s}


def _probe_sound_file(path: str, required: Sequence[str]) -> None:
    if "video" in required:
        raise InputError(path, "streams", "a stream of video", "none")
    require_whole_file(path)
    try:
        with soundfile.SoundFile(path) as file:
            require_sample_rate(path, file.samplerate)
            n_samples = file.frames
            if not n_samples:
                raise InputError(path, "audio", "at least one sample", "none")
            if n_samples != UNKNOWN_FRAMES and file.seekable():
                file.seek(max(0, n_samples - file.samplerate // 10))
                file.read()
    except soundfile.SoundFileError as error:
        reason = str(error).rsplit(": ", 1)[-1]
        raise unreadable(path, "a readable recording", reason) from None
