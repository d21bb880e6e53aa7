"""Of several processes that need one study, the first makes it and the others wait."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.scheduling import FIRST, SPREAD
from tests.workflow.study import Study, copied, made_once

ASK = """
import sys, time
from pathlib import Path
from tests.workflow.study import Study, made_once

def make(folder):
    with open(folder.parent / "made.txt", "a") as file:
        file.write("made\\n")
    time.sleep(1)
    return Study(folder / "crossmodal", "config/test.yaml")

print(made_once(Path(sys.argv[1]), make).folder)
"""


def test_two_processes_get_one_study_made_once(tmp_path: Path, root: Path) -> None:
    command = [sys.executable, "-c", ASK, str(tmp_path / "seed")]
    asking = [subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE) for _ in range(2)]
    answers = {process.communicate()[0].decode().strip() for process in asking}
    assert answers == {str(tmp_path / "seed/crossmodal")}
    assert (tmp_path / "made.txt").read_text() == "made\n"


def test_a_study_that_failed_is_not_made_again(tmp_path: Path) -> None:
    def fail(folder: Path) -> Study:
        raise RuntimeError("no clips")

    with pytest.raises(RuntimeError, match="no clips"):
        made_once(tmp_path / "seed", fail)
    with pytest.raises(RuntimeError, match="failed before, in the test that first asked for it"):
        made_once(tmp_path / "seed", fail)


def test_a_copy_has_times_and_links(tmp_path: Path) -> None:
    study = Study(tmp_path / "one/crossmodal", "config/test.yaml")
    study.folder.mkdir(parents=True)
    (study.folder / "result.tsv").write_text("x\n")
    (study.folder / "link.tsv").symlink_to("result.tsv")
    copy = copied(study, tmp_path / "other")
    assert copy.config == study.config
    times = [(one.folder / "result.tsv").stat().st_mtime_ns for one in (study, copy)]
    assert times[0] == times[1]
    assert (copy.folder / "link.tsv").is_symlink()


def test_the_order_names_files_that_exist(root: Path) -> None:
    for stem in (*FIRST, *SPREAD):
        assert (root / "tests/workflow" / f"{stem}.py").is_file(), stem
