"""Settings of the simulated clips, and the names of the files that follow from them.

Light on purpose: the Snakefile imports it to know the clips before they exist.
"""

from dataclasses import dataclass

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
    """Config block ``simulate.clips``.

    ``n_actors`` actors (odd male, even female) say both statements in each of ``emotions``,
    ``duration_s`` seconds at ``frame_rate_hz`` frames of ``width_px`` x ``height_px`` pixels.
    ``voices_dir`` names a folder of real RAVDESS recordings, or is None for espeak-ng.
    """

    n_actors: int
    emotions: list[str]
    duration_s: float
    frame_rate_hz: int
    width_px: int
    height_px: int
    voices_dir: str | None = None

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
