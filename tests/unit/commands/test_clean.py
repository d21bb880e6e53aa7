"""`crossmodal clean` deletes one study's results, and nothing that lies elsewhere."""

from pathlib import Path

import pytest

from crossmodal import cli


@pytest.fixture(autouse=True)
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "work/results/tables").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "work")
    Path("results/README.md").touch()
    Path("results/tables/a.tsv").touch()
    write_config("results")


def write_config(results: str) -> None:
    Path("mine.yaml").write_text(f"study: {{name: mine, results_dir: {results}}}")


def clean() -> int:
    return cli.main(["clean", "--config", "mine.yaml"])


def test_results_go_and_their_readme_stays() -> None:
    assert clean() == 0
    assert list(Path("results").iterdir()) == [Path("results/README.md")]


def test_a_link_among_results_goes_and_what_it_points_to_stays(tmp_path: Path) -> None:
    (tmp_path / "scratch").mkdir()
    (tmp_path / "scratch/precious").touch()
    Path("results/clips").symlink_to(tmp_path / "scratch")
    assert clean() == 0
    assert (tmp_path / "scratch/precious").exists()
    assert not Path("results/clips").is_symlink()


def test_a_results_folder_that_is_a_link_elsewhere_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    Path("results").rename(tmp_path / "scratch")
    Path("results").symlink_to(tmp_path / "scratch")
    assert clean() == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert f"'results', a link to {tmp_path}/scratch; delete it there" in said
    assert (tmp_path / "scratch/tables/a.tsv").exists()


@pytest.mark.parametrize("name", ["src", ".", "..", "results/..", "results/../.."])
def test_what_is_no_results_folder_stays(name: str, capsys: pytest.CaptureFixture) -> None:
    Path("src").mkdir()
    Path("src/code.py").touch()
    write_config(name)
    assert clean() == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert Path("src/code.py").exists()
    assert Path("results/tables/a.tsv").exists()
