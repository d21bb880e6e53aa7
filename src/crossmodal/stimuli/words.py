"""Words of a config that pick no clip: each is an error, with the words there are."""

import difflib
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from crossmodal.contracts.errors import InputError
from crossmodal.stimuli.naming import StimulusName
from crossmodal.stimuli.sets import COLUMNS, ClipSet

N_SHOWN = 40


def set_problems(
    block: str, wanted: ClipSet | None, names: Sequence[StimulusName]
) -> list[InputError]:
    """What is wrong with one set: unknown columns and words, words that pick nothing, no clips.

    Parameters
    ----------
    block : config key of the set, e.g. 'stimuli.study'
    names : all clips on offer
    """
    if wanted is None or not names:
        return []
    problems = list(_unknown(block, wanted, names))
    if not wanted.applies_to(names[0].columns):
        return problems
    chosen = [name for name in names if wanted.has(name)]
    if not chosen:
        return [*problems, InputError("config", block, "at least one clip that fits", "none")]
    return problems or list(_idle(block, wanted, chosen))


def _unknown(block: str, wanted: ClipSet, names: Sequence[StimulusName]) -> Iterator[InputError]:
    for key, words in wanted.restrictions.items():
        column, known = COLUMNS.get(key, key), names[0].columns
        if column not in known:
            yield InputError("config", f"{block}.{key}", f"one of {list(known)}", "no such column")
            continue
        there = sorted({name.label(column) for name in names})
        for word in words:
            if word not in there:
                expected = f"a word that clips have: {shown(word, there)}"
                yield InputError("config", f"{block}.{key}", expected, f"{word!r}, which none has")
        # The other spelling would be left out unnoticed: no later check sees those clips.
        for alike in look_alikes(there):
            if set(alike) & set(words):
                expected = "labels that differ in more than capitals, blanks or ways of writing"
                yield InputError("config", f"{block}.{key}", expected, ", ".join(map(ascii, alike)))


def _idle(block: str, wanted: ClipSet, chosen: Sequence[StimulusName]) -> Iterator[InputError]:
    """Words that clips have, but none that the set's other words leave."""
    for key, words in wanted.restrictions.items():
        there = {name.label(COLUMNS.get(key, key)) for name in chosen}
        # Neutral clips alone are of every intensity.
        if key != "intensity" and (idle := [word for word in words if word not in there]):
            expected = f"clips of every word together with the other keys of {block}"
            yield InputError("config", f"{block}.{key}", expected, f"none: {idle}")


def look_alikes(words: Iterable[str]) -> list[tuple[str, ...]]:
    """Words that differ only in capitals, blanks or the way Unicode writes a letter, sorted.

    Nobody means two classes by 'Happy' and 'happy', and no reader of a table sees the difference
    between the two ways to write é.
    """
    alike: dict[str, set[str]] = {}
    for word in words:
        folded = " ".join(unicodedata.normalize("NFKC", word).casefold().split())
        alike.setdefault(folded, set()).add(word)
    return sorted(tuple(sorted(group)) for group in alike.values() if len(group) > 1)


def shown(word: str, there: Sequence[str]) -> str:
    """The words there are: all, or the most similar one and the first of very many."""
    if len(there) <= N_SHOWN:
        return str(list(there))
    close = difflib.get_close_matches(str(word), there, n=1)
    hint = f"{close[0]!r}? " if close else ""
    return f"{hint}{list(there[:N_SHOWN])} and {len(there) - N_SHOWN} more"
