"""Layers of S models at once: every parameter and every activation has a leading axis S.

The models (seeds of one run) share nothing but the call, so that even small ones use the whole machine.
Legend: S models, M samples (the axis that statistics run over), C channels.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from repose.foundations.rng import rng

MOMENTUM = 0.1  # of the running statistics, PyTorch's own
EPSILON = 1e-5


def draw(seeds: Sequence[int], name: str, shape: tuple[int, ...], bound: float) -> nn.Parameter:
    """A parameter (S, *shape), uniform in ±bound, each seed's part depends only on the seed and the name."""
    parts = [rng(seed, "init", name).uniform(-bound, bound, shape).astype(np.float32) for seed in seeds]
    return nn.Parameter(torch.from_numpy(np.stack(parts)))


def kaiming(seeds: Sequence[int], name: str, inputs: int, outputs: int) -> nn.Parameter:
    """A weight (S, inputs, outputs) after He et al.: normal with variance 2/inputs, cut at two deviations."""
    edge = 0.9544997361036416  # erf(√2): the share of a normal variable within two deviations
    return nn.Parameter(torch.erfinv(draw(seeds, name, (inputs, outputs), edge).detach()) * 2 / inputs**0.5)


def xavier(seeds: Sequence[int], name: str, inputs: int, outputs: int, gain: float) -> nn.Parameter:
    """A weight (S, inputs, outputs) after Glorot and Bengio, uniform."""
    return draw(seeds, name, (inputs, outputs), gain * (6 / (inputs + outputs)) ** 0.5)


def parameter_count(model: nn.Module) -> int:
    """The parameters of one of the S models."""
    return sum(parameter[0].numel() for parameter in model.parameters())


class Linear(nn.Module):
    """x W + b for S models: (S, M, inputs) -> (S, M, outputs)."""

    def __init__(self, weight: nn.Parameter, bias: nn.Parameter) -> None:
        super().__init__()
        self.weight, self.bias = weight, bias  # (S, inputs, outputs), (S, outputs)

    def forward(self, x: Tensor) -> Tensor:
        return torch.baddbmm(self.bias[:, None], x, self.weight)

    @torch.no_grad()
    def scaled(self, factor: float) -> Linear:
        """The layer with its weights made smaller, so that an output starts near zero."""
        self.weight.mul_(factor)
        return self


class BatchNorm(nn.Module):
    """Normalisation over the samples, then ReLU where asked for: (S, M, C) -> (S, M, C), in float32."""

    running_mean: Tensor
    running_var: Tensor

    def __init__(self, models: int, channels: int, relu: bool = True) -> None:
        super().__init__()
        self.relu = relu
        self.weight = nn.Parameter(torch.ones(models, channels))
        self.bias = nn.Parameter(torch.zeros(models, channels))
        self.register_buffer("running_mean", torch.zeros(models, channels))
        self.register_buffer("running_var", torch.ones(models, channels))

    def forward(self, x: Tensor) -> Tensor:
        x = x.float()
        if not self.training:
            scale = self.weight * (self.running_var + EPSILON).rsqrt()  # S, C
            shift = self.bias - self.running_mean * scale
            y = torch.addcmul(shift[:, None], x, scale[:, None])
            return y.relu_() if self.relu else y
        y, mean, var = _Normalise.apply(x, self.weight, self.bias, self.relu)
        self.track(mean, var, x.shape[1])
        return y

    @torch.no_grad()
    def track(self, mean: Tensor, var: Tensor, samples: int) -> None:
        """Move the running statistics towards those of a batch (S, C)."""
        self.running_mean.lerp_(mean, MOMENTUM)
        self.running_var.lerp_(var * (samples / max(1, samples - 1)), MOMENTUM)


class _Normalise(torch.autograd.Function):
    """Batch normalisation and ReLU in five passes forward and six back, with no loop over the models."""

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, weight: Tensor, bias: Tensor, relu: bool
    ) -> tuple[Tensor, Tensor, Tensor]:
        mean = x.mean(1)  # S, C
        centred = x - mean[:, None]
        var = (centred * centred).mean(1)
        inverse = (var + EPSILON).rsqrt()
        y = torch.addcmul(bias[:, None], centred, (weight * inverse)[:, None])
        if relu:
            y.relu_()
        ctx.relu = relu
        ctx.save_for_backward(centred, inverse, weight, y if relu else x.new_empty(0))
        ctx.mark_non_differentiable(mean, var)
        return y, mean, var

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:
        centred, inverse, weight, y = ctx.saved_tensors
        g = gradients[0]
        if ctx.relu:
            g = torch.ops.aten.threshold_backward(g, y, 0)
        samples = g.shape[1]
        d_bias = g.sum(1)  # S, C
        along = (g * centred).sum(1)
        scale = weight * inverse
        d_x = torch.addcmul(
            (scale * d_bias / -samples)[:, None],
            centred,
            (scale * inverse.square() * along / -samples)[:, None],
        )
        d_x.addcmul_(g, scale[:, None])
        return d_x, along * inverse, d_bias, None


def dropout(x: Tensor, share: float, generators: Sequence[torch.Generator] | None) -> Tensor:
    """Zero a share of the entries of (S, …), each model by its own generator, and scale up the rest."""
    if share == 0 or generators is None:
        return x
    kept = torch.stack([_keep(x[0].numel(), share, generator, x.device) for generator in generators])
    return x * (kept.view(x.shape).to(x.dtype) * (1 / (1 - share)))


def _keep(count: int, share: float, generator: torch.Generator, device: torch.device) -> Tensor:
    """`count` flags; sixteen random bits per flag, four flags per draw, since draws are expensive."""
    words = torch.empty(-(-count // 4), dtype=torch.int64, device=device)
    words.random_(-(2**63), None, generator=generator)
    return words.view(torch.int16)[:count] >= round(share * 65536) - 32768


def cross_entropy(logits: Tensor, labels: Tensor) -> Tensor:
    """The mean cross-entropy of each model: logits (S, M, K), labels (S, M) -> (S,)."""
    losses = functional.cross_entropy(logits.flatten(0, 1), labels.flatten(), reduction="none")
    return losses.view(labels.shape).mean(1)
