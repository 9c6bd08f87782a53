"""From maps to joints: the maximum of each heat map, the depth read there, mapped back to the picture.

Legend: N people, B of a batch, J joints, M side of the maps.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from repose.fusion.batches import Set, Sizes
from repose.fusion.losses import depth_at
from repose.fusion.network import Maps
from repose.metrics import bone_sum, carried_over
from repose.metrics.bone_sum import PUBLISHED_BONE_SUM_MM
from repose.pictures.background import AHEAD, as_pictures
from repose.pictures.crops import from_crop, upright
from repose.pictures.heatmaps import within_cell
from repose.pictures.pack import MARGIN, chunks, warped
from repose.skeletons import get_skeleton

BATCH = 64  # people that are predicted at a time
SKELETON = get_skeleton("mpii16")


class Joints(NamedTuple):
    """What was found, in the crop."""

    cell: np.ndarray  # N, J, 2 int64, the maxima
    points: np.ndarray  # N, J, 2 float64: x, y, side of the crop 1
    depth: np.ndarray  # N, J float32: side of the crop 1, relative to the root only roughly
    score: np.ndarray  # N, J float32, height of the maximum


def find_joints(
    forward: Callable[[Tensor], Maps], data: Set, rows: np.ndarray, sizes: Sizes, flip: bool, subpixel: bool,
    device: torch.device,
) -> Joints:  # fmt: skip
    """The joints of some people, found in crops without augmentation."""
    parts = []
    for pictures in crops_of(data, rows, sizes.input_px):
        maps = forward(as_pictures(pictures).to(device))
        heatmaps, depth = maps.heatmaps[-1], maps.depth
        if flip:
            mirrored = forward(as_pictures(pictures).flip(-1).to(device))
            heatmaps = (heatmaps + turned_back(mirrored.heatmaps[-1])) / 2
            depth = (depth + turned_back(mirrored.depth)) / 2
        parts.append(read_maps(heatmaps, depth, subpixel))
    return Joints(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def crops_of(data: Set, rows: np.ndarray, size: int) -> Iterator[np.ndarray]:
    """The pictures (B, R, R, 3) of people, without augmentation."""
    parts = [rows[part] for part in chunks(len(rows), BATCH)]
    answers: deque[Callable[[], np.ndarray]] = deque()
    for number, part in enumerate(parts):
        while len(answers) < min(AHEAD, len(parts) - number):
            answers.append(data.people.ask(parts[number + len(answers)]))
        split = data.split.rows(part)
        yield warped(answers.popleft()(), upright(split.center, split.side), MARGIN * split.side, size)


def turned_back(maps: Tensor) -> Tensor:
    """Maps (B, J, M, M) of mirrored pictures as maps of the pictures: mirrored, sides swapped."""
    return maps[:, torch.from_numpy(SKELETON.flip)].flip(-1)


def read_maps(heatmaps: Tensor, depth: Tensor, subpixel: bool) -> Joints:
    """Joints of heat maps and depth (B, J, M, M)."""
    size = heatmaps.shape[-1]
    score, place = heatmaps.flatten(2).max(-1)
    cell = torch.stack([place % size, place // size], -1)  # B, J, 2
    points = (cell.double() + 0.5) / size
    if subpixel:
        points = points + within_cell(heatmaps, cell) / size
    found = (cell, points, depth_at(depth, cell), score)
    return Joints(*(t.cpu().numpy() for t in found))


def poses_mm(joints: Joints) -> np.ndarray:
    """Root-relative poses (N, J, 3) with bones of 4000 mm in all, as published: no network knows the size."""
    poses = np.concatenate([joints.points, joints.depth[..., None]], axis=-1)
    poses -= poses[:, [SKELETON.index(SKELETON.root)]]
    size = bone_sum(carried_over(poses))
    return (poses * (PUBLISHED_BONE_SUM_MM / np.maximum(size, 1e-9))[:, None, None]).astype(np.float32)


def predictions(joints: Joints, data: Set, rows: np.ndarray, size: int) -> dict[str, np.ndarray]:
    """The arrays of a predictions file.

    `cell` are maxima in maps of `map_px`; `joints3d_mm` is scaled to bones of 4000 mm in all, since
    the network does not tell the size; `sample` are rows of the pose table (of the last source, if a set has
    two).
    """
    split = data.split.rows(rows)
    return {
        "joints": np.array(SKELETON.joints),
        "sample": split.sample,
        "joints3d_mm": poses_mm(joints),
        "joints2d_px": from_crop(joints.points, upright(split.center, split.side)).astype(np.float32),
        "score": joints.score,
        "cell": joints.cell.astype(np.int16),
        "map_px": np.array(size),
    }
