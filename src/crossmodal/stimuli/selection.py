"""Which clips are the study's and which the pool's. Light: the Snakefile imports it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from crossmodal.contracts.braces import paths_with_braces
from crossmodal.contracts.clip_table import PATH, ClipTable
from crossmodal.contracts.errors import InputError
from crossmodal.stimuli.block import Stimuli
from crossmodal.stimuli.clip_table import names_of_table
from crossmodal.stimuli.demographics import read_demographics, with_genders
from crossmodal.stimuli.folder import find_media
from crossmodal.stimuli.naming import PARSERS, StimulusName
from crossmodal.stimuli.sets import Pool, StudySet, Voices
from crossmodal.stimuli.words import set_problems

__all__ = ["Pool", "Selection", "StudySet", "Voices", "find_media", "find_selection", "select"]
SONG, VERSION = "a song", "the same take is there in the modality wanted"
MODALITIES = ("audio-visual", "video", "audio")
NO_SET, STUDY_ACTOR = "in no set by its labels", "an actor of the study, kept out of the pool"


@dataclass(frozen=True)
class Selection:
    """The sets, each sorted by stimulus id; ``voices`` overlaps with the other two.

    ``left_out``: path of every other clip -> why it is in no set.
    """

    study: tuple[StimulusName, ...]
    pool: tuple[StimulusName, ...]
    voices: tuple[StimulusName, ...] = ()
    left_out: dict[str, str] = field(default_factory=dict, compare=False)

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


@dataclass(frozen=True)
class Sets:
    """What the config asks for: the blocks ``study``, ``pool`` and ``voices``."""

    study: StudySet
    pool: Pool | None = None
    voices: Voices | None = None
    test_actors: tuple[str, ...] = ()

    @classmethod
    def of(cls, stimuli: Stimuli) -> "Sets":
        """From the config block ``stimuli``."""
        held_out = stimuli.test_actors or ()
        return cls(stimuli.study, stimuli.pool, stimuli.voices, held_out)


def select(
    paths: Iterable[str],
    naming: str,
    modalities: Sequence[str],
    study: StudySet,
    pool: Pool | None,
    voices: Voices | None = None,
    demographics: str | None = None,
    test_actors: Sequence[str] = (),
) -> Selection:
    """Parse all names, keep one modality, and divide them into study set, pool and voices.

    ``demographics``: a table that tells the gender where names do not.

    Raises
    ------
    InputError : a name that does not parse, an unknown ``naming``, a word that no clip has, a
        set without clips, two clips of one stimulus id; a bad table of demographics
    """
    if naming not in PARSERS:
        raise InputError("config", "stimuli.naming", f"one of {sorted(PARSERS)}", repr(naming))
    names = [PARSERS[naming](str(path)) for path in paths]
    problems, selection = choose(names, modalities, Sets(study, pool, voices, tuple(test_actors)))
    if problems:
        raise problems[0]
    return _with_genders(selection, demographics)


def select_of(stimuli: Stimuli, paths: Iterable[str]) -> Selection:
    """Divide the clips that will be at ``paths`` into the sets of config block ``stimuli``.

    Raises
    ------
    InputError : the first of ``choose``'s problems
    """
    sets = (stimuli.study, stimuli.pool, stimuli.voices)
    more = (stimuli.demographics, stimuli.test_actors or ())
    return select(paths, stimuli.naming, stimuli.modalities, *sets, *more)


def choose(
    names: Sequence[StimulusName], modalities: Sequence[str], sets: Sets
) -> tuple[list[InputError], Selection | None]:
    """Divide clips into the sets.

    Returns
    -------
    All problems: words that no clip has, sets without clips, stimulus ids that two clips share;
    and what the other words select, None where the study's set cannot be told or is empty.
    """
    names, left_out = _of_modality(names, modalities)
    if not names:
        expected = f"at least one clip that fits, spoken and with {' and '.join(modalities)}"
        return [InputError("config", "stimuli.study", expected, "none")], None
    problems = []
    for block in ("study", "pool", "voices"):
        problems += set_problems(f"stimuli.{block}", getattr(sets, block), names)
    columns = names[0].columns
    if not all(one.applies_to(columns) for one in (sets.study, sets.pool, sets.voices) if one):
        return problems, None
    chosen = _sorted(name for name in names if sets.study.has(name))
    whole = _sorted(name for name in names if sets.voices is not None and sets.voices.has(name))
    rest = _sorted(
        name
        for name in ([] if sets.pool is None else _pool_of(names, chosen, sets.pool))
        if name.identity not in sets.test_actors
    )
    selection = Selection(tuple(chosen), tuple(rest), tuple(whole))
    taken = {name.path for name in (*chosen, *rest, *whole)}
    if chosen and sets.pool is not None and not rest and not problems:
        expected = "at least one clip that is not the study's or, with exclude: actors, its actors'"
        problems.append(InputError("config", "stimuli.pool", expected, "none"))
    actors = sorted({name.identity for name in chosen})
    problems += [
        InputError("config", "stimuli.test_actors", f"actors of the study: {actors}", repr(actor))
        for actor in sets.test_actors
        if actor not in actors
    ]
    problems += doubled_ids([name for name in names if name.path in taken])
    left_out |= _unwanted([name for name in names if name.path not in taken], selection, sets.pool)
    return problems, replace(selection, left_out=left_out) if chosen else None


def _unwanted(
    names: Iterable[StimulusName], selection: Selection, pool: Pool | None
) -> dict[str, str]:
    actors = selection.study_actors
    return {
        name.path: STUDY_ACTOR if pool and pool.has(name) and name.identity in actors else NO_SET
        for name in names
    }


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


def doubled_ids(names: Iterable[StimulusName]) -> list[InputError]:
    """Every clip whose stimulus id an earlier one has, with both paths."""
    first: dict[str, StimulusName] = {}
    problems = []
    for name in names:
        if first.setdefault(name.stimulus_id, name) is not name:
            expected = f"an id of its own, not {name.stimulus_id!r} too"
            got = f"the id of {first[name.stimulus_id].path}"
            problems.append(InputError(name.path, "stimulus id", expected, got))
    return problems


def find_names(stimuli: Stimuli) -> tuple[list[InputError], list[StimulusName]]:
    """All clips that config block ``stimuli`` offers, and what is wrong with their names.

    With ``table`` they are the rows of that table, else the media files below ``clips_dir``.

    Raises
    ------
    InputError : as ``find_media`` or ``ClipTable.read``
    """
    if stimuli.table is not None:
        return names_of_table(ClipTable.read(stimuli.table), stimuli.actor_column)
    problems, names = [], []
    for path in find_media(stimuli.clips_dir):
        try:
            names.append(PARSERS[stimuli.naming](path))
        except InputError as problem:
            problems.append(problem)
    return problems, names


def named_clips(
    paths: Sequence[str], naming: str, table: str | None, actor_column: str | None
) -> list[StimulusName]:
    """The clips at some paths with their labels, in this order.

    Raises
    ------
    InputError : a name that does not parse, a path that the table does not have
    """
    if table is None:
        return [PARSERS[naming](path) for path in paths]
    rows = {name.path: name for name in names_of_table(ClipTable.read(table), actor_column)[1]}
    if missing := [path for path in paths if path not in rows]:
        raise InputError(table, PATH, "a row for every clip", f"none for {missing[0]}")
    return [rows[path] for path in paths]


def has_clips(stimuli: Stimuli) -> bool:
    """Whether there are clips of the user's own; else they will be simulated."""
    return stimuli.table is not None or stimuli.clips_dir is not None


def find_selection(stimuli: Stimuli) -> tuple[list[InputError], Selection | None]:
    """All problems of the folder, names, sets and demographics of config block ``stimuli``.

    Returns
    -------
    The problems, and the selection among the names that parse; None where there is none.
    """
    problems, table = [], stimuli.demographics
    try:
        if table is not None:
            read_demographics(table)
    except InputError as problem:
        problems.append(problem)
        table = None
    try:
        of_names, names = find_names(stimuli)
    except InputError as problem:
        return [*problems, problem], None
    problems += of_names
    problems += paths_with_braces(name.path for name in names)
    of_sets, selection = choose(names, stimuli.modalities, Sets.of(stimuli))
    problems += of_sets
    try:
        return problems, selection and _with_genders(selection, table)
    except InputError as problem:
        return [*problems, problem], None


def _with_genders(selection: Selection, demographics: str | None) -> Selection:
    every = (*selection.study, *selection.pool, *selection.voices)  # ids may be there twice
    filled = {name.path: name for name in with_genders(every, demographics)}
    study, pool, voices = (
        tuple(filled[name.path] for name in part)
        for part in (selection.study, selection.pool, selection.voices)
    )
    return replace(selection, study=study, pool=pool, voices=voices)


def _of_modality(
    names: Sequence[StimulusName], modalities: Sequence[str]
) -> tuple[list[StimulusName], dict[str, str]]:
    """Spoken clips of the modality wanted, and why the others are left out (path -> reason).

    RAVDESS publishes every take as audio-visual, video-only and audio-only file. A take that
    has no file of the modality wanted is taken from its audio-visual one; clips of a table
    without these words for modalities are all taken.
    """
    wanted = modalities[0] if len(modalities) == 1 else "audio-visual"
    exact = {name.take for name in names if name.modality == wanted}
    kept, left_out = [], {}
    for name in names:
        if name.channel != "speech":
            left_out[name.path] = SONG
        elif name.modality == wanted or name.modality not in MODALITIES:
            kept.append(name)
        elif name.take in exact:
            left_out[name.path] = VERSION
        elif name.modality == "audio-visual":
            kept.append(name)
        else:
            left_out[name.path] = f"{name.modality} only"
    return kept, left_out


def _sorted(names: Iterable[StimulusName]) -> list[StimulusName]:
    return sorted(names, key=lambda name: name.stimulus_id)
