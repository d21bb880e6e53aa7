"""What the finished study's files hold: documented shapes, and units that make physical sense."""

from pathlib import Path

import numpy as np
import pytest

from crossmodal.contracts.affect_labels import AffectLabels
from crossmodal.contracts.betas import Betas
from crossmodal.contracts.clips import read_clips
from crossmodal.contracts.layer_similarity import LayerSimilarity
from crossmodal.contracts.layer_table import LayerTable
from crossmodal.contracts.maps import Maps
from crossmodal.contracts.planted_features import PlantedFeatures
from crossmodal.contracts.rdms import ModelRDMs
from crossmodal.contracts.roi_rdms import RoiRDMs
from crossmodal.contracts.stimulus_table import StimulusTable
from crossmodal.contracts.training import Training
from crossmodal.contracts.weights import Weights
from tests.workflow.study import Study

pytestmark = pytest.mark.workflow
N_STIMULI = 72
N_PARTICIPANTS = 6
# What config/test.yaml asks of the simulator.
DURATION_S, FRAME_RATE_HZ, WIDTH_PX, HEIGHT_PX, SAMPLE_RATE_HZ = 3.0, 15, 320, 180, 16000
VOXEL_SIZE_MM = 4.0


@pytest.fixture(scope="module")
def results(pristine_study: Study) -> Path:
    return pristine_study.folder / "results-test"


def files(results: Path, pattern: str, at_least: int = 1) -> list[Path]:
    found = sorted(results.glob(pattern))
    assert len(found) >= at_least, pattern
    return found


def test_clips_are_in_seconds_hertz_and_pixels(results: Path) -> None:
    for path in files(results, "clips/actor-*.h5", at_least=10):
        for clip in read_clips(path):
            assert clip.frame_rate_hz == FRAME_RATE_HZ
            assert clip.sample_rate_hz == SAMPLE_RATE_HZ
            seconds = len(clip.video_grey) / clip.frame_rate_hz
            assert seconds == pytest.approx(DURATION_S, abs=2 / FRAME_RATE_HZ)
            assert len(clip.audio) / clip.sample_rate_hz == pytest.approx(seconds, abs=0.1)
            left, top, right, bottom = clip.face_box_px.T
            assert (left < right).all()
            assert (top < bottom).all()
            # A margin around the face may leave the frame, its centre may not.
            assert ((left + right) / 2 < WIDTH_PX).all()
            assert ((top + bottom) / 2 < HEIGHT_PX).all()
            assert np.abs(clip.audio).max() <= 1
            assert clip.mel_power.min() >= 0
            assert clip.video_grey.std() > 5  # a picture, not a blank


def test_the_conditions_are_the_same_72_clips_in_the_same_order_everywhere(results: Path) -> None:
    ids = tuple(StimulusTable.read(results / "stimuli/study.tsv").stimulus_ids)
    assert len(ids) == N_STIMULI
    for path in files(results, "rdms/*/*.h5", at_least=5):
        assert ModelRDMs.read(path).stimulus_ids == ids, path.name
    for path in files(results, "betas/sub-*.h5", at_least=N_PARTICIPANTS):
        assert Betas.read(path).condition_ids == ids, path.name
    assert RoiRDMs.read(*files(results, "roi/*rdms*.h5")).stimulus_ids == ids


def test_rdms_of_layers_are_correlation_distances(results: Path) -> None:
    for path in files(results, "rdms/cross_channel/*.h5"):
        dissimilarities = ModelRDMs.read(path).dissimilarities
        assert dissimilarities.min() >= 0
        assert dissimilarities.max() <= 2


def test_layers_are_the_table_s_and_their_similarity_is_a_correlation(results: Path) -> None:
    table = LayerTable.read(results / "network/cross_channel/layers.tsv")
    assert len(table.layers) == 29
    for path in files(results, "similarity/cross_channel/*.tsv"):
        if not path.stem.endswith("_seeds"):
            similarity = LayerSimilarity.read(path)
            assert list(similarity.layers) == table.layers
            np.testing.assert_allclose(np.diag(similarity.matrix), 1, atol=1e-6)


def test_betas_lie_on_the_analysis_grid_in_mm(results: Path) -> None:
    grids = []
    for path in files(results, "betas/sub-*.h5", at_least=N_PARTICIPANTS):
        betas = Betas.read(path)
        sizes_mm = np.linalg.norm(betas.affine[:3, :3], axis=0)
        np.testing.assert_allclose(sizes_mm, VOXEL_SIZE_MM)
        assert betas.space.startswith("MNI152")
        brain_ml = betas.mask.sum() * VOXEL_SIZE_MM**3 / 1000
        assert 1000 < brain_ml < 2500  # a human brain
        assert np.isfinite(betas.betas).all()
        assert (betas.residual_variance >= 0).all()
        grids.append(betas.affine)
    assert all(np.array_equal(grid, grids[0]) for grid in grids)


def test_searchlight_maps_are_fisher_z_on_the_betas_grid(results: Path) -> None:
    for path in files(results, "searchlight/cross_channel/*/sub-*.nii.gz"):
        maps = Maps.read(path)
        assert maps.quantity.startswith("Fisher z")
        betas = Betas.read(results / "betas" / path.name.replace(".nii.gz", ".h5"))
        np.testing.assert_allclose(maps.affine, betas.affine)
        assert not (maps.mask & ~betas.mask).any()
        assert np.nanmax(np.abs(np.tanh(maps.values))) < 1


def test_roi_rdms_count_voxels_that_fit_into_their_spheres(results: Path) -> None:
    rdms = RoiRDMs.read(*files(results, "roi/*rdms*.h5"))
    assert len(rdms.participants) == N_PARTICIPANTS
    biggest_sphere_ml = 4 / 3 * np.pi * 2.0**3  # of both hemispheres together, generously
    assert (rdms.n_voxels > 0).all()
    assert rdms.n_voxels.max() * VOXEL_SIZE_MM**3 / 1000 < 2 * biggest_sphere_ml


def test_trainings_and_weights_belong_together(results: Path) -> None:
    for path in files(results, "network/cross_channel/*/seed-*/weights.safetensors"):
        weights, training = Weights.read(path), Training.read(path.parent / "training.json")
        assert weights.meta["classes"] == training.classes
        assert all(0 <= item.accuracy <= 1 for item in training.predictions)
        assert all(np.isfinite(tensor).all() for tensor in weights.tensors.values())


def test_the_simulator_s_truth_is_complete(results: Path) -> None:
    paths = files(results, "simulated/truth/actor-*_features.tsv")
    features = PlantedFeatures.read(paths)
    study = StimulusTable.read(results / "stimuli/study.tsv").stimulus_ids
    assert set(study) <= set(features.stimulus_ids)
    labels = AffectLabels.read([results / "simulated/truth/affect.csv"])
    assert labels.has_truth
    n_frames = int(DURATION_S * FRAME_RATE_HZ)
    assert labels.of_clip(study[0], n_frames).shape == (n_frames, 2)
