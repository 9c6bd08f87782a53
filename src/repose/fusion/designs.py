"""Networks by name, at a scale and at the papers' size, and their cost."""

from dataclasses import dataclass

import torch

from repose.foundations.errors import ReposeError
from repose.fusion.hourglass import StackedHourglass
from repose.fusion.network import Design, PoseResNet
from repose.pictures.costs import Size, size_of
from repose.training.loop import seed_of

CHANNELS = {"resnet": 256, "hourglass": 256}  # of the deconvolutions, of the hourglasses
WIDTH = 64  # of ResNet's first stage
INPUT_PX = 256
STACKS = 2


@dataclass(frozen=True)
class NetworkScale:
    """How much smaller than in the papers a network is."""

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


def network_size(design: Design, input_px: int) -> Size:
    """The size of a design's network at pictures of a side."""
    return size_of(lambda: build(design), input_px)
