"""Candidate joints: where a heat map is higher than all around, the surest of every kind.

The maps' cells are counted as in the published network: cell k of a map is the pixels from 4 k to 4 k + 4,
and a place in cells is that of a cell's middle where it is a whole number.

Legend: B pictures, J joints, T numbers of a tag, H W cells, N candidates of all pictures.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numba import njit
from torch import Tensor

from repose.foundations.errors import ReposeError
from repose.hgg.graph_net import Nodes
from repose.hgg.network import STRIDE
from repose.hgg.simulation import Candidates

SUBPIXEL = ("quarter", "parabola")
QUARTER = 0.25  # of a cell, towards the larger neighbour
FLAT = 1e-6  # a parabola's bend at least


@dataclass(frozen=True)
class CandidateRules:
    """Which cells are candidates."""

    threshold: float = 0.1  # of the heat map, to be exceeded
    most: int = 30  # of a kind and picture, the surest
    nodes: int = 510  # of all kinds of a picture, the surest; 30 of each of 17 kinds: no bound
    nms: int = 3  # side of the window, in cells, in which a candidate is the highest
    subpixel: str = "quarter"  # place within the cell: quarter | parabola

    def __post_init__(self) -> None:
        if self.subpixel not in SUBPIXEL:
            raise ReposeError(
                f"hgg.candidates.subpixel: found {self.subpixel!r}, expected one of {', '.join(SUBPIXEL)}"
            )
        if self.nms % 2 == 0:
            raise ReposeError(f"hgg.candidates.nms: found {self.nms}, expected an odd number of cells")


class Proposals(NamedTuple):
    """The candidates of a batch, one picture behind the other, of each the surest first."""

    picture: np.ndarray  # N int64, rising
    type: np.ndarray  # N int64, kind of joint
    cell: np.ndarray  # N, 2 int64, x and y
    points: np.ndarray  # N, 2 float32, x and y in cells
    score: np.ndarray  # N float32, the heat map's value, at most 1


def find_candidates(heat: np.ndarray, rules: CandidateRules, counted: np.ndarray | None = None) -> Proposals:
    """Candidates of heat maps (B, J, H, W float32), of a plateau one; only in `counted` cells (B, H, W)."""
    inside = everywhere(heat) if counted is None else np.ascontiguousarray(counted, bool)
    room = np.empty((np.count_nonzero(heat > rules.threshold), 4), np.int64)
    picture, kind, x, y = room[: list_peaks(heat, inside, rules.threshold, rules.nms // 2, room)].T
    height = heat[picture, kind, y, x]
    order = np.lexsort((-height, kind, picture))
    order = order[ranks(picture[order], kind[order]) < rules.most]
    order = order[np.lexsort((-height[order], picture[order]))]
    order = order[ranks(picture[order]) < rules.nodes]
    picture, kind, cell = picture[order], kind[order], np.stack([x, y], axis=1)[order]
    points = (cell + within_cell(heat, picture, kind, cell, rules.subpixel)).astype(np.float32)
    return Proposals(picture, kind, cell, points, np.minimum(height[order], np.float32(1)))


def everywhere(heat: np.ndarray) -> np.ndarray:
    """B, H, W bool: all cells."""
    return np.ones((len(heat), *heat.shape[2:]), bool)


def ranks(*keys: np.ndarray) -> np.ndarray:
    """N: the place of each row among those of the same keys, which are sorted."""
    rows = np.arange(len(keys[0]))
    begins = np.ones(len(rows), bool)
    begins[1:] = np.any([key[1:] != key[:-1] for key in keys], axis=0)
    return rows - np.maximum.accumulate(np.where(begins, rows, 0))


def within_cell(
    heat: np.ndarray, picture: np.ndarray, kind: np.ndarray, cell: np.ndarray, rule: str
) -> np.ndarray:
    """N, 2: from a cell's middle to the place in it.

    quarter   a quarter of a cell towards the larger neighbour, as published; nowhere if both are alike
    parabola  to the summit of the parabola through the cell and its neighbours, at most half a cell
    """
    x, y = cell.T
    bottom, right = np.array(heat.shape[2:]) - 1
    before = [heat[picture, kind, y, np.maximum(x - 1, 0)], heat[picture, kind, np.maximum(y - 1, 0), x]]
    behind = [
        heat[picture, kind, y, np.minimum(x + 1, right)],
        heat[picture, kind, np.minimum(y + 1, bottom), x],
    ]
    low, high = np.stack(before, axis=1), np.stack(behind, axis=1)  # N, 2
    if rule == "quarter":
        return QUARTER * np.sign(high - low)
    bend = np.maximum(2 * heat[picture, kind, y, x][:, None] - low - high, FLAT)
    return np.clip((high - low) / (2 * bend), -0.5, 0.5)


def nodes_of(proposals: Proposals, tags: Tensor, unit: np.ndarray | None = None) -> Nodes:
    """The graph network's nodes, padded to the most; gradients reach `tags` (B, J, T, H, W).

    `unit` (2): width and height in cells of what places are told in; if not given, of the maps.
    """
    device, pictures = tags.device, len(tags)
    picture, kind, slot = (
        torch.from_numpy(rows).to(device)
        for rows in (proposals.picture, proposals.type, ranks(proposals.picture))
    )
    most = int(np.bincount(proposals.picture, minlength=1).max())

    def padded(rows: Tensor) -> Tensor:
        return rows.new_zeros(pictures, most, *rows.shape[1:]).index_put((picture, slot), rows)

    x, y = torch.from_numpy(proposals.cell.T.copy()).to(device)
    places = torch.from_numpy(places_of(proposals, tags.shape, unit)).to(device)
    mask = padded(torch.ones_like(kind, dtype=torch.bool))
    return Nodes(padded(tags[picture, kind, :, y, x].float()), padded(kind), padded(places), mask)


def by_picture(proposals: Proposals, tags: np.ndarray, unit: np.ndarray | None = None) -> list[Candidates]:
    """The same candidates picture by picture, as groupers read them."""
    own = tags_at(proposals, tags)
    places = places_of(proposals, tags.shape, unit)
    columns = (proposals.type, places, proposals.score, own)
    first = np.searchsorted(proposals.picture, np.arange(len(tags) + 1))
    return [
        Candidates(*(column[start:end] for column in columns)) for start, end in itertools.pairwise(first)
    ]


def tags_at(proposals: Proposals, tags: np.ndarray) -> np.ndarray:
    """N, T: the tags in the candidates' cells."""
    x, y = proposals.cell.T
    return np.asarray(tags[proposals.picture, proposals.type, :, y, x], np.float32)


def places_of(proposals: Proposals, shape: tuple[int, ...], unit: np.ndarray | None) -> np.ndarray:
    """N, 2 float32: places in units, those of whole pictures in the crops' that a grouper was trained on.

    So a person is as large to it in a picture of any shape and padding as in training.
    """
    return ((proposals.points + 0.5) / (shape[:-3:-1] if unit is None else unit)).astype(np.float32)


def in_px(points: np.ndarray, cell_px: float | np.ndarray = STRIDE) -> np.ndarray:
    """Places in cells as those in the network's input, whose pixels' centres are whole numbers."""
    return np.asarray((points + 0.5) * cell_px - 0.5)


def cells_shown(size: np.ndarray, height: int, width: int) -> np.ndarray:
    """B, H, W bool: cells whose middles lie in pictures of a `size` (B, 2: width, height; in cells)."""
    across, down = np.arange(width) + 0.5 <= size[:, :1], np.arange(height) + 0.5 <= size[:, 1:]
    return np.asarray(down[:, :, None] & across[:, None])


def as_array(maps: Tensor) -> np.ndarray:
    """Maps as candidates are read from them: without a gradient, float32, contiguous."""
    return np.ascontiguousarray(maps.detach().float().cpu().numpy())


@njit(cache=True, nogil=True)
def list_peaks(heat, counted, threshold, reach, found):  # type: ignore[no-untyped-def]
    """Fills picture, kind, x, y of the cells above `threshold` and no lower than those within `reach` of
    them.

    Returns how many. Of equal cells the first is one.
    """
    n = 0
    pictures, joints, height, width = heat.shape
    for b in range(pictures):
        for j in range(joints):
            for y in range(height):
                for x in range(width):
                    if heat[b, j, y, x] <= threshold or not counted[b, y, x]:
                        continue
                    if is_peak(heat[b, j], counted[b], y, x, reach):
                        found[n, 0], found[n, 1], found[n, 2], found[n, 3] = b, j, x, y
                        n += 1
    return n


@njit(cache=True, nogil=True)
def is_peak(heat, counted, y, x, reach):  # type: ignore[no-untyped-def]
    """Whether no counted cell within `reach` is higher, nor an earlier one as high."""
    here = heat[y, x]
    for v in range(max(y - reach, 0), min(y + reach + 1, heat.shape[0])):
        for u in range(max(x - reach, 0), min(x + reach + 1, heat.shape[1])):
            if counted[v, u] and (heat[v, u] > here or (heat[v, u] == here and (v, u) < (y, x))):
                return False
    return True
