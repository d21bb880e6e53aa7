"""Find everything that is wrong with a study's clips before hours of work, all at once."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import av
import numpy as np
import soundfile

from crossmodal.contracts.errors import InputError
from crossmodal.stimuli.detectors import make_detector
from crossmodal.stimuli.extraction import ClipExtractor
from crossmodal.stimuli.extraction_config import AudioConfig, FaceConfig
from crossmodal.stimuli.faces import detect
from crossmodal.stimuli.media import (
    SOUND_SUFFIXES,
    announced_duration_s,
    opened,
    require_sample_rate,
    require_whole,
)
from crossmodal.stimuli.naming import PARSERS
from crossmodal.stimuli.selection import Pool, Selection, StudySet, Voices, find_media, select

TAIL_S = 1.0  # how much of a file's end is read to see whether it is there


def find_problems(stimuli: dict[str, Any], deep: bool = False) -> list[InputError]:
    """All problems of the config block ``stimuli`` and of the clips that it selects.

    Quick by default (some ten milliseconds a clip): names, streams, sample rates, whether the
    end of each file is there, and whether its first frame shows a face (only where it does not,
    the whole clip is examined). ``deep`` decodes every clip, as the extraction itself would.
    """
    if stimuli["clips_dir"] is None:
        return []  # the clips will be simulated
    problems, selection = _selected(stimuli)
    if selection is None:
        return problems
    examine = _deep_probe(stimuli) if deep else _quick_probe(stimuli)
    for name in selection.clips:
        problems += _collect(lambda path=name.path: examine(path))
    return problems


def _collect(action: Callable[[], object]) -> list[InputError]:
    try:
        action()
    except InputError as error:
        return [error]
    return []


def _selected(stimuli: dict[str, Any]) -> tuple[list[InputError], Selection | None]:
    """Problems with folder, names and sets; the selection among the names that parse."""
    try:
        paths = find_media(stimuli["clips_dir"])
    except InputError as error:
        return [error], None
    problems: list[InputError] = []
    good = []
    for path in paths:
        wrong = _collect(lambda path=path: PARSERS[stimuli["naming"]](path))
        problems += wrong
        good += [] if wrong else [path]
    pool = Pool(**stimuli["pool"]) if stimuli["pool"] else None
    study = StudySet(**stimuli["study"])
    voices = Voices(**stimuli["voices"]) if stimuli.get("voices") else None
    try:
        selection = select(good, stimuli["naming"], stimuli["modalities"], study, pool, voices)
    except InputError as error:
        return [*problems, error], None
    return problems, selection


def _deep_probe(stimuli: dict[str, Any]) -> Callable[[str], object]:
    return ClipExtractor(
        FaceConfig(**stimuli["face"]),
        AudioConfig(**stimuli["audio"]),
        stimuli["modalities"],
        stimuli["missing_modality"],
    ).extract


def _quick_probe(stimuli: dict[str, Any]) -> Callable[[str], object]:
    required = () if stimuli["missing_modality"] == "skip" else tuple(stimuli["modalities"])
    if "video" not in stimuli["modalities"]:
        return lambda path: probe(path, required)
    extract = _deep_probe(stimuli)
    face = FaceConfig(**stimuli["face"])
    detector = make_detector(face)

    def examine(path: str) -> None:
        probe(path, required)
        frame = first_frame(path)
        # A face in the first frame is proof enough; without one, all frames have to decide.
        if frame is not None and not len(detect(frame, detector, face.detection_height_px)):
            extract(path)

    return examine


def first_frame(path: str) -> np.ndarray | None:
    """The first frame, uint8 (row, col, 3); None for a file without video."""
    if Path(path).suffix.lower() in SOUND_SUFFIXES:
        return None
    with opened(path) as container:
        if not container.streams.video:
            return None
        return next(container.decode(video=0)).to_ndarray(format="rgb24")


def probe(path: str, required: Sequence[str]) -> None:
    """Look at one clip without decoding it.

    Parameters
    ----------
    required : modalities ('video', 'audio') that the file must have

    Raises
    ------
    InputError : unreadable, empty, truncated, a missing modality, an absurd sample rate
    """
    if Path(path).suffix.lower() in SOUND_SUFFIXES:
        _probe_sound_file(path, required)
        return
    with opened(path) as container:
        streams = {"video": container.streams.video, "audio": container.streams.audio}
        for modality in required:
            if not streams[modality]:
                raise InputError(path, "streams", f"a stream of {modality}", "none")
        if not (streams["video"] or streams["audio"]):
            raise InputError(path, "streams", "video or audio", "none")
        for stream in streams["audio"]:
            require_sample_rate(path, stream.codec_context.sample_rate)
        announced_s = announced_duration_s(container)
        require_whole(path, "content", announced_s, _end_s(container, announced_s))


def _end_s(container: av.container.InputContainer, announced_s: float | None) -> float:
    """Time at which the last packet that is there ends, s."""
    if announced_s is not None and announced_s > TAIL_S:
        with suppress(av.error.FFmpegError):  # no index (flv): read from where we are
            container.seek(int((announced_s - TAIL_S) * av.time_base))
    return max(_packet_ends_s(container), default=0.0)


def _packet_ends_s(container: av.container.InputContainer) -> Iterator[float]:
    streams = (*container.streams.video, *container.streams.audio)
    for packet in container.demux(streams):
        if packet.pts is not None and packet.size:
            start = packet.stream.start_time or 0
            yield float((packet.pts + (packet.duration or 0) - start) * packet.time_base)


def _probe_sound_file(path: str, required: Sequence[str]) -> None:
    if "video" in required:
        raise InputError(path, "streams", "a stream of video", "none")
    try:
        with soundfile.SoundFile(path) as file:
            require_sample_rate(path, file.samplerate)
            n_samples = file.frames
            if not n_samples:
                raise InputError(path, "audio", "at least one sample", "none")
            file.seek(max(0, n_samples - file.samplerate // 10))
            file.read()
    except soundfile.SoundFileError as error:
        reason = str(error).rsplit(": ", 1)[-1]
        raise InputError(path, "content", "a readable recording", reason) from None
