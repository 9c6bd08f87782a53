"""Heat maps: the targets that a network learns, and the peaks of its answers.

Legend: B pictures, J joints, M side of the maps.
"""

import torch
from torch import Tensor

SIGMA = 2 / 64  # of the Gaussian, in sides of the map
REACH = 3  # sigmas, beyond which it is 0


def gaussians(cell: Tensor, inside: Tensor, size: int, sigma: float = SIGMA) -> Tensor:
    """Targets G(Y) of eq. 1 (B, J, M, M): a Gaussian of peak 1 at the joint's cell, 0 where not `inside`.

    `sigma` is a share of the map's side.
    """
    grid = torch.arange(size, device=cell.device)
    distance = grid - cell[..., None]  # B, J, 2, M
    cells = sigma * size
    bell = torch.exp(-(distance**2) / (2 * cells**2)) * (distance.abs() <= REACH * cells)
    bell = bell * inside[..., None, None]
    return bell[:, :, 1, :, None] * bell[:, :, 0, None, :]


def within_cell(heatmaps: Tensor, cell: Tensor) -> Tensor:
    """Offset (B, J, 2; cells) of the peak from a maximum, by the parabola through it and its neighbours."""
    shifts = []
    for axis, line in enumerate((heatmaps.amax(-2), heatmaps.amax(-1))):  # B, J, M
        place = cell[..., axis : axis + 1]
        left, here, right = (
            line.gather(2, (place + step).clamp(0, line.shape[-1] - 1)).double() for step in (-1, 0, 1)
        )
        bend = (2 * here - left - right).clamp(min=1e-6)
        shifts.append(((right - left) / (2 * bend)).clamp(-0.5, 0.5))
    return torch.cat(shifts, -1)
