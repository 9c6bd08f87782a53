"""The network: a backbone, the graph module on its maps, and the fields of joints and limbs.

Legend: B pictures, J joints, L limbs, K nodes of the graph, H W cells, R S sides of the picture.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from torch import Tensor, nn

from repose.dgcn.backbones import STRIDES, DenseNet, ResNet
from repose.dgcn.fields import PAF_CHANNELS, PIF_CHANNELS
from repose.dgcn.graph import GraphDesign, GraphPyramid
from repose.dgcn.heads import FINE, Coarsest, FieldHead, Ladder
from repose.pictures.encoders import normalised

SHUFFLED_STRIDE = 8  # of the published fields, twice as fine as the map they are read off


@dataclass(frozen=True)
class Design:
    """What a network is made of, at its scale."""

    block: str  # basic | bottleneck | dense
    blocks: tuple[int, ...]  # of the backbone's four stages
    width: int  # channels of the backbone's first stage; of DenseNet's stem
    groups: int  # of the bottlenecks' 3×3 convolutions: 1, or ResNeXt's
    decoder: str  # shuffle: the published heads on the coarsest map | ladder: from coarse to fine maps
    ladder: int  # channels of the ladder at stride 4; 0 without one
    joints: int
    limbs: int
    graph: GraphDesign | None  # None: the baseline
    frozen_statistics: bool  # the backbone's normalisation keeps the statistics it began with

    @property
    def stride(self) -> int:
        """Of the fields, in px of the input."""
        return SHUFFLED_STRIDE if self.decoder == "shuffle" else FINE


class Output(NamedTuple):
    """What a network says about pictures; confidences are logits."""

    pif: Tensor  # B, 5J, H, W in the order of `split_fields`
    paf: Tensor  # B, 7L, H, W
    supervision: list[tuple[int, Tensor]]  # stride in px, and logits (B, K, H', W') of every graph module


class PoseFields(nn.Module):
    """Pictures (B, 3, R, S) of bytes → fields.

    The graph's parameters come last: the others are the baseline's in its order, with its first values.
    """

    def __init__(self, design: Design, adjacency: Mapping[str, Tensor]) -> None:
        super().__init__()
        self.design = design
        self.backbone = backbone_of(design)
        widths = self.backbone.widths
        shuffled = design.decoder == "shuffle"
        self.decoder = Coarsest(widths) if shuffled else Ladder(widths, design.ladder)
        self.pif = FieldHead(self.decoder.outputs, design.joints, PIF_CHANNELS, shuffled)
        self.paf = FieldHead(self.decoder.outputs, design.limbs, PAF_CHANNELS, shuffled)
        self.graph: GraphPyramid | None = None
        if design.graph:  # the ladder is climbed once, for joints and limbs together
            self.graph = GraphPyramid(design.graph, widths, adjacency, shared=not shuffled)

    def forward(self, pictures: Tensor) -> Output:
        maps = dict(zip(STRIDES, self.backbone.maps(normalised(pictures)), strict=True))
        for_pif, for_paf, supervision = self.graph(maps) if self.graph else (maps, maps, [])
        of_joints = self.decoder(for_pif)
        of_limbs = of_joints if for_paf is for_pif else self.decoder(for_paf)
        return Output(self.pif(of_joints), self.paf(of_limbs), supervision)

    def train(self, mode: bool = True) -> "PoseFields":
        super().train(mode)
        if self.design.frozen_statistics:
            for module in self.backbone.modules():
                if isinstance(module, nn.BatchNorm2d):
                    module.eval()
        return self

    def set_draw(self, seed: int, step: int) -> None:
        """Name the iteration whose dynamic adjacencies the next forward passes draw."""
        if self.graph:
            self.graph.set_draw(seed, step)


def backbone_of(design: Design) -> ResNet | DenseNet:
    """The backbone of a design."""
    if design.block == "dense":
        return DenseNet(design.width, design.blocks)
    return ResNet(design.width, design.block, design.blocks, design.groups)
