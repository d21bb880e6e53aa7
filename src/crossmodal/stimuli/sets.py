"""The sets of clips that a config asks for, as words for label columns."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Literal

from crossmodal.contracts.settings import Settings
from crossmodal.stimuli.naming import StimulusName

COLUMNS = {  # of the keys that are older than tables
    "actors": "identity",
    "emotions": "emotion",
    "intensities": "intensity",
    "repetitions": "repetition",
}


@dataclass(frozen=True)
class ClipSet(Settings):
    """Clips whose labels are among the words given for their columns; None is no restriction.

    Key ``intensity`` takes neutral clips whatever they are labelled: a neutral face has no
    intensity, so it belongs to every choice.
    """

    OTHERS = "labels"
    labels: dict[str, tuple[str, ...]] = field(default_factory=dict, kw_only=True)
    """Further columns of labels, and the words wanted of each; a column may stand beside the
    other keys, too."""

    @property
    def restrictions(self) -> dict[str, tuple[str, ...]]:
        """Config key -> words, of the keys that restrict anything."""
        own = {item.name: getattr(self, item.name) for item in fields(self)}
        own.pop("exclude", None)
        given = own | dict(own.pop("labels"))
        return {
            key: (words,) if isinstance(words, str) else tuple(words)
            for key, words in given.items()
            if words is not None
        }

    def applies_to(self, columns: Sequence[str]) -> bool:
        """Whether there are all columns that the set names."""
        return all(COLUMNS.get(key, key) in columns for key in self.restrictions)

    def has(self, name: StimulusName) -> bool:
        """Whether a clip is in the set.

        Raises
        ------
        InputError : a column that the clip does not have
        """
        return all(self._has(name, key, words) for key, words in self.restrictions.items())

    def _has(self, name: StimulusName, key: str, words: tuple[str, ...]) -> bool:
        neutral = key == "intensity" and name.emotion == "neutral"
        return neutral or name.label(COLUMNS.get(key, key)) in words


@dataclass(frozen=True)
class StudySet(ClipSet):
    """The clips that participants see, the conditions of everything that follows."""

    actors: tuple[str, ...] | None = None
    """Actors as written in the file names; null for all."""
    emotions: tuple[str, ...] | None = None
    """Emotions; null for all."""
    intensity: str | None = None
    """Intensity of the expression (normal or strong); neutral is always normal. null for any."""
    repetitions: tuple[str, ...] | None = None
    """Repetitions as written in the file names; null for all."""


@dataclass(frozen=True)
class Pool(ClipSet):
    """The clips that networks are pretrained on; null for none."""

    exclude: Literal["actors", "stimuli"] = "actors"
    """actors leaves out everything of the study's actors, so that no test face or voice was seen
    in training; stimuli only the study's own clips (refused with affect3d, and with mrpn without
    weights, which are tested on actors never trained on)."""
    emotions: tuple[str, ...] | None = None
    """Emotions; null for all."""
    intensities: tuple[str, ...] | None = None
    """Intensities; null for all."""


@dataclass(frozen=True)
class Voices(ClipSet):
    """Clips of all actors, for the table of voices of unseen actors (block voices); they may
    belong to study or pool too. Leave out for none."""

    emotions: tuple[str, ...] | None = None
    """Emotions; null for all."""
    intensities: tuple[str, ...] | None = None
    """Intensities; null for all."""
