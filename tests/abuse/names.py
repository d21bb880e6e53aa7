"""Bad file names of clips and scans, and bad folders."""

from pathlib import Path

from crossmodal.bold.read.bids import find_runs, find_t1, usable
from crossmodal.stimuli.naming import PARSERS
from crossmodal.stimuli.selection import Pool, StudySet, find_media, select
from tests.abuse.case import Case


def clip(name: str, match: str, naming: str = "ravdess") -> Case:
    return Case(f"clip {name!r}", lambda folder: PARSERS[naming](name), match)


def scans(name: str, files: tuple[str, ...], match: str, participants=None) -> Case:
    """A data set that consists of the named, empty files."""

    def attempt(folder: Path) -> object:
        for file in files:
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / file).touch()
        return usable(find_runs(folder, "emotion", participants))

    return Case(name, attempt, match)


def one_actor(folder: Path) -> object:
    files = [f"01-01-0{e}-01-01-01-01.mp4" for e in (1, 3)]
    return select(files, "ravdess", ["video", "audio"], StudySet(actors=["07"]), Pool())


RUN = "sub-01/func/sub-01_task-emotion_run-1"
CASES = [
    clip("01-01-03-02-01-01.mp4", "expected modality-channel"),
    clip("01-01-09-02-01-01-01.mp4", "file name: emotion: expected"),
    clip("01-01-01-02-01-01-01.mp4", "neutral has no strong"),
    clip("01-01-03-02-01-01-25.mp4", "file name: actor: expected"),
    clip("01-01-03-02-01-01-٠١.mp4", "file name: actor: expected"),
    clip("", "expected modality-channel"),
    clip("holiday.mp4", "expected modality-channel"),
    clip("1001_DFA_ANG.flv", "expected actor_sentence_emotion_level", "cremad"),
    clip("2001_DFA_ANG_XX.flv", "expected 1001–1091", "cremad"),
    clip("1001_DFA_BAD_XX.flv", "file name: emotion", "cremad"),
    clip("bbaf2.mpg", "expected six characters", "grid"),
    clip("bb!f2n.mpg", "file name:", "grid"),
    Case("no clips folder", lambda folder: find_media(str(folder / "none")), "a folder of clips"),
    Case("an empty clips folder", lambda folder: find_media(str(folder)), "expected"),
    Case("study actors that have no clips", one_actor, "expected"),
    Case("no BIDS folder", lambda folder: find_runs(folder / "none", "emotion"), "no such folder"),
    scans("an empty BIDS folder", (), "runs of task 'emotion'"),
    scans("another task", ("sub-01/func/sub-01_task-rest_bold.nii.gz",), r"got tasks \['rest'\]"),
    scans("no events", (f"{RUN}_bold.nii.gz",), "an events.tsv that applies"),
    scans("multi-echo", (f"{RUN}_echo-1_bold.nii.gz",), "one BOLD image a run, got echo-1"),
    scans(
        "an unknown participant",
        (f"{RUN}_bold.nii.gz", f"{RUN}_events.tsv"),
        "participants: expected one of",
        ["99"],
    ),
    Case("no T1w", lambda folder: find_t1(folder, "01"), "expected a T1w image, got none"),
    Case("a label that leaves the folder", lambda folder: find_t1(folder, "../.."), "T1w image"),
]
