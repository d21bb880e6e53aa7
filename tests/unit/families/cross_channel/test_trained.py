"""Seeds that learnt nothing are named, and leave the ensemble where others did learn."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib import pyplot as plt
from scipy.stats import binomtest

from crossmodal.contracts.errors import InputError
from crossmodal.contracts.trained_table import TrainedTable
from crossmodal.contracts.training import FitHistory, Training
from crossmodal.families.cross_channel.trained import LEVEL, p_of, trained_table
from crossmodal.families.layers import best_seed, validation_scores
from crossmodal.figures.accuracy import untrained_note
from crossmodal.figures.seed_variability import _name_untrained
from crossmodal.report.content import untrained_lines
from tests.unit.network_clips import stimulus_table

TABLE = stimulus_table(range(1, 3))


def fit(
    name: str, n_right: int | None, n_train: int = 60, n_largest: int | None = 10
) -> FitHistory:
    return FitHistory(name, n_train, 12, 0, [], n_right, n_largest)


def seeds(*rights: dict[str, int]) -> list[Training]:
    """One training per seed: part -> clips of 60 that it gets right; six classes of ten."""
    return [
        Training("m", "identity", seed, "tuned", list("abcdef"), {},
                 [fit(name, n) for name, n in right.items()], [])
        for seed, right in enumerate(rights)
    ]  # fmt: skip


@given(st.integers(1, 200), st.data())
def test_p_is_that_of_a_one_sided_binomial_test(n_train: int, data: st.DataObject) -> None:
    n_right, n_largest = (data.draw(st.integers(low, n_train)) for low in (0, 1))
    expected = binomtest(n_right, n_train, n_largest / n_train, alternative="greater").pvalue
    assert p_of(fit("final", n_right, n_train, n_largest)) == pytest.approx(expected, abs=1e-12)


def test_naming_the_largest_class_alone_is_chance() -> None:
    # 30 of 60 right is far above 1 / 6, but the largest class has as many.
    assert p_of(fit("final", 30, 60, 30)) > 0.4
    assert p_of(fit("final", 30)) < 1e-6
    assert p_of(fit("final", None)) is None


def test_a_seed_whose_arm_never_learnt_leaves_the_ensemble() -> None:
    # The mini-study's identity regime: both seeds see, one does not hear.
    trainings = seeds(
        {"visual": 55, "auditory": 24, "final": 60}, {"visual": 60, "auditory": 9, "final": 60}
    )
    table = trained_table(trainings)
    assert table.kept([0, 1]) == [0]
    assert table.frame.set_index(["seed", "fit"]).at_chance[lambda x: x].index.tolist() == [
        (1, "auditory")
    ]
    (sentence,) = table.sentences("identity")
    assert sentence.startswith(
        "identity, seed 1: the auditory arm is at chance on its own training"
    )
    assert "(9 of 60 clips right, chance 0.17, p = 0.69), so the seed is left out" in sentence


def test_a_part_that_no_seed_learnt_says_nothing_about_a_seed() -> None:
    table = trained_table(seeds({"visual": 9, "final": 60}, {"visual": 11, "final": 60}))
    assert table.kept([0, 1]) == [0, 1]
    assert [s.endswith("but the seed stays.") for s in table.sentences("sentence")] == [True, True]


def test_where_each_seed_fails_somewhere_all_stay() -> None:
    table = trained_table(seeds({"visual": 9, "auditory": 60}, {"visual": 60, "auditory": 9}))
    assert table.kept([0, 1]) == [0, 1]
    assert len(table.sentences("x")) == 2


def test_other_fits_and_fits_that_nobody_counted_have_no_say() -> None:
    table = trained_table(seeds({"fold-0": 5, "crossmodal": 5, "visual": None}, {"visual": None}))
    assert table.frame.empty
    assert table.kept([0, 1]) == [0, 1]


@given(st.lists(st.tuples(*[st.integers(0, 60)] * 3), min_size=1, max_size=5))
def test_at_least_one_seed_stays_and_only_untrained_ones_go(rights) -> None:
    parts = ("visual", "auditory", "final")
    table = trained_table(seeds(*(dict(zip(parts, n, strict=True)) for n in rights)))
    numbers = list(range(len(rights)))
    kept = table.kept(numbers)
    assert kept
    for seed in set(numbers) - set(kept):
        assert (table.frame[table.frame.seed == seed].p >= LEVEL).any()


def test_the_table_survives_its_file_and_is_named_everywhere(tmp_path: Path) -> None:
    table = trained_table(seeds({"auditory": 40}, {"auditory": 9}))
    path = tmp_path / "network/cross_channel/identity/trained.tsv"
    path.parent.mkdir(parents=True)
    table.write(path)
    again = TrainedTable.read(path)
    assert again.kept([0, 1]) == table.kept([0, 1]) == [0]
    (line,) = again.sentences("identity")
    assert untrained_note({"identity": again, "emotion": trained_table([])}) == f"\n- {line}\n"
    assert untrained_note({"emotion": trained_table([])}) == ""
    assert untrained_lines(tmp_path) == [f"Network family cross_channel: {line}"]
    _, axes = plt.subplots()
    _name_untrained(axes, again)
    assert [text.get_text() for text in axes.texts] == ["seed 1: auditory at chance, left out"]
    assert not axes.texts[0].get_in_layout(), "a long note must not squeeze the panel"
    _name_untrained(axes, trained_table([]))
    assert len(axes.texts) == 1
    lost = trained_table(seeds(*[{"visual": 10, "auditory": 10}] * 5))
    _name_untrained(axes, lost)
    first, *_, last = axes.texts[1].get_text().splitlines()
    assert first == "seed 0: visual, auditory at chance"
    assert last == "and 2 more seeds"
    plt.close()


def test_a_table_without_its_columns_is_refused() -> None:
    with pytest.raises(InputError, match="TrainedTable: columns: expected .*got no "):
        TrainedTable(trained_table([]).frame[["seed", "fit"]])


def test_the_best_seed_is_one_that_learnt() -> None:
    trainings = seeds({}, {}, {})
    scores = validation_scores(trainings)
    assert scores == dict.fromkeys(range(3), -1.0)
    assert best_seed(scores) == 0
    assert best_seed(scores, [1, 2]) == 1
