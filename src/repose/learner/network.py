"""The networks of Tran et al. (fig. 2) and the cascaded deep learner of Li et al. that they start from.

Legend: S models, B batch, k joints, d width.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from repose.lifting.martinez import FullyConnected, Trunk, linear


@dataclass(frozen=True)
class Design:
    """Our reading of the paper's text, choice by choice."""

    joints: int  # k
    width: int  # d
    stages: int  # learners of a cascade; 1 for the combined network
    blocks: int  # residual blocks of two layers: "8 layers of the fully connected layer" are 4
    dropout: float
    gate: str  # outer: sigmoid(h ⊙ skip), in the order of the text | inner: sigmoid(h) ⊙ skip
    skip: str  # up: the input is projected from 2k to d | down: h is projected from d to 2k
    fuse: str  # add | concat: how the two streams are combined before the last layer
    output_gain: float = 1.0  # further factor on the initial weights from the wide layers to the joints


class GatedStream(nn.Module):
    """Stage 1: wide layers, multiplied element by element with a skip from the input, with a sigmoid; then a
    linear layer: (S, B, 2k) -> (S, B, 3k).

    The paper multiplies 2k numbers by d numbers, so one of the two is projected (`skip`). There is no
    attention in the paper's "transformer": it is a gate. The text multiplies first and takes the sigmoid
    then. The other order cannot close the gate: the wide layers end in sums of ReLUs, and a sigmoid of those
    is never below one half.
    """

    def __init__(self, seeds: Sequence[int], design: Design) -> None:
        super().__init__()
        inputs, outputs, d = 2 * design.joints, 3 * design.joints, design.width
        self.gate = design.gate
        self.trunk = Trunk(seeds, "gated", inputs, d, design.blocks, design.dropout)
        up = design.skip == "up"
        self.lift = linear(seeds, "gated.skip", inputs, d) if up else None
        self.lower = None if up else linear(seeds, "gated.skip", d, inputs)
        self.last = linear(seeds, "gated.last", d if up else inputs, outputs).scaled(design.output_gain)

    def forward(self, x: Tensor, noise: Sequence[torch.Generator] | None = None) -> Tensor:
        h = self.trunk(x, noise)
        h = h if self.lower is None else self.lower(h)
        skip = x if self.lift is None else self.lift(x)
        gated = torch.sigmoid(h) * skip if self.gate == "inner" else torch.sigmoid(h * skip)
        return self.last(gated)


def plain_stream(seeds: Sequence[int], design: Design) -> FullyConnected:
    """Stage 2: the same wide layers without a gate, the network without its "transformer"."""
    stream = FullyConnected(
        seeds, 2 * design.joints, 3 * design.joints, design.width, design.blocks, design.dropout, "plain"
    )
    stream.last.scaled(design.output_gain)
    return stream


class Combined(nn.Module):
    """Both streams on the same 2D joints, fused, and a final linear layer: (S, B, 2k) -> (S, B, 3k)."""

    def __init__(self, seeds: Sequence[int], design: Design) -> None:
        super().__init__()
        outputs = 3 * design.joints
        self.fuse = design.fuse
        self.gated = GatedStream(seeds, design)
        self.plain = plain_stream(seeds, design)
        self.last = linear(seeds, "last", outputs if design.fuse == "add" else 2 * outputs, outputs)

    def forward(self, x: Tensor, noise: Sequence[torch.Generator] | None = None) -> Tensor:
        one, two = self.gated(x, noise), self.plain(x, noise)
        return self.last(one + two if self.fuse == "add" else torch.cat([one, two], -1))


class Cascade(nn.Module):
    """Li et al.: each learner predicts the residual of the sum of those before it; all see the 2D joints.

    They are trained one after another: `open` says how many there are so far, and only the newest is trained.
    """

    def __init__(self, seeds: Sequence[int], design: Design) -> None:
        super().__init__()
        self.open_stages = design.stages
        self.learners = nn.ModuleList(
            FullyConnected(
                seeds,
                2 * design.joints,
                3 * design.joints,
                design.width,
                design.blocks,
                design.dropout,
                f"learner{k}",
            )
            for k in range(design.stages)
        )
        for learner in self.learners:
            learner.last.scaled(design.output_gain)  # type: ignore[union-attr,operator]

    def forward(self, x: Tensor, noise: Sequence[torch.Generator] | None = None) -> Tensor:
        *done, newest = self.learners[: self.open_stages]
        y = newest(x, noise)
        for learner in done:
            with torch.no_grad():
                known = learner(x)
            y = y + known
        return y

    def open(self, stages: int) -> None:
        """Use the first `stages` learners; the last of them is the one to be trained."""
        self.open_stages = stages
        for number, learner in enumerate(self.learners):
            learner.requires_grad_(number == stages - 1)

    def train(self, mode: bool = True) -> Cascade:
        """Training mode is only for the newest learner; those before it are finished."""
        super().train(mode)
        for learner in self.learners[: self.open_stages - 1]:
            learner.eval()
        return self
