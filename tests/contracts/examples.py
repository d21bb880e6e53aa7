"""One small valid example of every artefact that a contract describes."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from crossmodal.contracts.affect_labels import AffectLabels
from crossmodal.contracts.betas import Betas
from crossmodal.contracts.class_scores import ClassScores
from crossmodal.contracts.clips import Clip
from crossmodal.contracts.group_result import CLUSTER_COLUMNS, FACTS, GroupResult
from crossmodal.contracts.layer_similarity import LayerSimilarity
from crossmodal.contracts.layer_table import LayerTable
from crossmodal.contracts.maps import Maps
from crossmodal.contracts.planted_features import PlantedFeatures
from crossmodal.contracts.rdms import ModelRDMs
from crossmodal.contracts.roi_rdms import RoiRDMs
from crossmodal.contracts.run_quality import RunQuality
from crossmodal.contracts.stimulus_table import COLUMNS, StimulusTable
from crossmodal.contracts.trained_table import TrainedTable
from crossmodal.contracts.training import FitHistory, Predictions, Training
from crossmodal.contracts.weights import Weights

AFFINE = np.array([[-3.0, 0, 0, 90], [0, 3, 0, -126], [0, 0, 3, -72], [0, 0, 0, 1]])
MASK = np.array([[[True, False], [True, True]]])
EPOCH = {"epoch": 0, "train_loss": 1.5, "train_accuracy": 0.25, "learning_rate": 0.001}


def class_scores(**changes: Any) -> ClassScores:
    fields = {
        "stimulus_ids": ("a", "b"),
        "labels": ("angry", "happy"),
        "classes": ("angry", "happy"),
        "scores": np.array([[0.75, 0.25], [0.5, 0.5]]),
    }
    return ClassScores(**fields | changes)


def clip(**changes: Any) -> Clip:
    fields = {
        "stimulus_id": "a",
        "video_grey": np.arange(2 * 4 * 4, dtype=np.uint8).reshape(2, 4, 4),
        "video_rgb": np.arange(2 * 5 * 5 * 3, dtype=np.uint8).reshape(2, 5, 5, 3),
        "frame_rate_hz": 25.0,
        "face_box_px": np.array([[1, 2, 30, 40], [1, 2, 31, 41]], dtype=np.float32),
        "detection_score": np.array([0.5, np.nan], dtype=np.float32),
        "audio": np.array([0.0, 0.25, -0.25], dtype=np.float32),
        "sample_rate_hz": 16000.0,
        "mel_power": np.ones((4, 2), dtype=np.float32),
    }
    return Clip(**fields | changes)


def betas(**changes: Any) -> Betas:
    fields = {
        "betas": np.arange(12, dtype=np.float32).reshape(2, 2, 3),
        "mask": MASK,
        "affine": AFFINE,
        "condition_ids": ("a", "b"),
        "run_ids": ("1", "2"),
        "residual_variance": np.ones((2, 3), dtype=np.float32),
        "space": "native",
        "name": "Betas x.h5",
    }
    return Betas(**fields | changes)


def model_rdms(**changes: Any) -> ModelRDMs:
    fields = {
        "dissimilarities": np.array([[0.5, 1.0, 1.5], [1.0, 2.0, 0.0]]),
        "stimulus_ids": ("a", "b", "c"),
        "layers": ("visual_conv1", "auditory_conv1"),
        "arms": ("visual", "auditory"),
        "sources": ("seed-0", "ensemble"),
        "model": "cross_channel",
        "regime": "emotion",
    }
    return ModelRDMs(**fields | changes)


def roi_rdms(**changes: Any) -> RoiRDMs:
    fields = {
        "dissimilarities": np.arange(12, dtype=np.float64).reshape(2, 2, 3),
        "stimulus_ids": ("a", "b", "c"),
        "participants": ("01", "02"),
        "regions": ("FFA", "STG"),
        "n_voxels": np.array([[3, 4], [5, 6]]),
        "distance": "correlation",
    }
    return RoiRDMs(**fields | changes)


def layer_similarity(**changes: Any) -> LayerSimilarity:
    fields = {
        "matrix": np.array([[1.0, -0.5], [-0.5, 1.0]]),
        "layers": ("visual_conv1", "auditory_conv1"),
        "arms": ("visual", "auditory"),
    }
    return LayerSimilarity(**fields | changes)


def maps(**changes: Any) -> Maps:
    fields = {
        "values": np.array([[0.25, 0.5, 1.0]], dtype=np.float32),
        "mask": MASK,
        "affine": AFFINE,
        "names": ("visual_conv1",),
        "quantity": "Fisher z of Spearman correlation",
        "space": "native",
    }
    return Maps(**fields | changes)


def group_result(**changes: Any) -> GroupResult:
    cluster = dict.fromkeys(CLUSTER_COLUMNS, 1.0) | {"layer": "visual_conv1", "label": "FFA R"}
    fields = {
        "maps": {"mean": maps(), "p_fwe": maps(quantity="p")},
        "clusters": pd.DataFrame([cluster]),
        "facts": dict.fromkeys(FACTS, 1),
    }
    return GroupResult(**fields | changes)


def run_quality(**changes: Any) -> RunQuality:
    fields = {
        "carpet": np.array([[-127, 0, 127], [1, 2, 3]], dtype=np.int8),
        "depth_mm": np.array([1.5, 20.0], dtype=np.float32),
        "tsnr": np.full((2, 2, 2), 50, dtype=np.float32),
    }
    return RunQuality(**fields | changes)


def table(columns: dict[str, list]) -> pd.DataFrame:
    return pd.DataFrame(columns)


def layer_table(**changes: Any) -> LayerTable:
    columns = {
        "layer": ["visual_conv1", "visual_dense"],
        "arm": ["visual", "visual"],
        "kind": ["conv", "dense"],
        "shape": ["64x32x32", "100"],
        "n_weights": [640, 51300],
    }
    return LayerTable(table(columns | changes), "LayerTable")


def stimulus_table(**changes: Any) -> StimulusTable:
    columns = {name: [f"{name} 1", f"{name} 2"] for name in COLUMNS}
    return StimulusTable(table(columns | changes), "StimulusTable")


def affect_labels(**changes: Any) -> AffectLabels:
    columns = {
        "stimulus_id": ["a", "a", "b"],
        "frame": [0, 1, 0],
        "valence": [-1.0, 0.5, 1.0],
        "arousal": [0.0, 0.25, -0.25],
    }
    return AffectLabels(table(columns | changes))


def planted_features(**changes: Any) -> PlantedFeatures:
    columns = {
        "stimulus_id": ["a", "b"],
        "emotion": ["angry", "happy"],
        "visual_brow": [0.25, 0.5],
        "vocal_pitch_hz": [200.0, 250.0],
    }
    return PlantedFeatures(table(columns | changes))


def training(**changes: Any) -> Training:
    fields = {
        "model": "cross_channel",
        "regime": "emotion",
        "seed": 0,
        "stage": "tuned",
        "classes": ["angry", "happy"],
        "config": {"epochs": 1},
        "fits": [FitHistory("fold-0", 4, 2, 0, [EPOCH])],
        "predictions": [Predictions("cross_validated", "0", ["a"], ["angry"], ["happy"], 0.5)],
    }
    return Training(**fields | changes)


def trained_table(**changes: Any) -> TrainedTable:
    columns = {
        "seed": [0, 1],
        "fit": ["visual", "final"],
        "n_train": [60, 60],
        "n_right": [9, 48],
        "chance": [0.25, 0.25],
        "p": [0.75, 0.0001],
        "at_chance": [True, False],
        "left_out": [True, False],
    }
    return TrainedTable(table(columns | changes))


def weights(**changes: Any) -> Weights:
    meta = {
        "model": "cross_channel",
        "regime": "emotion",
        "seed": 0,
        "stage": "tuned",
        "classes": ["angry", "happy"],
        "modalities": ["video", "audio"],
        "architecture": {"n_frames": 1},
    }
    fields = {"tensors": {"dense.weight": np.eye(2, dtype=np.float32)}, "meta": meta}
    return Weights(**fields | changes)


# module of crossmodal.contracts -> (valid example, name of the file or folder it is written to)
EXAMPLES: dict[str, tuple[Callable[..., Any], str]] = {
    "affect_labels": (affect_labels, "labels.csv"),
    "betas": (betas, "x.h5"),
    "class_scores": (class_scores, "x.tsv"),
    "clips": (clip, "x.h5"),
    "group_result": (group_result, "group"),
    "layer_similarity": (layer_similarity, "x.tsv"),
    "layer_table": (layer_table, "x.tsv"),
    "maps": (maps, "x.nii.gz"),
    "planted_features": (planted_features, "x.tsv"),
    "rdms": (model_rdms, "x.h5"),
    "roi_rdms": (roi_rdms, "x.h5"),
    "run_quality": (run_quality, "x.h5"),
    "stimulus_table": (stimulus_table, "x.tsv"),
    "trained_table": (trained_table, "x.tsv"),
    "training": (training, "x.json"),
    "weights": (weights, "x.safetensors"),
}
