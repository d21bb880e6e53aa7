"""Tables of models and atlases: what check finds by opening them."""

from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pytest
import yaml

from crossmodal.study.checks import models, pairs
from crossmodal.study.checks.clips import clip_selection
from crossmodal.study.checks.data import find_problems
from crossmodal.study.checks.inference import inference, inference_names
from crossmodal.study.validate import build_study
from tests.studies import values_of
from tests.unit.bold_data import write_bids


def model_problems(values: dict[str, Any]) -> list:
    return models.model_problems(build_study(values))


def inference_problems(values: dict[str, Any]) -> list:
    study = build_study(values)
    return [*inference(study), *inference_names(study)]


@pytest.fixture
def study(root: Path, tmp_path: Path) -> dict[str, Any]:
    """A data set of conditions a, b and c with a table of models."""
    config = values_of(root / "config/localizer.yaml")
    write_bids(tmp_path / "bids", runs=("1",))
    events = {"condition_column": "trial_type", "ignore": [], "block_gap_s": None}
    config["scans"] |= {"bids_dir": str(tmp_path / "bids"), "task": "x", "events": events}
    config["models"]["tables"] = {"mine": str(tmp_path / "models.tsv")}
    config["group"] |= {"n_permutations": 50, "alpha": 0.4}
    return config


def found(study: dict[str, Any], text: str) -> list[str]:
    Path(study["models"]["tables"]["mine"]).write_text(text)
    return [str(problem) for problem in model_problems(study)]


def test_a_table_that_fits(study: dict[str, Any]) -> None:
    assert found(study, "condition\tsize\nb\t1\na\t2\nc\t5\n") == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("c\tm\na\t1\nb\t?\nc\t5\n", "m, b: expected numbers only"),
        ("c\tm\na\t1\nb\t2\nd\t5\n", "for each condition of the study ('c' …), got 1 without"),
        (
            "c\tm\na\t1\nb\t2\nc\t5\nd\t1\n",
            "only the study's 3 conditions ('a' …), got 1 more ('d'",
        ),
        ("c\tm\na\t1\nb\t1\nc\t1\n", "m: expected values that differ, but not all"),
        ("c\tm\na\tx\nb\ty\nc\tz\n", "m: expected values that differ, but not all"),
    ],
)
def test_a_table_that_does_not(study: dict[str, Any], text: str, message: str) -> None:
    assert any(message in problem for problem in found(study, text)), found(study, text)


def test_conditions_that_allow_too_few_orders(study: dict[str, Any]) -> None:
    study["group"]["alpha"] = 0.2  # 2 of 6 orders leave {a, b | c} as it is
    (problem,) = found(study, "c\tkind\tsize\na\tx\t1\nb\tx\t2\nc\ty\t5\n")
    assert "kind: expected conditions enough for p < 0.2, got 3, whose permutations" in problem
    assert "reach p = 0.333 at best" in problem


def test_conditions_of_clips_that_are_still_to_be_made(root: Path, tmp_path: Path) -> None:
    config = values_of(root / "config/config.yaml")
    config["models"]["tables"] = {"mine": str(tmp_path / "models.tsv")}
    ids = [name.stimulus_id for name in clip_selection(build_study(config))[1].study]
    rows = [f"{name}\t{number}" for number, name in enumerate(ids)]
    assert found(config, "\n".join(["clip\tsize", *rows]) + "\n") == []
    (problem,) = found(config, "\n".join(["clip\tsize", *rows[1:]]) + "\n")
    assert "got 1 without" in problem


def test_labels_that_all_clips_share(root: Path) -> None:
    config = values_of(root / "config/config.yaml")
    assert model_problems(config) == []
    config["stimuli"]["study"]["actors"] = config["stimuli"]["study"]["actors"][:1]
    text = "\n".join(str(problem) for problem in model_problems(config))
    assert "models.labels: expected several kinds of identity, got 1 of them in " in text
    assert "several kinds of gender" in text


@pytest.fixture
def four_clips(tmp_path: Path) -> dict[str, Any]:
    """A study of four clips of a table with a column of its own."""
    rows = [f"{k}.mp4\t{'ab'[k % 2]}\t{'xy'[k // 2]}\t{'de'[k % 2]}" for k in range(4)]
    (tmp_path / "clips.tsv").write_text(
        "\n".join(["path\tidentity\temotion\tlanguage", *rows]) + "\n"
    )
    for k in range(4):
        (tmp_path / f"{k}.mp4").touch()
    return {
        "study": {"name": "own", "results_dir": "r", "seed": 1},
        "stimuli": {"table": str(tmp_path / "clips.tsv")},
        "models": {"labels": ["language", "emotion"]},
    }


def test_labels_of_a_tables_own_column(four_clips: dict[str, Any]) -> None:
    """They are the column's, not the clips' names, which are all different."""
    assert model_problems(four_clips) == []


def test_labels_of_clips_that_allow_too_few_orders(four_clips: dict[str, Any]) -> None:
    """Of two and two clips 8 of 24 orders leave the labels' RDM as it is."""
    group = {"test": "condition_permutation", "n_permutations": 50, "alpha": 0.3}
    language, _ = map(str, model_problems(four_clips | {"group": group}))
    assert "models.labels: expected clips enough for p < 0.3 with the model language" in language
    assert "got 4 of them, whose permutations reach p = 0.333 at best" in language
    assert model_problems(four_clips | {"group": group | {"alpha": 0.4}}) == []


def test_pairs_that_too_few_runs_show(study: dict[str, Any], tmp_path: Path) -> None:
    write_bids(tmp_path / "bids", runs=("1", "2", "3"))
    for run, lacks in (("1", "a"), ("2", "b")):
        path = tmp_path / f"bids/sub-01/func/sub-01_task-x_run-{run}_events.tsv"
        lines = path.read_text().splitlines()
        path.write_text("\n".join(line for line in lines if not line.endswith(lacks)) + "\n")
    study["scans"]["conditions"] = ["a", "b", "c"]
    assert pairs.pair_problems(build_study(study)) == []
    study["searchlight"]["distance"] = "crossnobis"
    (problem,) = pairs.pair_problems(build_study(study))
    assert "run-1_events.tsv: conditions: expected each pair of conditions in 2" in str(problem)
    assert "got 'a' and 'b' in 1" in str(problem)


def test_tables_are_checked_without_clips(study: dict[str, Any], tmp_path: Path) -> None:
    Path(study["models"]["tables"]["mine"]).write_text("c\tm\na\t1\nb\t?\nc\t5\n")
    path = tmp_path / "study.yaml"
    path.write_text(yaml.safe_dump(study))
    assert any("m, b" in str(problem) for problem in find_problems([path]))


def test_a_table_that_is_not_there(study: dict[str, Any]) -> None:
    (problem,) = [str(problem) for problem in model_problems(study)]
    assert (
        "models.tsv: file: expected a TSV with one row per condition, got no such file" in problem
    )


@pytest.fixture
def regions(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The mini-study with an atlas of two labels."""
    monkeypatch.chdir(root)
    config = values_of("config/config.yaml")
    image = nib.Nifti1Image(np.ones((4, 4, 4), dtype=np.uint8), np.eye(4))
    image.header["sform_code"] = 4
    image.to_filename(tmp_path / "atlas.nii.gz")
    (tmp_path / "labels.tsv").write_text("index\tname\n1\tHippocampus\n2\tHippocampus\n")
    config["roi"]["atlas"] = {
        "image": str(tmp_path / "atlas.nii.gz"),
        "labels": str(tmp_path / "labels.tsv"),
    }
    return config


def test_an_atlas_that_fits(regions: dict[str, Any]) -> None:
    assert inference_problems(regions) == []


def test_an_atlas_region_named_as_a_sphere(regions: dict[str, Any]) -> None:
    Path(regions["roi"]["atlas"]["labels"]).write_text("index\tname\n1\tFFA\n")
    (problem,) = inference_problems(regions)
    assert "roi.spheres: expected names that no label of roi.atlas has, got 'FFA'" in str(problem)


def test_spheres_and_a_standard_atlas_in_native_space(regions: dict[str, Any]) -> None:
    regions["scans"]["space"] = "native"
    text = "\n".join(str(problem) for problem in inference_problems(regions))
    assert "roi.spheres: expected none with scans.space native" in text
    assert "atlas.nii.gz): space: expected an atlas in space native, as the betas, got form" in text


def test_a_damaged_table_of_labels(regions: dict[str, Any]) -> None:
    Path(regions["roi"]["atlas"]["labels"]).write_text("index\tname\nx\tFFA\n")
    text = "\n".join(str(problem) for problem in inference_problems(regions))
    assert "line 2, index: expected a whole number, got 'x'" in text
