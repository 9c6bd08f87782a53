"""The second choice of a network: stacked hourglasses (Newell et al.), with a dense depth head at the end.

Legend: B pictures, J joints, C channels, M side of the maps, K stacks.
"""

import torch
from torch import Tensor, nn

from repose.fusion.network import JOINTS, Design, Maps, normalised, start, start_heads

LEVELS = 4  # halvings within an hourglass


class Residual(nn.Module):
    """Newell's pre-activated bottleneck."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        half = outputs // 2
        sizes = ((inputs, half, 1), (half, half, 3), (half, outputs, 1))
        self.layers = nn.Sequential(
            *(
                layer
                for a, b, k in sizes
                for layer in (nn.BatchNorm2d(a), nn.ReLU(), nn.Conv2d(a, b, k, padding=k // 2))
            )
        )
        self.skip = nn.Identity() if inputs == outputs else nn.Conv2d(inputs, outputs, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x) + self.skip(x)


class Hourglass(nn.Module):
    """Down to a fraction of the side and up again, beside a path at each size."""

    def __init__(self, channels: int, levels: int) -> None:
        super().__init__()
        self.beside = Residual(channels, channels)
        self.down = Residual(channels, channels)
        inner = Hourglass(channels, levels - 1) if levels > 1 else Residual(channels, channels)
        self.inner: nn.Module = inner
        self.up = Residual(channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        if min(x.shape[-2:]) < 2:  # too small a map to halve
            return self.beside(x)
        small = nn.functional.max_pool2d(x, 2)
        return self.beside(x) + doubled(self.up(self.inner(self.down(small))))


def doubled(x: Tensor) -> Tensor:
    """Every cell (B, C, H, W) four times."""
    return x.repeat_interleave(2, -1).repeat_interleave(2, -2)


class StackedHourglass(nn.Module):
    """Pictures (B, 3, R, R) of bytes → heat maps of every stack, and depth from the last one's features."""

    def __init__(self, design: Design) -> None:
        super().__init__()
        channels, stem = design.deconv, max(1, design.deconv // 4)
        self.stem = nn.Sequential(
            nn.Conv2d(3, stem, 7, 2, 3), nn.BatchNorm2d(stem), nn.ReLU(), Residual(stem, channels // 2),
            nn.MaxPool2d(2) if design.stem_pool else nn.Identity(),
            Residual(channels // 2, channels // 2), Residual(channels // 2, channels),
        )  # fmt: skip
        self.hourglasses = nn.ModuleList(Hourglass(channels, LEVELS) for _ in range(design.stacks))
        self.features = nn.ModuleList(
            nn.Sequential(
                Residual(channels, channels),
                nn.Conv2d(channels, channels, 1),
                nn.BatchNorm2d(channels),
                nn.ReLU(),
            )
            for _ in range(design.stacks)
        )
        self.heatmap = nn.ModuleList(nn.Conv2d(channels, JOINTS, 1) for _ in range(design.stacks))
        self.features_back = nn.ModuleList(nn.Conv2d(channels, channels, 1) for _ in range(design.stacks - 1))
        self.heatmap_back = nn.ModuleList(nn.Conv2d(JOINTS, channels, 1) for _ in range(design.stacks - 1))
        self.depth = nn.Conv2d(channels, JOINTS, 1)
        start(self.modules())
        start_heads([*self.heatmap, self.depth])

    def forward(self, pictures: Tensor) -> Maps:
        x = self.stem(normalised(pictures))  # B, C, M, M
        heatmaps = []
        for stack, hourglass in enumerate(self.hourglasses):
            features = self.features[stack](hourglass(x))
            heatmaps.append(self.heatmap[stack](features))
            if stack < len(self.features_back):
                x = x + self.features_back[stack](features) + self.heatmap_back[stack](heatmaps[-1])
        return Maps(torch.stack(heatmaps), self.depth(features))
