"""Fits: learning, epoch selection, stopping, resuming with equal weights, bad losses."""

import math

import pytest
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from crossmodal.contracts.errors import InputError
from crossmodal.families.cross_channel.augmentation import Augmentation
from crossmodal.families.cross_channel.batches import TrainBatches, evaluation_batches
from crossmodal.families.cross_channel.config import CrossChannelConfig
from crossmodal.families.cross_channel.fit import FitConfig, fit
from crossmodal.families.cross_channel.fit import loss as mixed_loss
from crossmodal.families.cross_channel.inputs import ClipTensors, load_clips
from crossmodal.families.cross_channel.states import new_network, predict
from crossmodal.families.training.checkpoint import Checkpoint
from crossmodal.families.training.config import Machine
from crossmodal.families.training.selection import EpochSelection
from tests.unit.network_clips import stimulus_table, write_actors

CPU = Machine(accelerator="cpu")
QUICK = FitConfig(n_epochs=4, batch_size=8, optimiser="adamax", augmentation={"mixup": 0.2})


@pytest.fixture(scope="module")
def clips(tmp_path_factory) -> ClipTensors:
    table = stimulus_table(range(1, 3))
    paths = write_actors(tmp_path_factory.mktemp("clips"), table, ("audio",))
    return load_clips(paths, table, "emotion", 2, "log")


def network(seed: int = 0) -> nn.Module:
    return new_network(CrossChannelConfig(width=0.25), 6, ("audio",), seed)


def states_equal(one: nn.Module, other: nn.Module) -> bool:
    pairs = zip(one.state_dict().values(), other.state_dict().values(), strict=True)
    return all(torch.equal(a, b) for a, b in pairs)


def test_a_network_learns_what_can_be_learnt(clips):
    net = network()
    config = FitConfig(n_epochs=20, batch_size=8, learning_rate=3e-3)
    history = fit(net, clips, clips, config, 0, "all", CPU)
    predicted = predict(net, evaluation_batches(clips))
    assert (predicted == clips.labels).float().mean() > 0.9
    assert history.selected["validation_accuracy"] > 0.9
    assert history.epochs[0]["train_loss"] > history.epochs[-1]["train_loss"]


def test_mixed_precision_keeps_weights_in_full_precision(clips):
    plain, mixed = network(), network()
    config = FitConfig(n_epochs=2, batch_size=8)
    fit(plain, clips, clips, config, 0, "plain", Machine(accelerator="auto"))
    machine = Machine(accelerator="auto", precision="bf16-mixed")
    history = fit(mixed, clips, clips, config, 0, "mixed", machine)
    assert {t.dtype for t in mixed.state_dict().values()} <= {torch.float32, torch.int64}
    assert not states_equal(plain, mixed)
    assert history.epochs[1]["train_loss"] < history.epochs[0]["train_loss"]


def test_equal_seeds_give_equal_weights_and_other_seeds_do_not(clips):
    nets = [network() for _ in range(3)]
    for net, seed in zip(nets, (1, 1, 2), strict=True):
        fit(net, clips, None, QUICK, seed, "x", CPU)
    assert states_equal(nets[0], nets[1])
    assert not states_equal(nets[0], nets[2])


class Interruption(Exception):
    pass


@pytest.mark.parametrize("optimiser", ["adagrad", "adamax", "adamw"])
def test_a_stopped_fit_resumes_and_ends_with_equal_weights(clips, tmp_path, monkeypatch, optimiser):
    config = FitConfig(
        n_epochs=4, batch_size=8, optimiser=optimiser, schedule="plateau", rate_patience_epochs=0
    )
    whole, resumed = network(), network()
    train, validation = clips.rows(range(16)), clips.rows(range(16, 24))
    expected = fit(whole, train, validation, config, 5, "x", CPU)
    save = Checkpoint.save

    def stop_after_two(self, net, optimiser, selection):
        save(self, net, optimiser, selection)
        if selection.n_epochs_done == 2:
            raise Interruption

    with monkeypatch.context() as patch:
        patch.setattr(Checkpoint, "save", stop_after_two)
        with pytest.raises(Interruption):
            fit(resumed, train, validation, config, 5, "x", CPU, tmp_path)
    fresh = network(seed=99)  # whatever it starts from is replaced by the checkpoint
    history = fit(fresh, train, validation, config, 5, "x", CPU, tmp_path)
    assert states_equal(whole, fresh)
    assert history == expected


def test_a_finished_fit_is_not_run_again(clips, tmp_path, monkeypatch):
    net, again = network(), network(seed=9)
    history = fit(net, clips, None, QUICK, 0, "x", CPU, tmp_path)
    monkeypatch.setattr(
        "crossmodal.families.training.loop._run", lambda *_: pytest.fail("it ran again")
    )
    assert fit(again, clips, None, QUICK, 0, "x", CPU, tmp_path) == history
    assert states_equal(net, again)


def test_a_loss_that_is_no_number_stops_with_epoch_and_batch(clips, tmp_path, monkeypatch):
    batch = TrainBatches.batch

    def poisoned(self, rows, generator):
        made = batch(self, rows, generator)
        if self.epoch == 2 and made.labels[0] == self.clips.labels[rows][0]:
            made.mel = made.mel * float("nan")
        return made

    monkeypatch.setattr(TrainBatches, "batch", poisoned)
    message = r"fold-0: loss: expected a finite number, got nan at epoch 2, batch 0 \(last good"
    with pytest.raises(InputError, match=message):
        fit(network(), clips, None, QUICK, 0, "fold-0", CPU, tmp_path)
    kept = EpochSelection("x", 4, 0, "loss")
    Checkpoint(tmp_path / "fold-0").restore(network(), None, kept)
    assert kept.n_epochs_done == 2
    assert all(torch.isfinite(t).all() for t in kept.selected_weights.values())


def row(epoch: int, loss: float, accuracy: float = 0.5) -> dict[str, float]:
    return {
        "epoch": epoch,
        "train_loss": loss,
        "train_accuracy": accuracy,
        "learning_rate": 1.0,
        "validation_loss": loss,
        "validation_accuracy": accuracy,
    }


def run_selection(selection: EpochSelection, values: list[tuple[float, float]]) -> int:
    for epoch, (loss, accuracy) in enumerate(values):
        selection.add(row(epoch, loss, accuracy), nn.Linear(1, 1))
        if selection.finished:
            break
    return selection.n_epochs_done


def test_the_best_validation_epoch_is_selected():
    values = [(3.0, 0.2), (1.0, 0.5), (2.0, 0.7), (2.5, 0.7)]
    by_loss = EpochSelection("x", 4, 0, "loss")
    by_accuracy = EpochSelection("x", 4, 0, "accuracy")
    assert run_selection(by_loss, values) == run_selection(by_accuracy, values) == 4
    assert (by_loss.selected_epoch, by_accuracy.selected_epoch) == (1, 2)


def test_an_epoch_without_a_finite_validation_loss_is_never_the_best():
    values = [(math.nan, 0.9), (math.inf, 0.8), (4.0, 0.5), (math.nan, 0.9)]
    for select_by in ("loss", "accuracy"):
        selection = EpochSelection("x", 4, 0, select_by)
        run_selection(selection, values)
        assert selection.selected_epoch == 2


def test_patience_stops_a_fit():
    selection = EpochSelection("x", 9, 2, "loss")
    assert run_selection(selection, [(1.0, 0), (0.5, 0), (0.6, 0), (0.7, 0), (0.1, 0)]) == 4
    assert selection.selected_epoch == 1


def test_without_validation_the_last_epoch_is_selected():
    selection = EpochSelection("x", 3, 1, "loss")
    for epoch, loss in enumerate((1.0, 2.0, 3.0)):
        short = {key: value for key, value in row(epoch, loss).items() if "validation" not in key}
        selection.add(short, nn.Linear(1, 1))
    assert selection.selected_epoch == 2


def test_schedules():
    losses = [3.0, 2.0, 2.5, 2.6, 2.7, 2.8]
    selection = EpochSelection("x", 6, 0, "loss")
    run_selection(selection, [(loss, 0) for loss in losses])
    plateau = FitConfig(
        learning_rate=1.0, schedule="plateau", rate_factor=0.5, rate_patience_epochs=1
    )
    parameter = nn.Parameter(torch.zeros(1))
    reference = torch.optim.SGD([parameter], lr=1.0)
    scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(
        reference, factor=0.5, patience=1, threshold=0.0
    )
    for loss in losses:
        scheduler.step(loss)
    assert selection.learning_rate(plateau, 6) == reference.param_groups[0]["lr"] == 0.25
    cosine = FitConfig(learning_rate=1.0, schedule="cosine", n_epochs=4)
    rates = [selection.learning_rate(cosine, epoch) for epoch in (0, 2, 4)]
    assert rates == pytest.approx([1.0, 0.5, 0.0])
    assert selection.learning_rate(FitConfig(learning_rate=0.3, schedule="constant"), 5) == 0.3


def test_mixed_clips_share_the_loss(clips):
    batches = TrainBatches(clips, 8, None, Augmentation(mixup=0.5), 0)
    batch = next(iter(batches))
    logits = torch.randn(8, 6)
    expected = sum(
        s * cross_entropy(logits[[i]], batch.labels[[i]])
        + (1 - s) * cross_entropy(logits[[i]], batch.partner_labels[[i]])
        for i, s in enumerate(batch.share)
    )
    torch.testing.assert_close(mixed_loss(logits, batch, QUICK), expected / 8)


def test_every_clip_comes_once_per_epoch_and_a_single_one_is_left_out(clips):
    batches = TrainBatches(clips.rows(range(17)), 8, None, Augmentation(), 0)
    sizes = [len(batch.labels) for batch in batches]
    assert sizes == [8, 8]
    assert len(batches) == 2
    whole = TrainBatches(clips, 8, None, Augmentation(), 0)
    seen = torch.cat([batch.mel for batch in whole])
    torch.testing.assert_close(
        seen.flatten(1).sum(1).sort().values, clips.mel.flatten(1).sum(1).sort().values
    )


@pytest.mark.parametrize(
    ("kwargs", "message"),
    [
        ({"optimiser": "sgd"}, "optimiser: expected one of .* got 'sgd'"),
        ({"schedule": "step"}, "schedule: expected one of"),
        ({"select_by": "luck"}, "select_by: expected one of"),
    ],
)
def test_unknown_settings_are_refused(kwargs, message):
    with pytest.raises(InputError, match=message):
        FitConfig(**kwargs)
