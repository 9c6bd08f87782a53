"""The losses of PIF/PAF: confidences in every cell that counts, the rest read at the positive cells alone.

Legend: B pictures, J joints, L limbs, K planes (J or L), H W cells, N positive cells.
"""

from dataclasses import dataclass
from typing import Literal, NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from repose.dgcn.fields import Fields, Targets

LOG_2 = 0.694  # as published, so that Laplace's loss at b = 1 and no error is about ln 2
SUM_BY = 1000.0  # published sums over cells are divided by this and the batch
RADIUS = (0.1, 1000.0)  # cells, limits of instance scale × sigma


@dataclass(frozen=True)
class Weights:
    """How the losses are added up; as published unless stated.

    `published`: mean of the confidences' loss over the counted cells, sums of the others / 1000 / B: the
    weights have their meaning with large fields and batches of 8. `positives`: every loss is a sum divided by
    the field's positive cells. On small fields in few steps those learn more, with weights of 1 and a
    `vector_weight` of 4, since the mean over the background leaves the confidences little.
    """

    pif_c: float = 30.0
    pif_vec: float = 2.0
    pif_scale: float = 2.0
    paf_c: float = 50.0
    paf_vec1: float = 3.0
    paf_vec2: float = 3.0
    vector_weight: float = 1.0  # times those of the three vectors
    normalise: Literal["published", "positives"] = "published"
    regression: Literal["smooth_l1", "laplace", "l1"] = "smooth_l1"  # of vectors
    smooth_radius: float = 0.5  # of smooth L1, in instance scale × sigma; 0.2, 0.5 and 1 were studied


class Losses(NamedTuple):
    """Unweighted."""

    pif_c: Tensor
    pif_vec: Tensor
    pif_scale: Tensor
    paf_c: Tensor
    paf_vec1: Tensor
    paf_vec2: Tensor


def losses(
    fields: Fields, targets: Targets, limbs: Tensor, sigmas: Tensor, weights: Weights
) -> tuple[Tensor, Losses]:
    """All losses of a batch, and their weighted sum.

    `targets` as tensors; `limbs` (L, 2) the joints at their ends, `sigmas` (J) the joints' in OKS.
    """
    per_positive = weights.normalise == "positives"
    pif, paf = (
        places(cell, c.shape)
        for cell, c in ((targets.pif_cell, targets.pif_c), (targets.paf_cell, targets.paf_c))
    )
    joint_size = targets.pif_scale * sigmas[pif[1]]  # N
    end_size = targets.paf_scale[:, None] * sigmas[limbs[paf[1]]]  # N, 2
    batch = len(fields.pif_c)

    def total(costs: Tensor) -> Tensor:
        return costs.sum() / (max(len(costs), 1) if per_positive else SUM_BY * batch)

    pif_logb, paf_logb = None, None
    if weights.regression == "laplace":
        pif_logb, paf_logb = at(fields.pif_logb, pif), at(fields.paf_logb, paf)
    to_joint = vector_costs(at(fields.pif_vec, pif) - targets.pif_vec, pif_logb, joint_size, weights)
    to_ends = vector_costs(at(fields.paf_vec, paf) - targets.paf_vec, paf_logb, end_size, weights)  # N, 2
    parts = Losses(
        confidence_loss(fields.pif_c, targets.pif_c, targets.counted, per_positive),
        total(to_joint),
        total((at(fields.pif_scale, pif) - joint_size).abs()),
        confidence_loss(fields.paf_c, targets.paf_c, targets.counted, per_positive),
        total(to_ends[:, 0]),
        total(to_ends[:, 1]),
    )
    vectors = (
        weights.pif_vec * parts.pif_vec
        + weights.paf_vec1 * parts.paf_vec1
        + weights.paf_vec2 * parts.paf_vec2
    )
    others = weights.pif_c * parts.pif_c + weights.pif_scale * parts.pif_scale + weights.paf_c * parts.paf_c
    return others + weights.vector_weight * vectors, parts


def confidence_loss(logits: Tensor, c: Tensor, counted: Tensor, per_positive: bool = False) -> Tensor:
    """Binary cross-entropy of logits (B, K, H, W) with c, over positive and `counted` (B, H, W) cells.

    Its mean over those cells, or, `per_positive`, its sum by the number of positive cells.
    """
    counts = (counted[:, None] | c).float()  # B, K, H, W
    target = c.float()
    cost = binary_cross_entropy_with_logits(logits.float(), target, counts, reduction="sum")
    return cost / (target if per_positive else counts).sum().clamp(min=1)


def vector_costs(error: Tensor, logb: Tensor | None, size: Tensor, weights: Weights) -> Tensor:
    """Costs (...) of vectors off by `error` (..., 2) cells; `size` (...) is instance scale × sigma.

    Laplace, with `logb` (...): ‖Δ‖₂ exp(−log b) + log b + ln 2. L1 is radial, ‖Δ‖₂. Smooth L1 with r in
    proportion to the clamped size: ‖Δ‖₂² / 2r within r, ‖Δ‖₂ − r/2 beyond.
    """
    distance = torch.linalg.vector_norm(error, dim=-1)
    if weights.regression == "l1":
        return distance
    if logb is not None:
        return distance * torch.exp(-logb) + logb + LOG_2
    radius = weights.smooth_radius * size.clamp(*RADIUS)
    return torch.where(distance < radius, distance.square() / (2 * radius), distance - radius / 2)


Places = tuple[Tensor, Tensor, Tensor, Tensor]  # picture, plane, row, column; N each


def places(cell: Tensor, shape: torch.Size) -> Places:
    """Where cells are that are numbered in a contiguous (B, K, H, W)."""
    return torch.unravel_index(cell, shape)  # type: ignore[return-value]


def at(planes: Tensor, where: Places) -> Tensor:
    """Values (N, ...) of planes (B, K, ..., H, W) in some cells, as float32."""
    picture, plane, row, column = where
    return planes[picture, plane, ..., row, column].float()
