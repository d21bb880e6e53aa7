"""The same workflow on real voices, a real BOLD run and real clips (skipped without them)."""

from pathlib import Path

import nibabel as nib
import numpy as np
import pandas as pd
import pytest

from crossmodal.contracts.rdms import ModelRDMs
from tests.workflow.study import Study, clone

pytestmark = pytest.mark.workflow


def run(tmp_path_factory: pytest.TempPathFactory, config: str) -> Study:
    study = clone(tmp_path_factory.mktemp(Path(config).stem), config)
    study.snakemake()
    return study


@pytest.fixture(scope="module")
def voices(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Study:
    return run(tmp_path_factory, "config/voices.yaml")


@pytest.fixture(scope="module")
def localizer(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Study:
    return run(tmp_path_factory, "config/localizer.yaml")


@pytest.fixture(scope="module")
def clips(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Study:
    return run(tmp_path_factory, "config/clips.yaml")


def test_voices_give_the_auditory_arm_in_four_regimes(voices: Study) -> None:
    for regime in ("emotion", "identity", "gender", "sentence"):
        path = voices.folder / f"results-voices/rdms/cross_channel/{regime}.h5"
        rdms = ModelRDMs.read(path).select("ensemble")
        assert len(rdms.stimulus_ids) == 72
        assert len(rdms.layers) == 9
        assert set(rdms.arms) == {"auditory"}
    figures = {path.name for path in (voices.folder / "results-voices/figures").glob("*.pdf")}
    assert {"fig1_architecture.pdf", "fig2_rdms.pdf", "fig3_layer_similarity.pdf"} <= figures


def test_real_voices_tell_gender_above_chance(voices: Study) -> None:
    path = voices.folder / "results-voices/network/cross_channel/gender/accuracy.tsv"
    accuracy = pd.read_csv(path, sep="\t")
    assert accuracy.accuracy.mean() > 0.7


def test_faces_beat_houses_in_ventral_temporal_cortex(localizer: Study) -> None:
    """The real run is in native space; its brain's lower posterior half holds the ventral stream.

    The best 100 face-selective voxels must lie there rather than anywhere.
    """
    path = localizer.folder / "results-localizer/contrasts/sub-02_faces_minus_houses.nii.gz"
    image = nib.load(path)
    t = np.nan_to_num(np.squeeze(image.get_fdata()))
    points = np.argwhere(t != 0) @ image.affine[:3, :3].T + image.affine[:3, 3]
    values = t[t != 0]
    middle = np.median(points, axis=0)
    ventral_posterior = (points[:, 1] < middle[1]) & (points[:, 2] < middle[2])
    best = np.argsort(values)[-100:]
    assert values[best].min() > 3
    assert ventral_posterior[best].mean() > 1.5 * ventral_posterior.mean()


def test_real_clips_give_faces_and_a_contact_sheet(clips: Study) -> None:
    sheet = clips.folder / "results-clips/figures/contact_sheet.png"
    assert sheet.stat().st_size > 10_000
