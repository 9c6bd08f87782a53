"""From maps of several strides to the fields of joints and limbs: the published heads, and a ladder of maps.

Legend: B pictures, C channels, H W map.
"""

import math
from collections.abc import Mapping

from torch import Tensor, nn

from repose.pictures.encoders import start

HEAD_STD = 1e-3  # of the first weights
PRIOR = math.log(0.015 / 0.985)  # the logit with which confidences begin
FINE, COARSE = 4, 16  # strides between which the ladder climbs


class FieldHead(nn.Module):
    """The planes of `fields` joints or limbs in the order of `split_fields`, confidences first.

    A 1×1 convolution, `shuffled` to twice the side: then the last row and column are left out, so that n
    cells become 2n − 1, whose centres are the cells' and the points half-way between them.
    """

    def __init__(self, inputs: int, fields: int, channels: int, shuffled: bool) -> None:
        super().__init__()
        self.shuffled = shuffled
        self.conv = nn.Conv2d(inputs, fields * channels * (4 if shuffled else 1), 1)
        start_rare(self.conv, self.conv.out_channels // channels)

    def forward(self, x: Tensor) -> Tensor:
        y = self.conv(x)
        return nn.functional.pixel_shuffle(y, 2)[..., :-1, :-1] if self.shuffled else y


def start_rare(layer: nn.Conv2d, confidences: int) -> None:
    """Small weights; the first planes, confidences, begin at the logit of something rare."""
    if not layer.weight.is_meta and layer.bias is not None:
        nn.init.normal_(layer.weight, std=HEAD_STD)
        nn.init.zeros_(layer.bias)
        nn.init.constant_(layer.bias.detach()[:confidences], PRIOR)


class Coarsest(nn.Module):
    """The published way: fields are read off the coarsest map."""

    stride = COARSE

    def __init__(self, channels: Mapping[int, int]) -> None:
        super().__init__()
        self.outputs = channels[COARSE]

    def forward(self, maps: dict[int, Tensor]) -> Tensor:
        return maps[COARSE]


class Ladder(nn.Module):
    """The maps of strides 16 to 4 summed from coarse to fine, a 3×3 convolution at each; U-shaped in all.

    Cells of stride 2 join the last sum four to a cell. `width` is the channels at stride 4, of which every
    halving of the side has half as many more.
    """

    stride = FINE

    def __init__(self, channels: Mapping[int, int], width: int) -> None:
        super().__init__()
        wide = {4: width, 8: width * 3 // 2, 16: width * 2}
        self.outputs = width
        self.beside = nn.ModuleDict({str(s): pointwise(channels[s], c) for s, c in wide.items()})
        self.finest = pointwise(4 * channels[2], width)
        self.up = nn.ModuleDict({str(s): pointwise(wide[2 * s], wide[s]) for s in (8, 4)})
        self.mix = nn.ModuleDict({str(s): mixing(c) for s, c in wide.items()})
        start(self.modules())

    def forward(self, maps: dict[int, Tensor]) -> Tensor:
        x = self.mix["16"](self.beside["16"](maps[16]))
        for stride in ("8", "4"):
            own = self.beside[stride](maps[int(stride)])
            if stride == "4":
                own = own + self.finest(quartered(maps[2], own))
            x = self.mix[stride](own + doubled(self.up[stride](x), own))
        return x


def pointwise(inputs: int, outputs: int) -> nn.Conv2d:
    """A 1×1 convolution."""
    return nn.Conv2d(inputs, outputs, 1, bias=False)


def mixing(channels: int) -> nn.Sequential:
    """Normalised, then a 3×3 convolution."""
    return nn.Sequential(
        nn.BatchNorm2d(channels), nn.ReLU(),
        nn.Conv2d(channels, channels, 3, 1, 1, bias=False), nn.BatchNorm2d(channels), nn.ReLU(),
    )  # fmt: skip


def doubled(x: Tensor, like: Tensor) -> Tensor:
    """Every cell four times, less a row or column where the finer map has an odd number."""
    larger = nn.functional.interpolate(x, scale_factor=2.0, mode="nearest")  # keeps channels last
    return larger[..., : like.shape[2], : like.shape[3]]


def quartered(x: Tensor, like: Tensor) -> Tensor:
    """Four cells as the channels of one, with a row or column of zeros where their number is odd."""
    rows, columns = (2 * side - own for side, own in zip(like.shape[2:], x.shape[2:], strict=True))
    return nn.functional.pixel_unshuffle(nn.functional.pad(x, (0, columns, 0, rows)), 2)
