"""Models ranked by layers that were chosen on other participants."""

import numpy as np
import pandas as pd
import pytest

from crossmodal.figures.ranking import plot_ranking
from crossmodal.inference.regions.ranking import flip_p, held_out, ranked_models

RNG = np.random.default_rng(2)
PEOPLE = [f"{k:02d}" for k in range(8)]


def table(model: str, source: str, similarities: np.ndarray) -> pd.DataFrame:
    rows = [
        (model, "r", source, f"layer{i}", "visual", "V1", person, value)
        for i, row in enumerate(similarities)
        for person, value in zip(PEOPLE, row, strict=True)
    ]
    columns = ["model", "regime", "source", "layer", "arm", "region", "participant", "similarity"]
    return pd.DataFrame(rows, columns=columns)


def test_layers_are_chosen_on_the_others() -> None:
    values = np.array([[9.0, 0.0, 0.0], [1.0, 2.0, 3.0]])
    found, layers = held_out(values)
    assert layers.tolist() == [1, 0, 0]  # the first participant's 9 counts for the others only
    assert found.tolist() == [1.0, 0.0, 0.0]


def test_many_layers_of_noise_do_not_win() -> None:
    """The maximum over 50 layers is far above 0 for each participant; held out it is not."""
    noise = RNG.normal(0, 0.1, size=(200, 50, 8))
    means = [held_out(one)[0].mean() for one in noise]
    assert abs(np.mean(means)) < 0.01
    assert noise.max(axis=1).mean() > 0.2


def test_the_planted_model_comes_first_and_beats_its_twin() -> None:
    noise = RNG.normal(0, 0.02, size=(4, 3, 8))
    good, twin, middle = noise[0], noise[1], noise[2] + 0.1
    good[1] += 0.3
    frames = [table("a", "ensemble", middle), table("b", "ensemble", good),
              table("b", "untrained", twin), table("low_level", "clips", noise[3] + 1)]  # fmt: skip
    found = ranked_models(pd.concat(frames), ["ensemble", "untrained"], 1)
    assert found.model.tolist() == ["b", "a"]
    assert found["rank"].tolist() == [1, 2]
    first, second = (found.iloc[k] for k in range(2))
    assert (first.layer, first.n_layers, first.n_participants) == ("layer1", 3, 8)
    assert first.similarity == pytest.approx(good[1].mean())
    assert first.p == pytest.approx(1 / 256)
    assert first.p_untrained == pytest.approx(2 / 256)
    assert np.isnan(first.p_best)
    assert np.isnan(second.untrained)
    assert second.behind_best == pytest.approx(second.similarity - first.similarity)
    assert second.p_best_fdr == pytest.approx(2 / 256)


def test_features_of_clips_alone_are_not_ranked_and_the_figure_says_so() -> None:
    ranking = ranked_models(table("low_level", "mean", RNG.normal(size=(3, 8))), ["ensemble"], 1)
    assert ranking.empty
    assert {"region", "rank", "p_fdr"} <= set(ranking)
    figure = plot_ranking(ranking, pd.DataFrame())
    assert "no models to rank" in figure.texts[0].get_text()


def test_one_model_of_one_layer_is_ranked_without_a_rival() -> None:
    ranking = ranked_models(table("a", "ensemble", np.linspace(0, 1, 8)[None]), ["ensemble"], 1)
    assert ranking.loc[0, ["rank", "layer", "behind_best"]].tolist() == [1, "layer0", 0.0]
    assert np.isnan(ranking.p_best_fdr[0])
    plot_ranking(ranking, pd.DataFrame([{"region": "V1", "ceiling_low": 0.1, "ceiling_high": 1}]))


def test_flips_are_exact_for_few() -> None:
    assert flip_p(np.array([1.0, 2.0, 3.0]), 1, two_sided=False) == 1 / 8
    assert flip_p(np.array([1.0, 2.0, 3.0]), 1) == 2 / 8
    assert flip_p(np.array([1.0, -1.0]), 1) == 1.0
