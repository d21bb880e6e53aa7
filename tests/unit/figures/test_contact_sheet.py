"""The contact sheet shows what is there and says what is missing."""

from collections.abc import Iterator

import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from crossmodal.contracts.clips import Clip
from crossmodal.figures.contact_sheet import (
    choose_spread,
    clip_label,
    draw_contact_sheet,
    spread_frames,
)


def clip(stimulus_id: str, with_video: bool = True, with_audio: bool = True) -> Clip:
    video = {
        "video_grey": np.zeros((20, 8, 8), np.uint8),
        "video_rgb": np.zeros((20, 8, 8, 3), np.uint8),
        "frame_rate_hz": 10.0,
        "face_box_px": np.zeros((20, 4), np.float32),
        "detection_score": np.where(np.arange(20) % 3, np.nan, 1.5).astype(np.float32),
    }
    audio = {
        "audio": np.zeros(16000, np.float32),
        "sample_rate_hz": 16000.0,
        "mel_power": np.random.default_rng(0).random((24, 20), np.float32),
    }
    return Clip(stimulus_id, **(video if with_video else {}), **(audio if with_audio else {}))


@pytest.fixture
def sheet() -> Iterator[Figure]:
    clips = [clip("whole"), clip("silent", with_audio=False), clip("blind", with_video=False)]
    yield draw_contact_sheet(clips, [c.stimulus_id for c in clips], 5, 2.0)
    plt.close("all")


def texts(figure: Figure) -> list[str]:
    return [t.get_text() for t in figure.findobj(plt.Text)]


def test_missing_modalities_are_said_to_be_missing(sheet: Figure) -> None:
    assert texts(sheet).count("no sound") == 1
    assert texts(sheet).count("no video") == 1


def test_every_clip_has_its_crops_and_mel_image(sheet: Figure) -> None:
    shapes = [axes.images[0].get_array().shape for axes in sheet.axes if axes.images]
    assert shapes.count((8, 8, 3)) == 2 * 5
    assert shapes.count((24, 20)) == 2


def test_crops_carry_time_and_score(sheet: Figure) -> None:
    assert any(text.startswith("0.0 s") and text.endswith("1.5") for text in texts(sheet))


def test_chosen_clips_span_the_set() -> None:
    ids = [f"{number:02d}" for number in range(72)]
    chosen = choose_spread(ids, 12)
    assert (len(chosen), chosen[0], chosen[-1]) == (12, "00", "71")
    assert len({int(number) % 6 for number in chosen}) == 6  # not one actor over and over
    assert choose_spread(ids[:3], 12) == ids[:3]


def test_frames_with_a_score_are_preferred() -> None:
    score = np.full(31, np.nan, np.float32)
    score[[0, 6, 12, 18, 24, 30]] = 1.0
    np.testing.assert_array_equal(spread_frames(score, 5), [0, 6, 12, 24, 30])


def test_a_label_leaves_out_what_the_name_does_not_tell() -> None:
    grid = {"emotion": "n/a", "intensity": "n/a", "identity": "unknown", "sentence": "bbaf2n"}
    assert clip_label("bbaf2n", grid) == "bbaf2n"
    full = {"emotion": "happy", "intensity": "strong", "identity": "03", "gender": "male"}
    assert clip_label("x", full | {"sentence": "dogs"}).splitlines() == [
        "x",
        "happy, strong",
        "actor 03, male",
        "“dogs”",
    ]
