"""Backbones with maps of the strides 2, 4, 8 and 16: ResNet, ResNeXt and DenseNet, their stem not pooled.

Their parts are named as torchvision names them, so that the usual ImageNet weights fit.

Legend: B pictures, C channels, H W map.
"""

import re
from pathlib import Path

import torch
from torch import Tensor, nn

from repose.pictures.encoders import Bottleneck, Encoder, start
from repose.pictures.weights import load_encoder, load_imagenet

STRIDES = (2, 4, 8, 16)  # of the stages


class ResNet(Encoder):
    """ResNet whose stages have the strides 2 to 16, and ResNeXt where `groups` are more than one.

    ResNeXt's bottlenecks are twice as wide, their 3×3 convolution is in groups.
    """

    def __init__(self, width: int, block: str, blocks: tuple[int, ...], groups: int) -> None:
        super().__init__(width, block, blocks, stem_pool=False)
        if groups > 1:
            for module in self.modules():
                if isinstance(module, Bottleneck):
                    group(module, groups)
        self.widths = {stride: self.channels * stride // STRIDES[-1] for stride in STRIDES}
        start(self.modules())


def group(block: Bottleneck, groups: int) -> None:
    """Let a bottleneck be ResNeXt's."""
    inputs, wide, outputs = block.conv1.in_channels, 2 * block.conv2.out_channels, block.conv3.out_channels
    block.conv1, block.bn1 = nn.Conv2d(inputs, wide, 1, bias=False), nn.BatchNorm2d(wide)
    stride = block.conv2.stride[0]
    block.conv2 = nn.Conv2d(wide, wide, 3, stride, 1, groups=groups, bias=False)
    block.bn2, block.conv3 = nn.BatchNorm2d(wide), nn.Conv2d(wide, outputs, 1, bias=False)


class DenseLayer(nn.Module):
    """A bottleneck whose output joins its input."""

    def __init__(self, inputs: int, growth: int) -> None:
        super().__init__()
        self.norm1 = nn.BatchNorm2d(inputs)
        self.conv1 = nn.Conv2d(inputs, 4 * growth, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(4 * growth)
        self.conv2 = nn.Conv2d(4 * growth, growth, 3, 1, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        y = self.conv1(self.norm1(x).relu())
        return torch.cat([x, self.conv2(self.norm2(y).relu())], 1)


class Transition(nn.Module):
    """Half the channels at half the side, which is rounded up as a strided convolution's is."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(channels)
        self.conv = nn.Conv2d(channels, channels // 2, 1, bias=False)
        self.pool = nn.AvgPool2d(2, 2, ceil_mode=True)

    def forward(self, x: Tensor) -> Tensor:
        return self.pool(self.conv(self.norm(x).relu()))


class DenseNet(nn.Module):
    """DenseNet whose dense blocks have the strides 2 to 16; the last map is normalised."""

    def __init__(self, width: int, blocks: tuple[int, ...]) -> None:
        super().__init__()
        self.features = nn.Module()
        self.features.conv0 = nn.Conv2d(3, width, 7, 2, 3, bias=False)
        self.features.norm0 = nn.BatchNorm2d(width)
        channels, growth = width, width // 2
        self.widths: dict[int, int] = {}
        for number, (stride, count) in enumerate(zip(STRIDES, blocks, strict=True), 1):
            if number > 1:
                self.features.add_module(f"transition{number - 1}", Transition(channels))
                channels //= 2
            block = nn.Sequential()
            for layer in range(1, count + 1):
                block.add_module(f"denselayer{layer}", DenseLayer(channels, growth))
                channels += growth
            self.features.add_module(f"denseblock{number}", block)
            self.widths[stride] = channels
        self.features.norm5 = nn.BatchNorm2d(channels)
        start(self.modules())

    def maps(self, x: Tensor) -> list[Tensor]:
        """The map after each dense block."""
        part = self.features.get_submodule
        maps = [part("denseblock1")(part("norm0")(part("conv0")(x)).relu())]
        for number in range(2, len(STRIDES) + 1):
            maps.append(part(f"denseblock{number}")(part(f"transition{number - 1}")(maps[-1])))
        return [*maps[:-1], part("norm5")(maps[-1]).relu()]


def load_backbone(backbone: ResNet | DenseNet, path: Path) -> None:
    """Let a backbone begin with the ImageNet weights of a file."""
    if isinstance(backbone, ResNet):
        load_encoder(backbone, path)
    else:
        load_imagenet(backbone, path, "DenseNet", present_name)


def present_name(name: str) -> str:
    """DenseNet's published files say `denselayer1.norm.1`, where its code now says `denselayer1.norm1`."""
    return re.sub(r"(denselayer\d+\.(?:norm|conv))\.(\d)", r"\1\2", name)
