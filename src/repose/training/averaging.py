"""Averages of the weights over the steps of a training."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class Average:
    """Which weights a training ends with.

    ema   exponential moving average with `decay` per step; a young average forgets faster
    tail  plain mean over the steps after the share `start` of all steps
    """

    kind: str
    decay: float = 0.999  # ema
    start: float = 0.0  # share of the steps before the average starts
    every: int = 1  # steps between two updates


class RunningAverage:
    """The average of a model's floating point parameters and buffers, normalisation statistics included."""

    def __init__(self, settings: Average | None, model: nn.Module, total: int) -> None:
        self.settings, self.total, self.count = settings, total, 0
        self.live = [t for t in model.state_dict(keep_vars=True).values() if t.is_floating_point()]
        self.mean: list[Tensor] = []

    @torch.no_grad()
    def update(self, step: int) -> None:
        """Take in the weights after `step` steps."""
        s = self.settings
        if s is None or step <= s.start * self.total or step % s.every:
            return
        self.count += 1
        if self.count == 1:
            self.mean = [t.detach().clone() for t in self.live]
            return
        new = (
            1 / self.count
            if s.kind == "tail"
            else 1 - min(s.decay**s.every, (1 + self.count) / (10 + self.count))
        )
        torch._foreach_lerp_(self.mean, [t.detach() for t in self.live], new)

    @torch.no_grad()
    def copy_to_model(self) -> None:
        """Give the model the averaged weights, if there are any."""
        for live, mean in zip(self.live, self.mean, strict=False):
            live.copy_(mean)

    @contextlib.contextmanager
    def applied(self) -> Iterator[None]:
        """The model with averaged weights for the length of a block."""
        kept = [t.detach().clone() for t in self.live] if self.mean else []
        self.copy_to_model()
        try:
            yield
        finally:
            with torch.no_grad():
                for live, value in zip(self.live, kept, strict=False):
                    live.copy_(value)

    def state(self) -> dict[str, object]:
        return {"count": self.count, "mean": self.mean}

    def load(self, state: dict[str, object]) -> None:
        self.count = int(state["count"])  # type: ignore[call-overload]
        self.mean = [m.to(t.device) for m, t in zip(state["mean"], self.live, strict=False)]  # type: ignore[call-overload]
