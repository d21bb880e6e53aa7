"""File names of RAVDESS, CREMA-D and GRID."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossmodal.contracts.errors import InputError
from crossmodal.stimuli.naming import PARSERS, parse_auto, parse_cremad, parse_grid, parse_ravdess


def test_a_ravdess_name_is_read_field_by_field() -> None:
    name = parse_ravdess("Actor_12/02-01-06-01-02-01-12.mp4")  # the release's own example
    assert name.stimulus_id == "02-01-06-01-02-01-12"
    assert (name.modality, name.channel) == ("video", "speech")
    assert (name.emotion, name.intensity, name.sentence) == ("fearful", "normal", "dogs")
    assert (name.repetition, name.identity, name.gender) == ("01", "12", "female")


def test_every_ravdess_emotion_has_its_own_label() -> None:
    names = [parse_ravdess(f"01-01-{code:02d}-01-01-01-01.mp4") for code in range(1, 9)]
    labels = "neutral calm happy sad angry fearful disgust surprised"
    assert " ".join(name.emotion for name in names) == labels


def test_odd_actors_are_men() -> None:
    genders = [parse_ravdess(f"01-01-01-01-01-01-{a:02d}.mp4").gender for a in range(1, 25)]
    assert genders == ["male", "female"] * 12


@pytest.mark.parametrize(
    ("stem", "complaint"),
    [
        ("01-01-06-01-02-01", "file name: expected modality-channel-emotion-.*got 6 fields"),
        ("04-01-06-01-02-01-12", "file name: modality: .*got '04'"),
        ("01-03-06-01-02-01-12", "file name: channel: .*got '03'"),
        ("01-01-09-01-02-01-12", "file name: emotion: .*got '09'"),
        ("01-01-06-03-02-01-12", "file name: intensity: .*got '03'"),
        ("01-01-06-01-03-01-12", "file name: statement: .*got '03'"),
        ("01-01-06-01-02-03-12", "file name: repetition: .*got '03'"),
        ("01-01-06-01-02-01-25", "file name: actor: expected 01–24, got '25'"),
        ("01-01-01-02-02-01-12", "file name: intensity: .*neutral has no strong"),
    ],
)
def test_a_wrong_ravdess_field_is_named(stem: str, complaint: str) -> None:
    with pytest.raises(InputError, match=rf"x/{stem}\.mp4: {complaint}"):
        parse_ravdess(f"x/{stem}.mp4")


def test_a_cremad_name_is_read_field_by_field() -> None:
    name = parse_cremad("cremad/1001_IEO_ANG_HI.flv")
    assert (name.identity, name.sentence, name.emotion) == ("1001", "ieo", "angry")
    assert (name.intensity, name.modality, name.gender) == ("strong", "audio-visual", "n/a")
    assert parse_cremad("1001_DFA_NEU_XX.wav").modality == "audio"


@pytest.mark.parametrize(
    ("stem", "complaint"),
    [
        ("1001_DFA_ANG", "got 3 fields"),
        ("2001_DFA_ANG_XX", "file name: actor: .*got '2001'"),
        ("1001_XYZ_ANG_XX", "file name: sentence: .*got 'XYZ'"),
        ("1001_DFA_JOY_XX", "file name: emotion: .*got 'JOY'"),
        ("1001_DFA_ANG_XL", "file name: level: .*got 'XL'"),
    ],
)
def test_a_wrong_cremad_field_is_named(stem: str, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        parse_cremad(f"{stem}.flv")


def test_a_grid_name_has_a_sentence_and_the_talker_of_its_folder() -> None:
    name = parse_grid("grid/s7/bbaf2n.mpg")
    assert (name.sentence, name.identity, name.emotion) == ("bbaf2n", "s7", "n/a")
    assert parse_grid("grid/bbaf2n.mpg").identity == "unknown"


@pytest.mark.parametrize(
    ("stem", "complaint"),
    [("bbaf2", "six characters, got 5"), ("xbaf2n", "command: .*got 'x'"), ("bbaw2n", "letter")],
)
def test_a_wrong_grid_character_is_named(stem: str, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        parse_grid(f"{stem}.mpg")


def test_auto_tells_the_conventions_apart() -> None:
    names = ["01-01-06-01-02-01-12.mp4", "1001_DFA_ANG_XX.flv", "bbaf2n.mpg"]
    assert [parse_auto(name).identity for name in names] == ["12", "1001", "unknown"]


@given(st.sampled_from(sorted(PARSERS)), st.text("0123456789-_abAN", max_size=25))
def test_any_other_text_is_an_input_error_not_a_crash(naming: str, stem: str) -> None:
    complaint = None
    try:
        assert PARSERS[naming](f"{stem}.mp4").stimulus_id == stem
    except InputError as error:
        complaint = str(error)
    assert complaint is None or complaint.startswith(f"{stem}.mp4: file name")


def test_all_names_of_the_release_parse_to_different_labels() -> None:
    codes = product(("01",), ("01",), ("03", "05"), ("01", "02"), ("01", "02"), ("01", "02"))
    names = {parse_ravdess("-".join((*code, "07")) + ".mp4") for code in codes}
    labels = {(n.emotion, n.intensity, n.sentence, n.repetition) for n in names}
    assert len(labels) == 16
