"""Actor-disjoint folds with actors of both genders in each (Chang & Skarbek 2021, section 4.1)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from crossmodal.contracts.errors import InputError

GENDERS = ("female", "male")


@dataclass(frozen=True)
class Fold:
    """Actors of one fold; ``name`` as ``fold_names`` makes it, e.g. 'A1,2' or 'S1'.

    ``actor_by_actor``: one network is tested on each test actor by themselves.
    """

    name: str
    test: tuple[str, ...]
    validation: tuple[str, ...]
    train: tuple[str, ...]
    actor_by_actor: bool = False

    @property
    def tests(self) -> dict[str, tuple[str, ...]]:
        """Name -> actors of each row of the tables."""
        if not self.actor_by_actor:
            return {self.name: self.test}
        alone = [(actor,) for actor in self.test]
        return dict(zip(fold_names(alone), alone, strict=True))


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
    folds, names = [], fold_names(tests)
    for i, test in enumerate(tests):
        later = [tests[(i + 1 + k) % n_folds] for k in range(n_validation_folds)]
        validation = tuple(sorted(actor for fold in later for actor in fold))
        train = tuple(a for a in sorted(genders) if a not in test and a not in validation)
        folds.append(Fold(names[i], test, validation, train))
    return folds


def held_out_fold(
    genders: Mapping[str, str],
    test_actors: Sequence[str],
    n_folds: int,
    n_validation_folds: int = 1,
) -> Fold:
    """The fold of given test actors: of the others, as many validate as in ``actor_folds``.

    Raises
    ------
    InputError : an actor that is not there; of a gender, fewer than 2 others (one to train on)
    """
    if unknown := sorted(set(test_actors) - set(genders)):
        raise InputError("folds", "test_actors", f"some of {sorted(genders)}", unknown)
    validation: list[str] = []
    for gender in GENDERS:
        left = [actor for actor in of_gender(genders, gender) if actor not in test_actors]
        if len(left) < 2:
            expected = "at least 2 others of each gender, one to train on"
            raise InputError("folds", "test_actors", expected, f"{len(left)} {gender}: {left}")
        n = max(1, round(len(left) * n_validation_folds / n_folds))
        validation += left[: min(n, len(left) - 1)]
    test = tuple(sorted(test_actors))
    train = tuple(a for a in sorted(genders) if a not in {*test, *validation})
    return Fold("held out", test, tuple(sorted(validation)), train, actor_by_actor=True)


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


def fold_names(tests: Sequence[Sequence[str]]) -> list[str]:
    """As in the paper: pairs by their actors ('A1,2'), larger folds by their place ('S1').

    The paper does not say which of CREMA-D's actors are in its S1 to S9: ours of that name
    have other actors, and only means over all nine can be compared.
    """
    if any(len(actors) > 2 for actors in tests):
        return [f"S{number}" for number, _ in enumerate(tests, 1)]
    return ["A" + ",".join(actor.lstrip("0") or "0" for actor in actors) for actors in tests]
