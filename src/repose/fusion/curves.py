"""Curves of a stage in training: heat-map PCK and MPJPE of a few people; nothing is chosen by them.

Legend: N people.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import torch
from torch import Tensor

from repose.fusion.batches import Set, Sizes
from repose.fusion.decode import find_joints, poses_mm
from repose.fusion.network import Maps
from repose.metrics import heatmap_pck_hits, mean_joint_rate, mpjpe_corrected, mpjpe_published
from repose.pictures.crops import in_crop, upright
from repose.pictures.people import Split

PART = 10  # the paper's validation set is every tenth row of the test set


def tenth(people: int) -> np.ndarray:
    """Rows of the paper's validation set."""
    return np.arange(0, people, PART)


def spread(people: int, count: int) -> np.ndarray:
    """`count` rows spread over all rows, or all if there are fewer."""
    return np.unique(np.linspace(0, people - 1, min(count, people)).round().astype(int))


def truth_cells(split: Split, size: int) -> np.ndarray:
    """Cells (N, J, 2) of the labelled joints in upright crops' maps."""
    points = in_crop(split.joints2d.astype(np.float64), upright(split.center, split.side))
    return np.floor(points * size).astype(np.int64)


def curve_point(
    forward: Callable[[Tensor], Maps], parts: Mapping[str, tuple[Set, np.ndarray]], sizes: Sizes,
    subpixel: bool, device: torch.device,
) -> dict[str, float]:  # fmt: skip
    """The metrics of named parts (a set and its rows), in percent and mm; empty ones are left out."""
    row: dict[str, float] = {}
    for name, (data, rows) in parts.items():
        found = find_joints(forward, data, rows, sizes, False, subpixel, device)
        split = data.split.rows(rows)
        hits = heatmap_pck_hits(found.cell, truth_cells(split, sizes.map_px), split.labelled, sizes.map_px)
        row[f"{name}_pck"] = 100 * mean_joint_rate(*hits)
        if split.has_depth.any():
            poses, truth = poses_mm(found)[split.has_depth], split.truth_mm[split.has_depth]
            row[f"{name}_mpjpe"] = float(mpjpe_corrected(poses, truth).mean())
            row[f"{name}_mpjpe_published"] = float(mpjpe_published(poses, truth).mean())
    return {name: value for name, value in row.items() if np.isfinite(value)}
