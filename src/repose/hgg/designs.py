"""Proposal networks by name: at a scale, at the papers' size, and what they cost."""

from dataclasses import asdict

import torch

from repose.foundations.errors import ReposeError
from repose.hgg.network import Design, Hourglasses, NetworkScale
from repose.pictures.costs import Size, size_of
from repose.training.loop import seed_of

PAPER = NetworkScale(
    stacks=4, width=256, growth=128, depth=4, stem=(64, 128, 128), tags=1, spare=34, normalise=False
)
"""Associative embedding's, as published: of its 68 outputs the last 34 are read by nobody."""
STEM = 3  # convolutions before the last of the stem


def design_of(scale: NetworkScale, joints: int) -> Design:
    """The design of a network at a scale."""
    if len(scale.stem) != STEM:
        raise ReposeError(f"hgg.network.stem: found {len(scale.stem)} numbers, expected {STEM} of channels")
    return Design(**asdict(scale) | {"stem": tuple(scale.stem)}, joints=joints)


def build_seeded(design: Design, seed: int) -> Hourglasses:
    """The network of a design, with the first weights of a seed."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed_of(seed, "hgg", "weights"))
        return Hourglasses(design)


def output_layers(network: Hourglasses) -> list[str]:
    """Names of the kernels that say heat maps and tags: for Adam where a body has Muon."""
    return [f"says.{stack}.weight" for stack in range(len(network.says))]


def network_size(design: Design, input_px: int) -> Size:
    """The size of a design's network at pictures of a side."""
    return size_of(lambda: Hourglasses(design), input_px)
