"""Every contract: what is written is read back, in documented shapes; anything else is refused."""

import pkgutil
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from crossmodal import contracts
from crossmodal.contracts.clips import read_clips, write_clips
from crossmodal.contracts.errors import InputError
from crossmodal.contracts.group_result import FACTS
from crossmodal.contracts.training import FitHistory, Predictions
from tests.contracts import examples
from tests.contracts.examples import EXAMPLES

# Not artefacts of their own: helpers, and what the user gives (tested beside their readers).
OTHERS = {"atlas", "atomic", "errors", "layer_names", "reading", "rois", "mel_scale", "rdm_file"}
OTHERS |= {"actor_files", "braces", "clip_table", "model_table", "names", "settings", "tables"}
OTHERS |= {
    "participant_maps",
    "corrections",
    "foreign_features",
    "foreign_rdms",
    "name_list",
    "stored_arrays",
}
OTHERS |= {"statmaps", "statmap_names", "map_table", "dictionary"}
# Where a reader got its content from is part of its messages, not of the content.
ORIGIN = {"source", "name"}


def write(kind: str, artefact: Any, path: Path) -> None:
    write_clips(path, [artefact]) if kind == "clips" else artefact.write(path)


def read(kind: str, artefact: Any, path: Path) -> Any:
    if kind == "clips":
        return next(read_clips(path))
    if kind == "group_result":
        return type(artefact).read(path, list(artefact.maps))
    several = kind in ("affect_labels", "planted_features")
    return type(artefact).read([path] if several else path)


def assert_same(got: Any, expected: Any) -> None:
    """Equal in type, shape and value, to any depth."""
    if is_dataclass(expected):
        for field in fields(expected):
            if field.name not in ORIGIN:
                assert_same(getattr(got, field.name), getattr(expected, field.name))
    elif isinstance(expected, pd.DataFrame):
        pd.testing.assert_frame_equal(got, expected, check_dtype=False)
    elif isinstance(expected, np.ndarray):
        assert got.dtype == expected.dtype
        np.testing.assert_array_equal(got, expected)
    elif isinstance(expected, dict):
        assert set(got) == set(expected)
        for key in expected:
            assert_same(got[key], expected[key])
    elif isinstance(expected, list | tuple) and expected and is_dataclass(expected[0]):
        for one, other in zip(got, expected, strict=True):
            assert_same(one, other)
    else:
        assert got == expected


def test_every_contract_has_an_example() -> None:
    modules = {module.name for module in pkgutil.iter_modules(contracts.__path__)}
    assert modules == set(EXAMPLES) | OTHERS


@pytest.mark.parametrize("kind", EXAMPLES)
def test_what_is_written_is_read_back(kind: str, tmp_path: Path) -> None:
    example, name = EXAMPLES[kind]
    write(kind, example(), tmp_path / name)
    assert_same(read(kind, example(), tmp_path / name), example())


@pytest.mark.parametrize("kind", EXAMPLES)
def test_the_same_content_gives_the_same_bytes(kind: str, tmp_path: Path) -> None:
    example, name = EXAMPLES[kind]
    for folder in ("once", "again"):
        (tmp_path / folder).mkdir()
        write(kind, example(), tmp_path / folder / name)
    written = [sorted((tmp_path / folder).rglob("*")) for folder in ("once", "again")]
    for one, other in zip(*written, strict=True):
        assert one.is_dir() or one.read_bytes() == other.read_bytes(), one.name


@pytest.mark.parametrize("kind", EXAMPLES)
def test_a_damaged_file_is_one_error_that_names_it(kind: str, tmp_path: Path) -> None:
    example, name = EXAMPLES[kind]
    path = tmp_path / name
    if kind == "group_result":
        path.mkdir()
    else:
        path.write_bytes(b"\x00 not what it should be")
    with pytest.raises(InputError, match=name.split(".")[0]):
        read(kind, example(), path)


HALF = np.float32(0.5)
WRONG: list[tuple[Callable[..., Any], dict[str, Any], str]] = [
    (examples.clip, {"video_grey": np.zeros((2, 4, 4), np.float32)}, "video_grey: expected uint8"),
    (examples.clip, {"video_rgb": np.zeros((3, 5, 5, 3), np.uint8)}, r"video_rgb: .*\(2, None"),
    (examples.clip, {"face_box_px": np.zeros((2, 3), np.float32)}, r"face_box_px: .*\(2, 4\)"),
    (examples.clip, {"detection_score": None}, "detection_score: .* got nothing"),
    (examples.clip, {"frame_rate_hz": 0}, "frame_rate_hz: expected a positive number"),
    (examples.clip, {"audio": np.zeros((3, 2), np.float32)}, "audio: expected float32"),
    (examples.clip, {"mel_power": np.zeros(4, np.float32)}, "mel_power: expected float32"),
    (examples.clip, {"sample_rate_hz": None}, "sample_rate_hz: expected a positive number"),
    (examples.clip, {"video_grey": None, "audio": None}, "modalities: expected video or audio"),
    (examples.betas, {"betas": np.zeros((2, 2, 3))}, r"betas: expected float32 \(run, condition"),
    (examples.betas, {"run_ids": ("1",)}, "run_ids: expected 2"),
    (examples.betas, {"condition_ids": ("a", "a")}, "condition_ids: expected each id once"),
    (examples.betas, {"mask": np.ones((1, 2, 2), bool)}, "mask: expected bool, 3-D, 3 voxels"),
    (examples.betas, {"residual_variance": np.ones((1, 3))}, r"residual_variance: .*\(2, 3\)"),
    (examples.betas, {"affine": np.zeros((4, 4))}, "affine: expected an invertible"),
    (examples.model_rdms, {"dissimilarities": np.zeros((2, 4))}, r"shape \(2, 3\)"),
    (examples.model_rdms, {"arms": ("visual",)}, "arms: expected 2 entries"),
    (examples.model_rdms, {"sources": ()}, "sources: expected 2 entries"),
    (examples.model_rdms, {"measures": ("category",)}, "measures: expected 2 entries"),
    (examples.model_rdms, {"dissimilarities": np.full((2, 3), np.nan)}, "visual_conv1: .*finite"),
    (examples.roi_rdms, {"dissimilarities": np.zeros((2, 3, 3))}, r"shape \(2, 2, 3\)"),
    (examples.roi_rdms, {"n_voxels": np.ones(2, int)}, r"n_voxels: expected shape \(2, 2\)"),
    (examples.roi_rdms, {"dissimilarities": np.full((2, 2, 3), np.inf)}, "FFA of sub-01: .*finite"),
    (examples.layer_similarity, {"matrix": np.eye(3)}, r"matrix: expected shape \(2, 2\)"),
    (examples.layer_similarity, {"matrix": np.array([[1, 0], [HALF, 1]])}, "a symmetric matrix"),
    (examples.layer_similarity, {"matrix": np.array([[1, 2], [2, 1]])}, r"values in \[-1, 1\]"),
    (examples.maps, {"values": np.zeros((1, 4), np.float32)}, r"values: expected shape \(1, 3\)"),
    (examples.group_result, {"facts": dict.fromkeys(FACTS[1:], 1)}, "facts: .*no .*test"),
    (examples.group_result, {"clusters": pd.DataFrame({"layer": []})}, "clusters: .*no .*cluster"),
    (
        examples.group_result,
        {"maps": {"p_fwe": examples.maps(values=np.full((1, 3), 2, np.float32))}},
        r"p_fwe: expected p in \[0, 1\]",
    ),
    (
        examples.group_result,
        {"maps": {"a": examples.maps(), "b": examples.maps(mask=np.ones((1, 1, 3), bool),
                  names=("x", "y"), values=np.zeros((2, 3), np.float32))}},
        "maps: expected one shape",
    ),
    (examples.layer_table, {"arm": ["visual", "smell"]}, "arm: expected one of .*smell"),
    (examples.layer_table, {"layer": ["x", "x"]}, "layer: expected each layer once, got 'x' twice"),
    (examples.layer_table, {"shape": ["64x", "1"]}, "shape: expected sizes such as"),
    (examples.stimulus_table, {"stimulus_id": ["a", "a"]}, "each id once, got 'a' twice"),
    (examples.affect_labels, {"valence": [0, 2, 0]}, r"a, frame 1, valence: .*\[-1, 1\], got 2"),
    (examples.affect_labels, {"frame": [0, 2, 0]}, "a, frame: expected 0 to 1"),
    (examples.planted_features, {"visual_brow": [0, np.nan]}, "visual_.*: expected finite"),
    (examples.class_scores, {"scores": np.eye(3)}, r"scores: expected shape \(2, 2\)"),
    (examples.class_scores, {"scores": np.ones((2, 2))}, "scores: expected rows >= 0 that sum to"),
    (examples.class_scores, {"labels": ("angry", "sad")}, "labels: expected among .*sad"),
    (examples.run_quality, {"carpet": np.zeros((2, 3))}, "carpet: expected int8"),
    (examples.run_quality, {"depth_mm": np.zeros(3)}, "depth_mm: expected one value a row, 2"),
    (examples.run_quality, {"tsnr": np.zeros(3)}, r"tsnr: expected \(x, y, z\)"),
    (examples.weights, {"tensors": {}}, "tensors: expected at least one"),
    (examples.weights, {"meta": {"model": "x"}}, "metadata: expected .*no .*regime"),
]  # fmt: skip


@pytest.mark.parametrize(("example", "changes", "message"), WRONG)
def test_other_shapes_and_units_are_refused(
    example: Callable[..., Any], changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        example(**changes)


def test_a_training_without_its_metrics_is_refused() -> None:
    with pytest.raises(InputError, match="fold-0: epochs: expected .*no .*train_loss"):
        FitHistory("fold-0", 4, 2, 0, [{"epoch": 0}])


def test_predictions_of_other_lengths_are_refused() -> None:
    with pytest.raises(InputError, match="lengths: expected one positive length"):
        Predictions("in_sample", "", ["a", "b"], ["angry"], ["angry"])
