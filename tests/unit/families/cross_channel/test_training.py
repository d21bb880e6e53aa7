"""Both stages of training on small synthetic clips, their files and their refusals."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import torch

from crossmodal.contracts.errors import InputError
from crossmodal.contracts.training import Training
from crossmodal.contracts.weights import Weights
from crossmodal.families.cross_channel import pretraining, states, tuning
from crossmodal.families.cross_channel.activations import layer_rdms, networks_of, stream_layers
from crossmodal.families.cross_channel.config import CrossChannelConfig
from crossmodal.families.cross_channel.inputs import load_clips
from crossmodal.families.cross_channel.training_config import Job, TrainingConfig
from crossmodal.families.layers import best_seed, family_rdms, validation_scores
from crossmodal.representations.rdm import correlation_rdm
from tests.unit.network_clips import stimulus_table, write_actors

NETWORK = {"width": 0.1}
FIT = {"n_epochs": 2, "batch_size": 8}
FAMILY = {
    "pretrain": {"visual": FIT, "auditory": FIT, "crossmodal": FIT},
    "tune": FIT,
    "n_folds": 2,
    "machine": {"accelerator": "cpu"},
}
CONFIG = TrainingConfig.build(NETWORK, FAMILY, 1)
STUDY, POOL = stimulus_table(range(1, 5)), stimulus_table(range(7, 11), "pool.tsv")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("clips")
    write_actors(path, STUDY)
    write_actors(path, POOL)
    return path


def load(folder, table, regime):
    paths = [folder / f"actor-{actor}.h5" for actor in table.actors]
    return load_clips(paths, table, regime, 2, "log")


@pytest.fixture(scope="module")
def trained(folder):
    job = Job("cross_channel", "emotion", 0, 7)
    pretrained, first = pretraining.pretrain(load(folder, POOL, "emotion"), POOL, CONFIG, job)
    study = load(folder, STUDY, "emotion")
    tuned, second = tuning.tune(study, STUDY, pretrained, CONFIG, job)
    return pretrained, first, tuned, second, study


def test_pretraining_fits_each_part(trained):
    pretrained, record, *_ = trained
    assert [item.name for item in record.fits] == ["visual", "auditory", "crossmodal"]
    assert pretrained.meta["stage"] == "pretrained"
    assert pretrained.meta["classes"] == sorted(set(POOL.labels("emotion")))


def test_tuning_tests_each_clip_once_and_says_what_each_accuracy_is(trained):
    record = trained[3]
    tested = [s for p in record.predictions_of("cross_validated") for s in p.stimulus_ids]
    assert sorted(tested) == sorted(STUDY.stimulus_ids)
    assert {p.kind for p in record.predictions} == {"cross_validated", "in_sample", "pool_only"}
    assert [item.name for item in record.fits] == ["fold-0", "fold-1", "final"]
    assert record.validation_accuracy is not None


def test_tuning_starts_from_the_pretrained_arms_and_a_fresh_cross_modal_part(trained):
    pretrained, *_, study = trained
    job = Job("cross_channel", "emotion", 0, 7)
    start = tuning.initial_network(study, pretrained, CONFIG.network, job)
    fresh = states.new_network(CONFIG.network, 6, study.modalities, job.torch_seed).state_dict()
    for name, tensor in start.state_dict().items():
        expected = pretrained.tensors[name] if name.startswith(("vis", "aud")) else fresh[name]
        np.testing.assert_array_equal(tensor.numpy(), np.asarray(expected))


def test_identity_swaps_the_head(folder):
    job = Job("cross_channel", "identity", 0, 7)
    pool = load(folder, POOL, "identity").only(["audio"])
    study = load(folder, STUDY, "identity").only(["audio"])
    pretrained, _ = pretraining.pretrain(pool, POOL, CONFIG, job)
    assert pretrained.meta["classes"] == POOL.actors
    tuned, record = tuning.tune(study, STUDY, pretrained, CONFIG, job)
    assert tuned.meta["classes"] == STUDY.actors
    assert not record.predictions_of("pool_only")
    start = tuning.initial_network(study, pretrained, CONFIG.network, job)
    fresh = states.new_network(CONFIG.network, len(STUDY.actors), ("audio",), job.torch_seed)
    torch.testing.assert_close(start.readout.state_dict(), fresh.readout.state_dict())
    for name, tensor in start.auditory.state_dict().items():
        np.testing.assert_array_equal(tensor, pretrained.tensors[f"auditory.{name}"])


def test_a_pool_of_the_same_actors_keeps_the_identities_and_still_starts_afresh_on_top(folder):
    """pool.exclude: stimuli. With equal classes a single arm keeps its readout."""
    job = Job("cross_channel", "identity", 0, 7)
    study = load(folder, STUDY, "identity").only(["audio"])
    pretrained, _ = pretraining.pretrain(study, STUDY, CONFIG, job)
    pretraining.require_same_labels(STUDY, STUDY.labels("identity"), "identity")
    start = tuning.initial_network(study, pretrained, CONFIG.network, job)
    np.testing.assert_array_equal(
        start.readout[1].weight.detach(), pretrained.tensors["readout.1.weight"]
    )
    assert [p.kind for p in tuning.pool_only_predictions(study, pretrained)] == ["pool_only"]


def test_a_single_arm_keeps_its_readout_where_classes_agree(folder):
    job = Job("cross_channel", "gender", 0, 7)
    study = load(folder, STUDY, "gender").only(["audio"])
    network = states.new_network(CONFIG.network, 2, ("audio",), 3)
    pretrained = states.to_weights(network, study.classes, job.meta("pretrained"))
    start = tuning.initial_network(study, pretrained, CONFIG.network, job)
    torch.testing.assert_close(start.readout[1].weight, network.readout[1].weight)


def test_weights_and_record_survive_the_disk_byte_for_byte(trained, tmp_path):
    _, _, tuned, record, _ = trained
    for name in ("a", "b"):
        tuned.write(tmp_path / f"{name}.safetensors")
        record.write(tmp_path / f"{name}.json")
    for suffix in ("safetensors", "json"):
        a, b = ((tmp_path / f"{name}.{suffix}").read_bytes() for name in "ab")
        assert a == b
    back = Weights.read(tmp_path / "a.safetensors")
    assert back.meta == tuned.meta
    for name, tensor in tuned.tensors.items():
        np.testing.assert_array_equal(back.tensors[name], tensor, strict=True)
    assert Training.read(tmp_path / "a.json") == record


def test_streamed_rdms_equal_those_of_stored_activations(trained):
    _, _, tuned, _, study = trained
    network = states.restored(tuned)
    frames = study.frames.float() / 255
    with torch.no_grad():
        stored = dict(network.layers(frames, study.mel))
    names, rdms = layer_rdms(network, study)
    assert names == tuple(stored)
    for rdm, activations in zip(rdms, stored.values(), strict=True):
        expected = correlation_rdm(activations.flatten(1).numpy())
        np.testing.assert_allclose(rdm, expected, atol=1e-6)


def test_streaming_yields_each_clip_in_order(trained):
    study = trained[4].rows(range(5))
    network = states.restored(trained[2])
    whole, chunked = (dict(stream_layers(network, study, chunk)) for chunk in (5, 2))
    for name, activations in whole.items():
        assert len(activations) == 5
        np.testing.assert_allclose(chunked[name], activations, rtol=1e-4, atol=1e-5)


def rdms_from(study, tuned, pretrained, best, kept=None):
    seeds = range(len(tuned))
    networks = networks_of(study, tuned, pretrained, best, seeds, kept)
    rdms_of = partial(layer_rdms, clips=study)
    return family_rdms(networks, rdms_of, study.stimulus_ids, "cross_channel", "emotion")


def other_seed(tuned):
    """Weights that give other RDMs, of a second seed."""
    flipped = {name: np.array(np.flip(tensor)) for name, tensor in tuned.tensors.items()}
    return replace(tuned, tensors=flipped, meta=tuned.meta | {"seed": 1})


def test_family_rdms_have_every_source(trained):
    pretrained, _, tuned, _, study = trained
    rdms = rdms_from(study, [tuned, other_seed(tuned)], [pretrained, pretrained], 1)
    expected = ["seed-0", "seed-1", "ensemble", "best", "untrained", "pool"]
    assert list(dict.fromkeys(rdms.sources)) == expected
    assert len(rdms.layers) == 6 * 29
    found = {source: rdms.select(source).dissimilarities for source in expected}
    assert not np.isclose(found["seed-0"], found["seed-1"]).all()
    np.testing.assert_allclose(found["ensemble"], (found["seed-0"] + found["seed-1"]) / 2)
    np.testing.assert_array_equal(found["best"], found["seed-1"])
    blank = states.new_network(CrossChannelConfig(width=0.1), 6, ("video", "audio"), 0)
    other = states.new_network(CrossChannelConfig(width=0.1), 6, ("video", "audio"), 1)
    mean = (layer_rdms(blank, study)[1] + layer_rdms(other, study)[1]) / 2
    np.testing.assert_allclose(found["untrained"], mean)
    np.testing.assert_array_equal(found["pool"], layer_rdms(states.restored(pretrained), study)[1])


def test_seeds_that_learnt_nothing_are_not_in_the_ensemble(trained):
    pretrained, _, tuned, _, study = trained
    rdms = rdms_from(study, [tuned, other_seed(tuned)], [pretrained], 0, [0])
    np.testing.assert_array_equal(
        rdms.select("ensemble").dissimilarities, rdms.select("seed-0").dissimilarities
    )


def test_the_best_seed_is_chosen_by_validation_never_by_test(trained):
    record = trained[3]
    lucky = [replace(p, predicted=p.labels, validation_accuracy=0.1) for p in record.predictions]
    solid = [replace(p, validation_accuracy=0.9) for p in record.predictions]
    scores = validation_scores(
        [replace(record, seed=k, predictions=p) for k, p in enumerate((lucky, solid))]
    )
    assert scores == pytest.approx({0: 0.1, 1: 0.9})
    assert best_seed(scores) == 1


def test_a_checkpoint_of_another_architecture_names_the_layer(trained):
    wider = states.new_network(CrossChannelConfig(width=0.2), 6, ("video", "audio"), 0)
    with pytest.raises(
        InputError, match=r"layer visual_conv1: expected visual.conv1.0.weight \(13"
    ):
        states.load_weights(wider, trained[0])
    other = states.new_network(
        CrossChannelConfig(width=0.1, audio_blocks=1), 6, ("video", "audio"), 0
    )
    with pytest.raises(InputError, match="layer auditory_conv1: expected auditory.conv1.0.weight"):
        states.load_weights(other, trained[0])
    audio = states.new_network(CrossChannelConfig(width=0.1), 6, ("audio",), 0)
    with pytest.raises(InputError, match="layer crossmodal_conv: expected no such layer"):
        states.load_weights(audio, trained[0], ("auditory", "crossmodal"))


def test_weights_of_other_modalities_are_refused(trained):
    pretrained, _, tuned, _, study = trained
    audio = study.only(["audio"])
    with pytest.raises(InputError, match=r"modalities: expected \('audio',\)"):
        tuning.pool_only_predictions(audio, pretrained)
    with pytest.raises(InputError, match=r"modalities: expected \('audio',\)"):
        networks_of(audio, [tuned], [pretrained], 0, [0])


def test_labels_that_do_not_match_are_refused():
    frame = POOL.frame[POOL.frame.emotion != "angry"]
    with pytest.raises(InputError, match=r"pool.tsv: emotion: expected the study set's labels"):
        pretraining.require_same_labels(
            replace(POOL, frame=frame), STUDY.labels("emotion"), "emotion"
        )
    pretraining.require_same_labels(
        replace(POOL, frame=frame), STUDY.labels("identity"), "identity"
    )


def test_a_class_missing_from_a_fold_is_refused(folder, trained):
    frame = STUDY.frame
    frame = frame[(frame.emotion != "angry") | (frame.identity == "01")].reset_index(drop=True)
    table = replace(STUDY, frame=frame)
    study = load(folder, table, "emotion")
    job = Job("cross_channel", "emotion", 0, 7)
    with pytest.raises(InputError, match=r"emotion in the \w+ part of fold \d: .* no \['angry'\]"):
        tuning.tune(study, table, trained[0], CONFIG, job)


def test_held_out_actors_are_tested_on_once_and_never_trained_on(folder, trained):
    study = load(folder, STUDY, "emotion")
    config = replace(CONFIG, test_actors=("02", "03"))
    job = Job("cross_channel", "emotion", 0, 7)
    weights, record = tuning.tune(study, STUDY, trained[0], config, job)
    (tested,) = record.predictions_of("cross_validated")
    (known,) = record.predictions_of("in_sample")
    actors = STUDY.frame.set_index("stimulus_id").identity
    assert set(actors[tested.stimulus_ids]) == {"02", "03"}
    assert set(actors[known.stimulus_ids]) == {"01", "04"}
    assert record.fits[-1].n_train == 24
    # Whatever the held-out actors show, the weights are the same.
    others = torch.tensor(STUDY.frame.identity.isin(["02", "03"]).tolist())
    shuffled = replace(study, mel=torch.where(others[:, None, None], study.mel.flip(1), study.mel))
    again, _ = tuning.tune(shuffled, STUDY, trained[0], config, job)
    for name, tensor in weights.tensors.items():
        np.testing.assert_array_equal(tensor, again.tensors[name])


def test_files_that_are_no_weights_are_refused(tmp_path):
    path = tmp_path / "weights.safetensors"
    path.write_bytes(b"no weights")
    with pytest.raises(InputError, match="file: expected a safetensors file"):
        Weights.read(path)


def test_weights_must_say_what_they_are():
    with pytest.raises(InputError, match="metadata: expected .* no "):
        Weights({"a": np.zeros(1)}, {})
    meta = dict.fromkeys(
        ("model", "regime", "seed", "stage", "classes", "modalities", "architecture"), ""
    )
    with pytest.raises(InputError, match="tensors: expected at least one, got none"):
        Weights({}, meta)
