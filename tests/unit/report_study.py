"""A small finished study, made of synthetic files of every contract, for tests of the report."""

import itertools
import runpy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
from scipy.spatial.distance import pdist

from crossmodal.contracts.clips import Clip, write_clips
from crossmodal.contracts.group_result import CLUSTER_COLUMNS, GroupResult
from crossmodal.contracts.layer_similarity import LayerSimilarity
from crossmodal.contracts.layer_table import LayerTable
from crossmodal.contracts.maps import Maps
from crossmodal.contracts.rdms import ModelRDMs
from crossmodal.contracts.settings import plain
from crossmodal.contracts.stimulus_table import COLUMNS, StimulusTable
from crossmodal.contracts.tables import write_table
from crossmodal.provenance.roots import named
from crossmodal.study.validate import build_study

LAYERS = ("visual_pool4", "visual_dense", "auditory_dense", "crossmodal_dense")
ARMS = ("visual", "visual", "auditory", "cross_modal")
MAP_LAYERS = {
    "visual": "visual_dense", "auditory": "auditory_dense", "cross_modal": "crossmodal_dense"
}  # fmt: skip
REGIMES = ("emotion", "identity")
EMOTIONS = ("neutral", "happy", "angry")
CONFIG = {
    "study": {"name": "synthetic", "results_dir": "results", "seed": 7},
    "simulate": {"clips": {}},
    "stimuli": {"modalities": ["video", "audio"]},
    "families": {"cross_channel": {"regimes": list(REGIMES), "n_seeds": 2}},
    "searchlight": {"radius_mm": 12.0, "distance": "correlation", "comparison": "spearman"},
    "figures": {"map_layers": MAP_LAYERS},
}


class Files(list):
    """Positional and named files, as a script sees its inputs and outputs."""

    def __init__(self, **named: Any) -> None:
        flat = [item if isinstance(item, list) else [item] for item in named.values()]
        super().__init__(itertools.chain(*flat))
        self.named = named
        self.__dict__.update(named)

    def __getitem__(self, key: Any) -> Any:
        return self.named[key] if isinstance(key, str) else super().__getitem__(key)

    def get(self, key: str, default: Any = None) -> Any:
        return self.named.get(key, default)

    def items(self):
        return self.named.items()


def run_script(root: Path, rule: str, script: str, given: dict, made: dict, params: dict) -> None:
    """Run a workflow script as Snakemake would, with a record."""
    record = f"results/provenance/records/{rule}/{params.get('instance', 'all')}.json"
    snakemake = SimpleNamespace(
        rule=rule,
        wildcards=params.get("wildcards", {}),
        input=Files(**given, code=[]),
        output=Files(**made, record=record),
        params=Files(**{k: v for k, v in params.items() if k not in ("instance", "wildcards")}),
        log=[f"results/logs/{rule}.log"],
        threads=1,
    )
    path = root / "workflow/scripts" / script
    runpy.run_path(str(path), init_globals={"snakemake": snakemake})


def stimuli() -> StimulusTable:
    rows = [
        (f"clip-{a}-{e}", "x.mp4", "0" * 64, e, f"{a:02d}", "female" if a % 2 == 0 else "male",
         "1", "strong", "01", "01")
        for a in (1, 2, 3) for e in EMOTIONS
    ]  # fmt: skip
    return StimulusTable(pd.DataFrame(rows, columns=COLUMNS))


def rdms(regime: str, seed: int) -> ModelRDMs:
    rng = np.random.default_rng(seed)
    ids = tuple(stimuli().stimulus_ids)
    values = [pdist(rng.normal(size=(len(ids), 20)), "correlation") for _ in LAYERS]
    return ModelRDMs(
        np.array(values), ids, LAYERS, ARMS, ("ensemble",) * len(LAYERS), "cross_channel", regime
    )


def clips(actor: int) -> list[Clip]:
    rng = np.random.default_rng(actor)
    video = rng.integers(0, 255, (4, 16, 16, 3), dtype=np.uint8)
    return [
        Clip(
            f"clip-{actor}-{emotion}", video[..., 0].copy(), video, 15.0,
            np.zeros((4, 4), np.float32), np.ones(4, np.float32), np.zeros(100, np.float32),
            16000.0, np.ones((6, 5), np.float32),
        )
        for emotion in EMOTIONS
    ]  # fmt: skip


def group(space: str = "MNI152NLin2009aSym", radius_mm: float = 12) -> GroupResult:
    """Per layer a sphere of 0.1 that passes the test, in a shell of 0.04 that does not."""
    affine = np.diag([4.0, 4.0, 4.0, 1.0])
    affine[:3, 3] = (-72, -104, -64)
    shape = (37, 45, 38)
    mm = np.stack(np.meshgrid(*map(np.arange, shape), indexing="ij"), -1) * 4 + affine[:3, 3]
    mask = np.linalg.norm(mm / (65, 85, 70), axis=-1) <= 1
    centres = [(-40, -60, -8), (40, -52, -16), (60, -24, 0), (52, -44, 8)]
    distance_mm = [np.linalg.norm(mm - centre, axis=-1)[mask] for centre in centres]
    near = [one <= radius_mm for one in distance_mm]
    mean = np.stack(
        [0.1 * (d <= radius_mm) + 0.04 * ((d > radius_mm) & (d <= 24)) for d in distance_mm]
    )
    values = {"mean": mean, "t": mean * 80}
    p_fwe = np.where(near, 1 / 256, 0.8)
    values |= {"p_fwe": p_fwe, "p_fwe_all": np.minimum(3 * p_fwe, 1),
               "p_fwe_study": np.minimum(16 * p_fwe, 1)}  # fmt: skip
    maps = {
        name: Maps(data.astype(np.float32), mask, affine, LAYERS, name, space)
        for name, data in values.items()
    }
    clusters = [
        (layer, 1, 1, int(one.sum()), one.sum() * 64.0, *map(float, centre), 8.0, 0.1, 1 / 256,
         0.01, "FFA R", 3.0)
        for layer, one, centre in zip(LAYERS, near, centres, strict=True)
    ]  # fmt: skip
    facts = {
        "test": "sign_flip", "n_participants": 8, "n_permutations": 256, "exact": True,
        "alternative": "greater", "alpha": 0.05, "seed": 7, "smallest_p": 1 / 256,
    }  # fmt: skip
    return GroupResult(maps, pd.DataFrame(clusters, columns=CLUSTER_COLUMNS), facts)


def write_study(root: Path) -> None:
    """Files of a finished study in the current folder, figures and lineage by the real scripts."""
    results = Path("results")
    stimuli().write(results / "stimuli/study.tsv")
    for actor in (1, 2, 3):
        (results / "clips").mkdir(exist_ok=True)
        write_clips(results / "clips" / f"actor-{actor:02d}.h5", clips(actor))
    rows = [(n, a, "dense", "100", 5) for n, a in zip(LAYERS, ARMS, strict=True)]
    frame = pd.DataFrame(rows, columns=["layer", "arm", "kind", "shape", "n_weights"])
    LayerTable(frame).write(results / "network/cross_channel/layers.tsv")
    for seed, regime in enumerate(REGIMES):
        rdms(regime, seed).write(results / f"rdms/cross_channel/{regime}.h5")
        LayerSimilarity(np.eye(len(LAYERS)), LAYERS, ARMS).write(
            results / f"similarity/cross_channel/{regime}.tsv"
        )
        group(radius_mm=12 + 4 * seed).write(results / f"group/cross_channel/{regime}")
    _write_accuracy(results / "tables/accuracy.tsv")
    _draw(root)


def _write_accuracy(path: Path) -> None:
    rows = [
        (r, "cross_validated", s, 9, 0.6 + 0.1 * s, 0.33, 0.65, 0.07, 0.5, 0.8)
        for r in REGIMES for s in (0, 1)
    ]  # fmt: skip
    columns = [
        "regime",
        "kind",
        "seed",
        "n",
        "accuracy",
        "chance",
        "mean",
        "sd",
        "ci_low",
        "ci_high",
    ]
    write_table(pd.DataFrame(rows, columns=columns), path)


def _figure_files(name: str) -> dict[str, str]:
    return {suffix: f"results/figures/{name}.{suffix}" for suffix in ("pdf", "png", "svg")}


def _draw(root: Path) -> None:
    results = "results"
    common = {"n_clips": 9, "n_seeds": 2, "seed": 7, "source": "ensemble"}
    run_script(
        root, "draw_architecture", "draw_architecture.py",
        {"layers": f"{results}/network/cross_channel/layers.tsv"},
        _figure_files("fig1_architecture"), {},
    )  # fmt: skip
    run_script(
        root, "draw_rdms", "draw_rdms.py",
        {
            "rdms": [f"{results}/rdms/cross_channel/{regime}.h5" for regime in REGIMES],
            "stimuli": f"{results}/stimuli/study.tsv",
        },
        _figure_files("fig2_rdms"),
        {"regimes": list(REGIMES), "layers": list(LAYERS)} | common,
    )  # fmt: skip
    run_script(
        root, "draw_layer_similarity", "draw_layer_similarity.py",
        {"similarity": [f"{results}/similarity/cross_channel/{one}.tsv" for one in REGIMES]},
        _figure_files("fig3_layer_similarity"),
        {"regimes": list(REGIMES), "method": "pearson"} | common,
    )  # fmt: skip
    figures = ("fig1_architecture", "fig2_rdms", "fig3_layer_similarity")
    records = sorted(str(path) for path in Path(results, "provenance/records").rglob("*.json"))
    files = [path for name in figures for path in _figure_files(name).values()]
    run_script(
        root, "write_lineage", "write_lineage.py",
        {"records": records, "tables": [f"{results}/tables/accuracy.tsv"]},
        {
            "sidecars": [f"{results}/figures/{name}.prov.json" for name in figures],
            "seals": f"{results}/provenance/seals.json",
            "dictionaries": [f"{results}/tables/accuracy.json"],
        },
        {
            "figure_files": files, "temporary": [],
            "config": named(plain(build_study(CONFIG))),
        },
    )  # fmt: skip
