"""A starter config holds what was found in the folders, and the check accepts it."""

import re
from pathlib import Path

import numpy as np
import pytest
import soundfile
import yaml

from crossmodal import cli
from crossmodal.commands.found_clips import find_clips
from crossmodal.commands.found_scans import find_scans
from crossmodal.commands.starter import scalar
from crossmodal.contracts.errors import InputError
from crossmodal.study.reading import read_document
from tests.unit.bold_data import CONDITIONS, write_bids, write_events

EMOTIONS = {"01": "neutral", "03": "happy", "05": "angry"}


def write_voices(folder: Path, actors: range, repetitions: tuple[str, ...] = ("01", "02")) -> Path:
    """Recordings with RAVDESS names."""
    folder.mkdir(parents=True, exist_ok=True)
    for actor in actors:
        for emotion in EMOTIONS:
            for sentence in ("01", "02"):
                for repetition in repetitions:
                    name = f"03-01-{emotion}-01-{sentence}-{repetition}-{actor:02d}"
                    noise = np.random.default_rng(actor).normal(0, 0.1, 16000)
                    soundfile.write(folder / f"{name}.wav", noise, 16000)
    return folder


@pytest.fixture
def starter(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Runs init, then check on what it printed; gives the text and its values."""

    def run(*arguments: object) -> tuple[str, dict]:
        code = cli.main(["init", *map(str, arguments)])
        text = capsys.readouterr()
        assert (code, text.err) == (0, "")
        path = tmp_path / "mine.yaml"
        path.write_text(text.out)
        assert cli.main(["check", "--config", str(path)]) == 0, capsys.readouterr().out
        return text.out, yaml.safe_load(text.out)

    return run


def test_recordings_of_many_actors_make_a_network_study(tmp_path: Path, starter) -> None:
    folder = write_voices(tmp_path / "my voices", range(1, 9))
    text, values = starter("--clips", folder)
    assert values["study"]["name"] == "my-voices"
    stimuli = values["stimuli"]
    assert (stimuli["naming"], stimuli["modalities"]) == ("ravdess", ["audio"])
    assert stimuli["clips_dir"] == str(folder)
    assert "96 clips" in text
    assert stimuli["study"]["actors"] == ["01", "02"]
    assert "angry, happy, neutral" in text
    assert values["families"]["cross_channel"]["regimes"] == ["emotion", "identity"]
    assert values["models"]["labels"] == ["emotion", "identity", "gender", "sentence"]


def test_too_few_actors_leave_the_network_as_a_comment(tmp_path: Path, starter) -> None:
    text, values = starter("--clips", write_voices(tmp_path / "two", range(7, 9)))
    assert "families" not in values
    assert "#   cross_channel:" in text
    assert "# not yet: " in text
    assert values["stimuli"]["study"]["actors"] is None


def test_scans_alone_wait_for_models(tmp_path: Path, starter) -> None:
    folder = write_bids(tmp_path / "bids", ("01", "02"))
    text, values = starter("--bids", folder)
    assert values["scans"] | {"events": None} == {
        "bids_dir": str(folder), "fmriprep_dir": None, "task": "x", "participants": None,
        "space": "MNI152NLin2009aSym", "events": None,
    }  # fmt: skip
    assert values["scans"]["events"] == {"condition_column": "trial_type"}
    assert "4 run(s) of 2 participant(s); first run: 40 volumes, TR 2 s" in text
    assert f"# rows: {', '.join(CONDITIONS)}" in text.replace("\n", " ")
    assert "# searchlight:" in text


def test_scans_of_the_clips_are_compared_with_them(tmp_path: Path, starter) -> None:
    clips = write_voices(tmp_path / "clips", range(1, 3), ("01",))
    ids = [path.stem for path in sorted(clips.glob("*.wav"))]
    bids = write_bids(tmp_path / "bids", ("01",), n_volumes=60)
    for path in bids.rglob("*_events.tsv"):
        rows = [(4 + 6 * i, 2.0, "clip", name) for i, name in enumerate(ids)]
        write_events(path, rows, ("onset", "duration", "trial_type", "shown"))
    text, values = starter("--clips", clips, "--bids", bids)
    assert values["scans"]["events"]["condition_column"] == "shown"
    assert values["searchlight"] == {"radius_mm": 9.0}
    assert values["group"] == {"test": "condition_permutation"}
    assert "# one participant" in text


def test_scans_that_show_other_things_stay_a_comment(tmp_path: Path, starter) -> None:
    clips = write_voices(tmp_path / "clips", range(1, 3))
    text, values = starter("--clips", clips, "--bids", write_bids(tmp_path / "bids"))
    assert "scans" not in values
    assert "# scans: # 2 run(s) of 1 participant(s)" in text


def test_participants_whose_runs_cannot_be_used_are_left_out(tmp_path: Path, starter) -> None:
    folder = write_bids(tmp_path / "bids", ("01", "02", "03"))
    for path in (folder / "sub-02").rglob("*_events.tsv"):
        path.unlink()
    text, values = starter("--bids", folder)
    assert values["scans"]["participants"] == ["01", "03"]
    assert "# sub-02 is left out: " in text


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ([], "expected a folder: crossmodal init --clips DIR --bids DIR > my.yaml, got none"),
        (["--clips", "none"], "none: .* expected a folder of clips, got no such folder"),
        (["--bids", "."], "--bids: expected BOLD runs .*, got none"),
    ],
)
def test_nothing_to_find(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys, arguments: list[str], match: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(["init", *arguments]) == 2
    assert re.search(match, capsys.readouterr().err)


def test_names_of_no_convention(tmp_path: Path) -> None:
    write_voices(tmp_path, range(1, 2))
    for path in tmp_path.glob("*.wav"):
        path.rename(path.with_name(path.name.replace("-", "x")))
    with pytest.raises(InputError, match="--clips: expected file names of one of"):
        find_clips(str(tmp_path))


def test_no_run_that_can_be_used(tmp_path: Path) -> None:
    folder = write_bids(tmp_path)
    for path in folder.rglob("*_events.tsv"):
        path.unlink()
    with pytest.raises(InputError, match="--bids: expected runs that can be used, got .*events"):
        find_scans(str(folder))


@pytest.mark.parametrize("text", ["01", "no", "12:30", "2021-01-01", "08", "a b", "~", "x: y", "é"])
def test_texts_are_written_so_that_yaml_reads_them_back(text: str) -> None:
    assert read_document("c.yaml", f"a: [{scalar(text)}]").values == {"a": [text]}


@pytest.mark.parametrize("name", ["cremad", "grid", "ravdess_video", "ravdess_speech_48k"])
def test_real_clips(shared: Path, name: str, starter) -> None:
    _, values = starter("--clips", shared / "data" / name)
    assert values["stimuli"]["naming"] == name.split("_")[0]


def test_a_real_data_set(shared: Path, starter) -> None:
    _, values = starter("--bids", shared / "data/studyforrest")
    assert values["scans"]["task"] == "oneback"
