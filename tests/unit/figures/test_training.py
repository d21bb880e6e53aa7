"""Figures of trainings and voices show the numbers of their tables."""

import numpy as np
import pandas as pd
import pytest

from crossmodal.figures.confusion import draw_confusions, share_matrix
from crossmodal.figures.learning_curves import draw_learning_curves, part_curves
from crossmodal.figures.seed_variability import draw_seed_variability
from crossmodal.figures.style import use_style
from crossmodal.figures.voices import (
    confusion_panels,
    draw_recall,
    markdown_table,
    method_label,
)


@pytest.fixture(autouse=True)
def _style() -> None:
    use_style()


CONFUSION = pd.DataFrame(
    {
        "label": ["01", "01", "02", "02"],
        "predicted": ["01", "02", "01", "02"],
        "share": [0.75, 0.25, 0.0, 1.0],
    }
)


def test_rows_of_a_confusion_matrix_are_true_labels() -> None:
    shares, labels = share_matrix(CONFUSION)
    assert labels == ["01", "02"]
    np.testing.assert_array_equal(shares, [[0.75, 0.25], [0, 1]])


def test_confusions_show_per_cents_and_labels() -> None:
    figure = draw_confusions({"identity": CONFUSION}, "predicted")
    panel = figure.axes[0]
    assert sorted(text.get_text() for text in panel.texts) == ["100", "25", "75"]
    assert [label.get_text() for label in panel.get_yticklabels()] == ["01", "02"]


@pytest.mark.parametrize(("n_panels", "n_rows"), [(1, 1), (4, 1), (5, 2), (9, 3)])
def test_many_confusions_wrap_into_rows(n_panels: int, n_rows: int) -> None:
    titles = [f"method {number}" for number in range(n_panels)]
    figure = draw_confusions(dict.fromkeys(titles, CONFUSION), "predicted")
    *panels, bar = figure.axes
    assert [panel.get_title() for panel in panels] == titles
    assert len({panel.get_subplotspec().rowspan.start for panel in panels}) == n_rows
    assert bar.get_ylabel() == "share of the label's clips"


def curves() -> pd.DataFrame:
    rows = [
        (stage, seed, fit, 1 / 6, epoch, 2.0 - 0.1 * epoch, 2.1 - 0.1 * epoch, epoch == 2)
        for stage, fit in (("pretrained", "auditory"), ("tuned", "fold-0"), ("tuned", "fold-1"))
        for seed in (0, 1)
        for epoch in range(3)
    ]
    columns = ["stage", "seed", "fit", "chance", "epoch", "train_loss", "validation_loss"]
    return pd.DataFrame(rows, columns=[*columns, "selected"])


def test_parts_of_a_training_are_told_apart() -> None:
    assert len(part_curves(curves(), "folds")) == 12
    assert len(part_curves(curves(), "auditory")) == 6
    assert part_curves(curves(), "visual").empty


def test_learning_curves_have_a_line_per_training_and_a_dot_per_kept_epoch() -> None:
    figure = draw_learning_curves({"emotion": curves()})
    auditory, tuning = figure.axes
    lines = [line for line in tuning.lines if len(line.get_xdata()) == 3]
    assert len(lines) == 2 * 4  # both losses of two seeds and two folds
    dots = [line for line in tuning.lines if len(line.get_xdata()) == 1]
    assert [float(dot.get_xdata()[0]) for dot in dots] == [2.0] * 4
    assert auditory.get_title() == "auditory arm, pool"
    assert auditory.get_ylim()[1] == pytest.approx(1.3 * np.log(6))


def test_seeds_have_a_line_per_arm_and_control() -> None:
    table = pd.DataFrame(
        {
            "layer": ["visual_conv1", "visual_dense", "auditory_conv1", "auditory_dense"],
            "arm": ["visual", "visual", "auditory", "auditory"],
            "n_seeds": 2,
            "mean_correlation": [0.9, 0.5, 0.8, 0.4],
            "min_correlation": [0.8, 0.4, 0.7, -0.2],
            "max_correlation": [1.0, 0.6, 0.9, 0.5],
            "with_untrained": 0.3,
            "with_pool": 0.6,
        }
    )
    figure = draw_seed_variability({"emotion": table}, "spearman")
    panel = figure.axes[0]
    assert len(panel.lines) == 2 * 3
    np.testing.assert_array_equal(panel.lines[0].get_ydata(), [0.9, 0.5])
    assert panel.get_ylim()[0] < -0.2
    assert "Spearman r" in panel.get_ylabel()


RECALL = pd.DataFrame(
    {
        "method": ["tuned", "tuned", "svm"],
        "kind": ["single", "ensemble", "single"],
        "trained_on": ["both", "both", "strong"],
        "tested_on": ["strong", "strong", "strong"],
        "standardised_by": ["training", "training", "speaker"],
        "n_seeds": [3, 3, 1],
        "n_clips": 480,
        "chance": 1 / 6,
        "uar": [0.7, 0.75, 0.65],
        "sd": [0.02, np.nan, np.nan],
        "ci_low": [0.6, 0.7, 0.6],
        "ci_high": [0.75, 0.8, 0.7],
    }
)


def test_methods_say_what_their_seeds_are() -> None:
    assert method_label("tuned", "single", 3) == "tuned, each of 3"
    assert method_label("tuned", "ensemble", 3) == "tuned, ensemble of 3"
    assert method_label("svm", "single", 1) == "svm"


def test_recall_has_a_dot_with_its_interval_per_row() -> None:
    panel = draw_recall(RECALL).axes[0]
    dots = [float(line.get_xdata()[0]) for line in panel.lines if line.get_marker() == "o"]
    assert sorted(dots) == [0.65, 0.7, 0.75]
    assert [label.get_text() for label in panel.get_yticklabels()] == [
        "tuned, each of 3",
        "tuned, ensemble of 3",
        "svm",
    ]


def test_confusions_are_those_on_all_that_a_method_was_trained_on() -> None:
    tested = [("svm", "strong"), ("svm", "both"), ("tuned", "strong")]
    confusion = pd.concat(
        CONFUSION.assign(method=method, tested_on=test_set) for method, test_set in tested
    )
    panels = confusion_panels(confusion)
    assert list(panels) == ["svm\nboth intensities", "tuned\nstrong intensity"]
    assert [set(rows.tested_on) for rows in panels.values()] == [{"both"}, {"strong"}]
    assert all(len(rows) == len(CONFUSION) for rows in panels.values())


def test_the_table_for_readers_has_the_same_numbers() -> None:
    lines = markdown_table(RECALL).splitlines()
    assert len(lines) == 2 + 3
    assert "| 0.70 ± 0.02 | 0.60 to 0.75 |" in lines[2]
    assert "| 0.75 | 0.70 to 0.80 |" in lines[3]
    assert lines[4].startswith("| svm | speaker | ")
