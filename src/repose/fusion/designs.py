"""Networks by name: at a scale, at the papers' size, and what they cost."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import prod
from typing import Any

import torch
from torch import Tensor, nn

from repose.errors import ReposeError
from repose.fusion.hourglass import StackedHourglass
from repose.fusion.network import Design, PoseResNet
from repose.training.loop import seed_of

CHANNELS = {"resnet": 256, "hourglass": 256}  # of the deconvolutions, of the hourglasses
WIDTH = 64  # of ResNet's first stage
INPUT_PX = 256
STACKS = 2
COUNTED_PX = 64  # every side within the papers' networks is whole there


@dataclass(frozen=True)
class NetworkScale:
    """How much smaller than the papers' a network is."""

    width: float  # share of the channels of the encoder, or of the hourglass
    deconv: float  # share of the channels of the deconvolutions
    block: str
    blocks: tuple[int, ...]
    stem_pool: bool
    input_px: int


PAPER = NetworkScale(1.0, 1.0, "bottleneck", (3, 4, 6, 3), True, INPUT_PX)


def design_of(kind: str, scale: NetworkScale) -> Design:
    """The design of a network at a scale."""
    if kind not in CHANNELS:
        raise ReposeError(f"fusion.network: found {kind!r}, expected one of {', '.join(CHANNELS)}")
    of_channels = scale.deconv if kind == "resnet" else scale.width
    sizes = (WIDTH * scale.width, CHANNELS[kind] * of_channels)
    width, channels = (max(4, 4 * round(size / 4)) for size in sizes)
    return Design(kind, scale.block, scale.blocks, width, channels, scale.stem_pool, STACKS)


def build(design: Design) -> PoseResNet | StackedHourglass:
    """The network of a design, with weights from torch's generator."""
    return PoseResNet(design) if design.kind == "resnet" else StackedHourglass(design)


def build_seeded(design: Design, seed: int) -> PoseResNet | StackedHourglass:
    """The network of a design, with the first weights of a seed."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed_of(seed, "fusion", "weights"))
        return build(design)


@dataclass(frozen=True)
class Size:
    """What a network weighs and does."""

    parameters: int
    operations: int  # floating point, forward, of one picture; convolutions only


def size_of(design: Design, input_px: int) -> Size:
    """The size of a design, counted on a small picture: one without data would import the compiler."""
    with torch.device("meta"):
        network = build(design)
    small = min(input_px, COUNTED_PX)
    picture = torch.zeros(1, 3, small, small, dtype=torch.uint8)
    with counted(network) as counts, torch.inference_mode():
        with_memory(network).eval()(picture)
    operations = sum(counts) * input_px**2 // small**2
    return Size(sum(p.numel() for p in network.parameters()), operations)


def with_memory(network: nn.Module) -> nn.Module:
    """A network of the meta device with memory, whatever it holds (`to_empty` imports sympy)."""
    for module in network.modules():
        for name, weight in list(module.named_parameters(recurse=False)):
            setattr(module, name, nn.Parameter(torch.empty(weight.shape), requires_grad=False))
        for name, buffer in list(module.named_buffers(recurse=False)):
            setattr(module, name, torch.empty(buffer.shape, dtype=buffer.dtype))
    return network


@contextmanager
def counted(network: nn.Module) -> Iterator[list[int]]:
    """The operations (two a multiplication) of every convolution that runs within the block."""
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
