"""Face tracks and crops, with detectors that are scripted and with the real one."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossmodal.contracts.errors import InputError
from crossmodal.simulate.faces_drawing import FacePainter
from crossmodal.simulate.faces_identity import draw_identity
from crossmodal.simulate.faces_motion import draw_motion
from crossmodal.stimuli.crops import crop_clip, crop_face, square_box, to_grey
from crossmodal.stimuli.detectors import in_squares, make_detector
from crossmodal.stimuli.extraction_config import FaceConfig
from crossmodal.stimuli.faces import choose_box, detect, fill_gaps, smooth_boxes, track_face
from crossmodal.stimuli.media import read_video


def config(**changes: object) -> FaceConfig:
    defaults = {
        "detector": "dlib",
        "weights": None,
        "anchors": None,
        "upsample": 1,
        "min_score": 0.0,
        "detection_height_px": 360,
        "detection_interval_s": 0.0,
        "smoothing_s": 0.0,
        "min_detected": 0.5,
        "margin": 0.2,
        "grey_px": 64,
        "rgb_px": 64,
    }
    return FaceConfig(**(defaults | changes))


def numbered_frames(n_frames: int, height_px: int = 40, width_px: int = 60) -> np.ndarray:
    """Frames whose every pixel is the frame's number."""
    frames = np.zeros((n_frames, height_px, width_px, 3), np.uint8)
    return frames + np.arange(n_frames, dtype=np.uint8)[:, None, None, None]


def finds(boxes: dict[int, list[tuple[float, ...]]]):
    """A detector that knows the faces by frame number."""
    return lambda image: np.array(boxes.get(int(image[0, 0, 0]), []), np.float32).reshape(-1, 5)


def test_boxes_between_examined_frames_are_interpolated_without_score() -> None:
    detector = finds({i: [(i, 0, i + 10, 10, 1.5)] for i in range(9)})
    track = track_face(numbered_frames(9), 8.0, detector, config(detection_interval_s=0.5), "clip")
    np.testing.assert_allclose(track.box_px[:, 0], np.arange(9), atol=1e-5)
    np.testing.assert_array_equal(np.isfinite(track.score), np.arange(9) % 4 == 0)
    assert track.detected == 1.0


def test_a_second_face_with_a_better_score_does_not_take_over() -> None:
    left, right = (0.0, 0.0, 10.0, 10.0, 1.0), (45.0, 0.0, 55.0, 10.0, 1.4)
    boxes = {i: [left, right] if i else [left] for i in range(5)}
    track = track_face(numbered_frames(5), 5.0, finds(boxes), config(), "clip")
    np.testing.assert_allclose(track.box_px[:, 0], 0)


def test_without_history_the_best_score_wins() -> None:
    found = np.array([[0, 0, 9, 9, 0.2], [20, 0, 29, 9, 0.9]], np.float32)
    assert choose_box(found, None)[0] == 20


def test_a_face_in_too_few_frames_is_refused() -> None:
    detector = finds({0: [(0, 0, 9, 9, 1.0)]})
    with pytest.raises(InputError, match=r"c\.mp4: face: expected found in at least 50% .*got 20%"):
        track_face(numbered_frames(5), 5.0, detector, config(), "c.mp4")


def test_no_face_at_all_is_refused_even_where_none_is_demanded() -> None:
    with pytest.raises(InputError, match="got 0%"):
        track_face(numbered_frames(5), 5.0, finds({}), config(min_detected=0.0), "c.mp4")


def test_boxes_found_in_a_shrunken_frame_are_in_the_frame_s_own_pixels() -> None:
    detector = finds({i: [(5, 5, 15, 15, 1.0)] for i in range(2)})
    track = track_face(
        numbered_frames(2, 160, 240), 2.0, detector, config(detection_height_px=80), "clip"
    )
    np.testing.assert_allclose(track.box_px[0], [10, 10, 30, 30])


def test_gaps_at_the_ends_keep_the_nearest_box() -> None:
    boxes = np.full((6, 4), np.nan)
    boxes[2], boxes[4] = 10, 20
    np.testing.assert_allclose(fill_gaps(boxes)[:, 0], [10, 10, 10, 15, 20, 20])


@given(st.floats(-50, 50), st.sampled_from([0.0, 0.3, 2.0, 30.0]))
def test_smoothing_keeps_a_box_that_stays_where_it_is(value: float, sd_frames: float) -> None:
    np.testing.assert_allclose(smooth_boxes(np.full((12, 4), value), sd_frames), value, atol=1e-9)


def test_smoothing_damps_jitter() -> None:
    jitter = np.random.default_rng(0).normal(size=(400, 4))
    # A Gaussian of SD s leaves white noise with variance 1 / (2 s sqrt(pi)).
    expected = 1 / (2 * 3 * np.sqrt(np.pi))
    assert smooth_boxes(jitter, 3.0).var() == pytest.approx(expected, rel=0.25)


def test_the_square_has_the_box_in_its_middle_and_the_margin_round_it() -> None:
    assert square_box(np.array([10, 20, 30, 60]), 0.25) == (-10, 10, 60)


def test_a_crop_is_the_image_inside_the_square() -> None:
    frame = np.random.default_rng(0).integers(0, 255, (50, 70, 3), dtype=np.uint8)
    crop = crop_face(frame, np.array([20, 10, 36, 26]), 0.0, 16)
    np.testing.assert_array_equal(crop, frame[10:26, 20:36])


@pytest.mark.parametrize("box", [(-8, -8, 8, 8), (60, 40, 90, 70), (-20, -20, 90, 90)])
def test_a_crop_beyond_the_frame_repeats_its_border(box: tuple[int, ...]) -> None:
    frame = np.full((50, 70, 3), 77, np.uint8)
    crop = crop_face(frame, np.array(box), 0.1, 32)
    assert crop.shape == (32, 32, 3)
    assert (crop == 77).all()


def test_grey_crops_are_luma() -> None:
    crops = np.random.default_rng(0).integers(0, 255, (2, 8, 8, 3), dtype=np.uint8)
    luma = crops @ np.array([0.299, 0.587, 0.114])  # ITU-R BT.601
    np.testing.assert_allclose(to_grey(crops), luma, atol=0.6)


def drawn_face(emotion: str = "happy", actor: int = 3, n_frames: int = 6) -> np.ndarray:
    painter = FacePainter(draw_identity(actor, 7), 320, 180)
    motion = draw_motion(emotion, np.arange(n_frames) / 3, np.random.default_rng(1))
    return np.stack([painter.paint(motion, index) for index in range(n_frames)])


def test_dlib_finds_a_drawn_face_where_it_was_drawn() -> None:
    frames = drawn_face()
    track = track_face(frames, 3.0, make_detector(config()), config(), "drawn")
    assert track.detected == 1.0
    assert (track.score > 0).all()
    middle = (track.box_px[:, :2] + track.box_px[:, 2:]) / 2
    np.testing.assert_allclose(middle, [[160, 100]] * len(frames), atol=16)
    crops = crop_clip(frames, track.box_px, 0.2, 64)
    assert crops.shape == (6, 64, 64, 3)


@pytest.mark.slow  # imports PyTorch
def test_boxes_equal_those_of_face_alignment_s_dlib_detector() -> None:
    dlib_detector = pytest.importorskip("face_alignment.detection.dlib")
    frame = cv2.resize(drawn_face()[3], (640, 360))
    with pytest.warns(UserWarning, match="deprecated"):
        reference = dlib_detector.FaceDetector("cpu").detect_from_image(frame)
    ours = make_detector(config(upsample=0))(frame)
    np.testing.assert_array_equal(ours[:, :4], np.array(reference))


@pytest.mark.slow  # imports PyTorch
def test_blazeface_agrees_with_dlib_on_a_real_face(shared: Path) -> None:
    weights = shared / "data/weights"
    blaze = config(
        detector="blazeface",
        weights=str(weights / "blazeface.pth"),
        anchors=str(weights / "anchors.npy"),
        min_score=0.5,
    )
    frame = read_video(shared / "data/cremad/1001_DFA_ANG_XX.flv").frames[30]
    boxes = [make_detector(c)(frame)[0] for c in (config(), blaze)]
    left, top = np.maximum(boxes[0][:2], boxes[1][:2])
    right, bottom = np.minimum(boxes[0][2:4], boxes[1][2:4])
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in boxes]
    shared_area = max(0, right - left) * max(0, bottom - top)
    assert shared_area / (sum(areas) - shared_area) > 0.5


def finds_white(image: np.ndarray) -> np.ndarray:
    """A detector for square images: the box of what is white, scored by its share of the area."""
    assert image.shape[0] == image.shape[1]
    rows, columns = np.nonzero(image[..., 0] == 255)
    if not len(rows):
        return np.empty((0, 5), np.float32)
    box = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    return np.array([[*box, len(rows) / len(image) ** 2]], np.float32)


@pytest.mark.parametrize("shape", [(90, 160), (160, 90), (60, 200), (100, 100), (75, 100)])
@pytest.mark.parametrize("place", [0.0, 0.31, 0.5, 0.77, 1.0])
def test_a_square_detector_finds_a_face_anywhere_once(shape: tuple[int, int], place: float) -> None:
    image = np.zeros((*shape, 3), np.uint8)
    top, left = (round(place * (side - 20)) for side in shape)
    image[top : top + 20, left : left + 20] = 255
    ((*box, score),) = in_squares(image, finds_white)
    assert box == [left, top, left + 20, top + 20]
    assert score == pytest.approx(400 / min(shape) ** 2)  # as large as the image's height allows


@pytest.mark.slow  # imports PyTorch
@pytest.mark.parametrize("left", [0, 200, 800])
def test_blazeface_finds_a_face_at_the_side_of_a_wide_frame(shared: Path, left: int) -> None:
    weights = shared / "data/weights"
    files = {"weights": str(weights / "blazeface.pth"), "anchors": str(weights / "anchors.npy")}
    wide = np.full((720, 1280, 3), 90, np.uint8)
    wide[180:540, left : left + 480] = read_video(shared / "data/cremad/1001_DFA_ANG_XX.flv")[30]
    finder = make_detector(config(detector="blazeface", min_score=0.5, **files))
    ((*box, _),) = detect(wide, finder, 360)
    np.testing.assert_allclose(np.array(box) - [left, 180] * 2, [164, 97, 269, 202], atol=12)


def test_an_unknown_detector_is_refused() -> None:
    with pytest.raises(InputError, match="detector: expected one of .*got 'haar'"):
        config(detector="haar")


def test_missing_weights_are_named() -> None:
    with pytest.raises(InputError, match="no.pth: stimuli.face.weights: expected a file"):
        make_detector(config(detector="sfd", weights="no.pth"))
