"""The non-local layer of DGCN: every place of a map hears every other, as Zhao et al. (CVPR 2019) have it.

Legend: B pictures, K channels, D inner channels, H W map, N = H W places that hear, M places that are heard.
"""

import torch
from torch import Tensor, nn

BLOCK = 64  # places that are summed by one triangular product


class NonLocal(nn.Module):
    """x + norm(W y), y_i = 1/M Σ_j ReLU(w · [θ(x_i); φ(x_j)]) g(x_j).

    The last normalisation starts at zero, and with it the layer as the identity. `pooled`: φ and g read the
    map at half the side.
    """

    def __init__(self, channels: int, pooled: bool) -> None:
        super().__init__()
        inner = max(1, channels // 2)
        self.pool = nn.AvgPool2d(2, ceil_mode=True) if pooled else nn.Identity()
        self.theta, self.phi, self.g = (nn.Conv2d(channels, inner, 1) for _ in range(3))
        self.pair = nn.Conv2d(2 * inner, 1, 1, bias=False)  # w
        self.out = nn.Conv2d(inner, channels, 1)  # W
        self.norm = nn.BatchNorm2d(channels)
        for layer in (self.theta, self.phi, self.g, self.pair, self.out):
            if not layer.weight.is_meta:
                nn.init.kaiming_normal_(layer.weight)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
        nn.init.zeros_(self.norm.weight)

    def forward(self, x: Tensor) -> Tensor:
        heard = self.pool(x)
        # w · [θ; φ] is w_a · θ + w_b · φ: no pair is ever put together
        w_a, w_b = self.pair.weight.chunk(2, 1)
        a = nn.functional.conv2d(self.theta(x), w_a).flatten(1)  # B, N
        b = nn.functional.conv2d(self.phi(heard), w_b).flatten(1)  # B, M
        g = self.g(heard).flatten(2).mT  # B, M, D
        y = sums_over_pairs(a, b, g) / b.shape[1]  # B, N, D
        return x + self.norm(self.out(y.mT.unflatten(2, x.shape[2:])))


def sums_over_pairs(a: Tensor, b: Tensor, g: Tensor) -> Tensor:
    """Σ_j ReLU(a_i + b_j) g_j of a (B, N), b (B, M), g (B, M, D) → (B, N, D), exact in O(N log M).

    With b in ascending order the pairs that count for i are its tail b_j > −a_i, over which the sum is
    a_i Σ g_j + Σ b_j g_j: two tail sums, looked up. The N × M matrix is never made.
    """
    order = b.argsort(dim=1, stable=True)
    tails = tail_sums(torch.cat([g, b[..., None] * g], 2).gather(1, spread(order, 2 * g.shape[2])))
    first = torch.searchsorted(b.detach().gather(1, order), -a.detach(), right=True)  # B, N
    of_g, of_bg = tails.gather(1, spread(first, tails.shape[2])).chunk(2, 2)
    return a[..., None] * of_g + of_bg


def tail_sums(x: Tensor) -> Tensor:
    """Σ_{j ≥ k} x_j for k = 0 … M of x (B, M, D) → (B, M + 1, D).

    By triangular products of blocks, which unlike PyTorch's `cumsum` give the same bits every time on a GPU.
    """
    count = x.shape[1] // BLOCK + 1  # at least one row beyond the last, whose tail is empty
    blocks = nn.functional.pad(x, (0, 0, 0, count * BLOCK - x.shape[1])).unflatten(1, (count, BLOCK))
    within = x.new_ones(BLOCK, BLOCK).triu() @ blocks  # B, blocks, BLOCK, D
    later = x.new_ones(count, count).triu(1) @ within[:, :, 0]  # B, blocks, D
    return (within + later[:, :, None]).flatten(1, 2)[:, : x.shape[1] + 1]


def spread(index: Tensor, channels: int) -> Tensor:
    """An index of places (B, N) for every channel."""
    return index[..., None].expand(-1, -1, channels)
