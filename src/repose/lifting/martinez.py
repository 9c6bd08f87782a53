"""The fully connected lifter of Martinez et al., also the part that deep learners are made of.

Legend: S models, B batch, d width.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from repose.lifting.stacked import BatchNorm, Linear, draw, dropout, kaiming


def linear(seeds: Sequence[int], name: str, inputs: int, outputs: int) -> Linear:
    """A linear layer with He's weights and PyTorch's biases."""
    bias = draw(seeds, f"{name}.bias", (outputs,), inputs**-0.5)
    return Linear(kaiming(seeds, name, inputs, outputs), bias)


class WideLayer(nn.Module):
    """Linear, normalisation, ReLU, dropout: (S, B, inputs) -> (S, B, d)."""

    def __init__(self, seeds: Sequence[int], name: str, inputs: int, width: int, share: float) -> None:
        super().__init__()
        self.linear = linear(seeds, name, inputs, width)
        self.norm = BatchNorm(len(seeds), width)
        self.share = share

    def forward(self, x: Tensor, noise: Sequence[torch.Generator] | None) -> Tensor:
        return dropout(self.norm(self.linear(x)), self.share, noise)


class Trunk(nn.Module):
    """A wide layer from the input, then residual blocks of two: (S, B, inputs) -> (S, B, d)."""

    def __init__(
        self, seeds: Sequence[int], name: str, inputs: int, width: int, blocks: int, share: float
    ) -> None:
        super().__init__()
        self.first = WideLayer(seeds, f"{name}.first", inputs, width, share)
        self.layers = nn.ModuleList(
            WideLayer(seeds, f"{name}.{k // 2}.{k % 2}", width, width, share) for k in range(2 * blocks)
        )

    def forward(self, x: Tensor, noise: Sequence[torch.Generator] | None) -> Tensor:
        x = self.first(x, noise)
        for one, two in zip(self.layers[::2], self.layers[1::2], strict=True):
            x = x + two(one(x, noise), noise)
        return x


class FullyConnected(nn.Module):
    """Martinez et al.: trunk and a linear layer to the output; 4.29 M parameters from 16 joints to 16."""

    def __init__(
        self,
        seeds: Sequence[int],
        inputs: int,
        outputs: int,
        width: int = 1024,
        blocks: int = 2,
        share: float = 0.5,
        name: str = "martinez",
    ) -> None:
        super().__init__()
        self.trunk = Trunk(seeds, name, inputs, width, blocks, share)
        self.last = linear(seeds, f"{name}.last", width, outputs)

    def forward(self, x: Tensor, noise: Sequence[torch.Generator] | None = None) -> Tensor:
        return self.last(self.trunk(x, noise))
