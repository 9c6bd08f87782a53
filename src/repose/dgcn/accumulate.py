"""The first half of decoding: all cells' votes for a joint, added up on a grid finer than the cells.

The accumulated map says how sure the field is of a joint at a place; its summits are joints, and seeds of
people are cells that point to a high place of it.

Legend: J joints, H W cells, U nodes of the fine grid a cell, N of a list. Lengths and places are in cells.
"""

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from repose.dgcn.fields import COMPILED, Maps

NEIGHBOURS = 16  # cells that vote for a joint
WINDOW = 2.0  # standard deviations that a vote reaches
LARGEST = 1 / 8  # of the field's side: no joint is larger

kernel = njit(cache=True, **COMPILED)
part = njit(forceinline=True, **COMPILED)


class Seeds(NamedTuple):
    """Places where a person may begin, the surest first."""

    joint: np.ndarray  # N int64
    place: np.ndarray  # N, 2 float32: x, y
    value: np.ndarray  # N float32: of the accumulated map there, at most 1


def room_for(maps: Maps, upscale: int) -> np.ndarray:
    """An accumulated map (J, H·U, W·U) to be filled, and used again for pictures of the same size.

    To get so much memory anew for each takes longer than the sum.
    """
    joints, height, width = maps["pif_c"].shape
    return np.empty((joints, height * upscale, width * upscale), np.float32)


def accumulate(maps: Maps, upscale: int, threshold: float, summed: np.ndarray) -> None:
    """Fill the accumulated map: cells surer than `threshold` add c/16 · exp(−r²/2σ²), σ = scale.

    σ is at least one node. A joint that its 16 cells agree on sums up to 1.
    """
    summed.fill(0)
    bell = np.empty(summed.shape[2], np.float32)
    add_votes(maps["pif_c"], maps["pif_vec"], maps["pif_scale"], upscale, threshold, bell, summed)


def find_seeds(maps: Maps, summed: np.ndarray, upscale: int, threshold: float, least: float) -> Seeds:
    """Cells surer than `threshold` that point to where the accumulated map is higher than `least`."""
    most = np.count_nonzero(maps["pif_c"] > threshold)
    seeds = Seeds(np.empty(most, np.int64), np.empty((most, 2), np.float32), np.empty(most, np.float32))
    found = collect_seeds(maps["pif_c"], maps["pif_vec"], summed, upscale, threshold, least, *seeds)
    order = np.argsort(-seeds.value[:found], kind="stable")
    return Seeds(*(column[order] for column in seeds))


def thinned(seeds: Seeds, scale: np.ndarray, least_reach: float) -> Seeds:
    """Seeds without those near a surer one of the same joint: in its box of half-width max(reach, scale)."""
    kept = np.empty(len(seeds.joint), np.int64)
    kept = kept[: keep_apart(seeds.joint, seeds.place, scale, least_reach, kept)]
    return Seeds(*(column[kept] for column in seeds))


@part
def node(place: float, upscale: int) -> int:
    """The grid's node nearest to a place."""
    return math.floor(place * upscale + 0.5)


@part
def value_at(summed: np.ndarray, joint: int, x: float, y: float, upscale: int) -> float:
    """The accumulated map at the nearest node, at most 1; nothing outside."""
    column, row = node(x, upscale), node(y, upscale)
    if not (0 <= row < summed.shape[1] and 0 <= column < summed.shape[2]):
        return 0.0
    return min(1.0, summed[joint, row, column])


@part
def window(centre: float, reach: float, size: int) -> tuple[int, int]:
    """The nodes within reach of a centre: the first, and one after the last."""
    return max(0, math.ceil(centre - reach)), min(size, math.floor(centre + reach) + 1)


@kernel
def add_votes(c, vec, scale, upscale, threshold, bell, summed):  # type: ignore[no-untyped-def]
    """Fills the accumulated map; `bell` is room for a row's factors exp(−x²/2σ²)."""
    joints, height, width = c.shape
    largest = LARGEST * height * upscale
    for j in range(joints):
        for row in range(height):
            for column in range(width):
                if not c[j, row, column] > threshold:
                    continue
                x, y = (column + vec[j, 0, row, column]) * upscale, (row + vec[j, 1, row, column]) * upscale
                sigma = max(1.0, min(largest, scale[j, row, column] * upscale))
                left, right = window(x, WINDOW * sigma, summed.shape[2])
                top, bottom = window(y, WINDOW * sigma, summed.shape[1])
                sharp = -0.5 / sigma**2
                for across in range(left, right):
                    bell[across] = math.exp(sharp * (across - x) ** 2)
                for down in range(top, bottom):
                    height_here = c[j, row, column] / NEIGHBOURS * math.exp(sharp * (down - y) ** 2)
                    for across in range(left, right):
                        summed[j, down, across] += height_here * bell[across]


@kernel
def collect_seeds(c, vec, summed, upscale, threshold, least, joint, place, value):  # type: ignore[no-untyped-def]
    """Fills the seeds' columns in order of cells and returns their number."""
    found = 0
    joints, height, width = c.shape
    for j in range(joints):
        for row in range(height):
            for column in range(width):
                if c[j, row, column] > threshold:
                    x, y = column + vec[j, 0, row, column], row + vec[j, 1, row, column]
                    here = value_at(summed, j, x, y, upscale)
                    if here > least:
                        joint[found], place[found, 0], place[found, 1], value[found] = j, x, y, here
                        found += 1
    return found


@kernel
def keep_apart(joint, place, scale, least_reach, kept):  # type: ignore[no-untyped-def]
    """Fills `kept` with the numbers of seeds that lie in no surer one's box and returns how many."""
    height, width = scale.shape[1:]
    found = 0
    for n in range(len(joint)):
        free = True
        for k in range(found):
            m = kept[k]
            if joint[m] == joint[n]:
                row = min(height - 1, max(0, math.floor(place[m, 1] + 0.5)))
                column = min(width - 1, max(0, math.floor(place[m, 0] + 0.5)))
                half = max(least_reach, scale[joint[m], row, column])
                if abs(place[m, 0] - place[n, 0]) < half and abs(place[m, 1] - place[n, 1]) < half:
                    free = False
                    break
        if free:
            kept[found] = n
            found += 1
    return found


@kernel
def move_to_summits(summed, joint, upscale, place):  # type: ignore[no-untyped-def]
    """Moves places (N, 2) to the accumulated map's maximum within half a cell; a parabola finds it there."""
    half = upscale // 2
    height, width = summed.shape[1:]
    for n in range(len(joint)):
        j, column, row = joint[n], node(place[n, 0], upscale), node(place[n, 1], upscale)
        best, x, y = 0.0, -1, -1
        for down in range(max(0, row - half), min(height, row + half + 1)):
            for across in range(max(0, column - half), min(width, column + half + 1)):
                if summed[j, down, across] > best:
                    best, x, y = summed[j, down, across], across, down
        if x < 0:
            continue
        dx = dy = 0.0
        if 0 < x < width - 1:
            dx = within_node(summed[j, y, x - 1], best, summed[j, y, x + 1])
        if 0 < y < height - 1:
            dy = within_node(summed[j, y - 1, x], best, summed[j, y + 1, x])
        place[n, 0], place[n, 1] = (x + dx) / upscale, (y + dy) / upscale


@part
def within_node(before: float, here: float, after: float) -> float:
    """How far a summit lies from its node: the parabola through it and its neighbours."""
    if here < before or here < after or 2 * here <= before + after:
        return 0.0
    return (after - before) / (2 * (2 * here - before - after))
