"""The study set and the pool, by the numbers that the published design gives."""

from itertools import product
from pathlib import Path

import pytest

from crossmodal.contracts.errors import InputError
from crossmodal.stimuli.naming import parse_ravdess
from crossmodal.stimuli.selection import Pool, StudySet, find_media, select
from crossmodal.stimuli.table import stimulus_table

SIX = ["neutral", "happy", "angry", "fearful", "disgust", "surprised"]
STUDY = StudySet(["01", "02", "03", "04", "05", "06"], SIX, "strong", ["01"])


def release(modality: str = "01") -> list[str]:
    """All 1,440 speech clips of one modality."""
    codes = product(range(1, 9), (1, 2), (1, 2), (1, 2), range(1, 25))
    return [
        f"Actor_{a:02d}/{modality}-01-{e:02d}-{i:02d}-{s:02d}-{r:02d}-{a:02d}.mp4"
        for e, i, s, r, a in codes
        if (e, i) != (1, 2)
    ]


def test_the_release_gives_72_study_clips_and_792_for_the_pool() -> None:
    assert len(release()) == 1440
    selection = select(release(), "ravdess", ["video", "audio"], STUDY, Pool("actors", SIX))
    assert len(selection.study) == 72
    assert len(selection.pool) == 792
    assert selection.study_actors == STUDY.actors
    assert selection.pool_actors == [f"{a:02d}" for a in range(7, 25)]


def test_the_study_design_within_the_pool_counts_432() -> None:
    # The published design with both repetitions: 18 actors x 6 emotions x 2 x 2.
    selection = select(release(), "ravdess", ["video", "audio"], STUDY, Pool("actors", SIX))
    assert sum(StudySet(None, SIX, "strong", None).has(name) for name in selection.pool) == 432


def test_excluding_stimuli_keeps_the_study_actors_other_clips() -> None:
    selection = select(release(), "ravdess", ["video", "audio"], STUDY, Pool("stimuli", SIX))
    assert len(selection.pool) == 24 * 44 - 72
    assert not {n.stimulus_id for n in selection.study} & {n.stimulus_id for n in selection.pool}


def test_sets_are_sorted_whatever_the_order_of_files() -> None:
    forward = select(release(), "ravdess", ["audio"], STUDY, Pool())
    backward = select(release()[::-1], "ravdess", ["audio"], STUDY, Pool())
    assert forward == backward
    ids = [name.stimulus_id for name in forward.study]
    assert ids == sorted(ids)


def test_one_of_several_modalities_is_taken() -> None:
    files = release("01") + release("02") + release("03")
    for modalities, label in (
        (["video", "audio"], "audio-visual"),
        (["audio"], "audio"),
        (["video"], "video"),
    ):
        selection = select(files, "ravdess", modalities, STUDY, Pool())
        assert {name.modality for name in (*selection.study, *selection.pool)} == {label}


def test_audio_visual_clips_serve_where_there_are_no_recordings() -> None:
    assert len(select(release("01"), "ravdess", ["audio"], STUDY, None).study) == 72


def test_songs_are_left_out() -> None:
    songs = [path.replace("/01-01-", "/01-02-") for path in release()]
    assert len(select(songs + release(), "ravdess", ["video"], STUDY, None).study) == 72


def test_clips_of_one_actor_are_those_of_both_sets() -> None:
    selection = select(release(), "ravdess", ["video"], STUDY, Pool("stimuli", ["happy"]))
    mine = selection.of_actor("03")
    assert {name.identity for name in mine} == {"03"}
    assert len(mine) == 12 + 8 - 2


@pytest.mark.parametrize(
    ("naming", "study", "complaint"),
    [
        ("kdef", STUDY, "stimuli.naming: expected one of .*got 'kdef'"),
        ("ravdess", StudySet(emotions=["bored"]), "stimuli.study: .*got none"),
        ("ravdess", StudySet(["01", "77"]), r"stimuli.study.actors: .*none: \['77'\]"),
    ],
)
def test_impossible_choices_are_refused(naming: str, study: StudySet, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        select(release(), naming, ["video"], study, None)


def test_media_are_found_below_the_folder_and_other_files_ignored(tmp_path: Path) -> None:
    for name in ("Actor_02/b.MP4", "Actor_01/a.flac", "LICENSE.txt", "table.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    found = [str(Path(file).relative_to(tmp_path)) for file in find_media(str(tmp_path))]
    assert found == ["Actor_01/a.flac", "Actor_02/b.MP4"]


def test_a_missing_or_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="clips_dir: expected a folder of clips, got no such"):
        find_media(str(tmp_path / "nowhere"))
    with pytest.raises(InputError, match="clips_dir: expected files of type .mp4 .*got none"):
        find_media(str(tmp_path))


def test_the_table_holds_labels_and_no_machine_path() -> None:
    name = parse_ravdess("/data/of/mine/Actor_12/01-01-06-02-02-01-12.mp4")
    row = stimulus_table([name], {name.path: "0" * 64}, "study").frame.iloc[0]
    assert row.path == "Actor_12/01-01-06-02-02-01-12.mp4"
    assert (row.emotion, row.identity, row.sentence) == ("fearful", "12", "dogs")


def test_real_recordings_are_selected(shared: Path) -> None:
    files = find_media(str(shared / "data/ravdess_speech_16k"))
    selection = select(files, "ravdess", ["audio"], STUDY, Pool("actors", SIX))
    assert len(files) == 1200
    assert (len(selection.study), len(selection.pool)) == (72, 14 * 44)
