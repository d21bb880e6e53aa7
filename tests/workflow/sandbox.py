"""Changes to a study that can be taken back, so that one finished study serves all tests."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.workflow.interruption import kill_group, start
from tests.workflow.study import Study

LIMIT_S = 600
STARTED = "started.txt"  # what a run that was started says


class Sandbox:
    """Edits files of a finished study; ``undo`` restores bytes and times of each."""

    def __init__(self, study: Study) -> None:
        self.study, self.folder = study, study.folder
        self._undo: list[Callable[[], None]] = []

    def path(self, pattern: str) -> Path:
        """The first file that matches a pattern; an error when there is none."""
        found = sorted(self.folder.glob(pattern))
        if not found:
            raise FileNotFoundError(f"{pattern} in {self.folder}")
        return found[0]

    def _keep(self, path: Path) -> None:
        content, stat = path.read_bytes(), path.stat()

        def restore() -> None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))

        self._undo.append(restore)

    def touch(self, pattern: str) -> None:
        """New modification time, same content."""
        path = self.path(pattern)
        self._keep(path)
        os.utime(path)

    def rewrite(
        self, pattern: str, change: Callable[[bytes], bytes], old_time: bool = False
    ) -> None:
        """New content; with ``old_time`` under the old modification time."""
        path = self.path(pattern)
        self._keep(path)
        stat = path.stat()
        new = change(path.read_bytes())
        if new == path.read_bytes():
            raise ValueError(f"{path}: the change changes nothing")
        path.write_bytes(new)
        if old_time:
            os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))

    def append(self, pattern: str, text: str) -> None:
        self.rewrite(pattern, lambda content: content + text.encode())

    def tried(self, pattern: str, text: str) -> None:
        """Append a text, look at the plan, and take the text back."""
        path = self.path(pattern)
        before = path.read_bytes()
        self.append(pattern, text)
        if not self.study.planned_rules():
            raise ValueError(f"{pattern}: nothing would have run")
        path.write_bytes(before)

    def swap(self, pattern: str, old: str, new: str) -> None:
        """Replace a text that must be there."""
        self.rewrite(pattern, lambda content: content.replace(old.encode(), new.encode(), 1))

    def remove(self, pattern: str) -> None:
        """Delete a file."""
        path = self.path(pattern)
        self._keep(path)
        path.unlink()

    def remove_all(self, pattern: str) -> None:
        """Delete every file that matches."""
        for path in sorted(self.folder.glob(pattern)):
            if path.is_file():
                self._keep(path)
                path.unlink()

    def copy(self, pattern: str, target: str) -> None:
        """Add a copy of a file under another name."""
        path = self.folder / target
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(self.path(pattern), path)
        self._undo.append(path.unlink)

    def copy_participant(self, label: str, new: str) -> None:
        """Add a participant whose files equal another's."""
        source = self.path(f"data/bids/sub-{label}")
        target = source.with_name(f"sub-{new}")
        shutil.copytree(source, target)
        for path in sorted(target.rglob(f"sub-{label}_*")):
            path.rename(path.with_name(path.name.replace(f"sub-{label}_", f"sub-{new}_")))
        self._undo.append(lambda: shutil.rmtree(target))

    def same_again(self, pattern: str) -> None:
        """Replace a file by a copy of itself: another inode, a new time, the same content."""
        path = self.path(pattern)
        self._keep(path)
        content = path.read_bytes()
        path.unlink()
        path.write_bytes(content)

    def runs_for_real(self) -> None:
        """Go on in a copy under the same path, so that Snakemake may run and fail there."""
        away = Path(tempfile.mkdtemp(dir=self.folder.parent), self.folder.name)
        self.folder.rename(away)
        shutil.copytree(away, self.folder, symlinks=True)
        self._undo.append(lambda: (shutil.rmtree(self.folder), away.rename(self.folder)))

    def _start_until(self, log: str) -> subprocess.Popen:
        """Start the study for real and wait until a job has begun its log."""
        self.runs_for_real()
        (self.folder / log).unlink()
        output = self.folder.parent / STARTED
        process = start(self.study, output)
        end = time.monotonic() + LIMIT_S
        while not (self.folder / log).exists():
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"no {log}: see {output}")
            time.sleep(0.1)
        return process

    def killed_run(self, log: str) -> None:
        """Kill a run, with all its jobs, when a job has begun its log."""
        kill_group(self._start_until(log), signal.SIGKILL)

    def edited_meanwhile(self, log: str, record: str, pattern: str) -> None:
        """Append a line to a file while the job that reads it works; the run goes on to its end."""
        process = self._start_until(log)
        time.sleep(1)  # its inputs have been hashed
        with open(self.path(pattern), "a") as file:
            file.write("\n")
        if (self.folder / record).exists():
            raise RuntimeError(f"{record}: the job was faster than the edit")
        if process.wait(LIMIT_S):
            raise RuntimeError(f"the run failed: see {self.folder.parent / STARTED}")

    def failed_run(self, script: str) -> None:
        """Run the study while a script is broken, then mend the script."""
        self.runs_for_real()
        path = self.folder / script
        before = path.read_text()
        path.write_text(before + "\nraise RuntimeError('broken for a test')\n")
        if self.study.snakemake(check=False).returncode == 0:
            raise RuntimeError(f"{script} did not fail")
        path.write_text(before)

    def set_aside(self, pattern: str) -> None:
        """Move a file or folder out of the study."""
        path = self.path(pattern)
        away = Path(tempfile.mkdtemp(dir=self.folder.parent), path.name)
        path.rename(away)
        self._undo.append(lambda: (shutil.rmtree(path, ignore_errors=True), away.rename(path)))

    def age_results(self) -> None:
        """All results older than all code, as in a fresh clone with restored results."""
        files = [path for path in self.folder.glob("results-*/**/*") if path.is_file()]
        times = {path: path.stat().st_mtime_ns for path in files}
        for path in files:
            os.utime(path, (1_000_000_000, 1_000_000_000))
        self._undo.append(lambda: [os.utime(path, ns=(time, time)) for path, time in times.items()])

    def move(self) -> None:
        """Move the whole clone elsewhere."""
        here, there = self.folder, Path(tempfile.mkdtemp(dir=self.folder.parent), "elsewhere")
        here.rename(there)
        self.folder, self.study = there, Study(there, self.study.config)

        def back() -> None:
            there.rename(here)
            self.folder = here

        self._undo.append(back)

    def undo(self) -> None:
        """Restore everything, last change first."""
        while self._undo:
            self._undo.pop()()


@contextmanager
def sandbox(study: Study) -> Iterator[Sandbox]:
    """A sandbox that is undone at the end, whatever happens."""
    box = Sandbox(study)
    try:
        yield box
    finally:
        box.undo()
