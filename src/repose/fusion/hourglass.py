"""The alternative network: stacked hourglasses (Newell et al.), with a dense depth head at the end.

Legend: B pictures, J joints, C channels, M side of the maps, K stacks.
"""

import torch
from torch import Tensor, nn

from repose.fusion.network import JOINTS, Design, Maps, start_heads
from repose.pictures.encoders import normalised, start
from repose.pictures.hourglass import LEVELS, Hourglass, Residual


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
