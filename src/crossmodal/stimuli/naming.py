"""What the file names of published clip collections say. Light: the Snakefile imports it."""

import re
from dataclasses import dataclass
from pathlib import Path

from crossmodal.contracts.errors import InputError

UNKNOWN = "n/a"
NO_ACTOR = "unknown"  # of a GRID recording outside a talker's folder
FILM_SUFFIXES = (
    *(".mp4", ".m4v", ".mov", ".mkv", ".avi", ".flv", ".mpg", ".mpeg", ".webm", ".wmv"),
    *(".3gp", ".mts", ".m2ts"),
)
# ASSUME: a container that may hold pictures (.ogg) is sound alone where its suffix says sound.
AUDIO_SUFFIXES = (".wav", ".flac", ".mp3", ".m4a", ".ogg", ".opus", ".aac", ".aif", ".aiff")
MEDIA_SUFFIXES = (*FILM_SUFFIXES, *AUDIO_SUFFIXES)
TALKER_FOLDER = re.compile(r"(?:s|talker|speaker)[ _-]?0*(\d{1,2})(?:[^0-9a-z].*)?", re.IGNORECASE)
FIELDS = ("emotion", "identity", "gender", "sentence", "intensity", "repetition", "modality")

RAVDESS_FIELDS: tuple[tuple[str, dict[str, str]], ...] = (
    ("modality", {"01": "audio-visual", "02": "video", "03": "audio"}),
    ("channel", {"01": "speech", "02": "song"}),
    (
        "emotion",
        dict(
            zip(
                (f"{code:02d}" for code in range(1, 9)),
                ["neutral", "calm", "happy", "sad", "angry", "fearful", "disgust", "surprised"],
                strict=True,
            )
        ),
    ),
    ("intensity", {"01": "normal", "02": "strong"}),
    ("statement", {"01": "kids", "02": "dogs"}),
    ("repetition", {"01": "01", "02": "02"}),
    ("actor", {code: code for code in (f"{number:02d}" for number in range(1, 25))}),
)
CREMAD_SENTENCES = tuple(
    "IEO TIE IOM IWW TAI MTI IWL ITH DFA ITS TSI WSI".split()  # noqa: SIM905
)
CREMAD_EMOTIONS = {
    "ANG": "angry",
    "DIS": "disgust",
    "FEA": "fearful",
    "HAP": "happy",
    "NEU": "neutral",
    "SAD": "sad",
}
CREMAD_INTENSITIES = {"LO": "low", "MD": "medium", "HI": "strong", "XX": UNKNOWN}
GRID_FIELDS = (
    ("command", "blps"),
    ("colour", "bgrw"),
    ("preposition", "abiw"),
    ("letter", "abcdefghijklmnopqrstuvxyz"),
    ("digit", "z123456789"),
    ("adverb", "anps"),
)


@dataclass(frozen=True)
class StimulusName:
    """Labels of one clip, from its file name or a table; what these do not tell is 'n/a'.

    Parameters
    ----------
    identity : the actor as written in the name ('07', '1001') or in the table
    further : label columns of a table beside those above, as (column, label)
    given_id : the stimulus id, where it is not the file name without its suffix
    """

    path: str
    emotion: str
    identity: str
    gender: str
    sentence: str
    intensity: str
    repetition: str
    modality: str
    channel: str = "speech"
    further: tuple[tuple[str, str], ...] = ()
    given_id: str = ""

    @property
    def stimulus_id(self) -> str:
        """The file name without its suffix, or what was given in its place."""
        return self.given_id or Path(self.path).stem

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns that ``label`` knows."""
        return tuple(dict.fromkeys((*FIELDS, "actor", *dict(self.further))))

    def label(self, column: str) -> str:
        """The label in a column; ``actor`` is another name of ``identity``.

        Raises
        ------
        InputError : no such column
        """
        further = dict(self.further)
        if column in further:
            return further[column]
        if column not in self.columns:
            raise InputError(self.path, "column", f"one of {list(self.columns)}", repr(column))
        return getattr(self, "identity" if column == "actor" else column)

    @property
    def take(self) -> tuple[object, ...]:
        """What versions of one recording (with picture, with sound, with both) share."""
        labels = (getattr(self, name) for name in FIELDS if name != "modality")
        return (*labels, self.channel, self.further)


def parse_ravdess(path: str) -> StimulusName:
    """RAVDESS: modality-channel-emotion-intensity-statement-repetition-actor.

    Odd actors are men, even ones women.

    Raises
    ------
    InputError : not seven two-digit fields, an unknown code, or a strong neutral
    """
    codes = Path(path).stem.split("-")
    if len(codes) != len(RAVDESS_FIELDS):
        expected = "-".join(name for name, _ in RAVDESS_FIELDS)
        raise InputError(path, "file name", expected, f"{len(codes)} fields")
    label = {}
    for (field, meanings), code in zip(RAVDESS_FIELDS, codes, strict=True):
        label[field] = _lookup(path, field, meanings, code)
    if label["emotion"] == "neutral" and label["intensity"] == "strong":
        raise InputError(path, "file name: intensity", "01 (neutral has no strong)", "02")
    return StimulusName(
        path,
        label["emotion"],
        label["actor"],
        "male" if int(label["actor"]) % 2 else "female",
        label["statement"],
        label["intensity"],
        label["repetition"],
        label["modality"],
        label["channel"],
    )


def parse_cremad(path: str) -> StimulusName:
    """CREMA-D: actor_sentence_emotion_level, e.g. 1001_DFA_ANG_XX.

    Gender stands in the collection's demographics table, not in the name. Whether there are
    pictures, the suffix says.

    Raises
    ------
    InputError : not four fields or an unknown code
    """
    codes = Path(path).stem.split("_")
    if len(codes) != 4:
        raise InputError(path, "file name", "actor_sentence_emotion_level", f"{len(codes)} fields")
    actor, sentence, emotion, level = codes
    if not re.fullmatch(r"1\d{3}", actor):
        raise InputError(path, "file name: actor", "1001–1091", repr(actor))
    sentence = _lookup(path, "sentence", {code: code for code in CREMAD_SENTENCES}, sentence)
    return StimulusName(
        path,
        _lookup(path, "emotion", CREMAD_EMOTIONS, emotion),
        actor,
        UNKNOWN,
        sentence.lower(),
        _lookup(path, "level", CREMAD_INTENSITIES, level),
        "01",
        modality_of(path),
    )


def parse_grid(path: str) -> StimulusName:
    """GRID: six letters for the six words, e.g. bbaf2n; the talker is the folder.

    Folders are called s1, S3, s4_processed or Talker5; all are written s1 … s34. Talkers say the
    same sentences, so the stimulus id starts with the talker where there is one.

    Raises
    ------
    InputError : not six characters or an unknown one
    """
    stem = Path(path).stem
    if len(stem) != len(GRID_FIELDS):
        raise InputError(path, "file name", "six characters", f"{len(stem)}")
    for (field, known), character in zip(GRID_FIELDS, stem, strict=True):
        _lookup(path, field, {letter: letter for letter in known}, character)
    found = [TALKER_FOLDER.fullmatch(part) for part in Path(path).parent.parts]
    talkers = [f"s{match[1]}" for match in found if match]
    return StimulusName(
        path,
        UNKNOWN,
        talkers[-1] if talkers else NO_ACTOR,
        UNKNOWN,
        stem,
        UNKNOWN,
        "01",
        modality_of(path),
        given_id=f"{talkers[-1]}_{stem}" if talkers else "",
    )


def modality_of(path: str) -> str:
    """'audio' or 'audio-visual', by the suffix in any case."""
    return "audio" if Path(path).suffix.lower() in AUDIO_SUFFIXES else "audio-visual"


def parse_auto(path: str) -> StimulusName:
    """Whichever convention the name looks like, by its separators."""
    stem = Path(path).stem
    if "-" in stem:
        return parse_ravdess(path)
    return parse_cremad(path) if "_" in stem else parse_grid(path)


PARSERS = {
    "ravdess": parse_ravdess,
    "cremad": parse_cremad,
    "grid": parse_grid,
    "auto": parse_auto,
}


def _lookup(path: str, field: str, meanings: dict[str, str], code: str) -> str:
    if code not in meanings:
        known = list(meanings)
        expected = f"one of {known}" if len(known) < 13 else f"{known[0]}–{known[-1]}"
        raise InputError(path, f"file name: {field}", expected, repr(code))
    return meanings[code]
