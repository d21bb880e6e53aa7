"""The study set and the pool, by the numbers that the published design gives."""

from itertools import product
from pathlib import Path

import pytest

from crossmodal.contracts.errors import InputError
from crossmodal.stimuli.naming import parse_cremad, parse_grid, parse_ravdess
from crossmodal.stimuli.selection import (
    Pool,
    Sets,
    StudySet,
    Voices,
    choose,
    find_media,
    select,
)
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
    assert selection.study_actors == list(STUDY.actors)
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
        (
            "ravdess",
            StudySet(emotions=["bored"]),
            "study.emotions: .*'calm'.*got 'bored', which none",
        ),
        ("ravdess", StudySet(["01", "77"]), "study.actors: .*'24'.*got '77', which none has"),
        ("ravdess", StudySet(intensity="high"), "study.intensity: .*'strong'.*got 'high', which"),
        ("ravdess", StudySet(repetitions=["1"]), "study.repetitions: .*'01', '02'.*got '1', which"),
        ("ravdess", StudySet(labels={"mood": "x"}), "study.mood: .*'actor'.*got no such column"),
        (
            "ravdess",
            StudySet(emotions=["neutral", "sad"], labels={"gender": "male"}, actors=["02"]),
            "stimuli.study: expected at least one clip that fits, got none",
        ),
        (
            "ravdess",
            StudySet(["01", "02"], SIX, "strong", labels={"gender": "male"}),
            r"study.actors: expected clips of every word together .*got none: \['02'\]",
        ),
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


def test_each_word_of_each_set_that_no_clip_has_is_an_error() -> None:
    names = [parse_ravdess(path) for path in release()]
    six = ["neutral", "happy", "anger", "fear", "disgust", "surprise"]
    sets = Sets(
        StudySet(["01", "1"], six, "high", ["01", "03"]),
        Pool("actors", ["joy"], ["normal", "high"]),
        Voices(["calm", "Calm"], ["n/a"]),
    )
    problems, _ = choose(names, ["video"], sets)
    words = [p for p in problems if "which none has" in p.got]
    wrong = [(p.field.removeprefix("stimuli."), p.got.split("'")[1]) for p in words]
    assert wrong == [
        *[("study.actors", "1"), ("study.emotions", "anger"), ("study.emotions", "fear")],
        *[("study.emotions", "surprise"), ("study.intensity", "high"), ("study.repetitions", "03")],
        *[("pool.emotions", "joy"), ("pool.intensities", "high")],
        *[("voices.emotions", "Calm"), ("voices.intensities", "n/a")],
    ]
    assert "'surprised'" in problems[3].expected


def test_a_word_that_no_clip_has_says_the_nearest_of_very_many() -> None:
    names = [parse_cremad(f"{actor}_DFA_ANG_XX.flv") for actor in range(1001, 1092)]
    (problem, _), _ = choose(names, ["video"], Sets(StudySet(["1191"])))
    assert problem.expected.startswith("a word that clips have: '1091'? ['1001', ")
    assert problem.expected.endswith("and 51 more")


def test_expressions_over_columns_select_as_the_older_keys_do() -> None:
    old = StudySet(["01", "02"], SIX, "strong", ["01"])
    columns = {"actor": ["01", "02"], "emotion": SIX, "intensity": "strong", "repetition": "01"}
    new = StudySet.of(columns)
    names = [parse_ravdess(path) for path in release()]
    assert [old.has(name) for name in names] == [new.has(name) for name in names]
    assert sum(map(new.has, names)) == 24
    assert Pool.of({"exclude": "stimuli", "sentence": "kids"}).exclude == "stimuli"


def test_folders_that_are_linked_are_followed_and_each_is_visited_once(tmp_path: Path) -> None:
    for name in ("elsewhere/Actor_02/b.WAV", "clips/z/Actor_01/a.wav", "clips/z/c.Mp3"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    clips = tmp_path / "clips"
    (clips / "Actor_02").symlink_to(tmp_path / "elsewhere/Actor_02")
    (clips / "again").symlink_to(clips / "z")  # there already, and earlier in the alphabet
    (clips / "z/loop").symlink_to(clips)
    (clips / "z/d.wav").symlink_to(tmp_path / "elsewhere/Actor_02/b.WAV")
    (clips / "z/._a.wav").touch()  # what macOS leaves beside a file
    found = [str(Path(file).relative_to(clips)) for file in find_media(str(clips))]
    assert found == ["Actor_02/b.WAV", "z/Actor_01/a.wav", "z/c.Mp3", "z/d.wav"]


FILMS = "mp4 m4v mov mkv avi flv mpg mpeg webm wmv 3gp mts m2ts".split()  # noqa: SIM905
SOUNDS = "wav flac mp3 m4a ogg opus aac aif aiff".split()  # noqa: SIM905


@pytest.mark.parametrize("suffix", FILMS)
def test_films_are_films_in_any_case(suffix: str, tmp_path: Path) -> None:
    for name in (f"1001_DFA_ANG_XX.{suffix}", f"1002_DFA_ANG_XX.{suffix.upper()}"):
        (tmp_path / name).touch()
        assert parse_cremad(name).modality == "audio-visual"
    assert len(find_media(str(tmp_path))) == 2


@pytest.mark.parametrize("suffix", SOUNDS)
def test_recordings_are_recordings_in_any_case(suffix: str, tmp_path: Path) -> None:
    for name in (f"1001_DFA_ANG_XX.{suffix}", f"1002_DFA_ANG_XX.{suffix.upper()}"):
        (tmp_path / name).touch()
        assert parse_cremad(name).modality == "audio"
        assert parse_grid(f"s1/bbaf2n.{suffix.upper()}").modality == "audio"
    assert len(find_media(str(tmp_path))) == 2


def test_an_actor_who_has_films_only_serves_in_a_study_of_sound() -> None:
    files = [p for p in release("03") if "Actor_05" not in p] + release("01")
    selection = select(files, "ravdess", ["audio"], STUDY, None)
    assert {n.modality for n in selection.study if n.identity == "05"} == {"audio-visual"}
    assert {n.modality for n in selection.study if n.identity != "05"} == {"audio"}
    assert len(selection.study) == 72


def test_recordings_beside_films_do_not_count_as_films() -> None:
    files = ["1001_DFA_ANG_XX.flv", "1001_DFA_ANG_XX.WAV", "1001_DFA_HAP_XX.flac"]
    selection = select(files, "cremad", ["video", "audio"], StudySet(), None)
    assert [name.path for name in selection.study] == ["1001_DFA_ANG_XX.flv"]
    assert selection.left_out["1001_DFA_ANG_XX.WAV"].startswith("the same take")
    assert selection.left_out["1001_DFA_HAP_XX.flac"] == "audio only"


def test_two_clips_of_one_id_are_named_both() -> None:
    files = [*release(), "copy/Actor_03/01-01-03-02-01-01-03.mp4", "01-01-05-02-01-01-02.wav"]
    names = [parse_ravdess(path) for path in files]
    problems, _ = choose(names, ["video", "audio"], Sets(STUDY))
    assert [(p.file, p.got) for p in problems] == [
        (files[-2], "the id of Actor_03/01-01-03-02-01-01-03.mp4"),
        (files[-1], "the id of Actor_02/01-01-05-02-01-01-02.mp4"),
    ]
    with pytest.raises(InputError, match="expected an id of its own, not '01-01-03-02-01-01-03'"):
        select(files, "ravdess", ["video", "audio"], STUDY, None)


@pytest.mark.parametrize(
    ("folder", "talker"),
    [
        *[("s1", "s1"), ("S3", "s3"), ("Talker1", "s1"), ("talker_12", "s12")],
        *[("s4_processed", "s4"), ("s5.mpg_vcd", "s5"), ("s07", "s7"), ("Speaker 34", "s34")],
        *[("s1x", "unknown"), ("sentences", "unknown"), ("s123", "unknown"), (".", "unknown")],
    ],
)
def test_the_talker_is_read_from_the_folder(folder: str, talker: str) -> None:
    name = parse_grid(f"grid/{folder}/bbaf2n.mpg")
    assert name.identity == talker
    assert name.stimulus_id == ("bbaf2n" if talker == "unknown" else f"{talker}_bbaf2n")


def test_two_talkers_with_one_sentence_are_two_clips() -> None:
    files = ["grid/s1/bbaf2n.mpg", "grid/s2/bbaf2n.mpg"]
    selection = select(files, "grid", ["video"], StudySet(), None)
    assert [name.stimulus_id for name in selection.study] == ["s1_bbaf2n", "s2_bbaf2n"]


def test_every_clip_is_taken_or_left_out_for_a_reason() -> None:
    songs = [path.replace("/01-01-", "/01-02-") for path in release()[:3]]
    files = release("01") + release("02") + songs
    selection = select(files, "ravdess", ["video", "audio"], STUDY, Pool("actors", SIX))
    assert sorted([*(n.path for n in selection.clips), *selection.left_out]) == sorted(files)
    assert {reason: list(selection.left_out.values()).count(reason) for reason in
            sorted(set(selection.left_out.values()))} == {
        "a song": 3,
        "an actor of the study, kept out of the pool": 6 * 44 - 72,
        "in no set by its labels": 1440 - 6 * 44 - 18 * 44,
        "the same take is there in the modality wanted": 1440,
    }  # fmt: skip
