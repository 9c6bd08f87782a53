"""The hourglass of Newell et al.: down to a fraction of the side and up again.

Legend: B pictures, C channels, H W map.
"""

from torch import Tensor, nn

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
