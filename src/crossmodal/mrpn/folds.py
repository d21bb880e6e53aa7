"""Actor-disjoint folds with actors of both genders in each (Chang & Skarbek 2021, section 4.1)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from crossmodal.contracts.errors import InputError

GENDERS = ("female", "male")


@dataclass(frozen=True)
class Fold:
    """Actors of one fold; ``name`` is the paper's, e.g. 'A1,2'."""

    name: str
    test: tuple[str, ...]
    validation: tuple[str, ...]
    train: tuple[str, ...]


def actor_folds(
    genders: Mapping[str, str], n_folds: int, n_validation_folds: int = 1
) -> list[Fold]:
    """Folds of actors in their order, every gender spread evenly over the folds.

    Actors 1-24 (odd male, even female) in 12 folds give A1,2 A3,4 … as published. The
    validation actors of a fold are the test actors of the next one(s), taken *out of* its
    training actors: the paper used its test actors for validation.

    Raises
    ------
    InputError : fewer actors of a gender than folds, no actor left for training
    """
    female, male = (chunks(of_gender(genders, gender), n_folds, gender) for gender in GENDERS)
    tests = [tuple(sorted(a + b)) for a, b in zip(reversed_sizes(female), male, strict=True)]
    if n_folds < 2 + n_validation_folds:
        got = f"{n_folds} folds, {n_validation_folds} of them for validation"
        raise InputError("folds", "n_folds", "actors left for training", got)
    folds = []
    for i, test in enumerate(tests):
        later = [tests[(i + 1 + k) % n_folds] for k in range(n_validation_folds)]
        validation = tuple(sorted(actor for fold in later for actor in fold))
        train = tuple(a for a in sorted(genders) if a not in test and a not in validation)
        folds.append(Fold(fold_name(test), test, validation, train))
    return folds


def of_gender(genders: Mapping[str, str], gender: str) -> list[str]:
    """Actors of one gender, sorted."""
    return sorted(actor for actor, value in genders.items() if value == gender)


def chunks(actors: Sequence[str], n_folds: int, gender: str) -> list[tuple[str, ...]]:
    """Actors in ``n_folds`` parts that differ by at most one in size.

    Raises
    ------
    InputError : a fold would have no actor of this gender
    """
    if len(actors) < n_folds:
        expected = f"at least {n_folds}, one {gender} actor in each fold"
        raise InputError("folds", f"{gender} actors", expected, f"{len(actors)}: {list(actors)}")
    return [tuple(part.tolist()) for part in np.array_split(np.array(actors), n_folds)]


def reversed_sizes(parts: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """The same actors in the same order with the larger parts last, not first.

    With one gender's larger parts first and the other's last, folds differ by one at most.
    """
    actors = [actor for part in parts for actor in part]
    ends = np.cumsum([len(part) for part in parts][::-1])[:-1]
    return [tuple(part.tolist()) for part in np.split(np.array(actors), ends)]


def fold_name(actors: Sequence[str]) -> str:
    """('01', '02') -> 'A1,2'; longer folds by first and last, 'A1001-1010'."""
    numbers = [actor.lstrip("0") or "0" for actor in actors]
    return f"A{','.join(numbers)}" if len(numbers) <= 2 else f"A{numbers[0]}-{numbers[-1]}"


def check_folds(folds: Sequence[Fold], genders: Mapping[str, str]) -> None:
    """Explicit folds of a config, checked.

    Raises
    ------
    InputError : an unknown actor, one in two test sets, a fold without an actor of each gender
    """
    seen: set[str] = set()
    for fold in folds:
        if unknown := sorted(set(fold.test) - set(genders)):
            raise InputError("folds", fold.name, f"actors among {sorted(genders)}", unknown)
        if twice := sorted(seen & set(fold.test)):
            raise InputError("folds", fold.name, "each actor in one fold", f"{twice} again")
        seen |= set(fold.test)
        if missing := sorted(set(GENDERS) - {genders[actor] for actor in fold.test}):
            raise InputError("folds", fold.name, "an actor of each gender", f"no {missing[0]} one")
