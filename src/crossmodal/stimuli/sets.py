"""The sets of clips that a config asks for, as words for label columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Self

from crossmodal.stimuli.naming import StimulusName

Words = Sequence[str] | str | None
COLUMNS = {  # of the keys that are older than tables
    "actors": "identity",
    "emotions": "emotion",
    "intensities": "intensity",
    "repetitions": "repetition",
}


class ClipSet:
    """Clips whose labels are among the words given for their columns; None is no restriction.

    ``labels``: further columns, and the words wanted. Key ``intensity`` takes neutral clips
    whatever they are labelled: a neutral face has no intensity, so it belongs to every choice.
    """

    labels: Mapping[str, Words]

    @classmethod
    def of(cls, block: Mapping[str, Any]) -> Self:
        """From a config block: keys that are no fields are label columns."""
        own = {item.name for item in fields(cls)} - {"labels"}
        known = {key: value for key, value in block.items() if key in own}
        return cls(**known, labels={key: block[key] for key in block if key not in own})

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
    """Config block ``stimuli.study``: clips that participants see."""

    actors: Sequence[str] | None = None
    emotions: Sequence[str] | None = None
    intensity: str | None = None
    repetitions: Sequence[str] | None = None
    labels: Mapping[str, Words] = field(default_factory=dict)


@dataclass(frozen=True)
class Pool(ClipSet):
    """Config block ``stimuli.pool``: clips to pretrain on.

    ``exclude: actors`` leaves out everything of the study's actors, so that no test face or
    voice was seen in training; ``exclude: stimuli`` leaves out the study's clips only.
    """

    exclude: str = "actors"
    emotions: Sequence[str] | None = None
    intensities: Sequence[str] | None = None
    labels: Mapping[str, Words] = field(default_factory=dict)


@dataclass(frozen=True)
class Voices(ClipSet):
    """Config block ``stimuli.voices``: clips of all actors, for folds of whole actors."""

    emotions: Sequence[str] | None = None
    intensities: Sequence[str] | None = None
    labels: Mapping[str, Words] = field(default_factory=dict)
