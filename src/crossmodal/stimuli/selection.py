"""Which clips are the study's and which the pool's. Light: the Snakefile imports it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crossmodal.contracts.errors import InputError
from crossmodal.stimuli.demographics import read_demographics, with_genders
from crossmodal.stimuli.naming import MEDIA_SUFFIXES, PARSERS, StimulusName


@dataclass(frozen=True)
class StudySet:
    """Config block ``stimuli.study``: clips that participants see. None is no restriction."""

    actors: list[str] | None = None
    emotions: list[str] | None = None
    intensity: str | None = None
    repetitions: list[str] | None = None

    def has(self, name: StimulusName) -> bool:
        return (
            _among(name.identity, self.actors)
            and _among(name.emotion, self.emotions)
            and _among(name.repetition, self.repetitions)
            and self._has_intensity(name)
        )

    def _has_intensity(self, name: StimulusName) -> bool:
        # Neutral has one intensity only, so it belongs to every choice.
        return self.intensity in (None, name.intensity) or name.emotion == "neutral"


@dataclass(frozen=True)
class Pool:
    """Config block ``stimuli.pool``: clips to pretrain on.

    ``exclude: actors`` leaves out everything of the study's actors, so that no test face or
    voice was seen in training; ``exclude: stimuli`` leaves out the study's clips only.
    """

    exclude: str = "actors"
    emotions: list[str] | None = None
    intensities: list[str] | None = None

    def has(self, name: StimulusName) -> bool:
        return _among(name.emotion, self.emotions) and _among(name.intensity, self.intensities)


@dataclass(frozen=True)
class Voices:
    """Config block ``stimuli.voices``: clips of all actors, for folds of whole actors."""

    emotions: list[str] | None = None
    intensities: list[str] | None = None

    def has(self, name: StimulusName) -> bool:
        return _among(name.emotion, self.emotions) and _among(name.intensity, self.intensities)


@dataclass(frozen=True)
class Selection:
    """The sets, each sorted by stimulus id; ``voices`` overlaps with the other two."""

    study: tuple[StimulusName, ...]
    pool: tuple[StimulusName, ...]
    voices: tuple[StimulusName, ...] = ()

    @property
    def study_actors(self) -> list[str]:
        return sorted({name.identity for name in self.study})

    @property
    def pool_actors(self) -> list[str]:
        return sorted({name.identity for name in self.pool})

    @property
    def clips(self) -> list[StimulusName]:
        """Every clip of any set once, sorted by stimulus id."""
        every = (*self.study, *self.pool, *self.voices)
        return _sorted({name.stimulus_id: name for name in every}.values())

    def of_actor(self, actor: str) -> list[StimulusName]:
        """All chosen clips of one actor, sorted by stimulus id."""
        return [name for name in self.clips if name.identity == actor]


def find_media(clips_dir: str) -> list[str]:
    """All media files below a folder, sorted.

    Raises
    ------
    InputError : the folder is missing or holds no media file
    """
    if not Path(clips_dir).is_dir():
        raise InputError(clips_dir, "stimuli.clips_dir", "a folder of clips", "no such folder")
    files = [p for p in Path(clips_dir).rglob("*") if p.suffix.lower() in MEDIA_SUFFIXES]
    if not files:
        kinds = " ".join(MEDIA_SUFFIXES)
        raise InputError(clips_dir, "stimuli.clips_dir", f"files of type {kinds}", "none")
    return sorted(map(str, files))


def select(
    paths: Iterable[str],
    naming: str,
    modalities: Sequence[str],
    study: StudySet,
    pool: Pool | None,
    voices: Voices | None = None,
    demographics: str | None = None,
) -> Selection:
    """Parse all names, keep one modality, and divide them into study set, pool and voices.

    ``demographics``: a table that tells the gender where names do not.

    Raises
    ------
    InputError : a name that does not parse, an unknown ``naming``, a study set without clips,
        or actors of the study set without any; a bad table of demographics
    """
    if naming not in PARSERS:
        raise InputError("config", "stimuli.naming", f"one of {sorted(PARSERS)}", repr(naming))
    names = _of_modality([PARSERS[naming](str(path)) for path in paths], modalities)
    chosen = _sorted(name for name in names if study.has(name))
    if not chosen:
        raise InputError("config", "stimuli.study", "at least one clip that fits", "none")
    actors = {name.identity for name in chosen}
    if missing := sorted(set(study.actors or ()) - actors):
        raise InputError(
            "config", "stimuli.study.actors", "clips of every actor", f"none: {missing}"
        )
    whole = _sorted(name for name in names if voices is not None and voices.has(name))
    rest = [] if pool is None else _pool_of(names, chosen, pool)
    sets = (chosen, _sorted(rest), whole)
    every = {name.path: name for names_of_set in sets for name in names_of_set}
    filled = {name.path: name for name in with_genders(every.values(), demographics)}
    return Selection(*(tuple(filled[name.path] for name in names_of_set) for names_of_set in sets))


def _pool_of(
    names: list[StimulusName], study: list[StimulusName], pool: Pool
) -> list[StimulusName]:
    ids, actors = ({getattr(n, key) for n in study} for key in ("stimulus_id", "identity"))
    return [
        name
        for name in names
        if pool.has(name)
        and name.stimulus_id not in ids
        and not (pool.exclude == "actors" and name.identity in actors)
    ]


def find_selection(stimuli: dict[str, Any]) -> tuple[list[InputError], Selection | None]:
    """All problems of the folder, names, sets and demographics of config block ``stimuli``.

    Returns
    -------
    The problems, and the selection among the names that parse; None where there is none.
    """
    problems, good, table = [], [], stimuli.get("demographics")
    try:
        if table is not None:
            read_demographics(table)
    except InputError as problem:
        problems.append(problem)
        table = None
    try:
        paths = find_media(stimuli["clips_dir"])
    except InputError as problem:
        return [*problems, problem], None
    for path in paths:
        try:
            PARSERS[stimuli["naming"]](path)
            good.append(path)
        except InputError as problem:
            problems.append(problem)
    pool = Pool(**stimuli["pool"]) if stimuli["pool"] else None
    study = StudySet(**stimuli["study"])
    voices = Voices(**stimuli["voices"]) if stimuli.get("voices") else None
    naming, modalities = stimuli["naming"], stimuli["modalities"]
    try:
        selection = select(good, naming, modalities, study, pool, voices, table)
    except InputError as problem:
        return [*problems, problem], None
    return problems, selection


def _of_modality(names: list[StimulusName], modalities: Sequence[str]) -> list[StimulusName]:
    """Spoken clips of the modality wanted; audio-visual ones serve where there are no others.

    RAVDESS publishes every take as audio-visual, video-only and audio-only file.
    """
    wanted = modalities[0] if len(modalities) == 1 else "audio-visual"
    speech = [name for name in names if name.channel == "speech"]
    exact = [name for name in speech if name.modality == wanted]
    return exact or [name for name in speech if name.modality == "audio-visual"]


def _among(value: str, allowed: Sequence[str] | None) -> bool:
    return allowed is None or value in allowed


def _sorted(names: Iterable[StimulusName]) -> list[StimulusName]:
    return sorted(names, key=lambda name: name.stimulus_id)
