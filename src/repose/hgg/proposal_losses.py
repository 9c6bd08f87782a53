"""The losses of the proposal network: squared errors of heat maps, and tags that pull and push.

Legend: B pictures, P people, J joints, T numbers of a tag, H W cells.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from repose.hgg.network import Said
from repose.hgg.targets import PEAK, Labels


class ProposalLosses(NamedTuple):
    """Unweighted; published weights are 1, 1e-3 and 1e-3."""

    heatmap: Tensor
    pull: Tensor
    push: Tensor


def proposal_losses(said: Sequence[Said], labels: Labels, positive_weight: float = 1.0) -> ProposalLosses:
    """The means over all stacks, as published."""
    each = [
        (heat_loss(stack.heat, labels, positive_weight), *tag_losses(stack.tags, labels)) for stack in said
    ]
    return ProposalLosses(*(torch.stack(losses).mean() for losses in zip(*each, strict=True)))


def heat_loss(heat: Tensor, labels: Labels, positive_weight: float = 1.0) -> Tensor:
    """Mean squared error of heat maps (B, J, H, W) over the counted cells.

    A joint's own bell always counts, since regions to ignore are boxes, in which labelled people may stand.
    An error at a joint counts `positive_weight` times as much as one in the background; 1 as published.
    """
    target = labels.heat.float() / PEAK
    counts = labels.counted[:, None].bool() | (labels.heat > 0)  # B, J, H, W
    cost = (heat.float() - target).square() * (1 + (positive_weight - 1) * target)
    return (cost * counts).sum() / counts.sum().clamp(min=1)


def tag_losses(tags: Tensor, labels: Labels) -> tuple[Tensor, Tensor]:
    """Pull and push of tags (B, J, T, H, W), the means over the pictures with people.

    Pull is 1/N Σ_n mean_k ‖h_nk − h̄_n‖² over N people with joints k and the mean h̄_n of their tags; push is
    ½ · 1/(N(N − 1)) Σ_{n≠m} exp(−‖h̄_n − h̄_m‖²), zero of one person.
    """
    known = labels.labelled.float()  # B, P, J
    found = tags_at(tags, labels.cell)  # B, P, J, T
    joints = known.sum(2).clamp(min=1)
    mean = (found * known[..., None]).sum(2) / joints[..., None]  # B, P, T
    spread = ((found - mean[:, :, None]).square().sum(3) * known).sum(2) / joints  # B, P
    people = labels.labelled.any(2)
    number = people.sum(1)  # B: N
    pull = spread.sum(1) / number.clamp(min=1)
    others = ~torch.eye(people.shape[1], dtype=torch.bool, device=people.device)
    pairs = people[:, :, None] & people[:, None] & others  # B, P, P
    apart = (mean[:, :, None] - mean[:, None]).square().sum(3)
    push = (torch.exp(-apart) * pairs).sum((1, 2)) / (2 * number * (number - 1)).clamp(min=1)
    pictures = (number > 0).sum().clamp(min=1)
    return pull.sum() / pictures, push.sum() / pictures


def tags_at(tags: Tensor, cell: Tensor) -> Tensor:
    """Tags (B, P, J, T; float32) of each person's joints in their cells (B, P, J, 2: column, row)."""
    pictures, _, joints, _ = cell.shape
    picture = torch.arange(pictures, device=tags.device)[:, None, None]
    joint = torch.arange(joints, device=tags.device)
    column, row = cell.long().unbind(3)
    return tags[picture, joint, :, row, column].float()
