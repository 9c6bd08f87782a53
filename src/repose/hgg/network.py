"""The proposal network (Newell et al., 2017): stacked hourglasses that say joints' heat maps and their tags.

Unlike those of 2016, these hourglasses are of plain 3×3 convolutions without residual units, and grow wider
on the way down. Cell k of a row covers the pixels 4k to 4k + 3 of the picture.

Legend: B pictures, J joints, T numbers of a tag, S stacks, H W cells of the maps, C channels, R side of a
picture.
"""

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate, max_pool2d

from repose.pictures.encoders import start

STRIDE = 4  # pixels a cell
FIRST_STD = 1e-3  # of the output layers' weights, where there is normalisation
TAG_STD = 0.1  # of the tags' among them: people whose tags are alike do not push one another


@dataclass(frozen=True)
class NetworkScale:
    """How large a network is, whatever its joints."""

    stacks: int  # S
    width: int  # channels of the finest maps
    growth: int  # channels more at every halving
    depth: int  # halvings within an hourglass
    stem: tuple[int, int, int]  # channels of the convolutions before the last of the stem
    tags: int  # T
    spare: int  # outputs that nobody reads
    normalise: bool  # batch normalisation after every convolution but those of 1×1


@dataclass(frozen=True)
class Design(NetworkScale):
    """What a network is made of."""

    joints: int  # J

    @property
    def outputs(self) -> int:
        """Planes that each stack says: heat maps, tags, spare ones."""
        return self.joints * (1 + self.tags) + self.spare


class Said(NamedTuple):
    """What a stack says; heat maps are learnt by squared errors and have no sigmoid."""

    heat: Tensor  # B, J, H, W
    tags: Tensor  # B, J, T, H, W


class Hourglasses(nn.Module):
    """Pictures (B, 3, R, R) of RGB bytes, sides multiples of 4, → what every stack says."""

    def __init__(self, design: Design) -> None:
        super().__init__()
        self.design = design
        width, outputs, normalise = design.width, design.outputs, design.normalise
        before = range(design.stacks - 1)
        self.stem = stem(design)
        self.hourglasses = nn.ModuleList(
            nn.Sequential(
                Hourglass(width, design.growth, design.depth, normalise),
                convolution(width, width, normalise),
                convolution(width, width, normalise),
            )
            for _ in range(design.stacks)
        )
        self.says = nn.ModuleList(nn.Conv2d(width, outputs, 1) for _ in range(design.stacks))
        self.features_back = nn.ModuleList(nn.Conv2d(width, width, 1) for _ in before)
        self.said_back = nn.ModuleList(nn.Conv2d(outputs, width, 1) for _ in before)
        if normalise:
            start(self.modules())
            start_outputs(self.says, design)

    def forward(self, pictures: Tensor) -> list[Said]:
        x = self.stem(pictures.float() / 255)  # B, C, H, W
        said = []
        for stack, (hourglass, says) in enumerate(zip(self.hourglasses, self.says, strict=True)):
            features = hourglass(x)
            planes = says(features)
            said.append(self.split(planes))
            if stack < len(self.said_back):
                x = x + self.features_back[stack](features) + self.said_back[stack](planes)
        return said

    def split(self, planes: Tensor) -> Said:
        """Planes (B, outputs, H, W): J heat maps, J · T of the tags, spare ones."""
        joints, tags = self.design.joints, self.design.tags
        of_tags = planes[:, joints : joints * (1 + tags)]
        return Said(planes[:, :joints], of_tags.unflatten(1, (joints, tags)))


class Hourglass(nn.Module):
    """A convolution at this size, beside those at half of it: down, deeper, up again; the sum of both."""

    def __init__(self, width: int, growth: int, depth: int, normalise: bool) -> None:
        super().__init__()
        wider = width + growth
        self.beside = convolution(width, width, normalise)
        self.down = convolution(width, wider, normalise)
        deepest = depth == 1
        self.inner: nn.Module = (
            convolution(wider, wider, normalise)
            if deepest
            else Hourglass(wider, growth, depth - 1, normalise)
        )
        self.up = convolution(wider, width, normalise)

    def forward(self, x: Tensor) -> Tensor:
        half = max_pool2d(x, 2, ceil_mode=True)  # keeps the last row or column of an odd number
        return self.beside(x) + doubled(self.up(self.inner(self.down(half))), x)


def stem(design: Design) -> nn.Sequential:
    """From a picture to maps of a quarter of its side."""
    first, second, third = design.stem
    return nn.Sequential(
        convolution(3, first, design.normalise, kernel=7, stride=2),
        convolution(first, second, design.normalise),
        nn.MaxPool2d(2),
        convolution(second, third, design.normalise),
        convolution(third, design.width, design.normalise),
    )


def convolution(
    inputs: int, outputs: int, normalise: bool, kernel: int = 3, stride: int = 1
) -> nn.Sequential:
    """A convolution and ReLU, normalised between them or not."""
    conv = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=not normalise)
    norm = [nn.BatchNorm2d(outputs)] if normalise else []
    return nn.Sequential(conv, *norm, nn.ReLU(inplace=True))


def doubled(x: Tensor, like: Tensor) -> Tensor:
    """Every cell four times, less a row or column where the finer map has an odd number."""
    larger = interpolate(x, scale_factor=2.0, mode="nearest")  # keeps channels last
    return larger[..., : like.shape[2], : like.shape[3]]


def start_outputs(layers: nn.ModuleList, design: Design) -> None:
    """Heat maps begin near zero, the tags of all joints as one random map."""
    tags = slice(design.joints, design.joints * (1 + design.tags))
    for layer in layers:
        if isinstance(layer, nn.Conv2d) and layer.bias is not None and not layer.weight.is_meta:
            nn.init.normal_(layer.weight, std=FIRST_STD)
            nn.init.zeros_(layer.bias)
            one = torch.empty(design.tags, *layer.weight.shape[1:]).normal_(std=TAG_STD)
            layer.weight.detach()[tags] = one.repeat(design.joints, 1, 1, 1)
