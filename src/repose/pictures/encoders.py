"""Encoders of pictures: the ResNet family, with torchvision's names for its parts.

Legend: B pictures, C channels, R side of the picture.
"""

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor, nn

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # ImageNet's, RGB


def normalised(pictures: Tensor) -> Tensor:
    """RGB pictures (B, 3, R, R) of bytes, normalised as for ImageNet's networks."""
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

    It equals one with a stride, which on some CPUs writes beyond its memory if there are few channels.
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

    def __init__(self, width: int, block: str, blocks: Sequence[int], stem_pool: bool) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.pool = nn.MaxPool2d(3, 2, 1) if stem_pool else nn.Identity()
        inputs, kind = width, BLOCKS[block]
        self.stages = len(blocks)
        for stage, count in enumerate(blocks):
            channels = width * 2**stage
            layers = []
            for number in range(count):
                layers.append(kind(inputs, channels, 2 if stage and not number else 1))
                inputs = channels * kind.expansion
            self.add_module(f"layer{stage + 1}", nn.Sequential(*layers))
        self.channels = inputs

    def forward(self, x: Tensor) -> Tensor:
        return self.maps(x)[-1]  # B, C, R/32, R/32 at the paper's scale

    def maps(self, x: Tensor) -> list[Tensor]:
        """The map after each stage."""
        maps = [self.pool(self.bn1(self.conv1(x)).relu())]
        for stage in range(self.stages):
            maps.append(self.get_submodule(f"layer{stage + 1}")(maps[-1]))
        return maps[1:]


def start(modules: Iterable[nn.Module]) -> None:
    """He's initialisation of the convolutions, by their outputs, as in ResNet."""
    for module in modules:
        if isinstance(module, nn.Conv2d) and not module.weight.is_meta:  # a draw there costs seconds
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
