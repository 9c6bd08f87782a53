"""The network: a ResNet encoder, three deconvolutions, a heat-map head and a dense depth head.

Legend: B pictures, J joints, C channels, R side of the picture, M side of the maps, K stages of supervision.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from torch import Tensor, nn

from repose.pictures.encoders import Encoder, normalised, start

JOINTS = 16  # of MPII
HEAD_STD = 1e-3  # of the initial weights of deconvolutions and heads


@dataclass(frozen=True)
class Design:
    """What a network is made of, at its scale."""

    kind: str  # resnet | hourglass
    block: str  # basic | bottleneck
    blocks: tuple[int, ...]  # of the encoder's stages, each half the side of the one before
    width: int  # channels of the encoder's first stage
    deconv: int  # channels of the deconvolutions, or of the hourglass
    stem_pool: bool  # pooling in the stem; without it the maps have half the picture's side, not a quarter
    stacks: int  # of the hourglass

    def map_px(self, input_px: int) -> int:
        """The side of the maps."""
        return input_px // (4 if self.stem_pool else 2)


class Maps(NamedTuple):
    """What a network predicts for pictures."""

    heatmaps: Tensor  # K, B, J, M, M
    depth: Tensor  # B, J, M, M; unit: the side of the crop


class PoseResNet(nn.Module):
    """Pictures (B, 3, R, R) of bytes → heat maps and depth, a quarter of the side (half without pooling)."""

    def __init__(self, design: Design) -> None:
        super().__init__()
        self.encoder = Encoder(design.width, design.block, design.blocks, design.stem_pool)
        doublings = len(design.blocks) - 1  # back to the side of the first stage: three
        self.decoder = nn.Sequential(*deconvolutions(self.encoder.channels, design.deconv, doublings))
        self.heatmap = nn.Conv2d(design.deconv, JOINTS, 1)
        self.depth = nn.Conv2d(design.deconv, JOINTS, 1)
        start(self.encoder.modules())
        start_heads([*self.decoder.modules(), self.heatmap, self.depth])

    def forward(self, pictures: Tensor) -> Maps:
        x = self.decoder(self.encoder(normalised(pictures)))  # B, C, M, M
        return Maps(self.heatmap(x)[None], self.depth(x))


def deconvolutions(inputs: int, channels: int, count: int) -> list[nn.Module]:
    """4×4 deconvolutions that double the side, each with normalisation."""
    layers: list[nn.Module] = []
    for _ in range(count):
        layers += [nn.ConvTranspose2d(inputs, channels, 4, 2, 1, bias=False), nn.BatchNorm2d(channels)]
        layers += [nn.ReLU()]
        inputs = channels
    return layers


def start_heads(modules: Sequence[nn.Module]) -> None:
    """Small weights and no offset for deconvolutions and heads."""
    for module in modules:
        if isinstance(module, (nn.ConvTranspose2d, nn.Conv2d)) and not module.weight.is_meta:
            nn.init.normal_(module.weight, std=HEAD_STD)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
