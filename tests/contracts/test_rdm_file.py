"""RDM files are rsatoolbox's: the same bytes, and each reads what the other writes."""

from pathlib import Path

import numpy as np
import pytest
import rsatoolbox

from crossmodal.contracts.errors import InputError
from crossmodal.contracts.rdm_file import RdmFile
from crossmodal.contracts.rdms import ModelRDMs
from tests.contracts.examples import model_rdms, roi_rdms

SHORT_AND_LONG = ("a", "a-longer-name", "b")


def toolbox_rdms(rdms: ModelRDMs) -> rsatoolbox.rdm.RDMs:
    return rsatoolbox.rdm.RDMs(
        rdms.dissimilarities,
        dissimilarity_measure="correlation",
        descriptors={"model": rdms.model, "regime": rdms.regime},
        rdm_descriptors={
            "layer": list(rdms.layers),
            "arm": list(rdms.arms),
            "source": list(rdms.sources),
        },
        pattern_descriptors={"stimulus_id": list(rdms.stimulus_ids)},
    )


@pytest.mark.parametrize("n_rdms", [1, 2])
def test_bytes_of_model_rdms_are_rsatoolboxs(tmp_path: Path, n_rdms: int) -> None:
    rdms = model_rdms(stimulus_ids=SHORT_AND_LONG)
    rdms = rdms if n_rdms == 2 else rdms.select("ensemble")
    rdms.write(tmp_path / "ours.h5")
    toolbox_rdms(rdms).save(str(tmp_path / "theirs.h5"), file_type="hdf5")
    assert (tmp_path / "ours.h5").read_bytes() == (tmp_path / "theirs.h5").read_bytes()


def test_rsatoolbox_reads_roi_rdms_with_their_numbers_of_voxels(tmp_path: Path) -> None:
    rdms = roi_rdms()
    rdms.write(tmp_path / "roi.h5")
    found = rsatoolbox.rdm.load_rdm(str(tmp_path / "roi.h5"))
    np.testing.assert_array_equal(found.dissimilarities, rdms.dissimilarities.reshape(4, 3))
    assert found.dissimilarity_measure == "correlation"
    assert list(found.rdm_descriptors["participant"]) == ["01", "01", "02", "02"]
    assert list(found.rdm_descriptors["roi"]) == ["FFA", "STG", "FFA", "STG"]
    assert list(found.rdm_descriptors["n_voxels"]) == [3, 4, 5, 6]
    assert list(found.pattern_descriptors["stimulus_id"]) == ["a", "b", "c"]


def test_what_rsatoolbox_writes_is_read(tmp_path: Path) -> None:
    rdms, path = model_rdms(stimulus_ids=SHORT_AND_LONG), tmp_path / "theirs.h5"
    toolbox_rdms(rdms).save(str(path), file_type="hdf5")
    found = ModelRDMs.read(path)
    np.testing.assert_array_equal(found.dissimilarities, rdms.dissimilarities)
    for field in ("stimulus_ids", "layers", "arms", "sources", "model", "regime"):
        assert getattr(found, field) == getattr(rdms, field)


@pytest.mark.parametrize(
    ("measures", "of_file"),
    [((), "correlation"), (("category",) * 2, "category"), (("cosine", "category"), "mixed")],
)
def test_a_file_says_how_its_rdms_were_made(
    tmp_path: Path, measures: tuple[str, ...], of_file: str
) -> None:
    rdms = model_rdms(measures=measures)
    rdms.write(tmp_path / "ours.h5")
    found = rsatoolbox.rdm.load_rdm(str(tmp_path / "ours.h5"))
    assert found.dissimilarity_measure == of_file
    assert ("measure" in found.rdm_descriptors) == (of_file == "mixed")
    assert ModelRDMs.read(tmp_path / "ours.h5").measures == rdms.measures
    assert rdms.select("ensemble").measures == rdms.measures[1:]


def test_a_file_without_a_column_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.h5"
    RdmFile(
        np.zeros((1, 1)), "correlation", {"model": "m", "regime": "r"}, {"layer": ["a"]},
        {"stimulus_id": ["a", "b"]},
    ).write(path)  # fmt: skip
    with pytest.raises(InputError, match="x.h5: content: expected RDMs.*got KeyError: 'arm'"):
        ModelRDMs.read(path)
