"""Brain RDMs from files, and a study of pictures without clips, scans or training."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from benchmarks import images92
from scipy.spatial.distance import pdist, squareform

from crossmodal.contracts.errors import InputError
from crossmodal.contracts.roi_rdms import RoiRDMs
from crossmodal.inference.regions.config import BrainFile, RoiInference
from crossmodal.inference.regions.files import read_roi_rdms, shared_stimuli
from crossmodal.inference.regions.model_tests import ModelTable, compare_models, condition_groups
from crossmodal.representations.file_config import ModelFile
from crossmodal.representations.files import file_rdms
from crossmodal.representations.models import table_rdms
from crossmodal.study.checks.models import model_problems
from crossmodal.study.checks.run import planning_problems
from crossmodal.study.validate import build_study

NAMES = tuple("abcdef")
RNG = np.random.default_rng(3)
BASE = RNG.normal(size=(6, 4))


def write(path: Path, names: tuple[str, ...], noise: float = 0.0) -> np.ndarray:
    """A square table of distances of the named stimuli, in this order."""
    rows = np.stack([BASE[NAMES.index(name)] for name in names])
    square = squareform(pdist(rows + noise * RNG.normal(size=rows.shape)))
    lines = [",".join(["", *names])]
    lines += [",".join([n, *map(repr, map(float, r))]) for n, r in zip(names, square, strict=True)]
    path.write_text("\n".join(lines) + "\n")
    return square


@pytest.fixture
def brain(tmp_path: Path) -> BrainFile:
    """Two sessions of three people, each with its own order of stimuli."""
    for participant in ("01", "02", "03"):
        for session in (1, 2):
            own = tuple(RNG.permutation(NAMES))
            write(tmp_path / f"sub-{participant}_ses-{session}.csv", own, 0.3)
    return BrainFile(rdm=f"{tmp_path}/sub-*.csv", participant=r"sub-(\w+?)_")


def test_sessions_are_averaged_by_name(tmp_path: Path, brain: BrainFile) -> None:
    rdms = read_roi_rdms({"FFA": brain})
    assert rdms.participants == ("01", "02", "03")
    parts = [file_rdms(ModelFile(rdm=str(p)), "m") for p in sorted(tmp_path.glob("sub-02*"))]
    for pair, (i, j) in enumerate(zip(*np.triu_indices(6, 1), strict=True)):
        first, second = rdms.stimulus_ids[i], rdms.stimulus_ids[j]
        values = []
        for part in parts:
            a, b = part.stimulus_ids.index(first), part.stimulus_ids.index(second)
            values.append(squareform(part.dissimilarities[0])[a, b])
        assert rdms.region("FFA")[1, pair] == pytest.approx(np.mean(values))


def test_regions_must_have_the_same_people_and_stimuli(tmp_path: Path, brain: BrainFile) -> None:
    write(tmp_path / "other_01.csv", NAMES)
    other = BrainFile(rdm=f"{tmp_path}/other_*.csv", participant=r"other_(\w+)")
    with pytest.raises(InputError, match="participants: expected the participants of region FFA"):
        read_roi_rdms({"FFA": brain, "V1": other})
    write(tmp_path / "sub-01_ses-3.csv", NAMES[:5])
    with pytest.raises(InputError, match=r"stimuli of the first RDM of all, got 1 others \('f'"):
        read_roi_rdms({"FFA": brain})


def test_names_without_a_participant(tmp_path: Path, brain: BrainFile) -> None:
    write(tmp_path / "sub-.csv", NAMES)
    with pytest.raises(InputError, match="finds the participant, got 'sub-'"):
        read_roi_rdms({"FFA": brain})
    with pytest.raises(InputError, match="or a pattern that finds some, got none"):
        read_roi_rdms({"FFA": BrainFile(rdm=f"{tmp_path}/none*.csv")})


@pytest.mark.parametrize("pattern", ["(", "sub", "(a)(b)"])
def test_patterns_that_cannot_find_one(pattern: str) -> None:
    with pytest.raises(InputError, match="participant: expected a regular expression"):
        BrainFile(rdm="x.npy", participant=pattern)


def test_other_distances_in_one_region(tmp_path: Path, brain: BrainFile) -> None:
    other = BrainFile(rdm=brain.rdm, participant=brain.participant, distance="crossnobis")
    with pytest.raises(InputError, match="distance: expected correlation, as region FFA"):
        read_roi_rdms({"FFA": brain, "V1": other})


def test_stimuli_of_all_models_and_the_brain(tmp_path: Path, brain: BrainFile) -> None:
    rdms = read_roi_rdms({"FFA": brain})
    write(tmp_path / "model.csv", ("f", "b", "a", "c"))
    model = file_rdms(ModelFile(rdm=str(tmp_path / "model.csv"), intersect=True), "mine")
    shared = shared_stimuli(rdms, [model])
    assert set(shared) == {"a", "b", "c", "f"}
    part = rdms.restricted(shared)
    assert part.dissimilarities.shape == (3, 1, 6)
    whole = squareform(rdms.region("FFA")[0])
    chosen = [rdms.stimulus_ids.index(name) for name in shared]
    np.testing.assert_array_equal(squareform(part.region("FFA")[0]), whole[np.ix_(chosen, chosen)])
    ModelTable.gather([model], ["ensemble"], part.stimulus_ids)
    write(tmp_path / "model.csv", ("f", "b", "a"))
    rdms = rdms.restricted(("a", "b", "c", "d"))
    model = file_rdms(ModelFile(rdm=str(tmp_path / "model.csv"), intersect=True), "mine")
    with pytest.raises(InputError, match="stimuli or more that models and brain share, got 2"):
        shared_stimuli(rdms, [model])


def study(tmp_path: Path, brain: BrainFile, **model: Any) -> dict[str, Any]:
    return {
        "study": {"name": "mine"},
        "models": {"files": {"mine": {"rdm": str(tmp_path / "model.csv"), **model}}},
        "roi": {
            "rdms": {"FFA": {"rdm": brain.rdm, "participant": brain.participant}},
            "inference": {"bootstrap_by": []},
        },
    }


def problems(config: dict[str, Any]) -> str:
    one = build_study(config)
    found = planning_problems(one) or model_problems(one)
    return "\n".join(map(str, found))


def test_the_check_compares_stimuli(tmp_path: Path, brain: BrainFile) -> None:
    write(tmp_path / "model.csv", NAMES)
    assert problems(study(tmp_path, brain)) == ""
    write(tmp_path / "model.csv", NAMES[:5])
    assert "stimulus of the study (or intersect: true, for regions), got no 'f' (of 1)" in problems(
        study(tmp_path, brain)
    )
    assert problems(study(tmp_path, brain, intersect=True)) == ""
    (tmp_path / "order.txt").write_text("u\nv\nw\nx\ny\n")
    np.save(tmp_path / "model.npy", squareform(np.arange(10.0) + 1))
    config = study(tmp_path, brain)
    order = str(tmp_path / "order.txt")
    config["models"]["files"]["mine"] = {"rdm": str(tmp_path / "model.npy"), "order": order}
    assert "got 0 of 5 ('u' …)" in problems(config)


def test_the_check_finds_what_cannot_be_tested(tmp_path: Path, brain: BrainFile) -> None:
    config = study(tmp_path, brain)
    np.save(tmp_path / "model.npy", np.ones(15))
    (tmp_path / "order.txt").write_text("\n".join(NAMES))
    config["models"]["files"]["mine"] = {
        "rdm": str(tmp_path / "model.npy"),
        "order": str(tmp_path / "order.txt"),
    }
    assert "mine: expected dissimilarities that differ, got 1 everywhere" in problems(config)
    for path in tmp_path.glob("sub-03*"):
        path.unlink()
    assert "participants: expected RDMs of 3 or more to resample, got 2: ['01', '02']" in problems(
        config
    )
    config["roi"]["inference"] = {"comparison": "cosine"}
    text = problems(config)
    assert "bootstrap_by: expected [] without a block stimuli" in text
    assert "got cosine of correlation distances" in text
    config["scans"] = {"bids_dir": str(tmp_path), "task": "x"}
    assert "roi.rdms: expected none beside a block scans" in problems(config)


def test_ninety_two_pictures_in_four_people(shared: Path, tmp_path: Path) -> None:
    """Human IT: animacy explains the most; ceilings about .38 and .68."""
    folder, order = shared / "data/images92", str(tmp_path / "categories.tsv")
    images92.write(folder, Path(order))
    regions = {
        "hIT": BrainFile(
            rdm=str(folder / "92_brainRDMs.mat"), order=order, participant=r"\| (\w+) \|"
        )
    }
    brain = read_roi_rdms(regions)
    assert brain.participants == ("BE", "KO", "SN", "TI")
    published = ModelFile(rdm=str(folder / "92_modelRDMs.mat"), order=order)
    sets = [table_rdms(order, "categories"), file_rdms(published, "published")]
    models = ModelTable.gather(sets, ["ensemble"], brain.stimulus_ids)
    config = RoiInference(n_bootstraps=20, bootstrap_by=())
    groups = condition_groups(None, brain.stimulus_ids, ())
    fits = compare_models(brain, models, groups, config, 1)[0].set_index(["regime", "layer"])
    assert fits.ceiling_low.iloc[0] == pytest.approx(0.38, abs=0.01)
    assert fits.ceiling_high.iloc[0] == pytest.approx(0.68, abs=0.015)
    estimates = fits.estimate
    assert estimates["categories", "animacy"] == estimates["published", "animacy"]
    assert estimates["categories", "animacy"] == pytest.approx(0.386, abs=0.002)
    assert estimates["categories", "face"] == pytest.approx(0.146, abs=0.002)
    assert estimates["published", "V1"] < 0.05


def test_restricted_regions_are_written_and_read(tmp_path: Path, brain: BrainFile) -> None:
    read_roi_rdms({"FFA": brain}).write(tmp_path / "x.h5")
    assert RoiRDMs.read(tmp_path / "x.h5").participants == ("01", "02", "03")
