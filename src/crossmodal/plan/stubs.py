"""Empty files in the place of data that are not there yet, so that Snakemake can count jobs."""

from pathlib import Path
from typing import Any

from crossmodal.contracts.settings import plain
from crossmodal.families.registry import FAMILIES
from crossmodal.plan.dimensions import Data
from crossmodal.stimuli.naming import CREMAD_EMOTIONS, CREMAD_SENTENCES
from crossmodal.study.study import Study

CREMAD_ACTORS = range(1001, 1092)


def with_stubs(study: Study, folder: str | Path, data: Data) -> dict[str, Any]:
    """The study's plain values, with stand-ins below ``folder`` for data that are not there.

    Results go below ``folder`` too: a plan must not touch those that exist.
    """
    config = plain(study)
    config["study"]["results_dir"] = str(Path(folder, "results"))
    if clips := config["stimuli"]:
        _stub_clips(clips, Path(folder))
    for name, block in study.families:
        for key, path in FAMILIES[name].weights(block).items():
            if path and not Path(path).is_file():
                stand_in = Path(folder, f"{name}-{key}.pth")
                stand_in.touch()
                part, _, last = key.rpartition(".")
                config["families"][name][part][last] = str(stand_in)
    scans = config["scans"]
    folders = [scans["bids_dir"], scans["fmriprep_dir"]] if scans else []
    if any(path and not Path(path).is_dir() for path in folders):
        scans["bids_dir"] = str(stub_bids(Path(folder, "bids"), data, scans["task"]))
        scans |= {"participants": None, "filters": {}, "t1w_filters": {}, "removed_volumes": 0}
        if scans["fmriprep_dir"]:
            scans["fmriprep_dir"] = str(stub_fmriprep(Path(folder, "bids"), scans["space"]))
    return config


def _stub_clips(clips: dict[str, Any], folder: Path) -> None:
    if clips["clips_dir"] and not Path(clips["clips_dir"]).is_dir():
        stub = stub_cremad if clips["naming"] == "cremad" else stub_ravdess
        clips["clips_dir"] = str(stub(folder / "clips"))
    if clips["demographics"] and not Path(clips["demographics"]).is_file():
        clips["demographics"] = str(stub_demographics(folder / "demographics.csv"))


def stub_ravdess(folder: Path) -> Path:
    """Names of all 1,440 audio-visual speech clips."""
    for actor in range(1, 25):
        (folder / f"Actor_{actor:02d}").mkdir(parents=True, exist_ok=True)
        for emotion in range(1, 9):
            for intensity in (1, 2) if emotion > 1 else (1,):
                for statement in (1, 2):
                    for repetition in (1, 2):
                        codes = (1, 1, emotion, intensity, statement, repetition, actor)
                        name = "-".join(f"{code:02d}" for code in codes)
                        (folder / f"Actor_{actor:02d}" / f"{name}.mp4").touch()
    return folder


def stub_cremad(folder: Path) -> Path:
    """Names of 82 clips of each of CREMA-D's 91 actors; 20 of these are not in the release."""
    folder.mkdir(parents=True, exist_ok=True)
    for actor in CREMAD_ACTORS:
        for sentence in CREMAD_SENTENCES:
            for emotion in CREMAD_EMOTIONS:
                graded = sentence == CREMAD_SENTENCES[0] and emotion != "NEU"
                for level in ("LO", "MD", "HI") if graded else ("XX",):
                    (folder / f"{actor}_{sentence}_{emotion}_{level}.flv").touch()
    return folder


def stub_demographics(path: Path) -> Path:
    """A table with CREMA-D's 48 men and 43 women; who is which is made up."""
    n = len(CREMAD_ACTORS)
    men = {i for i in range(n) if (i + 1) * 48 // n > i * 48 // n}
    rows = [
        f"{actor},30,{'Male' if i in men else 'Female'},Unknown,Unknown"
        for i, actor in enumerate(CREMAD_ACTORS)
    ]
    path.write_text("\n".join(["ActorID,Age,Sex,Race,Ethnicity", *rows]) + "\n")
    return path


def stub_bids(folder: Path, data: Data, task: str) -> Path:
    """Names of one T1w image and all runs of every participant."""
    for number in range(1, data.n_participants + 1):
        stem = folder / f"sub-{number:02d}"
        for kind in ("anat", "func"):
            (stem / kind).mkdir(parents=True, exist_ok=True)
        (stem / f"anat/sub-{number:02d}_T1w.nii.gz").touch()
        for run in range(1, data.n_runs + 1):
            name = f"sub-{number:02d}_task-{task}_run-{run}"
            (stem / f"func/{name}_bold.nii.gz").touch()
            (stem / f"func/{name}_bold.json").write_text('{"RepetitionTime": 1.0}\n')
            (stem / f"func/{name}_events.tsv").write_text("onset\tduration\tstimulus_id\n")
    return folder


def stub_fmriprep(bids: Path, space: str) -> Path:
    """Names of fMRIPrep's files of all runs of ``bids``, beside it."""
    root = bids.parent / "fmriprep"
    for path in bids.glob("sub-*/func/*_bold.nii.gz"):
        folder = root / path.parent.relative_to(bids)
        folder.mkdir(parents=True, exist_ok=True)
        stem = path.name.removesuffix("_bold.nii.gz")
        for end in ("desc-preproc_bold.nii.gz", "desc-brain_mask.nii.gz"):
            (folder / f"{stem}_space-{space}_{end}").touch()
        (folder / f"{stem}_desc-confounds_timeseries.tsv").touch()
    return root
