"""The cost model: fitted lines, dimensions, job counts, and growth with the study's size."""

import dataclasses
import json
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from crossmodal.commands.plan import compare, described, parse_job_stats, total, trains_on_gpu
from crossmodal.commands.plan_data import found_data
from crossmodal.contracts.errors import InputError
from crossmodal.contracts.settings import plain
from crossmodal.plan.costs import Measured, Study, fit_costs, read_costs, write_costs
from crossmodal.plan.dimensions import (
    CROSS_CHANNEL_AUDITORY_M,
    Data,
    dimensions,
    simulated_data,
)
from crossmodal.plan.estimate import CORES_PER_GPU, estimate
from crossmodal.plan.measured import read_measured
from crossmodal.plan.stubs import stub_bids, stub_ravdess, with_stubs
from crossmodal.plan.work import WORK, Work, work_of
from crossmodal.simulate.clips_config import actor_labels, clip_files
from crossmodal.simulate.encoding import write_mp4
from crossmodal.stimuli.selection import find_selection
from crossmodal.study.study import Study as AStudy
from crossmodal.study.validate import build_study, load_study
from tests.studies import values_of
from tests.unit.outside_data import CONDITIONS, example, write_glmsingle, write_table


@pytest.fixture(scope="module")
def ravdess(root: Path) -> AStudy:
    return load_study(root / "config/ravdess.yaml")


@pytest.fixture(scope="module")
def mini(root: Path) -> AStudy:
    return load_study(root / "config/config.yaml")


OPTIONAL = {
    "mrpn_interference",
    "crop_speech",
    "train_voices",
    "voice_baseline",
}  # no work where a config does not ask for it


def study(amount: float, slope: float) -> Study:
    """A study whose searchlight takes 2 s + slope * amount."""
    jobs = [
        Measured("searchlight", 3, 2 + slope * amount, 100, 1),
        Measured("draw_maps", 1, 2, 100, 1),
    ]
    sizes = {"voxels": amount, "searchlight_us": 1, "patterns": 1, "models": 1, "one": 1}
    return Study(sizes, jobs)


def test_simulated_clips_are_counted_as_they_are_made(mini: AStudy) -> None:
    clips = mini.simulate.clips
    files = [clip_files(actor, clips.emotions) for actor in actor_labels(clips.n_actors)]
    assert simulated_data(mini).n_clips == sum(map(len, files))


def changed_mrpn(mini: AStudy, block: str, **values: object) -> dict[str, float]:
    config = plain(mini)
    mrpn = config["families"]["mrpn"]
    target = mrpn[block] if block else mrpn
    target |= values
    changed = build_study(config)
    return dimensions(changed, simulated_data(changed))


def test_training_end_to_end_costs_more(mini: AStudy) -> None:
    fixed = dimensions(mini, simulated_data(mini))
    whole = changed_mrpn(mini, "train", train_extractors=True)
    fewer = changed_mrpn(mini, "train", train_extractors=True, n_steps=2)
    assert whole["mrpn_train_work"] > fewer["mrpn_train_work"] > 3 * fixed["mrpn_train_work"]
    assert whole["mrpn_train_bytes"] > fewer["mrpn_train_bytes"] > fixed["mrpn_train_bytes"]


def test_mrpn_s_work_grows_with_what_is_asked(mini: AStudy) -> None:
    fixed = dimensions(mini, simulated_data(mini))
    more_folds = changed_mrpn(mini, "", n_folds=6)
    assert more_folds["mrpn_train_work"] > fixed["mrpn_train_work"]
    noise = {"snr_db": [None, 0.0], "variants": ["n0", "n1"], "n_seeds": 2}
    noisy = changed_mrpn(mini, "", interference=noise)["mrpn_interference_work"]
    twice = changed_mrpn(mini, "", interference=noise | {"n_seeds": 4})["mrpn_interference_work"]
    assert fixed["mrpn_interference_work"] == 0 < noisy
    assert twice == pytest.approx(2 * noisy)
    config = plain(mini)
    actors = config["stimuli"]["study"]["actors"]
    config["stimuli"]["test_actors"] = actors[: len(actors) // 3]  # as many as in one of 3 folds
    held_out = build_study(config)
    once = dimensions(held_out, simulated_data(held_out))
    assert config["families"]["mrpn"]["n_folds"] == 3
    assert 0.3 < once["mrpn_train_work"] / fixed["mrpn_train_work"] < 0.8
    n_fits = config["families"]["cross_channel"]["n_folds"] + 1
    assert once["tune_macs"] == pytest.approx(fixed["tune_macs"] * 2 * 2 / 3 / n_fits)
    only_voices = changed_mrpn(mini, "", variants=["audio_t"])
    assert only_voices["mrpn_train_work"] < fixed["mrpn_train_work"]


def test_costs_recover_a_line() -> None:
    costs = fit_costs([study(100, 0.5), study(300, 0.5)])
    line = costs["searchlight"]["seconds"]
    np.testing.assert_allclose([line.fixed, line.per_unit], [2, 0.5])
    assert line.at(1000) == pytest.approx(502)


def test_rules_with_large_imports_have_a_fixed_part_of_their_own() -> None:
    """The cheapest rule takes 2 s; the searchlight takes 6 s before it starts."""
    studies = [study(amount, 0.5) for amount in (100, 300)]
    slower = [
        dataclasses.replace(
            one, measured=[dataclasses.replace(one.measured[0], seconds=6 + n), one.measured[1]]
        )
        for one, n in zip(studies, (50, 150), strict=True)
    ]
    line = fit_costs(slower)["searchlight"]["seconds"]
    np.testing.assert_allclose([line.fixed, line.per_unit], [6, 0.5])


def test_a_smaller_job_that_took_longer_does_not_turn_the_line() -> None:
    noisy = [study(100, 0.5), study(300, 0.1)]
    line = fit_costs(noisy)["searchlight"]["seconds"]
    assert line.fixed == 2
    assert line.per_unit > 0


def test_costs_survive_writing(tmp_path: Path) -> None:
    costs = fit_costs([study(100, 0.5)])
    write_costs(tmp_path / "costs.tsv", costs)
    assert read_costs(tmp_path / "costs.tsv") == costs


def test_no_benchmarks_are_refused() -> None:
    with pytest.raises(InputError, match="benchmark files of a finished run"):
        fit_costs([Study({}, [])])


def test_missing_costs_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="a table of costs, got no such file"):
        read_costs(tmp_path / "none.tsv")


def test_costs_without_columns_are_refused(tmp_path: Path) -> None:
    (tmp_path / "costs.tsv").write_text("rule\nx\n")
    with pytest.raises(InputError, match="columns"):
        read_costs(tmp_path / "costs.tsv")


def test_costs_that_are_no_numbers_are_refused(tmp_path: Path) -> None:
    write_costs(tmp_path / "costs.tsv", fit_costs([study(100, 0.5)]))
    text = (tmp_path / "costs.tsv").read_text().replace("0.5", "much")
    (tmp_path / "costs.tsv").write_text(text)
    with pytest.raises(InputError, match="seconds_per_unit: expected numbers"):
        read_costs(tmp_path / "costs.tsv")


def test_every_dimension_exists_in_the_full_study(ravdess: AStudy) -> None:
    found = dimensions(ravdess, Data())
    for rule, work in WORK.items():
        if not rule.startswith("simulate") and rule not in OPTIONAL:
            for kind in ("seconds", "memory", "disk"):
                assert work.amount(kind, found) > 0, rule


def test_every_dimension_exists_in_the_mini_study(mini: AStudy) -> None:
    found = dimensions(mini, simulated_data(mini))
    for rule in set(WORK) - OPTIONAL:
        assert work_of(rule).amount("seconds", found) > 0, rule


def test_a_missing_dimension_is_named() -> None:
    with pytest.raises(InputError, match=r"no \['voxels'\]"):
        Work(("voxels",)).amount("seconds", {})


CONFIGS = sorted(Path(__file__).parents[3].glob("config/*.yaml"))


@pytest.mark.parametrize(
    "path", [p for p in CONFIGS if "schema" not in p.name], ids=lambda p: p.stem
)
def test_every_shipped_config_has_dimensions(path: Path) -> None:
    study = load_study(path)
    data = simulated_data(study) if study.simulate.clips else Data(n_conditions=12)
    found = dimensions(study, data)
    assert found["conditions"] > 0
    assert ("voxels" in found) == (study.scans is not None)


def test_voices_count_every_clip_once_and_train_one_arm(root: Path, mini: AStudy) -> None:
    config = load_study(root / "config/voices.yaml")
    data = Data(n_conditions=72, n_clips=688, n_voices=880, n_extracted=900, n_actors=20)
    found = dimensions(config, data)
    assert (found["actor_clips"], found["actor_voices"], found["voice_clips"]) == (45, 44, 880)
    epochs = {name: preset.fit.n_epochs for name, preset in config.voices.presets.items()}
    trainings = {"published": 2, "tuned": 4, "tuned-speaker": 4}  # per fold
    mean = sum(trainings[name] * epochs[name] for name in epochs) / sum(trainings.values())
    assert found["voices_macs"] == pytest.approx(CROSS_CHANNEL_AUDITORY_M * mean)
    heard = config.families.cross_channel.tune.n_epochs * 7  # six folds, and all
    assert found["tune_macs"] == pytest.approx(CROSS_CHANNEL_AUDITORY_M * heard)
    simulated = simulated_data(dataclasses.replace(mini, voices=config.voices))
    assert simulated.n_voices == simulated.n_clips


def test_sizes_of_data_that_are_there(root: Path, tmp_path: Path) -> None:
    config = values_of(root / "config/clips.yaml")
    config["stimuli"] |= {"clips_dir": str(tmp_path), "naming": "ravdess"}
    frames = np.zeros((6, 64, 96, 3), np.uint8)
    for actor in ("01", "02"):
        write_mp4(tmp_path / f"01-01-03-02-01-01-{actor}.mp4", iter(frames), 10, np.zeros(28800))
    data = found_data(build_study(config))
    assert (data.n_conditions, data.n_clips, data.n_actors) == (2, 2, 2)
    assert (data.width_px, data.height_px, data.frame_rate_hz) == (96, 64, 10)
    assert data.duration_s == pytest.approx(0.6, abs=0.1)
    assert data.n_participants == Data().n_participants


@pytest.mark.parametrize(
    ("name", "n_conditions", "n_clips", "n_actors"),
    [("ravdess", 72, 864, 24), ("mrpn_ravdess", 1440, 1440, 24), ("mrpn_cremad", 7462, 7462, 91)],
)
def test_clips_that_are_not_there_are_counted(
    root: Path, name: str, n_conditions: int, n_clips: int, n_actors: int
) -> None:
    data = found_data(load_study(root / f"config/{name}.yaml"))
    assert (data.n_conditions, data.n_clips, data.n_actors) == (n_conditions, n_clips, n_actors)


def test_the_committed_costs_fit_the_dimensions(root: Path, ravdess: AStudy) -> None:
    """Orders of magnitude: costs that were fitted to other dimensions are far off."""
    costs, sizes = read_costs(root / "resources/costs.tsv"), dimensions(ravdess, Data())
    for rule, lines in costs.items():
        if rule.startswith("simulate") or rule in OPTIONAL:
            continue
        one = {kind: line.at(work_of(rule).amount(kind, sizes)) for kind, line in lines.items()}
        assert 0 < one["seconds"] < 300 * 3600, rule
        assert 0 < one["memory"] < 32_000, rule
    (end_to_end,) = estimate({"mrpn_train": 1}, sizes, costs, gpu=False)
    assert end_to_end.core_h > 10


def test_sizes_of_scans_that_are_there(root: Path, tmp_path: Path) -> None:
    config = values_of(root / "config/localizer.yaml")
    bids = stub_bids(tmp_path, Data(n_participants=2, n_runs=3), config["scans"]["task"])
    for path in bids.rglob("*_events.tsv"):
        path.write_text("onset\tduration\ttrial_type\n1\t1\ta\n9\t1\tb\n")
    for path in bids.rglob("*_bold.nii.gz"):
        nib.Nifti1Image(np.zeros((2, 2, 2, 7), np.int16), np.diag([3, 3, 3, 1])).to_filename(path)
    config["scans"]["bids_dir"] = str(bids)
    data = found_data(build_study(config))
    assert (data.n_participants, data.n_runs, data.n_volumes) == (2, 3, 7)
    assert (data.n_conditions, data.voxel_mm) == (2, 3.0)


@pytest.mark.parametrize("source", ["images", "glmsingle"])
def test_sizes_of_betas_of_other_programs(tmp_path: Path, source: str) -> None:
    """Such a study has no analysis grid: the betas' own voxels count, and no clips are named."""
    betas = {"source": "images", "path": str(write_table(tmp_path, {"7": example(3)}))}
    if source == "glmsingle":
        write_glmsingle(tmp_path / "sub-7", example(3))
        place = str(tmp_path / "sub-{participant}")
        betas = {"source": source, "path": f"{place}/TYPED_FITHRF_GLMDENOISE_RR.hdf5",
                 "trials": f"{place}/trials.tsv", "reference": f"{place}/mask.nii"}  # fmt: skip
    config = {"study": {"name": "x", "seed": 1}, "scans": {"space": "MNI152", "betas": betas}}
    config |= {"searchlight": {}, "group": {}}
    data = found_data(a_study := build_study(config))
    assert (data.n_participants, data.n_runs, data.n_conditions) == (1, 3, len(CONDITIONS))
    assert data.voxel_mm == 3.0
    assert dimensions(a_study, data)["voxels"] > 0
    said = described(a_study, data)
    assert "n_runs 3" in said
    assert "clips" not in said


def test_prediction_and_measurement_side_by_side() -> None:
    job = Measured("draw_maps", 2, 3600, 1, 1)
    costs = fit_costs([Study({"one": 1}, [job])])
    rows = estimate({"draw_maps": 2, "new_rule": 1}, {"one": 1}, costs, gpu=False)
    slower = dataclasses.replace(job, seconds=7200)
    (rule, predicted, measured), everything = compare(rows, [slower])
    assert (rule, predicted, measured) == ("draw_maps", 2, 4)
    assert everything == ("all", 2, 4)


def test_published_sizes(ravdess: AStudy) -> None:
    found = dimensions(ravdess, Data())
    assert found["conditions"] == 72
    assert found["pairs"] == 2556
    assert found["pool_clips"] == 792
    assert found["voxels"] == pytest.approx(69_765, rel=0.01)


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        ("estimate_motion", "n_volumes"),
        ("estimate_betas", "n_volumes"),
        ("extract_clips", "duration_s"),
        ("group_maps", "n_participants"),
    ],
)
def test_cost_grows_in_proportion(ravdess: AStudy, rule: str, field: str) -> None:
    data = Data()
    twice = dataclasses.replace(data, **{field: 2 * getattr(data, field)})
    amounts = [work_of(rule).amount("seconds", dimensions(ravdess, size)) for size in (data, twice)]
    np.testing.assert_allclose(amounts[1], 2 * amounts[0])


def test_trainings_move_to_gpus() -> None:
    sizes = {"pool_clips": 1, "pretrain_macs": 1, "network_frames": 1, "one": 1}
    costs = fit_costs([Study(sizes, [Measured("pretrain", 1, 3600, 1, 1)])])
    (on_cpu,) = estimate({"pretrain": 2}, sizes, costs, gpu=False)
    (on_gpu,) = estimate({"pretrain": 2}, sizes, costs, gpu=True)
    assert (on_cpu.core_h, on_cpu.gpu_h) == (2, 0)
    assert (on_gpu.core_h, on_gpu.gpu_h * CORES_PER_GPU) == (0, 2)


def test_a_rule_that_no_run_measured_is_marked() -> None:
    (row,) = estimate({"new_rule": 3}, {"one": 1}, {}, gpu=False)
    assert not row.known
    assert total([row]).n_jobs == 3


def test_job_stats_are_read() -> None:
    text = "Job stats:\njob    count\n-----  ---\ntune    8\nall     1\ntotal   9\n"
    assert parse_job_stats(text) == {"tune": 8}


def test_rules_of_single_sets_of_runs_count_as_one() -> None:
    table = "simulate_participant 7\nsimulate_participant_runs_1 1\nestimate_motion 15\n"
    counts = {"simulate_participant": 8, "estimate_motion": 15}
    assert parse_job_stats(table + table) == counts  # Snakemake prints it twice


def test_accelerators(ravdess: AStudy, mini: AStudy) -> None:
    assert trains_on_gpu(ravdess)
    assert not trains_on_gpu(mini)
    assert not trains_on_gpu(build_study({"study": {"name": "none"}}))


def test_benchmark_files_are_read(tmp_path: Path) -> None:
    folder = tmp_path / "benchmarks/tune"
    folder.mkdir(parents=True)
    for name, seconds in (("a", 10), ("b", 20)):
        (folder / f"{name}.tsv").write_text(f"s\tmax_rss\n{seconds}\t5\n")
    (tmp_path / "w").write_bytes(b"0" * 2_000_000)
    records = tmp_path / "provenance/records/tune"
    records.mkdir(parents=True)
    (records / "a.json").write_text(json.dumps({"outputs": {str(tmp_path / "w"): "0"}}))
    assert read_measured(tmp_path) == [Measured("tune", 2, 15.0, 5.0, 1.0)]


def test_a_jobs_own_account_counts_where_all_records_have_one(tmp_path: Path) -> None:
    """Snakemake's looks miss what ends between two of them."""
    used = {"user_s": 40.0, "system_s": 2.0, "before_s": 4.0, "peak_mb": 900.0}
    for kind in ("benchmarks", "provenance/records"):
        (tmp_path / kind / "tune").mkdir(parents=True)
    for name in ("a", "b"):
        (tmp_path / f"benchmarks/tune/{name}.tsv").write_text("s\tmax_rss\n14\t5\n")
        record = tmp_path / f"provenance/records/tune/{name}.json"
        record.write_text(json.dumps({"used": used}))
    (job,) = read_measured(tmp_path)
    assert (job.seconds, job.memory, job.before_s) == (42.0, 900.0, 4.0)
    record.write_text("{}")
    (job,) = read_measured(tmp_path)
    assert (job.seconds, job.before_s) == (14.0, None)


def test_the_fixed_part_is_what_a_job_takes_before_its_work() -> None:
    one = study(100, 0.5)
    own = [dataclasses.replace(one.measured[0], before_s=5.0), one.measured[1]]
    line = fit_costs([dataclasses.replace(one, measured=own)])["searchlight"]["seconds"]
    assert line.fixed == 5
    assert line.at(100) == pytest.approx(52)


def test_a_strange_benchmark_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "benchmarks").mkdir()
    (tmp_path / "benchmarks/tune.tsv").write_text("x\n1\n")
    with pytest.raises(InputError, match="s, max_rss and a row"):
        read_measured(tmp_path)


def test_stubs_have_the_published_counts(tmp_path: Path) -> None:
    assert len(list(stub_ravdess(tmp_path / "clips").rglob("*.mp4"))) == 1440
    bids = stub_bids(tmp_path / "bids", Data(n_participants=3, n_runs=2), "emotion")
    assert len(list(bids.rglob("*_bold.nii.gz"))) == 6


def test_stubs_of_cremad_have_its_names_and_genders(tmp_path: Path, root: Path) -> None:
    config = with_stubs(load_study(root / "config/mrpn_cremad.yaml"), tmp_path, Data())
    problems, selection = find_selection(build_study(config).stimuli)
    assert problems == []
    assert len(selection.study) == 91 * 82  # the release lacks 20 of these 7,462
    genders = {name.identity: name.gender for name in selection.study}
    assert sorted(genders.values()) == ["female"] * 43 + ["male"] * 48
    assert all(Path(path).is_file() for path in config["families"]["mrpn"]["weights"].values())


def test_stubs_replace_only_what_is_missing(tmp_path: Path, ravdess: AStudy) -> None:
    there = dataclasses.replace(ravdess.stimuli, clips_dir=str(tmp_path))
    stubbed = with_stubs(dataclasses.replace(ravdess, stimuli=there), tmp_path, Data())
    assert stubbed["stimuli"]["clips_dir"] == str(tmp_path)
    assert stubbed["scans"]["bids_dir"].startswith(str(tmp_path))
    assert stubbed["study"]["results_dir"].startswith(str(tmp_path))
    assert ravdess.scans.bids_dir == "data/bids"
