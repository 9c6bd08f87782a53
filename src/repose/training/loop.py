"""The training loop of all systems.

A system provides a network, a loss and batches; everything else is settings. Several models of one shape
may be trained at once, stacked on a leading axis S: their loss is then the sum over S, and their logs are
vectors of S.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from repose.foundations.errors import ReposeError
from repose.foundations.rng import key_seed
from repose.training.averaging import Average, RunningAverage
from repose.training.batches import Batches
from repose.training.checkpoint import Checkpoint
from repose.training.console import Console, mean
from repose.training.devices import Device, Forward, to_device
from repose.training.distributed import (
    find_ranks,
    mean_over_ranks,
    parallel,
    synchronise_norms,
    wait_for_ranks,
)
from repose.training.optimiser import Optimiser, Stepper, named_state, take_state
from repose.training.schedule import Schedule, learning_rate

Row = dict[str, Any]  # one epoch of the curves: name → float, or list of S floats
Loss = Callable[[Forward, Any, "Step"], tuple[Tensor, dict[str, Tensor]]]
CHECK_STEPS = 50  # steps between two looks at the losses; in between, a GPU need not wait for the host


@dataclass(frozen=True)
class Step:
    """Where a training stands; what a loss may depend on besides model and batch."""

    epoch: int  # counted from 0
    step: int  # of the whole training, counted from 0
    steps: int  # of the whole training


@dataclass(frozen=True)
class Training:
    """How to train: the settings that are data."""

    epochs: int
    optimiser: Optimiser
    schedule: Schedule
    average: Average | None = None


def train(
    model: nn.Module,
    loss: Loss,
    batches: Batches,
    settings: Training,
    device: Device,
    *,
    seed: int,
    name: str,
    clip: Callable[[Sequence[Tensor]], Any] | None = None,
    evaluate: Callable[[Forward, int], Row] | None = None,
    on_epoch: Callable[[Row], None] | None = None,
    checkpoint: Path | None = None,
    rate_scale: Callable[[str], float] | None = None,
    plain: Callable[[str], bool] | None = None,
    start_state: Mapping[str, Tensor] | None = None,
    on_end: Callable[[dict[str, Tensor]], None] | None = None,
) -> list[Row]:
    """Train the model in place and return the history, a row per epoch.

    `loss(forward, batch, step)` gives the scalar to minimise and what to log (scalars, or vectors of S); it
    calls the network as `forward(...)`. `clip(parameters)` comes before each step; `rate_scale(name)` is a
    parameter's factor on the rate, `plain(name)` whether Muon leaves it to Adam. The optimiser begins with
    `start_state`, that of an earlier training by name, and `on_end` gets its last one. `evaluate(forward,
    epoch)` adds to the row of an epoch (counted from 1 there), with the averaged weights where there are any.
    With a `checkpoint` an interrupted training goes on from there and ends with the same bytes. The model
    ends with the last epoch's weights, or their average.
    """
    model = synchronise_norms(model.to(device.device), device)
    if device.channels_last:
        model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    if device.compiled:
        model.compile(dynamic=False)
    ranks, steps = find_ranks(), batches.steps * settings.epochs
    names = [name for name, p in model.named_parameters() if p.requires_grad]
    trained = [model.get_parameter(name) for name in names]
    scales = [rate_scale(name) for name in names] if rate_scale else ()
    optimiser = Stepper(settings.optimiser, trained, scales, [plain(n) for n in names] if plain else ())
    take_state(optimiser, names, start_state or {})
    average = RunningAverage(settings.average, model, steps)
    history: list[Row] = []
    saved = Checkpoint(checkpoint, model, optimiser, average, history)
    saved.load(device.device)
    forward = Forward(parallel(model, device), device)
    console = Console(name, settings.epochs, len(history), batches.steps, batches.samples, ranks.rank > 0)
    with console:
        for epoch in range(len(history), settings.epochs):
            torch.manual_seed(seed_of(seed, "dropout", epoch, ranks.rank))
            model.train()
            meter = Meter(name, epoch, console)
            for number, batch in enumerate(batches.epoch(epoch)):
                step = Step(epoch, epoch * batches.steps + number, steps)
                value, logs = loss(forward, to_device(batch, device), step)
                meter.add(value, logs)
                for parameter in trained:
                    parameter.grad = None
                value.backward()
                if clip:
                    clip(trained)
                optimiser.step(learning_rate(settings.schedule, step.step))
                average.update(step.step + 1)
            row = {"epoch": epoch + 1, "rate": learning_rate(settings.schedule, step.step), **meter.means()}
            if evaluate:
                row |= evaluated(evaluate, model, device, average, epoch + 1)
            history.append(row)
            saved.save()
            console.epoch(row)
            if on_epoch and ranks.rank == 0:
                on_epoch(row)
    average.copy_to_model()
    if on_end:
        on_end(named_state(optimiser, names))
    model.eval()
    return history


def seed_of(seed: int, *key: str | int) -> int:
    """A key as one 64-bit number, for `torch.manual_seed`."""
    return int(np.random.SeedSequence(key_seed(seed, *key)).generate_state(1, np.uint64)[0])


def evaluated(
    evaluate: Callable[[Forward, int], Row],
    model: nn.Module,
    device: Device,
    average: RunningAverage,
    epoch: int,
) -> Row:
    """The evaluation's part of a row, made by the first rank while the others wait."""
    row: Row = {}
    if find_ranks().rank == 0:
        model.eval()
        with torch.no_grad(), average.applied():
            row = evaluate(Forward(model, device), epoch)
    wait_for_ranks()
    return {key: plain(value) for key, value in row.items()}


def plain(value: Any) -> float | list[float]:
    """A number or S numbers as Python's own."""
    array = np.asarray(value.cpu() if isinstance(value, Tensor) else value, dtype=np.float64)
    return array.tolist()


class Meter:
    """Sums of an epoch's logs, kept on the device and read now and then."""

    def __init__(self, name: str, epoch: int, console: Console) -> None:
        self.name, self.epoch, self.console = name, epoch, console
        self.waiting: list[dict[str, Tensor]] = []
        self.sums: dict[str, Tensor] = {}
        self.steps = 0

    def add(self, loss: Tensor, logs: dict[str, Tensor]) -> None:
        """Take in one step's loss and logs."""
        self.waiting.append({"loss": loss.detach(), **{key: value.detach() for key, value in logs.items()}})
        if len(self.waiting) == CHECK_STEPS:
            self.flush()

    def flush(self) -> None:
        """Sum what waits; a loss that is not finite ends the training."""
        if not self.waiting:
            return
        for key in self.waiting[0]:
            values = torch.stack([logs[key] for logs in self.waiting]).double()  # steps or steps, S
            if not values.isfinite().all():
                self.fail(key, values)
            self.sums[key] = self.sums.get(key, 0.0) + values.sum(0)
        last = plain(self.waiting[-1]["loss"])
        self.console.advance(len(self.waiting), mean(last))
        self.steps += len(self.waiting)
        self.waiting = []

    def fail(self, key: str, values: Tensor) -> None:
        """Say which value in which step of the epoch is not finite."""
        bad = (~values.isfinite()).nonzero()[0].tolist()
        which = f" (model {bad[1]} of the stack)" if len(bad) > 1 else ""
        raise ReposeError(
            f"{self.name}: {key} is {values[tuple(bad)].item()} in epoch {self.epoch + 1}, step "
            f"{self.steps + bad[0] + 1}{which}, expected a finite number; a lower rate, a longer warm-up or "
            "clipped gradients help"
        )

    def means(self) -> Row:
        """The epoch's mean of each log, over steps and ranks."""
        self.flush()
        return {key: plain(mean_over_ranks(total / self.steps)) for key, total in self.sums.items()}
