"""The one training loop: it minimises, selects, lowers its rate, stops, and refuses no numbers."""

import math

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from crossmodal.contracts.errors import InputError
from crossmodal.families.training.batches import InOrder, Shuffled
from crossmodal.families.training.config import LoopConfig, Machine
from crossmodal.families.training.loop import Fitted, Task, fit
from crossmodal.families.training.run import Run, choose_device

CPU = Machine(accelerator="cpu")


class Rows(Shuffled):
    """Batches that are the rows themselves."""

    def batch(self, rows: Tensor, generator: torch.Generator) -> Tensor:
        return rows


def regression(seed: int = 0, **config) -> tuple[nn.Module, Fitted]:
    torch.manual_seed(1)
    x = torch.randn(40, 3)
    y = x @ torch.tensor([[1.0], [-2.0], [0.5]])
    torch.manual_seed(seed)
    network = nn.Linear(3, 1)
    settings = LoopConfig(**{"n_epochs": 60, "batch_size": 40, "learning_rate": 0.1} | config)

    def errors(rows: Tensor) -> Tensor:
        return ((network(x[rows]) - y[rows]) ** 2).mean(1)

    task = Task(
        network,
        Rows(range(40), settings.batch_size, seed),
        lambda rows: {"loss": errors(rows).mean()},
        InOrder(range(40), 40, lambda rows: rows),
        lambda rows: {"loss": errors(rows)},
    )
    return network, fit(task, settings, "x", CPU)


def test_loop_minimises_and_keeps_the_best_epoch() -> None:
    network, fitted = regression()
    losses = [row["validation_loss"] for row in fitted.rows]
    assert fitted.selected_epoch == int(np.argmin(losses))
    assert losses[fitted.selected_epoch] < 0.01 * losses[0]
    np.testing.assert_allclose(network.weight.detach(), [[1, -2, 0.5]], atol=0.1)
    assert not network.training


def test_loop_stops_when_nothing_improves() -> None:
    fitted = regression(patience_epochs=2, learning_rate=1e-12, weight_decay=0.0)[1]
    assert len(fitted.rows) == 3


@pytest.mark.parametrize("patience", [0, 1, 3])
def test_the_rate_falls_where_torch_would_lower_it(patience: int) -> None:
    """The rates of a fit on a loss that only rises, against ReduceLROnPlateau's."""
    n_epochs, factor = 9, 0.25
    config = LoopConfig(
        n_epochs=n_epochs, learning_rate=0.1, rate_factor=factor, rate_patience_epochs=patience
    )
    fitted = fit(task_on([1.0 + epoch for epoch in range(n_epochs)]), config, "x", CPU)
    rates = [row["learning_rate"] for row in fitted.rows]
    reference = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=0.1)
    scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(
        reference, factor=factor, patience=patience, threshold=0.0, eps=0.0
    )
    expected = []
    for epoch in range(n_epochs):
        expected.append(reference.param_groups[0]["lr"])
        scheduler.step(1.0 + epoch)
    assert rates == pytest.approx(expected)
    assert rates[patience + 1] == 0.1
    assert rates[patience + 2] == pytest.approx(0.1 * factor)


def task_on(losses: list[float]) -> Task:
    """A task whose validation losses are given, one an epoch."""
    network, values = nn.Linear(1, 1), iter(losses)
    return Task(
        network,
        Rows([0], 1, 0),
        lambda rows: {"loss": network(torch.ones(1, 1)).sum() ** 2},
        InOrder([0], 1, lambda rows: rows),
        lambda rows: {"loss": torch.tensor([next(values)])},
    )


def test_an_epoch_without_a_finite_validation_loss_is_never_the_best() -> None:
    losses = [math.nan, math.inf, 4.0, 5.0, math.nan]
    config = LoopConfig(n_epochs=len(losses))
    assert fit(task_on(losses), config, "x", CPU).selected_epoch == 2
    message = "x: validation loss: expected a finite number, got nan in all of 2 epochs"
    with pytest.raises(InputError, match=message):
        fit(task_on([math.nan, math.inf]), LoopConfig(n_epochs=2), "x", CPU)


def test_nan_loss_names_epoch_and_batch() -> None:
    network, factors = nn.Linear(1, 1), iter([1.0, 1.0, 1.0, math.nan])

    def step(rows: Tensor) -> dict[str, Tensor]:
        return {"loss": network(torch.ones(1, 1)).sum() * next(factors)}

    message = "x: loss: expected a finite number, got nan at epoch 1, batch 1 .last good weights: n"
    with pytest.raises(InputError, match=message):
        fit(Task(network, Rows([0, 1], 1, 0), step), LoopConfig(n_epochs=2), "x", CPU)


def test_what_needs_no_gradient_stays() -> None:
    network = nn.Linear(2, 1)
    network.bias.requires_grad_(False)
    before = network.bias.clone(), network.weight.clone()
    task = Task(network, Rows([0], 1, 0), lambda _: {"loss": network(torch.ones(1, 2)).sum()})
    fit(task, LoopConfig(n_epochs=1, learning_rate=0.1), "x", CPU)
    assert torch.equal(network.bias, before[0])
    assert not torch.equal(network.weight, before[1])


@pytest.mark.parametrize(
    ("n_rows", "size", "smallest", "sizes"),
    [(17, 8, 1, [8, 8, 1]), (17, 8, 2, [8, 8]), (18, 8, 2, [8, 8, 2]), (16, 8, 2, [8, 8])],
)
def test_every_row_comes_once_an_epoch(
    n_rows: int, size: int, smallest: int, sizes: list[int]
) -> None:
    rows = list(range(100, 100 + n_rows))
    batches = Rows(rows, size, 3, smallest)
    seen = [batch.tolist() for batch in batches]
    assert [len(batch) for batch in seen] == sizes
    assert len(batches) == len(sizes)
    drawn = [row for batch in seen for row in batch]
    assert len(set(drawn)) == len(drawn) == sum(sizes)
    assert set(drawn) <= set(rows)
    assert drawn != sorted(drawn)
    assert [batch.tolist() for batch in batches] == seen  # the same epoch, the same order
    batches.epoch = 1
    assert [batch.tolist() for batch in batches] != seen
    in_order = InOrder(rows, size, lambda part: part.tolist())
    assert [row for part in in_order for row in part] == rows
    assert len(in_order) == len(list(in_order))


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"n_epochs": 0}, "n_epochs: expected at least 1"),
        ({"rate_factor": 2}, "rate_factor: expected at most 1"),
    ],
)
def test_bad_loop(config: dict, message: str) -> None:
    with pytest.raises(InputError, match=message):
        LoopConfig(**config)


@pytest.mark.parametrize("has_gpu", [True, False])
def test_lightning_trains_where_the_batches_lie(
    monkeypatch: pytest.MonkeyPatch, has_gpu: bool
) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: has_gpu)
    run = Run(Machine("auto", "bf16-mixed"))
    assert run.there == Machine("cuda" if has_gpu else "cpu", "bf16-mixed")
    assert run.there.accelerator == run.device.type


def test_accelerator() -> None:
    assert choose_device("cpu").type == "cpu"
    with pytest.raises(InputError, match="accelerator: expected 'auto'"):
        choose_device("tpu")
