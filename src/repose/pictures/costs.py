"""The size and the work of a network: parameters and operations, counted without data.

Legend: B pictures, C channels.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import prod
from typing import Any

import torch
from torch import Tensor, nn

TRAINING = 3  # operations of forward and backward by those of forward
COUNTED_PX = 64  # at this side every map in the papers' networks has a whole side


@dataclass(frozen=True)
class Size:
    """The size and the work of a network."""

    parameters: int
    operations: int  # floating point, forward, of one picture; convolutions only


def size_of(build: Callable[[], nn.Module], input_px: int) -> Size:
    """The size of a network, counted on a small picture: one without data would import the compiler."""
    with torch.device("meta"):
        network = build()
    small = min(input_px, COUNTED_PX)
    picture = torch.zeros(1, 3, small, small, dtype=torch.uint8)
    with counted(network) as counts, torch.inference_mode():
        with_memory(network).eval()(picture)
    operations = sum(counts) * input_px**2 // small**2
    return Size(sum(p.numel() for p in network.parameters()), operations)


def with_memory(network: nn.Module) -> nn.Module:
    """A network on the meta device given memory of any content (`to_empty` would import sympy)."""
    for module in network.modules():
        for name, weight in list(module.named_parameters(recurse=False)):
            setattr(module, name, nn.Parameter(torch.empty(weight.shape), requires_grad=False))
        for name, buffer in list(module.named_buffers(recurse=False)):
            setattr(module, name, torch.empty(buffer.shape, dtype=buffer.dtype))
    return network


@contextmanager
def counted(network: nn.Module) -> Iterator[list[int]]:
    """The operations (two per multiplication) of every convolution that runs within the block."""
    counts: list[int] = []

    def count(module: nn.Module, inputs: Any, output: Tensor) -> None:
        weight = module.get_parameter("weight")
        if isinstance(module, nn.ConvTranspose2d):  # every input cell times the whole kernel
            counts.append(2 * inputs[0][0, 0].numel() * weight.numel())
        else:
            counts.append(2 * output[0, 0].numel() * prod(weight.shape))

    kinds = (nn.Conv2d, nn.ConvTranspose2d)
    hooks = [m.register_forward_hook(count) for m in network.modules() if isinstance(m, kinds)]
    try:
        yield counts
    finally:
        for hook in hooks:
            hook.remove()
