"""The three losses, vectorised and masked: heat maps, depth, and the geometric loss on the bones.

Legend: B pictures, J joints (MPII's 16), M side of the maps, K stages of supervision, G groups of bones,
E bones of a group (four at most).
"""

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from repose.fusion.network import Maps
from repose.pictures.heatmaps import SIGMA, gaussians
from repose.skeletons import get_skeleton

SMALLEST_BONE = 1e-6  # side of the crop; below it a bone has no direction
FOREARM, LOWER_LEG = 1.1375361, 1.0085885  # canonical upper arm / forearm, thigh / lower leg


@dataclass(frozen=True)
class Weights:
    """The weights of the losses, and the width of the heat maps' targets; the paper's unless stated."""

    depth: float  # λ_reg
    geometric: float  # λ_geo
    joint: float = 1.0  # how much more a map's error counts where the joint is than in the background
    sigma: float = SIGMA  # width of the targets, as a share of the map's side


class Labels(NamedTuple):
    """What is known about the joints of a batch."""

    cell: Tensor  # B, J, 2 int64: x, y of the joint in the maps; meaningless where not `inside`
    labelled: Tensor  # B, J bool: the joint has a label, in the picture or not
    inside: Tensor  # B, J bool: labelled, and in the picture
    depth: Tensor  # B, J float32: side of the crop, relative to the root
    has_depth: Tensor  # B bool: the picture is from a 3D set
    points: Tensor  # B, J, 2 float32: x, y in the crop, whose side is 1


class Losses(NamedTuple):
    """The losses, unweighted; eq. 5 is their weighted sum."""

    heatmap: Tensor
    depth: Tensor
    geometric: Tensor


def losses(maps: Maps, labels: Labels, weights: Weights) -> tuple[Tensor, Losses]:
    """Eq. 5: all losses of a batch, and their weighted sum."""
    target = gaussians(labels.cell, labels.inside, maps.heatmaps.shape[-1], weights.sigma)
    depth = depth_at(maps.depth, labels.cell)  # B, J
    in_3d = labels.has_depth[:, None]
    parts = Losses(
        heatmap_loss(maps.heatmaps, target, labels.labelled, weights.joint),
        depth_loss(depth, labels.depth, labels.inside & in_3d),
        geometric_loss(labels.points, depth, labels.inside & ~in_3d),
    )
    return parts.heatmap + weights.depth * parts.depth + weights.geometric * parts.geometric, parts


def heatmap_loss(heatmaps: Tensor, target: Tensor, labelled: Tensor, joint: float) -> Tensor:
    """Eq. 1 as a mean over the cells of labelled joints, summed over the stages of supervision.

    `joint` weighs the error of a cell by 1 + (joint - 1) · target: otherwise, in few steps on small maps, the
    network learns little more than the background. It does not move the maximum of a map.
    """
    error = (heatmaps - target).square()  # K, B, J, M, M
    if joint != 1:
        error = error * (1 + (joint - 1) * target)
    error = error.mean((-2, -1)).sum(0)  # B, J
    return (error * labelled).sum() / labelled.sum().clamp(min=1)


def depth_at(depth: Tensor, cell: Tensor) -> Tensor:
    """Depth (B, J) of the maps (B, J, M, M) at the joints' cells (B, J, 2)."""
    size = depth.shape[-1]
    x, y = cell.clamp(0, size - 1).unbind(-1)
    return depth.flatten(2).gather(2, (y * size + x)[..., None])[..., 0]


def depth_loss(depth: Tensor, target: Tensor, known: Tensor) -> Tensor:
    """Eq. 2, smooth L1 with β = 1: mean over the known joints (B, J); 0 where none is known."""
    error = torch.nn.functional.smooth_l1_loss(depth, target, reduction="none", beta=1.0)
    return (error * known).sum() / known.sum().clamp(min=1)


def geometric_loss(points: Tensor, depth: Tensor, seen: Tensor) -> Tensor:
    """Eq. 3, halved as in public code: variance of the canonical bone lengths within each group.

    Ground-truth x, y (B, J, 2) with predicted depth (B, J). A bone counts where both its ends are `seen`
    (B, J); the mean is over all B samples, whether or not a bone counts in them.
    """
    start, end, ratio = bones(points.device)  # G, E
    plane = (points[:, start] - points[:, end]).square().sum(-1)  # B, G, E
    along = (depth[:, start] - depth[:, end]).square()
    known = seen[:, start] & seen[:, end] & (ratio > 0)  # B, G, E
    length = ratio * (plane + along).clamp(min=SMALLEST_BONE**2).sqrt()
    count = known.sum(-1, keepdim=True).clamp(min=1)  # B, G, 1
    mean = (length * known).sum(-1, keepdim=True) / count
    variance = ((length - mean).square() * known / count).sum((-2, -1))  # B
    return 0.5 * variance.mean()


def bones(device: torch.device) -> tuple[Tensor, Tensor, Tensor]:
    """The four groups' bones (G, E) by their ends, and the factors to the canonical length (0: no bone)."""
    key = str(device)
    if key not in _BONES:
        _BONES[key] = tuple(tensor.to(device) for tensor in bone_table())  # type: ignore[assignment]
    return _BONES[key]


_BONES: dict[str, tuple[Tensor, Tensor, Tensor]] = {}


def bone_table() -> tuple[Tensor, Tensor, Tensor]:
    """Ends and factors of the bones, from the skeleton's names."""
    skeleton = get_skeleton("mpii16")
    longest = max(len(skeleton.pairs[group]) for group in GROUPS)
    start, end = torch.zeros(2, len(GROUPS), longest, dtype=torch.int64)
    ratio = torch.zeros(len(GROUPS), longest)
    for row, group in enumerate(GROUPS):
        for column, (a, b) in enumerate(skeleton.pairs[group].tolist()):
            start[row, column], end[row, column] = a, b
            outer = {skeleton.joints[a][2:], skeleton.joints[b][2:]}
            ratio[row, column] = next((r for names, r in RATIOS if names == outer), 1.0)
    return start, end, ratio


GROUPS = ("legs", "arms", "hips", "shoulders")
RATIOS = (({"ankle", "knee"}, LOWER_LEG), ({"wrist", "elbow"}, FOREARM))
