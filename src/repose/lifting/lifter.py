"""Lifters as training sees them: 2D joints (S, B, J, 2) in, `Lifted` out.

Legend: S models, B batch, J joints.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn


class Lifted(NamedTuple):
    """What a lifter makes of 2D joints."""

    joints3d_m: Tensor  # S, B, J, 3
    code: Tensor | None = None  # S, B, K: the global node's output


class FlatLifter(nn.Module):
    """A network on flat vectors, in units of their standard deviation in training."""

    input_mean: Tensor
    input_std: Tensor
    output_mean: Tensor
    output_std: Tensor
    SHARED = ("input_mean", "input_std", "output_mean", "output_std")

    def __init__(self, network: nn.Module, numbers: Statistics) -> None:
        super().__init__()
        self.network = network
        for name, value in numbers._asdict().items():
            self.register_buffer(name, torch.from_numpy(value))

    def forward(self, joints2d: Tensor, noise: Sequence[torch.Generator] | None = None) -> Lifted:
        s, b, j, _ = joints2d.shape
        flat = (joints2d.reshape(s, b, 2 * j) - self.input_mean) / self.input_std
        y = self.network(flat, noise).float() * self.output_std + self.output_mean
        return Lifted(y.view(s, b, j, 3))


class Statistics(NamedTuple):
    """Means and deviations of flat inputs (2J,) and outputs (3J,); one for a constant."""

    input_mean: np.ndarray
    input_std: np.ndarray
    output_mean: np.ndarray
    output_std: np.ndarray


def statistics(joints2d: np.ndarray, joints3d_m: np.ndarray) -> Statistics:
    """Of a training set (N, J, 2) and (N, J, 3)."""
    values = []
    for points in (joints2d, joints3d_m):
        flat = points.reshape(len(points), -1).astype(np.float64)
        deviation = flat.std(0)
        values += [flat.mean(0), np.where(deviation > 1e-6, deviation, 1)]
    return Statistics(*(value.astype(np.float32) for value in values))


def numbers_of(normalise: str, joints2d: np.ndarray, joints3d_m: np.ndarray) -> Statistics:
    """The units of a network: zscore (of its training set) or none."""
    return statistics(joints2d, joints3d_m) if normalise == "zscore" else no_statistics(joints2d.shape[1])


def no_statistics(joints: int) -> Statistics:
    """Inputs and targets as they are."""
    zeros, ones = np.zeros, np.ones
    return Statistics(
        *(make(size * joints, np.float32) for size, make in ((2, zeros), (2, ones), (3, zeros), (3, ones)))
    )
