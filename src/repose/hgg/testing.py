"""The maps of a test: those of pictures and of their mirror images, at one or several scales, averaged.

Legend: B pictures, J joints, T numbers of a tag, H W cells.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import interpolate

from repose.hgg.network import STRIDE, Said

Forward = Callable[[Tensor], Sequence[Said]]  # pictures → what every stack says, the last one at the end

JOINED = ("concat", "first")


class Seen(NamedTuple):
    """What the network sees in pictures."""

    heat: Tensor  # B, J, H, W
    tags: tuple[Tensor, ...]  # B, J, T, H, W each: of the pictures, and of their mirror images turned back


def look(forward: Forward, pictures: Tensor, flip: np.ndarray | None) -> Seen:
    """The last stack's maps, heat maps averaged with those of the mirror images.

    `flip` (J) says which joint each is in a mirror; without it nobody looks into one.
    """
    said = forward(pictures)[-1]
    if flip is None:
        return Seen(said.heat, (said.tags,))
    mirrored, joints = forward(pictures.flip(-1))[-1], torch.from_numpy(flip).to(pictures.device)
    heat, tags = (maps.index_select(1, joints).flip(-1) for maps in (mirrored.heat, mirrored.tags))
    return Seen((said.heat + heat) / 2, (said.tags, tags))


def look_at_scales(
    forward: Forward, pictures: Tensor, scales: Iterable[float], flip: np.ndarray | None, least: int
) -> dict[float, Seen]:
    """What is seen in pictures (B, 3, R, S bytes) enlarged to each scale."""
    return {scale: look(forward, resized(pictures, scale, least), flip) for scale in scales}


def resized(pictures: Tensor, scale: float, least: int) -> Tensor:
    """Pictures whose sides are `scale` times as long: whole cells, and `least` pixels."""
    if scale == 1:
        return pictures
    size = [max(least, STRIDE * round(scale * side / STRIDE)) for side in pictures.shape[2:]]
    larger = interpolate(pictures.float(), size, mode="bilinear", antialias=True)
    return larger.round().clamp(0, 255).to(pictures.dtype)


def averaged(seen: Mapping[float, Seen], scales: Sequence[float]) -> Seen:
    """The heat maps' mean over scales, and the tags of that nearest to 1, all of the first scale's size.

    Tags of other scales would be of people too large or too small for those that the network learnt.
    """
    size = seen[scales[0]].heat.shape[2:]
    heat = torch.stack([of_size(seen[scale].heat, size) for scale in scales]).mean(0)
    tags = seen[min(scales, key=lambda scale: abs(scale - 1))].tags
    return Seen(heat, tuple(of_size(t.flatten(1, 2), size).unflatten(1, t.shape[1:3]) for t in tags))


def of_size(maps: Tensor, size: Sequence[int]) -> Tensor:
    """Maps (B, C, H, W) of another height and width."""
    return maps if maps.shape[2:] == size else interpolate(maps, list(size), mode="bilinear")


def join_tags(tags: Sequence[Tensor], how: str) -> Tensor:
    """One map of tags (B, J, T′, H, W) out of those of pictures and mirror images.

    concat  side by side, as associative embedding compares them: twice the numbers
    first   those of the pictures alone, as a graph network was taught them
    """
    if how not in JOINED:
        raise ValueError(f"tags joined by {how!r}, expected one of {', '.join(JOINED)}")
    return tags[0] if how == "first" else torch.cat(list(tags), 2)
