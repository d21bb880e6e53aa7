"""Words in braces are refused where Snakemake would take them for wildcards."""

from pathlib import Path

import pytest

from crossmodal.contracts.braces import paths_with_braces
from crossmodal.study.checks.run import planning_problems
from crossmodal.study.validate import build_study
from tests.studies import values_of


@pytest.mark.parametrize("name", ["{v1}", "{set} x", "a{ v,[0-9]+}"])
def test_a_folder_with_a_wildcard_is_named_once(name: str) -> None:
    paths = [f"data/{name}/{i}.mp4" for i in range(3)] + ["data/{}/1.mp4", "data/{-}/1.mp4"]
    (problem,) = paths_with_braces(paths)
    assert problem.file == paths[0]
    assert problem.got in name


def test_it_is_found_before_snakemake_plans(root: Path, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(root)
    (tmp_path / "{v1}").mkdir()
    (tmp_path / "{v1}/bbaf2n.mpg").touch()
    config = values_of("config/clips.yaml")
    config["stimuli"]["clips_dir"] = str(tmp_path)
    (problem,) = planning_problems(build_study(config))
    assert (problem.field, problem.got) == ("path", "{v1}")
    config["stimuli"]["clips_dir"] = str(tmp_path / "{v1}")
    fields = [problem.field for problem in planning_problems(build_study(config))]
    assert fields == ["stimuli.clips_dir", "path"]
