"""Square crops of larger pictures: where they lie, what they show, and where everybody's joints are in them.

In the file, points and boxes are pixels from the top left corner: pixel k reaches from k to k + 1. In a crop,
pixels' centres are whole numbers, as the cells of networks count: pixel k reaches from k − ½ to k + ½.

Legend: B pictures of a batch, M people of a picture, I regions to ignore, J joints, S side of a stored
picture, R side of a crop.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from repose.foundations.rng import rng
from repose.pictures.crops import Crops, in_crop
from repose.pictures.scenes import Scenes
from repose.skeletons import get_skeleton

CORNERS = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])  # of a box, in its width and height


@dataclass(frozen=True)
class SceneAugment:
    """How crops are taken."""

    flip: float  # share of the crops that are mirrored
    scale: tuple[float, float]  # least and largest enlargement of the stored picture, even in its logarithm
    rotation: float  # standard deviation in degrees, at most twice that
    near: float  # share of the crops around somebody, if there is anybody; the others lie anywhere
    spread: float  # standard deviation of a crop's place around that person, in sides of the crop


@dataclass(frozen=True)
class SceneLabels:
    """Everybody in the crops of a batch; people without a joint in the crop are left out."""

    joints: np.ndarray  # B, M, J, 2 float32, px of the crop; 0 where not labelled
    labelled: np.ndarray  # B, M, J bool: has a label, and lies in the crop
    ignored: np.ndarray  # B, I, 4 float32, x0 y0 x1 y1 px, boxes that count for nothing; NaN fills up
    valid: np.ndarray  # B, 4 float32, x0 y0 x1 y1 px, where the picture is; around it is black


def scene_crops(
    scenes: Scenes, rows: np.ndarray, px: int, stored_px: int, how: SceneAugment, *key: int
) -> Crops:
    """The crops (B) of some pictures by the draws of a key, in pixels of the files.

    A crop lies within its picture as far as it fits in; where the picture is smaller, it holds all of it.
    """
    draw, count = rng(key[0], "scene crops", *key[1:]), len(rows)
    enlarged = np.exp(draw.uniform(np.log(how.scale[0]), np.log(how.scale[1]), count))
    side = px / enlarged / scenes.shrink(stored_px)[rows]
    angle = np.clip(how.rotation * draw.standard_normal(count), -2 * how.rotation, 2 * how.rotation)
    flip = draw.random(count) < how.flip
    chosen, around = somebody(scenes, rows, draw.random(count))
    around &= draw.random(count) < how.near
    anywhere = draw.random((count, 2))
    spread = how.spread * draw.standard_normal((count, 2)) * side[:, None]
    near_end, far_end = side[:, None] / 2, scenes.size_px[rows] - side[:, None] / 2
    low, high = np.minimum(near_end, far_end), np.maximum(near_end, far_end)  # B, 2
    box = scenes.box[chosen].astype(np.float64)
    center = np.where(
        around[:, None],
        np.clip(box[:, :2] + box[:, 2:] / 2 + spread, low, high),
        low + anywhere * (high - low),
    )
    return Crops(center, side, np.deg2rad(angle), flip)


def somebody(scenes: Scenes, rows: np.ndarray, draw: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """One of the people of each picture (B) by a draw from 0 to 1 (B), and whether there is anybody."""
    chosen, found = np.zeros(len(rows), np.int64), np.zeros(len(rows), bool)
    for k, (row, share) in enumerate(zip(rows.tolist(), draw.tolist(), strict=True)):
        people = np.arange(scenes.first[row], scenes.first[row + 1])
        people = people[~scenes.crowd[people]]
        if len(people):
            chosen[k], found[k] = people[int(share * len(people))], True
    return chosen, found


def labels_of(scenes: Scenes, rows: np.ndarray, crops: Crops, px: int) -> SceneLabels:
    """Everybody as the crops show them; left and right change places where a crop is mirrored."""
    people, place = scenes.people(rows)
    persons = at(crops, place)
    flip, mirrored = get_skeleton(scenes.skeleton).flip, persons.flip[:, None]
    points = px * in_crop(scenes.joints2d_px[people].astype(np.float64), persons) - 0.5  # n, J, 2
    labelled = scenes.labelled[people]
    points = np.where(mirrored[..., None], points[:, flip], points)
    labelled = np.where(mirrored, labelled[:, flip], labelled)
    labelled = labelled & ((points >= -0.5) & (points < px - 0.5)).all(-1)
    crowd = scenes.crowd[people]
    kept = ~crowd & labelled.any(1)
    count = len(rows)
    regions, place_of_region = boxes_in(crops, scenes.box[people][crowd], place[crowd], px)
    whole = np.concatenate([np.zeros((count, 2)), scenes.size_px[rows]], axis=1)
    return SceneLabels(
        joints=by_picture((points * labelled[..., None])[kept].astype(np.float32), place[kept], count, 0),
        labelled=by_picture(labelled[kept], place[kept], count, False),
        ignored=by_picture(regions, place_of_region, count, np.nan),
        valid=bounded(crops, whole, px),
    )


def at(crops: Crops, place: np.ndarray) -> Crops:
    """The crops at some places."""
    return Crops(*(column[place] for column in vars(crops).values()))


def boxes_in(crops: Crops, box: np.ndarray, place: np.ndarray, px: int) -> tuple[np.ndarray, np.ndarray]:
    """Boxes (n, 4: x y w h) as far as their crops show them (m, 4: x0 y0 x1 y1), and whose they are (m)."""
    found = bounded(at(crops, place), box.astype(np.float64), px)
    shown = (found[:, 2:] > found[:, :2]).all(1)
    return found[shown], place[shown]


def bounded(crops: Crops, box: np.ndarray, px: int) -> np.ndarray:
    """Boxes (B, 4: x y w h) of the files, seen in crops: around their corners, cut at the crop's edge."""
    corners = px * in_crop(box[:, None, :2] + CORNERS * box[:, None, 2:], crops) - 0.5  # B, 4, 2
    around = np.concatenate([corners.min(1), corners.max(1)], axis=1)
    return np.clip(around, -0.5, px - 0.5).astype(np.float32)


def by_picture(values: np.ndarray, place: np.ndarray, count: int, fill: float) -> np.ndarray:
    """Rows (n, …) in the order of their pictures as (B, M, …) with the largest M, at least 1, filled up."""
    counts = np.bincount(place, minlength=count)
    slot = np.arange(len(place)) - (np.cumsum(counts) - counts)[place]
    out = np.full((count, max(1, counts.max(initial=0)), *values.shape[1:]), fill, values.dtype)
    out[place, slot] = values
    return out


def cropped(pictures: np.ndarray, crops: Crops, shrink: np.ndarray, px: int) -> np.ndarray:
    """The crops (B, R, R, 3) uint8 out of stored pictures (B, S, S, 3), bilinear; black beyond them."""
    out = np.zeros((len(pictures), px, px, 3), np.uint8)
    warp(pictures, affines(crops, shrink, px).astype(np.float32), out)
    return out


@njit(cache=True, nogil=True, error_model="numpy")
def warp(pictures: np.ndarray, affines: np.ndarray, out: np.ndarray) -> None:
    """Fill `out` (B, R, R, 3, all zero) from pictures (B, S, S, 3), in steps of 1/256 of a pixel."""
    count, px, last = len(out), out.shape[1], pictures.shape[1] - 1
    for k in range(count):
        a, b, c, d, e, f = affines[k]
        for row in range(px):
            for column in range(px):
                across, down = np.float32(column) + np.float32(0.5), np.float32(row) + np.float32(0.5)
                x = np.int32(np.floor(np.float32(256) * (a * across + b * down + c))) - 128
                y = np.int32(np.floor(np.float32(256) * (d * across + e * down + f))) - 128
                if x < -128 or y < -128 or x >= 256 * last + 128 or y >= 256 * last + 128:
                    continue
                left, top, u, v = int(x >> 8), int(y >> 8), x & 255, y & 255
                x0, x1, y0, y1 = max(left, 0), min(left + 1, last), max(top, 0), min(top + 1, last)
                for channel in range(3):
                    upper = (256 - u) * pictures[k, y0, x0, channel] + u * pictures[k, y0, x1, channel]
                    lower = (256 - u) * pictures[k, y1, x0, channel] + u * pictures[k, y1, x1, channel]
                    out[k, row, column, channel] = ((256 - v) * upper + v * lower + 32768) >> 16


def affines(crops: Crops, shrink: np.ndarray, px: int) -> np.ndarray:
    """Six numbers a crop (B, 6) that take its points to those of the stored picture, both from the corner.

    The first three give x, the others y, of a point (x, y, 1).
    """
    grow = crops.side * shrink / px
    cos, sin = np.cos(crops.angle) * grow, np.sin(crops.angle) * grow
    mirror = np.where(crops.flip, -1.0, 1.0)
    matrix = np.stack([cos * mirror, -sin, sin * mirror, cos], axis=-1).reshape(-1, 2, 2)
    shift = crops.center * shrink[:, None] - matrix.sum(-1) * (px / 2)
    return np.concatenate([matrix, shift[..., None]], axis=-1).reshape(-1, 6)
