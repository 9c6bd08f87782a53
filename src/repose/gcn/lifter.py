"""A graph network as a lifter, its auxiliary tasks, and the widths at which parameter counts are equal.

Legend: S models, B batch, N joints, K classes, E embedding.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from repose.foundations.errors import ReposeError
from repose.gcn.network import LOCAL_WEIGHTS, Architecture, Decoder, GraphNetwork
from repose.lifting.lifter import Lifted
from repose.lifting.stacked import cross_entropy

TOLERANCE = 0.01  # share by which the parameter counts of partners may differ


class GraphLifter(nn.Module):
    """2D joints (S, B, N, 2) -> `Lifted`, with the decoder that only training uses."""

    def __init__(self, network: GraphNetwork, decoder: Decoder | None = None) -> None:
        super().__init__()
        self.network, self.decoder = network, decoder

    def forward(self, joints2d: Tensor, noise: Sequence[torch.Generator] | None = None) -> Lifted:
        joints, code = self.network(joints2d.transpose(1, 2).contiguous(), noise)
        if self.decoder is not None and code is not None and self.training:
            code = self.decoder(code)  # S, B, 3N
        return Lifted(joints.transpose(1, 2), code)


@dataclasses.dataclass(frozen=True)
class ClassTask:
    """The global node names the pose's class: cross-entropy, weighted."""

    weight: float

    def __call__(self, lifted: Lifted, batch: Mapping[str, Tensor]) -> Tensor:
        assert lifted.code is not None
        return self.weight * cross_entropy(lifted.code, batch["label"])


@dataclasses.dataclass(frozen=True)
class EmbeddingTask:
    """The global node embeds the pose, a decoder rebuilds it: mean squared error in m², weighted."""

    weight: float

    def __call__(self, lifted: Lifted, batch: Mapping[str, Tensor]) -> Tensor:
        assert lifted.code is not None
        return self.weight * (lifted.code - batch["joints3d_m"].flatten(2)).square().mean((1, 2))


def parameters(design: Architecture) -> int:
    """The parameters of one network; the embedding's decoder is not counted, as in the paper."""
    c, local = design.channels, len(LOCAL_WEIGHTS[design.layer])
    on_global = design.layer == "global"
    total = 0
    for inputs in (2, *(2 * design.blocks * [c])):
        total += local * inputs * c + 3 * c  # weights, bias, normalisation
        total += 2 * inputs * c + 2 * c if on_global else 0
    return total + local * c * 3 + 3 + (2 * c * design.outputs if on_global else 0)


def operations(design: Architecture, joints: int) -> int:
    """Multiplications and additions with weights per sample, forward and backward."""
    c, on_global = design.channels, design.layer == "global"
    a_joint = len(LOCAL_WEIGHTS[design.layer]) - (1 if on_global else 0)
    total = 0
    for inputs, local, far in ((2, c, c), *(2 * design.blocks * [(c, c, c)]), (c, 3, design.outputs)):
        total += joints * a_joint * inputs * local + (inputs * local + 2 * inputs * far if on_global else 0)
    return 3 * 2 * total


def matching_channels(design: Architecture, target: int) -> int:
    """The width at which a network has as many parameters as its partner, to one percent."""
    low, high = 1, 4096
    while high - low > 1:  # the count grows with the width
        middle = (low + high) // 2
        low, high = (middle, high) if count_at(design, middle) <= target else (low, middle)
    best = min((low, high), key=lambda channels: abs(count_at(design, channels) - target))
    if abs(count_at(design, best) - target) > TOLERANCE * target:
        raise ReposeError(
            f"scale.gcn.width: no width of a baseline comes within 1 % of {target} parameters (nearest: "
            f"{best} channels, {count_at(design, best)}); choose another width, such as 0.21875 or 0.375"
        )
    return best


def count_at(design: Architecture, channels: int) -> int:
    return parameters(dataclasses.replace(design, channels=channels))
