"""The affect3d family: network, labels, importers, windows, errors, predictive spread."""

import json
from dataclasses import asdict
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from crossmodal import cli
from crossmodal.contracts.affect_labels import AffectLabels
from crossmodal.contracts.errors import InputError
from crossmodal.contracts.weights import Weights
from crossmodal.families.affect3d.circumplex import circumplex_labels, read_circumplex
from crossmodal.families.affect3d.experiment import (
    blank_network,
    networks_of,
    predictions_of,
    restored,
    validation_actors,
)
from crossmodal.families.affect3d.importers import import_afew_va, import_traces
from crossmodal.families.affect3d.layers import (
    MEASURES,
    PLANE,
    describe_layers,
    layer_rdms,
    plane_rdm,
)
from crossmodal.families.affect3d.network import Affect3d, Affect3dConfig, n_published_weights
from crossmodal.families.affect3d.relevance import relevance
from crossmodal.families.affect3d.training import combine, coverage_table, rmse_table
from crossmodal.families.affect3d.windows import cut_windows, load_clips, thinned
from crossmodal.families.layers import family_rdms
from crossmodal.simulate.encoding import write_mp4
from tests.unit.mrpn_clips import write_set

META = ("model", "regime", "stage", "classes", "modalities")
SMALL = Affect3dConfig(width=0.0625, image_px=16)
CPU = torch.device("cpu")


def labels_frame(n_frames: int = 16, **clips: tuple[float, float]) -> pd.DataFrame:
    parts = [
        {"stimulus_id": name.replace("_", "-"), "frame": i, "valence": v, "arousal": a}
        for name, (v, a) in clips.items()
        for i in range(n_frames)
    ]
    return pd.DataFrame(parts)


# --- network -------------------------------------------------------------------------------


def test_published_size() -> None:
    network = Affect3d(Affect3dConfig())
    assert n_published_weights(network) == 3_096_578
    maps = Affect3d(Affect3dConfig(image_px=32)).feature_maps(torch.zeros(1, 3, 16, 32, 32))
    assert maps.shape == (1, 128, 2, 4, 4)


def test_output_lies_in_the_plane() -> None:
    torch.manual_seed(0)
    affect = Affect3d(SMALL)(100 * torch.randn(5, 3, 16, 16, 16))
    assert affect.shape == (5, 2)
    assert affect.abs().max() <= 1


def test_blocks_are_layer_normalised() -> None:
    torch.manual_seed(0)
    block = Affect3d(SMALL).blocks[0]
    x = torch.randn(2, 3, 16, 16, 16)
    *_, (name, normalised) = block.layers(x)
    assert name == "norm"
    flat = normalised.flatten(1)
    torch.testing.assert_close(flat.mean(1), torch.zeros(2), atol=1e-5, rtol=0)
    torch.testing.assert_close(flat.std(1, correction=0), torch.ones(2), atol=1e-2, rtol=0)
    torch.testing.assert_close(block(x), normalised)


def test_layer_table_counts_all_weights() -> None:
    network = Affect3d(SMALL)
    table = describe_layers(network).frame
    assert table.n_weights.sum() == sum(p.numel() for p in network.parameters())
    assert table.layer.tolist()[-2:] == ["visual_average", PLANE]


@pytest.mark.parametrize(
    ("config", "message"),
    [({"width": 0}, "width: expected at least 0.01"), ({"image_px": 20}, "a multiple of 8")],
)
def test_bad_size(config: dict, message: str) -> None:
    with pytest.raises(InputError, match=message):
        Affect3dConfig(**config)


def test_weights_of_another_shape_name_the_layer() -> None:
    tensors = {k: v.numpy() for k, v in Affect3d(Affect3dConfig(0.125, 16)).state_dict().items()}
    meta = dict.fromkeys(("model", "regime", "seed", "stage", "classes", "modalities"), "x")
    weights = Weights(tensors, meta | {"architecture": {"width": 0.0625, "image_px": 16}})
    with pytest.raises(InputError, match="layer blocks.0.convolve.weight"):
        restored(weights)


def test_relevance_is_a_share_of_the_largest_and_ignores_dead_input() -> None:
    torch.manual_seed(0)
    network = Affect3d(SMALL)
    windows = torch.randn(2, 3, 16, 16, 16)
    maps = relevance(network, windows, 0)
    assert maps.shape == (2, 16, 16, 16)
    assert maps.min() >= 0
    assert maps.max() <= 1
    with torch.no_grad():
        network.readout.weight.zero_()
    assert relevance(network, windows, 1).abs().max() == 0


# --- labels --------------------------------------------------------------------------------


def test_labels_round_trip(tmp_path: Path) -> None:
    labels = AffectLabels(labels_frame(x=(0.5, -0.25), y=(-1.0, 1.0)))
    labels.write(tmp_path / "a.csv")
    read = AffectLabels.read([tmp_path / "a.csv"])
    np.testing.assert_allclose(read.of_clip("y", 16), np.tile([-1.0, 1.0], (16, 1)))
    assert not read.has_truth


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda f: f.drop(columns="valence"), "columns: expected"),
        (lambda f: f.assign(arousal=1.5), r"x, frame 0, arousal: expected a value in \[-1, 1\]"),
        (lambda f: f.assign(valence=np.nan), r"x, frame 0, valence: expected a value in \[-1, 1\]"),
        (lambda f: f.drop(index=3), "x, frame: expected 0 to 14, got 15 rows up to frame 15"),
    ],
)
def test_bad_labels(change, message: str) -> None:
    with pytest.raises(InputError, match=message):
        AffectLabels(change(labels_frame(x=(0.0, 0.0))))


def test_labels_shorter_than_the_video() -> None:
    labels = AffectLabels(labels_frame(n_frames=10, x=(0.0, 0.0)))
    with pytest.raises(InputError, match="x: expected labels of 16 frames, got 10"):
        labels.of_clip("x", 16)
    with pytest.raises(InputError, match="y: expected labels of 16 frames, got none"):
        labels.of_clip("y", 16)


def test_afew_va_import(tmp_path: Path) -> None:
    frames = {"00000": {"valence": -2.0, "arousal": 10.0}, "00001": {"valence": 3, "arousal": 0}}
    path = tmp_path / "001.json"
    path.write_text(json.dumps({"video_id": "001", "frames": frames}))
    expected = [[-0.2, 1.0], [0.3, 0.0]]
    np.testing.assert_allclose(import_afew_va(path).of_clip("001", 2), expected, rtol=1e-6)


def test_afew_va_frames_are_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    frames = {str(n): {"valence": n - 5, "arousal": 0} for n in reversed(range(12))}
    path = tmp_path / "001.json"
    path.write_text(json.dumps({"frames": frames}))
    expected = (np.arange(12) - 5) / 10
    np.testing.assert_allclose(import_afew_va(path).of_clip("001", 12)[:, 0], expected, rtol=1e-6)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("no json", "AFEW-VA JSON with 'frames'"),
        ('{"x": 1}', "AFEW-VA JSON with 'frames'"),
        ('{"frames": {}}', "frames: expected at least one"),
        ('{"frames": {"00000": {"valence": 1}}}', "frame 00000: expected arousal"),
        ('{"frames": {"00000": {"valence": 11, "arousal": 0}}}', r"value in \[-1, 1\], got 1.1"),
        ('{"frames": {"00000": 3}}', "frame 00000: expected valence and arousal, got 3"),
        (
            '{"frames": {"00000": {"valence": null, "arousal": 0}}}',
            "frame 00000, valence: expected a number, got null",
        ),
        ('{"frames": {"first": {}}}', "frames: expected frame numbers, e.g. 00000, got 'first'"),
        ('{"frames": {"0": {}, "00": {}}}', "frame 0: expected once, got 0 and 00"),
        ('{"frames": {"00001": {}}}', "frames: expected frame 0 .*, got 00001"),
        ('{"frames": {"0": {}, "1": {}, "4": {}, "9": {}}}', "frames: expected frame 2 .*, got 4"),
    ],
)
def test_bad_afew_va(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "001.json").write_text(text)
    with pytest.raises(InputError, match=message):
        import_afew_va(tmp_path / "001.json")


def write_trace(path: Path, time_s: list[float], value: list[float]) -> None:
    pd.DataFrame({"time_s": time_s, "value": value}).to_csv(path, index=False)


def test_traces_are_interpolated_and_averaged_over_raters(tmp_path: Path) -> None:
    write_trace(tmp_path / "v_valence_a.csv", [0, 2], [0.0, 1.0])
    write_trace(tmp_path / "v_valence_b.csv", [0, 2], [0.0, 0.0])
    write_trace(tmp_path / "v_arousal.csv", [0, 2], [-0.5, -0.5])
    labels = import_traces(tmp_path, "v", 4, 2.0).of_clip("v", 4)
    np.testing.assert_allclose(labels[:, 0], np.array([0.25, 0.75, 1.25, 1.75]) / 4)
    np.testing.assert_allclose(labels[:, 1], -0.5)


@pytest.mark.parametrize(
    ("time_s", "message"),
    [
        ([0, 1], "labels up to 1.75 s"),
        ([1, 0], "increasing seconds"),
        ([0, np.nan], "increasing seconds"),
        ([], "increasing seconds"),
        ([0, 40, 2000], "v_valence.csv: time_s: expected seconds of the clip, .* got 0 to 2000 "),
        ([1796000000, 1796000002], r"got 1796000000 to 1796000002 \(milliseconds, or the time"),
        ([1.2, 2], "seconds of the clip, from 0 to 2.00, got 1.2 to 2"),
    ],
)
def test_bad_traces(tmp_path: Path, time_s: list[float], message: str) -> None:
    for axis in ("valence", "arousal"):
        write_trace(tmp_path / f"v_{axis}.csv", time_s, [0.0] * len(time_s))
    with pytest.raises(InputError, match=message):
        import_traces(tmp_path, "v", 4, 2.0)


def test_absent_and_unnamed_traces(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="at least one trace, got none"):
        import_traces(tmp_path, "v", 4, 2.0)
    (tmp_path / "v_valence.csv").write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match="columns: expected time_s, value"):
        import_traces(tmp_path, "v", 4, 2.0)
    for content in ("", "time_s,value\n0,calm\n"):
        (tmp_path / "v_valence.csv").write_text(content)
        with pytest.raises(InputError, match="v_valence.csv: content: expected a trace: CSV of"):
            import_traces(tmp_path, "v", 4, 2.0)


def test_command_writes_the_table_of_one_actor(
    tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    out = tmp_path / "labels/actor-01.csv"
    frames = {f"{n:05d}": {"valence": n, "arousal": -5} for n in range(3)}
    for name in ("001", "002"):
        content = json.dumps({"video_id": name, "frames": frames})
        (tmp_path / f"{name}.json").write_text(content)
    files = [str(tmp_path / f"{name}.json") for name in ("001", "002")]
    assert cli.main(["import-affect", str(out), *files]) == 0
    assert "2 clips, 6 frames" in capsys.readouterr().out
    expected = [[0.0, -0.5], [0.1, -0.5], [0.2, -0.5]]
    np.testing.assert_allclose(AffectLabels.read([out]).of_clip("002", 3), expected, rtol=1e-6)


def test_command_samples_traces_at_a_clips_frames(
    tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    clip, out = tmp_path / "v.mp4", tmp_path / "actor-01.csv"
    write_mp4(clip, iter(np.zeros((6, 32, 32, 3), np.uint8)), 10, np.zeros(28800))
    for axis in ("valence", "arousal"):
        write_trace(tmp_path / f"v_{axis}.csv", [0, 1], [0.0, 1.0])
    assert cli.main(["import-affect", str(out), str(clip), "--traces", str(tmp_path)]) == 0
    labels = AffectLabels.read([out]).of_clip("v", 6)
    np.testing.assert_allclose(labels[:, 0], [0.05, 0.15, 0.25, 0.35, 0.45, 0.55], atol=1e-6)
    (tmp_path / "sound.wav").write_bytes(b"")
    again = ["import-affect", str(out), str(tmp_path / "sound.wav"), "--traces", str(tmp_path)]
    assert cli.main(again) == 2
    assert "video: expected a clip with frames, got no video stream" in capsys.readouterr().err
    assert cli.main(["import-affect", str(out), str(clip)]) == 2
    assert "v.mp4: content: expected AFEW-VA JSON with 'frames' (clips need --traces)" in (
        capsys.readouterr().err
    )
    assert cli.main(["import-affect", str(out), str(tmp_path / "absent.json")]) == 2
    assert "absent.json: file: expected AFEW-VA JSON" in capsys.readouterr().err


# --- circumplex ----------------------------------------------------------------------------


def test_every_number_of_the_circumplex_has_a_source(root: Path) -> None:
    frame = read_circumplex(root / "resources/circumplex.tsv")
    assert frame.source.str.contains("doi").all()
    assert "neutral" not in set(frame.emotion)  # no source was found, so there is no number


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("happy\tany\t0.8\t0.5\t", "source: expected where the numbers are from"),
        ("happy\tany\t8\t0.5\tx", r"values in \[-1, 1\]"),
    ],
)
def test_bad_circumplex(tmp_path: Path, row: str, message: str) -> None:
    path = tmp_path / "c.tsv"
    path.write_text("emotion\tintensity\tvalence\tarousal\tsource\n" + row + "\n")
    with pytest.raises(InputError, match=message):
        read_circumplex(path)


def test_emotions_without_source_get_no_labels(tmp_path: Path, root: Path) -> None:
    _, table = write_set(tmp_path, ["01"])
    circumplex = read_circumplex(root / "resources/circumplex.tsv")
    some = circumplex[circumplex.emotion == "happy"]
    labels = circumplex_labels(table, some, dict.fromkeys(table.stimulus_ids, 3))
    assert set(labels.frame.stimulus_id) == {"01-happy-0", "01-happy-1"}
    with pytest.raises(InputError, match="expected emotions of the clips"):
        circumplex_labels(table, circumplex[circumplex.emotion == "sad"], {})


# --- windows, errors, spread ---------------------------------------------------------------


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory):
    paths, table = write_set(tmp_path_factory.mktemp("clips"), ["01", "02"], 1)
    return load_clips(paths, table, 10.0, 16), paths, table


def test_targets_are_means_over_16_frames(clips) -> None:
    loaded = clips[0]
    frame = pd.concat(
        pd.DataFrame(
            {
                "stimulus_id": name,
                "frame": np.arange(16),
                "valence": np.linspace(-1, 1, 16),
                "arousal": 0.5,
            }
        )
        for name in loaded.stimulus_ids
    )
    windows = cut_windows(loaded, AffectLabels(frame), 8)
    assert len(windows) == 4  # 16 frames give one window per clip
    torch.testing.assert_close(windows.targets, torch.tensor([[0.0, 0.5]] * 4), atol=1e-6, rtol=0)
    assert windows.images([0, 3]).shape == (2, 3, 16, 16, 16)


def test_clip_too_short_for_a_window(clips) -> None:
    _, paths, table = clips
    with pytest.raises(InputError, match="frames: expected at least 16 at 5.0 Hz, got 8"):
        load_clips(paths, table, 5.0, 16)


def test_thinning_keeps_all_frames_at_a_higher_rate() -> None:
    assert thinned(10, 10.0, 30.0).tolist() == list(range(10))
    assert thinned(8, 10.0, 5.0).tolist() == [1, 3, 5, 7]


def test_validation_needs_two_actors_of_each_gender(clips) -> None:
    with pytest.raises(InputError, match="female actors: expected at least 2"):
        validation_actors(clips[2].genders, "pool.tsv")


def test_rmse_table(clips) -> None:
    loaded = clips[0]
    given = {n.replace("-", "_"): (0.1 * i, 0.0) for i, n in enumerate(loaded.stimulus_ids)}
    windows = cut_windows(loaded, AffectLabels(labels_frame(**given)), 8)
    predicted = windows.targets.numpy() + np.array([0.3, 0.4])
    table = rmse_table(windows, range(4), predicted, windows.targets + 0.1)
    np.testing.assert_allclose(table.rmse_valence, 0.3, rtol=1e-5)
    np.testing.assert_allclose(table.rmse, np.sqrt((0.3**2 + 0.4**2) / 2), rtol=1e-5)
    np.testing.assert_allclose(table.floor, 0.1, rtol=1e-5)
    assert table.video.tolist()[-2:] == ["all", "mean over videos"]
    spread = np.std([0.0, 0.1, 0.2, 0.3])
    np.testing.assert_allclose(table.baseline[table.video == "all"], spread / np.sqrt(2), rtol=1e-5)


def test_coverage_of_a_calibrated_prediction_is_nominal() -> None:
    rng = np.random.default_rng(0)
    truth = rng.normal(0, 0.3, (20_000, 2))
    table = coverage_table(combine(np.zeros((3, 20_000, 2)), np.full((3, 2), 0.3)), truth)
    np.testing.assert_allclose(table.observed, table.nominal, atol=0.02)


def test_spread_grows_with_disagreement_between_seeds() -> None:
    predictions = np.stack([np.zeros((4, 2)), np.ones((4, 2))])
    predictive = combine(predictions, np.full((2, 2), 0.1))
    np.testing.assert_allclose(predictive.sd, np.sqrt(0.25 + 0.01))


def test_plane_is_compared_by_distance_and_layers_by_correlation(clips) -> None:
    def weights(seed: int, residual_sd: float) -> Weights:
        tensors = {k: v.numpy() for k, v in blank_network(SMALL, seed).state_dict().items()}
        meta = dict.fromkeys(META, "x") | {"seed": seed, "residual_sd": [residual_sd] * 2}
        return Weights(tensors, meta | {"architecture": asdict(SMALL)})

    windows = cut_windows(clips[0], None, 8)
    trained = [weights(0, 0.5), weights(1, 0.2)]
    networks = networks_of(trained, [7, 8])
    assert networks.best == 1  # the smaller error on validation actors
    rdms_of = partial(layer_rdms, windows=windows, device=CPU)
    ids = clips[0].stimulus_ids
    rdms = family_rdms(networks, rdms_of, ids, "affect3d", "affect", MEASURES)
    expected = ["seed-0", "seed-1", "ensemble", "best", "untrained"]
    assert list(dict.fromkeys(rdms.sources)) == expected
    seeds = [rdms.select(f"seed-{k}").dissimilarities for k in (0, 1)]
    np.testing.assert_allclose(rdms.select("ensemble").dissimilarities, np.mean(seeds, axis=0))
    np.testing.assert_array_equal(rdms.select("best").dissimilarities, seeds[1])
    plane = rdms.layers.index(PLANE)
    assert rdms.measures[plane] == "euclidean"
    with torch.no_grad():
        affect = blank_network(SMALL, 0).eval()(windows.images(range(4))).numpy()
    np.testing.assert_allclose(seeds[0][plane], plane_rdm(affect), atol=1e-6)
    predicted = predictions_of(trained, windows, CPU)
    np.testing.assert_allclose(predicted[0], affect, atol=1e-6)
    assert not np.isclose(predicted[1], affect).all()
