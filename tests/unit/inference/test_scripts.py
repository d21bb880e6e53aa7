"""The scripts from betas to tested maps, run as Snakemake runs them."""

from pathlib import Path

import nibabel as nib
import numpy as np
import pandas as pd
import pytest

from crossmodal.bold.align.spaces import native_space
from crossmodal.bold.model.glm import GLMConfig
from crossmodal.bold.model.patterns import estimate_patterns
from crossmodal.bold.read.events import EventsConfig
from crossmodal.bold.read.images import Grid
from crossmodal.contracts.betas import Betas, read_residuals, write_residuals
from crossmodal.contracts.errors import InputError
from crossmodal.contracts.group_result import GroupResult
from crossmodal.contracts.maps import Maps
from crossmodal.contracts.rdms import ModelRDMs
from crossmodal.contracts.roi_rdms import RoiRDMs
from crossmodal.rsa.config import SearchlightConfig
from crossmodal.rsa.participant import participant_maps
from crossmodal.rsa.participants import ceiling_maps
from tests.unit.bold_data import CONDITIONS, grid, still_runs, write_bids, write_responses
from tests.unit.script_job import execute

IDS = tuple(f"clip{i}" for i in range(8))
SUBJECTS = ["01", "02", "03", "04", "05", "06"]
SEARCHLIGHT = {"radius_mm": 7.0, "min_voxels": 5}
MULTIVARIATE = SEARCHLIGHT | {"noise_normalisation": "multivariate"}
AFFINE = np.array([[4.0, 0, 0, 20], [0, 4, 0, -70], [0, 0, 4, -34], [0, 0, 0, 1]])


@pytest.fixture
def workdir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Six participants with two kinds of clips apart everywhere, around the right FFA."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    mask = np.ones((9, 9, 8), dtype=bool)
    pattern = rng.normal(size=mask.sum())
    for sub in SUBJECTS:
        betas = rng.normal(size=(2, 8, mask.sum()))
        betas[:, ::2] += 2 * pattern
        variance = np.ones((2, mask.sum()), dtype=np.float32)
        space = "MNI152NLin2009aSym"
        Betas(betas.astype(np.float32), mask, AFFINE, IDS, ("1", "2"), variance, space).write(
            f"betas-{sub}.h5"
        )
        write_residuals(rng.normal(size=(50, mask.sum())).astype(np.float16), f"res-{sub}.npy")
    kind = np.arange(8) % 2
    rows, columns = np.triu_indices(8, 1)
    rdm = (kind[rows] != kind[columns]).astype(float)
    ModelRDMs(rdm[None], IDS, ("kind",), ("",), ("labels",), "labels", "categories").write("m.h5")
    control = rng.normal(size=(1, 28))
    ModelRDMs(control, IDS, ("lum",), ("visual",), ("clips",), "low_level", "clips").write("c.h5")
    own = ModelRDMs(rng.normal(size=(6, 28)), IDS, ("time",) * 6, ("timing",) * 6,
                    tuple(f"sub-{sub}" for sub in SUBJECTS), "timing", "participants")  # fmt: skip
    own.write("t.h5")
    return tmp_path


def search(root: Path, sub: str, searchlight: dict, controls: list[str], residuals: bool) -> None:
    given = {
        "betas": f"betas-{sub}.h5",
        "residuals": [f"res-{sub}.npy"] if residuals else [],
        "rdms": ["m.h5"],
        "controls": controls,
    }
    made = {"maps": [f"maps/sub-{sub}.nii.gz"], "sphere_size": f"sizes/sub-{sub}.nii.gz"}
    params = {"searchlight": searchlight, "source": "ensemble"}
    execute(root, "map_searchlight", given, made, params, {"sub": sub})


def test_searchlight_with_residuals_and_controls(root: Path, workdir: Path) -> None:
    names = ["low_level/clips", "timing/participants"]
    searchlight = MULTIVARIATE | {"comparison": "partial_spearman", "controls": names}
    search(root, "02", searchlight, ["c.h5", "t.h5"], residuals=True)
    controls = [ModelRDMs.read("c.h5"), ModelRDMs.read("t.h5").select("sub-02")]
    expected, _ = participant_maps(
        Betas.read("betas-02.h5", "res-02.npy"),
        [ModelRDMs.read("m.h5")],
        SearchlightConfig(**searchlight),
        controls,
    )
    stored = Maps.read("maps/sub-02.nii.gz")
    np.testing.assert_allclose(stored.values, expected[0].values[:, : stored.values.shape[1]])
    assert Maps.read("sizes/sub-02.nii.gz").values.max() <= 27
    assert not list(Path("maps").glob("*.partial.npz"))


def test_group_maps_name_their_peaks(root: Path, workdir: Path) -> None:
    for sub in SUBJECTS:
        search(root, sub, SEARCHLIGHT, [], residuals=False)
    given = {
        "maps": [f"maps/sub-{sub}.nii.gz" for sub in SUBJECTS],
        "image": [],
        "labels": [],
        "spheres": str(root / "resources/rois.tsv"),
    }
    group = {"n_permutations": 1000, "alternative": "greater", "alpha": 0.05,
             "statistics": ["tfce"]}  # fmt: skip
    execute(
        root, "infer_group_maps", given, {"facts": "group/group.json"}, {"group": group, "seed": 1}
    )
    result = GroupResult.read("group", ["p_fwe"])
    assert result.facts["exact"]
    assert set(result.clusters.cluster) == {1}
    assert result.clusters.peak.tolist() == list(range(1, len(result.clusters) + 1))
    assert (result.clusters.label != "").all()
    given = {"facts": ["group/group.json"]}
    study = ["group/p_fwe_study.nii.gz", "group/p_tfce_study.nii.gz"]
    made = {"maps": study, "clusters": "clusters.tsv"}
    params = {"statistics": ["t", "tfce"], "sets": ["labels/categories"]}
    execute(root, "correct_over_sets", given, made, params)
    table = pd.read_csv("clusters.tsv", sep="\t")
    np.testing.assert_allclose(table.p_fwe_study, table.p_fwe_all)
    for corrected, alone in zip(study, ("p_fwe_all", "p_tfce_all"), strict=True):
        values = Maps.read(f"group/{alone}.nii.gz").values
        np.testing.assert_allclose(Maps.read(corrected).values, values)


@pytest.mark.parametrize("residuals", [False, True])
def test_noise_ceiling_and_prevalence(root: Path, workdir: Path, residuals: bool) -> None:
    given = {
        "betas": [f"betas-{sub}.h5" for sub in SUBJECTS],
        "residuals": [f"res-{sub}.npy" for sub in SUBJECTS] if residuals else [],
    }
    searchlight = MULTIVARIATE if residuals else SEARCHLIGHT
    made = {"maps": "ceiling.nii.gz"}
    params = {"searchlight": searchlight, "participants": SUBJECTS, "source": "ensemble"}
    execute(root, "estimate_noise_ceiling", given | {"controls": []}, made, params)
    lower, upper = Maps.read("ceiling.nii.gz").values
    assert (lower <= upper + 1e-6).all()
    names = ("p_global", "p_corrected", "gamma")
    params = {
        "prevalence": {"models": ["labels/categories"], "n_permutations": 40,
                       "n_combinations": 300},
        "alpha": 0.05, "searchlight": searchlight, "source": "ensemble", "seed": 1,
    }  # fmt: skip
    made = {"maps": [f"{name}.nii.gz" for name in names]}
    execute(root, "map_prevalence", given | {"rdms": "m.h5"}, made, params)
    assert np.nanmax(Maps.read("gamma.nii.gz").values) > 0.2
    assert Maps.read("p_corrected.nii.gz").values.min() < 0.05


def test_noise_ceiling_of_a_partial_comparison(root: Path, workdir: Path) -> None:
    controls = ["c.h5", "t.h5"]  # of the clips, and each participant's own
    given = {"betas": [f"betas-{sub}.h5" for sub in SUBJECTS], "residuals": [],
             "controls": controls}  # fmt: skip
    partial = SEARCHLIGHT | {"comparison": "partial_spearman", "controls": ["low_level/clips"]}
    params = {"searchlight": partial, "participants": SUBJECTS, "source": "ensemble"}
    execute(root, "estimate_noise_ceiling", given, {"maps": "partial.nii.gz"}, params)
    maps = Maps.read("partial.nii.gz")
    assert maps.quantity == "noise ceiling, partial_spearman of correlation RDMs"
    assert (maps.values[0] <= maps.values[1] + 1e-6).all()
    with pytest.raises(InputError, match="searchlight.controls: expected some for a partial"):
        ceiling_maps([Betas.read(path) for path in given["betas"]], SearchlightConfig(**partial))


def test_single_participant_with_residuals(root: Path, workdir: Path) -> None:
    given = {"betas": "betas-01.h5", "residuals": ["res-01.npy"], "rdms": "m.h5",
             "image": [], "labels": [], "spheres": []}  # fmt: skip
    group = {"n_permutations": 500, "alternative": "greater", "alpha": 0.05,
             "test": "condition_permutation"}  # fmt: skip
    params = {"group": group, "searchlight": MULTIVARIATE, "source": "ensemble", "seed": 1}
    execute(root, "infer_single_maps", given, {"facts": "single/group.json"}, params)
    assert GroupResult.read("single", ["p_fwe"]).facts["n_participants"] == 1


def test_regions_with_residuals(root: Path, workdir: Path) -> None:
    given = {
        "betas": [f"betas-{sub}.h5" for sub in SUBJECTS],
        "residuals": [f"res-{sub}.npy" for sub in SUBJECTS],
        "images": [],
        "labels": [],
        "warps": [],
        "masks": [],
        "spheres": "ffa.tsv",
    }
    rois = pd.read_csv(root / "resources/rois.tsv", sep="\t")
    rois[(rois.name == "FFA") & (rois.hemisphere == "R")].to_csv("ffa.tsv", sep="\t", index=False)
    patterns = {"noise_normalisation": "multivariate", "distance": "crossnobis"}
    params = {"participants": SUBJECTS, "patterns": patterns, "regions": None, "masks": []}
    execute(root, "compute_roi_rdms", given, {"rdms": "roi.h5"}, params)
    assert RoiRDMs.read("roi.h5").dissimilarities.shape == (6, 1, 28)


def test_residuals_and_timing_of_raw_runs(root: Path, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    amplitudes = np.random.default_rng(1).uniform(-0.03, 0.03, (3, *grid().shape))
    still = write_responses(write_bids(Path("bids")), amplitudes)
    runs = still_runs(Path("bids"), tmp_path)
    mean = write_mean(still, grid())
    glm = {"noise": "white"}
    betas = estimate_patterns(
        runs, native_space(still, grid()), CONDITIONS, EventsConfig(), GLMConfig(**glm)
    )
    betas.write("betas.h5")
    given = {
        "bold": [run.bold for run in runs],
        "events": [run.events for run in runs],
        "sidecars": sorted({path for run in runs for path in run.sidecars}),
        "motion": [run.motion for run in runs],
        "confounds": [run.confounds for run in runs],
        "mean": mean,
        "masks": [],
        "warp": [],
        "coregistration": [],
        "betas": "betas.h5",
    }
    params = {"runs": [run.run_id for run in runs], "conditions": CONDITIONS, "events": {},
              "reading": {"trust_affine": None}, "voxel_mm": 4.0, "glm": glm}  # fmt: skip
    execute(root, "estimate_residuals", given, {"residuals": "r.npy"}, params)
    assert read_residuals("r.npy").shape == (80, betas.mask.sum())
    given = given | {"motion": []}
    params = params | {"runs": {"01": [runs[0].run_id], "02": [runs[1].run_id]}}
    execute(root, "compute_timing_rdms", given, {"rdms": "timing.h5"}, params)
    assert set(ModelRDMs.read("timing.h5").sources) == {"sub-01", "sub-02"}


def write_mean(volume: np.ndarray, on: Grid) -> str:
    """The mean image that native space is defined by."""
    nib.Nifti1Image(volume.astype(np.float32), on.affine).to_filename("mean.nii.gz")
    return "mean.nii.gz"
