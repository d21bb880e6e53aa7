"""mrpn's figures: everything that is drawn lies on the page."""

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from crossmodal.figures import style
from crossmodal.figures.mrpn import draw_embedding, draw_variants

EMOTIONS = ("angry", "calm", "disgust", "fearful", "happy", "neutral", "sad", "surprised")


@pytest.fixture(autouse=True)
def _style():
    style.use_style()
    yield
    plt.close("all")


def legend_texts(figure: Figure) -> list[str]:
    """Texts of the legend, which must lie within the figure."""
    figure.canvas.draw()
    (legend,) = figure.legends
    for text in legend.get_texts():
        box = text.get_window_extent()
        assert figure.bbox.x0 <= box.x0 < box.x1 <= figure.bbox.x1, text.get_text()
        assert figure.bbox.y0 <= box.y0 < box.y1 <= figure.bbox.y1, text.get_text()
    return [text.get_text() for text in legend.get_texts()]


@pytest.mark.parametrize("n_variants", [1, 2, 5, 6, 8])
def test_variants_legend_is_on_the_page(n_variants: int) -> None:
    names = [f"variant_{n}" for n in range(n_variants)]
    folds = pd.DataFrame(
        [(name, fold, 0.5, 0.7) for name in names for fold in ("A1,2", "A3,4")],
        columns=["variant", "fold", "accuracy", "published"],
    )
    summary = pd.DataFrame({"variant": names, "label": names, "accuracy": 0.5, "low": 0.4,
                            "high": 0.6, "chance": 0.125})  # fmt: skip
    assert legend_texts(draw_variants(folds, summary))[-1] == "published, same actors"


@pytest.mark.parametrize("sets", [("a",), ("a", "va"), ("v", "a", "va")])
def test_embedding_names_every_emotion_on_the_page(sets: tuple[str, ...]) -> None:
    rows = [(one, emotion, *np.eye(8)[n, :2]) for one in sets for n, emotion in enumerate(EMOTIONS)]
    figure = draw_embedding(pd.DataFrame(rows, columns=["set", "label", "x", "y"]))
    assert legend_texts(figure) == list(EMOTIONS)
