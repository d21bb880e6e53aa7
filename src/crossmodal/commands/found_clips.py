"""What a folder of clips holds, by its names and a look into some of its files."""

from collections.abc import Sequence
from dataclasses import dataclass

from crossmodal.contracts.errors import InputError
from crossmodal.stimuli.folder import find_media
from crossmodal.stimuli.media import SOUND_SUFFIXES, opened
from crossmodal.stimuli.naming import PARSERS, UNKNOWN, StimulusName

AUDIO_VISUAL, OPENED = "audio-visual", 24
STUDY_SHARE, LEAST_ACTORS = 4, 4  # a quarter of the actors is studied; a pool needs two


@dataclass(frozen=True)
class FoundClips:
    """A folder's convention of names and streams.

    modalities : of the streams that clips have; ``uneven`` where some lack one of them
    names : of the clips that a study would take; ``odd``: why other files are no clips of these
    """

    folder: str
    naming: str
    modalities: tuple[str, ...]
    uneven: bool
    names: tuple[StimulusName, ...]
    odd: tuple[InputError, ...]

    @property
    def ids(self) -> list[str]:
        return [name.stimulus_id for name in self.names]

    def labels(self, field: str) -> list[str]:
        """Every value of a label, sorted; none where no name tells it."""
        return sorted({getattr(name, field) for name in self.names} - {UNKNOWN})

    @property
    def can_train(self) -> bool:
        """Whether there are classes to tell apart, and actors to pretrain on."""
        return len(self.labels("emotion")) > 1 and len(self.labels("identity")) >= LEAST_ACTORS

    @property
    def study_actors(self) -> list[str]:
        """Actors to study, so that others are left to pretrain on; all where there are too few."""
        actors = self.labels("identity")
        n = len(actors) // STUDY_SHARE if len(actors) >= LEAST_ACTORS else len(actors)
        return actors[: max(n, 2)]


def find_clips(folder: str) -> FoundClips:
    """Look at a folder of clips.

    Raises
    ------
    InputError : no such folder, no media file in it, or none with a name of a known convention
    """
    paths = find_media(folder)
    naming, names, odd = _convention(paths)
    if not names:
        expected = f"file names of one of {[name for name in PARSERS if name != 'auto']}"
        raise InputError(folder, "--clips", expected, f"{odd[0].file}: {odd[0].got}")
    spoken = [name for name in names if name.channel == "speech"] or names
    kinds = {name.modality for name in spoken}
    wanted = AUDIO_VISUAL if AUDIO_VISUAL in kinds else min(kinds)
    taken = tuple(name for name in spoken if name.modality == wanted)
    step = max(1, len(taken) // OPENED)
    streams = [_streams(name.path) for name in taken[::step]]
    modalities = tuple(one for one in ("video", "audio") if any(one in has for has in streams))
    uneven = any(one not in has for has in streams for one in modalities)
    return FoundClips(folder, naming, modalities or ("video",), uneven, taken, tuple(odd))


def _convention(paths: Sequence[str]) -> tuple[str, list[StimulusName], list[InputError]]:
    """The convention that fits most names, a named one before 'auto'."""
    tried = []
    for naming, parse in sorted(PARSERS.items(), key=lambda item: item[0] == "auto"):
        names, odd = [], []
        for path in paths:
            try:
                names.append(parse(path))
            except InputError as problem:
                odd.append(problem)
        tried.append((naming, names, odd))
    return min(tried, key=lambda one: len(one[2]))


def _streams(path: str) -> set[str]:
    """The modalities in a file; none where it cannot be read, which the check will say."""
    if path.lower().endswith(SOUND_SUFFIXES):
        return {"audio"}
    try:
        with opened(path) as container:
            return {kind for kind in ("video", "audio") if getattr(container.streams, kind)}
    except InputError:
        return set()
