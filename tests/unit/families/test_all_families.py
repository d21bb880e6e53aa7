"""What holds for the training of every family: no test clip is seen; seeds and data decide all."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from crossmodal.contracts.weights import Weights
from crossmodal.families.registry import FAMILIES
from crossmodal.families.training.checkpoint import Checkpoint
from tests.unit.families.small_trainings import N_EPOCHS, TRAININGS, Epochs, Training

NAMES = sorted(TRAININGS)


@pytest.fixture(scope="module")
def training_of(tmp_path_factory: pytest.TempPathFactory):
    return cache(lambda name: TRAININGS[name](tmp_path_factory.mktemp(name)))


@pytest.fixture(scope="module")
def usual(training_of):
    """name -> weights and epochs of an undisturbed run."""
    return cache(lambda name: training_of(name).run())


def equal(one: Weights, other: Weights) -> bool:
    assert one.tensors.keys() == other.tensors.keys()
    return all(np.array_equal(one.tensors[name], other.tensors[name]) for name in one.tensors)


def losses(epochs: Epochs, part: str) -> list[float]:
    return [row[f"{part}_loss"] for row in epochs]


def test_every_family_is_here() -> None:
    assert set(NAMES) == set(FAMILIES) - {"external"}  # which trains nothing


@pytest.mark.parametrize("name", NAMES)
def test_parts_are_apart_and_every_clip_of_the_study_is_tested_once(training_of, name) -> None:
    training: Training = training_of(name)
    for parts in training.parts.values():
        assert parts.train
        assert parts.validation
        assert not parts.train & parts.validation
        assert not (parts.train | parts.validation) & parts.test
    tested = [clip for parts in training.parts.values() for clip in parts.test]
    assert len(set(tested)) == len(tested)


@pytest.mark.parametrize("name", NAMES)
def test_test_clips_reach_neither_training_nor_selection(training_of, usual, name: str) -> None:
    """Whatever they hold, the fit of their fold goes the same way, epoch by epoch."""
    training: Training = training_of(name)
    for fit, parts in training.parts.items():
        if parts.test:
            assert training.run(spoiled=parts.test)[1][fit] == usual(name)[1][fit]


@pytest.mark.parametrize("name", NAMES)
def test_validation_clips_choose_and_never_train(training_of, usual, name: str) -> None:
    training: Training = training_of(name)
    for fit, parts in training.parts.items():
        found, expected = training.run(spoiled=parts.validation)[1][fit], usual(name)[1][fit]
        assert losses(found, "train") == losses(expected, "train")
        assert not np.isclose(losses(found, "validation"), losses(expected, "validation")).any()


@pytest.mark.parametrize("name", NAMES)
def test_training_clips_do_train(training_of, usual, name: str) -> None:
    """Else the two tests before this one could not see anything."""
    training: Training = training_of(name)
    fit, parts = next(iter(training.parts.items()))
    found = training.run(spoiled=[min(parts.train)])[1][fit]
    assert losses(found, "train") != losses(usual(name)[1][fit], "train")


class Killed(Exception):
    pass


@pytest.mark.parametrize("name", NAMES)
def test_a_killed_and_resumed_training_ends_with_the_same_weights(
    training_of, usual, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed after an epoch of its last fit: what was done before is not done again."""
    save, n_saved = Checkpoint.save, 0
    n_fits = len(usual(name)[1])

    def killed(self, *state) -> None:
        nonlocal n_saved
        save(self, *state)
        n_saved += 1
        if n_saved == (n_fits - 1) * N_EPOCHS + 1:
            raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(Checkpoint, "save", killed)
        with pytest.raises(Killed):
            training_of(name).run(checkpoints=tmp_path)

    def counted(self, *state) -> None:
        nonlocal n_saved
        save(self, *state)
        n_saved += 1

    monkeypatch.setattr(Checkpoint, "save", counted)
    before = n_saved
    weights, epochs = training_of(name).run(checkpoints=tmp_path)
    assert equal(weights, usual(name)[0])
    assert epochs == usual(name)[1]
    assert n_saved - before < N_EPOCHS


@pytest.mark.parametrize("name", NAMES)
def test_two_runs_give_the_same_bytes_and_seeds_matter(
    training_of, usual, name: str, tmp_path: Path
) -> None:
    again, other = training_of(name).run(), training_of(name).run(seed=1)
    for number, weights in enumerate((usual(name)[0], again[0])):
        weights.write(tmp_path / f"{number}.safetensors")
    assert (tmp_path / "0.safetensors").read_bytes() == (tmp_path / "1.safetensors").read_bytes()
    assert again[1] == usual(name)[1]
    assert not equal(other[0], usual(name)[0])


@pytest.mark.parametrize("name", NAMES)
def test_mixed_precision_runs_and_keeps_weights_in_full_precision(
    training_of, usual, name: str
) -> None:
    weights, epochs = training_of(name).run(precision="bf16-mixed")
    assert {array.dtype.name for array in weights.tensors.values()} <= {"float32", "int64"}
    assert all(np.isfinite(array).all() for array in weights.tensors.values())
    assert not equal(weights, usual(name)[0])
    for fit, rows in epochs.items():
        plain = losses(usual(name)[1][fit], "train")[0]
        np.testing.assert_allclose(losses(rows, "train")[0], plain, rtol=0.2)
