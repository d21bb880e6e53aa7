"""Settings of the simulated clips, and the names of the files that follow from them.

Light on purpose: the Snakefile imports it to know the clips before they exist.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from annotated_types import Ge, Le, MinLen, MultipleOf

from crossmodal.contracts.errors import InputError
from crossmodal.contracts.settings import Settings, Unique

EMOTION_CODES = {
    "neutral": "01",
    "calm": "02",
    "happy": "03",
    "sad": "04",
    "angry": "05",
    "fearful": "06",
    "disgust": "07",
    "surprised": "08",
}
STATEMENTS = {
    "01": "Kids are talking by the door",
    "02": "Dogs are sitting by the door",
}


@dataclass(frozen=True)
class SimulatedClips(Settings):
    """What each actor's clips depend on: odd actors are men, even ones women."""

    emotions: Annotated[
        tuple[
            Literal["neutral", "calm", "happy", "sad", "angry", "fearful", "disgust", "surprised"],
            ...,
        ],
        MinLen(2),
        Unique(),
    ] = ("neutral", "happy", "angry", "fearful", "disgust", "surprised")
    """What every actor expresses, with each of the two RAVDESS statements."""
    duration_s: Annotated[float, Ge(1)] = 3.0
    """Length of every clip, s."""
    frame_rate_hz: Annotated[int, Ge(5)] = 15
    """Frames per second."""
    width_px: Annotated[int, Ge(64), MultipleOf(2)] = 320
    """Width of the frames, pixels; even."""
    height_px: Annotated[int, Ge(64), MultipleOf(2)] = 180
    """Height of the frames, pixels; even. Faces are about 0.6 of it."""

    @property
    def n_frames(self) -> int:
        return round(self.duration_s * self.frame_rate_hz)


@dataclass(frozen=True)
class ClipsSettings(SimulatedClips):
    """Simulated audio-visual clips, written as real mp4 files with RAVDESS names."""

    n_actors: Annotated[int, Ge(2), Le(24)] = 12
    """Number of simulated actors; odd ones are men, even ones women."""
    voices_dir: str | None = None
    """Folder of real RAVDESS recordings (03-01-*.flac or .wav, with or without Actor_NN folders)
    to dub the faces with; null speaks with espeak-ng."""


def actor_labels(n_actors: int) -> list[str]:
    """'01', '02', …"""
    return [f"{number:02d}" for number in range(1, n_actors + 1)]


def clip_id(actor: str, emotion: str, statement: str) -> str:
    """RAVDESS name: audio-visual speech, strong intensity (neutral has only normal)."""
    intensity = "01" if emotion == "neutral" else "02"
    return f"01-01-{EMOTION_CODES[emotion]}-{intensity}-{statement}-01-{actor}"


def clip_files(actor: str, emotions: list[str]) -> list[str]:
    """Files of one actor, relative to the folder of clips, sorted."""
    ids = [clip_id(actor, emotion, statement) for emotion in emotions for statement in STATEMENTS]
    return [f"Actor_{actor}/{stimulus_id}.mp4" for stimulus_id in sorted(ids)]


def recording_files(voices_dir: str | None, actor: str, emotions: list[str]) -> list[str]:
    """Real recordings ``03-…`` of one actor's clips ``01-…``, sorted; none without a folder.

    Raises
    ------
    InputError : a recording is neither in ``voices_dir`` nor in its ``Actor_NN``
    """
    if voices_dir is None:
        return []
    files = []
    for clip in clip_files(actor, emotions):
        name = f"03{Path(clip).stem[2:]}"
        places = [Path(voices_dir), Path(voices_dir, f"Actor_{actor}")]
        options = [place / f"{name}{suffix}" for place in places for suffix in (".flac", ".wav")]
        found = next((option for option in options if option.is_file()), None)
        if found is None:
            raise InputError(voices_dir, "simulate.clips.voices_dir", f"a recording {name}", "none")
        files.append(str(found))
    return files
