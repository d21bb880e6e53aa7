"""What mrpn and affect3d would refuse after hours is found by ``make check``."""

import os
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from safetensors.torch import save_file

from crossmodal.families.mrpn.resnet import build_extractor
from crossmodal.simulate.encoding import write_mp4
from crossmodal.study.checks.data import data_problems
from crossmodal.study.checks.families import families, family_names
from crossmodal.study.checks.family_files import family_problems
from crossmodal.study.overlay import Layers
from crossmodal.study.validate import build_study, load_study
from tests.studies import values_of

N_FRAMES = 20
STUDY, POOL = ("01", "02", "03", "04", "05", "06"), ("07", "08", "09", "10")


@pytest.fixture
def config(root: Path, tmp_path: Path) -> dict[str, Any]:
    """The mini-study's families on eight actors' own clips, 20 frames at 10 Hz each."""
    config = values_of(root / "config/config.yaml")
    for block in ("simulate", "scans", "searchlight", "group", "roi"):
        config.pop(block)
    clips = tmp_path / "clips"
    frames = np.zeros((N_FRAMES, 64, 96, 3), np.uint8)
    first = clips / "01-01-03-02-01-01-01.mp4"
    clips.mkdir()
    write_mp4(first, iter(frames), 10, np.zeros(96_000))
    for actor in (*STUDY, *POOL):
        for emotion in ("03", "05"):
            path = clips / f"01-01-{emotion}-02-01-01-{actor}.mp4"
            if path != first:
                os.link(first, path)
    config["stimuli"] |= {"clips_dir": str(clips)}
    config["stimuli"]["study"] |= {"actors": list(STUDY), "emotions": ["happy", "angry"]}
    config["stimuli"]["pool"] |= {"emotions": ["happy", "angry"]}
    config["families"].pop("cross_channel")
    config["families"]["affect3d"] |= {"labels": "frames", "labels_dir": str(tmp_path / "labels")}
    (tmp_path / "labels").mkdir()
    for actor in (*STUDY, *POOL):
        write_labels(tmp_path / "labels", actor, N_FRAMES)
    return config


def write_labels(folder: Path, actor: str, n_frames: int, value: float = 0.5) -> None:
    rows = [
        {"stimulus_id": f"01-01-{e}-02-01-01-{actor}", "frame": i, "valence": value, "arousal": 0}
        for e in ("03", "05")
        for i in range(n_frames)
    ]
    pd.DataFrame(rows).to_csv(folder / f"actor-{actor}.csv", index=False)


def messages(config: dict[str, Any]) -> str:
    study = build_study(config)
    found = [*families(study), *family_names(study), *family_problems(study)]
    return "\n".join(map(str, found))


def test_good_data_have_no_problem(config: dict[str, Any]) -> None:
    assert messages(config) == ""


@pytest.mark.parametrize("name", ["config", "test", "ravdess", "mrpn_mini", "mrpn_voices"])
def test_shipped_configs_have_no_problem(root: Path, monkeypatch, name: str) -> None:
    monkeypatch.chdir(root)
    study = load_study(f"config/{name}.yaml")
    assert [*families(study), *family_problems(study)] == []


def change(config: dict[str, Any], path: str, value: object) -> None:
    *blocks, last = path.split(".")
    for name in blocks:
        config = config[name]
    config[last] = value


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("families.mrpn.n_folds", 4, "n_folds: female actors: expected at least 4.* got 3"),
        ("families.mrpn.n_validation_folds", 2, "n_folds: expected actors left for training"),
        ("stimuli.study.actors", ["01", "03"], "female actors: expected at least 3.* got 0"),
        ("families.mrpn.weights.video", "none.pth", "none.pth: .*: expected a file of weights"),
        ("stimuli.modalities", ["video"], r"inputs.modalities: expected some of .* got \['audio'"),
        ("families.mrpn.inputs.modalities", ["audio"], "expected video for variant n"),
        ("stimuli.pool", None, "stimuli.pool: expected a pool to train affect3d on"),
        ("families.affect3d.labels_dir", None, "labels_dir: expected a folder"),
        ("families.affect3d.labels_dir", "nowhere", "actor-01.csv"),
        ("families.affect3d.training.frame_rate_hz", 5, "at least 16 at 5.0 Hz, got 10"),
    ],
)
def test_each_problem_is_found(config: dict[str, Any], path: str, value: object, message: str):
    change(config, path, value)
    assert re.search(message, messages(config)), messages(config)


def test_the_noisy_modality_and_its_variants_are_looked_at(config: dict[str, Any]) -> None:
    mrpn = config["families"]["mrpn"]
    mrpn["inputs"]["modalities"] = ["video"]
    mrpn |= {"variants": ["video_t"], "rdm_variant": "video_t"}
    assert messages(config) == ""
    mrpn["interference"] = {"modality": "audio", "variants": ["n0", "n1"]}
    assert "expected audio, which is made noisy, got ['video']" in messages(config)
    assert "expected audio for variant n0, got ['video']" in messages(config)


def test_affect3d_needs_pictures(config: dict[str, Any]) -> None:
    config["stimuli"]["modalities"] = ["audio"]
    assert "stimuli.modalities: expected video, for affect3d, got ['audio']" in messages(config)


def test_actors_of_unknown_gender_ask_for_a_table(config: dict[str, Any], tmp_path: Path) -> None:
    for path in (tmp_path / "clips").iterdir():
        actor = 1000 + int(path.stem[-2:])
        path.rename(path.with_name(f"{actor}_DFA_{'HAP' if '-03-' in path.name else 'ANG'}_HI.mp4"))
    config["stimuli"]["naming"] = "cremad"
    config["stimuli"]["study"]["actors"] = ["1001", "1002"]
    assert "stimuli.demographics: expected a table" in messages(config)
    assert "got none of ['1001', '1002']" in messages(config)


def test_too_few_actors_of_a_gender_in_the_pool(config: dict[str, Any], tmp_path: Path) -> None:
    for clip in (tmp_path / "clips").glob("*-10.mp4"):
        clip.unlink()
    assert "stimuli.pool: female actors: expected at least 2, got ['08']" in messages(config)


def test_weights_of_another_shape_name_the_layer(config: dict[str, Any], tmp_path: Path) -> None:
    save_file(build_extractor(3, 0.5).state_dict(), tmp_path / "half.safetensors")
    config["families"]["mrpn"]["weights"]["video"] = str(tmp_path / "half.safetensors")
    assert "half.safetensors: layer conv1.weight: expected shape" in messages(config)


def test_every_actor_s_labels_are_read(config: dict[str, Any], tmp_path: Path) -> None:
    write_labels(tmp_path / "labels", "02", N_FRAMES - 1)
    write_labels(tmp_path / "labels", "03", N_FRAMES, value=1.5)
    (tmp_path / "labels/actor-07.csv").unlink()
    found = messages(config)
    assert "actor-02.csv: 01-01-03-02-01-01-02: expected labels of 20 frames, got 19" in found
    assert "actor-03.csv: 01-01-03-02-01-01-03, frame 0, valence: expected a value in" in found
    assert "actor-07.csv" in found
    assert len(found.splitlines()) == 4  # two clips of actor 02


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("happy\tany\t0.9\t0.5\t", "happy, any, source: expected where the numbers are from"),
        ("happy\tany\t1.9\t0.5\tx", r"happy, any: expected values in \[-1, 1\]"),
        ("sad\tany\t0.9\t0.5\tx", r"emotion: expected some of \['angry', 'happy'\]"),
    ],
)
def test_circumplex_tables(config: dict[str, Any], tmp_path: Path, row: str, message: str) -> None:
    table = tmp_path / "circumplex.tsv"
    table.write_text(f"emotion\tintensity\tvalence\tarousal\tsource\n{row}\n")
    config["families"]["affect3d"] |= {"labels": "circumplex", "circumplex": str(table)}
    assert re.search(message, messages(config)), messages(config)


def test_the_check_asks_here_too(config: dict[str, Any], monkeypatch, root: Path) -> None:
    """Black clips have no face; the families' problems stand beside that."""
    monkeypatch.chdir(root)
    config["families"]["mrpn"]["n_folds"] = 4
    fields: list[str] = [
        str(problem.field) for problem in data_problems(build_study(config), Layers(config))
    ]
    assert any(field.startswith("families.mrpn.n_folds") for field in fields)
    assert any("face" in field for field in fields)
