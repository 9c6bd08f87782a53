"""The maps of a test: those of pictures and of their mirror images, at one or several scales, averaged.

Legend: B pictures, J joints, T numbers of a tag, H W cells.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import interpolate

from repose.hgg.network import STRIDE, Said

Forward = Callable[[Tensor], Sequence[Said]]  # pictures → what every stack says, the last one at the end

IMAGES = {"concat": 2, "first": 1}  # whose tags are joined: of pictures and mirror images, of pictures alone


class Seen(NamedTuple):
    """What the network sees in pictures."""

    heat: Tensor  # B, J, H, W
    tags: tuple[Tensor, ...]  # B, J, T, h, w each: of the pictures, and of their mirror images turned back


def look(forward: Forward, pictures: Tensor, flip: np.ndarray | None, images: int = 2) -> Seen:
    """The last stack's maps, heat maps averaged with those of the mirror images.

    `flip` (J) says which joint each is in a mirror; without it nobody looks into one. The tags of so many
    `images` are kept: of both, of the pictures alone or of none.
    """
    said = forward(pictures)[-1]
    if flip is None:
        return Seen(said.heat, (said.tags,)[:images])
    mirrored, joints = forward(pictures.flip(-1))[-1], torch.from_numpy(flip).to(pictures.device)
    heat = turned_back(mirrored.heat, joints)
    tags = (said.tags, turned_back(mirrored.tags, joints)) if images == 2 else (said.tags,)[:images]
    return Seen((said.heat + heat) / 2, tags)


def turned_back(maps: Tensor, joints: Tensor) -> Tensor:
    """Maps (B, J, …, W) of mirror images as those of the pictures."""
    return maps.index_select(1, joints).flip(-1)


def look_at_scales(
    forward: Forward, pictures: Tensor, scales: Mapping[float, int], flip: np.ndarray | None, least: int
) -> dict[float, Seen]:
    """What is seen in pictures (B, 3, R, S bytes) enlarged to each scale, with the tags of so many images."""
    return {scale: look(forward, resized(pictures, scale, least), flip, n) for scale, n in scales.items()}


def resized(pictures: Tensor, scale: float, least: int) -> Tensor:
    """Pictures whose sides are `scale` times as long: whole cells, and `least` pixels."""
    if scale == 1:
        return pictures
    size = [max(least, STRIDE * round(scale * side / STRIDE)) for side in pictures.shape[2:]]
    planes = pictures.contiguous().float()  # as such it takes half of the time of channels last
    larger = interpolate(planes, size, mode="bilinear", antialias=True).round_().clamp_(0, 255)
    return larger.to(pictures.dtype, memory_format=torch.channels_last)


def averaged(seen: Mapping[float, Seen], scales: Sequence[float]) -> Seen:
    """The heat maps' mean over scales, of the first scale's size, and the tags of that nearest to 1."""
    size = seen[scales[0]].heat.shape[2:]
    heat = torch.stack([of_size(seen[scale].heat, size) for scale in scales]).mean(0)
    return Seen(heat, seen[tag_scale(scales)].tags)


def tag_scale(scales: Sequence[float]) -> float:
    """The scale whose tags count, that nearest to 1.

    Those of others would be of people too large or too small for those that the network learnt.
    """
    return min(scales, key=lambda scale: abs(scale - 1))


def tags_in(seen: Seen, how: str) -> np.ndarray:
    """One array of tags (B, J, T′, H, W), as large as the heat maps, joined as `join_tags` says."""
    tags = join_tags(seen.tags, how)
    large = of_size(tags.flatten(1, 2), seen.heat.shape[2:]).unflatten(1, tags.shape[1:3])
    return np.asarray(large.detach().float().cpu())  # as it lies in memory: copying takes longer than reading


def of_size(maps: Tensor, size: Sequence[int]) -> Tensor:
    """Maps (B, C, H, W) of another height and width."""
    return maps if maps.shape[2:] == size else interpolate(maps, list(size), mode="bilinear")


def join_tags(tags: Sequence[Tensor], how: str) -> Tensor:
    """One map of tags (B, J, T′, H, W) out of those of pictures and mirror images.

    concat  side by side, as associative embedding compares them: twice the numbers
    first   those of the pictures alone, as a graph network was taught them
    """
    if how not in IMAGES:
        raise ValueError(f"tags joined by {how!r}, expected one of {', '.join(IMAGES)}")
    return tags[0] if how == "first" else torch.cat(list(tags), 2)
