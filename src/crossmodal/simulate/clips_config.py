"""Settings of the simulated clips, and the names of the files that follow from them.

Light on purpose: the Snakefile imports it to know the clips before they exist.
"""

from dataclasses import dataclass
from pathlib import Path

from crossmodal.contracts.errors import InputError

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
class SimulatedClips:
    """What one actor's clips take of config block ``simulate.clips``.

    Every actor (odd male, even female) says both statements in each of ``emotions``,
    ``duration_s`` seconds at ``frame_rate_hz`` frames of ``width_px`` x ``height_px`` pixels.
    """

    emotions: list[str]
    duration_s: float
    frame_rate_hz: int
    width_px: int
    height_px: int

    @property
    def n_frames(self) -> int:
        return round(self.duration_s * self.frame_rate_hz)


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
