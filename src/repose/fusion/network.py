"""The network: a ResNet encoder, three deconvolutions, a heat-map head and a dense depth head.

Legend: B pictures, J joints, C channels, R side of the picture, M side of the maps, K stages of supervision.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn

JOINTS = 16  # of MPII
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # ImageNet's, RGB
HEAD_STD = 1e-3  # of the initial weights of deconvolutions and heads


@dataclass(frozen=True)
class Design:
    """What a network is made of, at its scale."""

    kind: str  # resnet | hourglass
    block: str  # basic | bottleneck
    blocks: tuple[int, ...]  # of the encoder's stages, each half the side of the one before
    width: int  # channels of the encoder's first stage
    deconv: int  # channels of the deconvolutions, or of the hourglass
    stem_pool: bool  # the stem's pooling, without which maps are half the picture's side, not a quarter
    stacks: int  # of the hourglass

    def map_px(self, input_px: int) -> int:
        """The side of the maps."""
        return input_px // (4 if self.stem_pool else 2)


class Maps(NamedTuple):
    """What a network says about pictures."""

    heatmaps: Tensor  # K, B, J, M, M
    depth: Tensor  # B, J, M, M; unit: the side of the crop


def normalised(pictures: Tensor) -> Tensor:
    """RGB pictures (B, 3, R, R) of bytes as ImageNet's networks want them."""
    mean, std = (torch.tensor(v, device=pictures.device).view(1, 3, 1, 1) for v in (MEAN, STD))
    return (pictures.float() / 255 - mean) / std


class Basic(nn.Module):
    """Two 3×3 convolutions beside the identity."""

    expansion = 1

    def __init__(self, inputs: int, channels: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, channels, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.downsample = shortcut(inputs, channels, stride)

    def forward(self, x: Tensor) -> Tensor:
        y = self.bn1(self.conv1(x)).relu()
        return (self.bn2(self.conv2(y)) + self.downsample(x)).relu()


class Bottleneck(nn.Module):
    """1×1, 3×3 and 1×1 convolutions beside the identity."""

    expansion = 4

    def __init__(self, inputs: int, channels: int, stride: int) -> None:
        super().__init__()
        outputs = channels * self.expansion
        self.conv1 = nn.Conv2d(inputs, channels, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.conv3 = nn.Conv2d(channels, outputs, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(outputs)
        self.downsample = shortcut(inputs, outputs, stride)

    def forward(self, x: Tensor) -> Tensor:
        y = self.bn1(self.conv1(x)).relu()
        y = self.bn2(self.conv2(y)).relu()
        return (self.bn3(self.conv3(y)) + self.downsample(x)).relu()


BLOCKS: dict[str, type[Basic] | type[Bottleneck]] = {"basic": Basic, "bottleneck": Bottleneck}


class Thinned(nn.Conv2d):
    """A 1×1 convolution of every `step`-th cell.

    The same as one with a stride, which on some CPUs writes beyond its memory where channels are few.
    """

    def __init__(self, inputs: int, outputs: int, step: int) -> None:
        super().__init__(inputs, outputs, 1, bias=False)
        self.step = step

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x[:, :, :: self.step, :: self.step])


def shortcut(inputs: int, outputs: int, stride: int) -> nn.Module:
    """The identity, or a 1×1 convolution where the shape changes."""
    if stride == 1 and inputs == outputs:
        return nn.Identity()
    return nn.Sequential(Thinned(inputs, outputs, stride), nn.BatchNorm2d(outputs))


class Encoder(nn.Module):
    """ResNet without its classifier; the names are torchvision's, so that its weights fit."""

    def __init__(self, design: Design) -> None:
        super().__init__()
        width, block = design.width, BLOCKS[design.block]
        self.conv1 = nn.Conv2d(3, width, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.pool = nn.MaxPool2d(3, 2, 1) if design.stem_pool else nn.Identity()
        inputs = width
        self.stages = len(design.blocks)
        for stage, count in enumerate(design.blocks):
            channels = width * 2**stage
            blocks = []
            for number in range(count):
                blocks.append(block(inputs, channels, 2 if stage and not number else 1))
                inputs = channels * block.expansion
            self.add_module(f"layer{stage + 1}", nn.Sequential(*blocks))
        self.channels = inputs

    def forward(self, x: Tensor) -> Tensor:
        x = self.pool(self.bn1(self.conv1(x)).relu())
        for stage in range(self.stages):
            x = self.get_submodule(f"layer{stage + 1}")(x)
        return x  # B, C, R/32, R/32 at the paper's scale


class PoseResNet(nn.Module):
    """Pictures (B, 3, R, R) of bytes → heat maps and depth, a quarter of the side (half without pooling)."""

    def __init__(self, design: Design) -> None:
        super().__init__()
        self.encoder = Encoder(design)
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


def start(modules: Iterable[nn.Module]) -> None:
    """He's initialisation of the convolutions, by their outputs, as ResNet has it."""
    for module in modules:
        if isinstance(module, nn.Conv2d) and not module.weight.is_meta:  # a draw there costs seconds
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")


def start_heads(modules: Sequence[nn.Module]) -> None:
    """Small weights and no offset for deconvolutions and heads."""
    for module in modules:
        if isinstance(module, (nn.ConvTranspose2d, nn.Conv2d)) and not module.weight.is_meta:
            nn.init.normal_(module.weight, std=HEAD_STD)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
