"""Square crops around people, and where a point of the picture lies in them.

Points are pixels whose centres are whole numbers; a crop of `side` pixels covers side/2 to each side of its
`center`. In the crop x, y run from 0 to 1, so that cell or pixel number floor(x · size) holds the point on a
grid of any size: a map's cell covers exactly the pixels in which its joint can lie.

Legend: N people, B of a batch, J joints.
"""

from dataclasses import dataclass

import numpy as np

from repose.skeletons.posetable import PoseTable

LARGER = 1.25  # a crop's side by the longer side of the joints' box, and by MPII's scale
MPII_PX, MPII_DOWN = 200.0, 15.0  # px per unit of MPII's scale; its centres are this much too high


@dataclass(frozen=True)
class Crops:
    """Crops of people, or the augmented ones of a batch."""

    center: np.ndarray  # N, 2 px
    side: np.ndarray  # N px
    angle: np.ndarray  # N radians, turn of the crop in the picture
    flip: np.ndarray  # N bool, mirrored after the cut


def upright(center: np.ndarray, side: np.ndarray) -> Crops:
    """Crops as they are."""
    return Crops(center, side, np.zeros(len(side)), np.zeros(len(side), bool))


def person_crops(table: PoseTable) -> tuple[np.ndarray, np.ndarray]:
    """Centres (N, 2) and sides (N) of people: MPII's own, else around the labelled joints.

    No crop is larger than the picture's longer side; the side is 0 if a person has no labelled joint.
    """
    if "person_scale" in table.extra:
        scale = table.extra["person_scale"].astype(np.float64)
        center = table.extra["person_center"] + scale[:, None] * (0.0, MPII_DOWN)
        side = LARGER * MPII_PX * scale
    else:
        known, points = table.labelled[..., None], table.joints2d.astype(np.float64)
        low = np.where(known, points, np.inf).min(1)  # N, 2
        high = np.where(known, points, -np.inf).max(1)
        some = known.any(1)
        center = np.where(some, low + high, 0) / 2
        side = LARGER * np.where(some, high - low, 0).max(1)
    return center, np.minimum(side, table.image_size.max(1)) * table.labelled.any(1)


def in_crop(points: np.ndarray, crops: Crops) -> np.ndarray:
    """Points (N, J, 2) of the picture as x, y in their crops (N, J, 2)."""
    offset = (points - crops.center[:, None]) / crops.side[:, None, None]
    cos, sin = np.cos(crops.angle)[:, None], np.sin(crops.angle)[:, None]
    x = cos * offset[..., 0] + sin * offset[..., 1]
    y = cos * offset[..., 1] - sin * offset[..., 0]
    x = np.where(crops.flip[:, None], -x, x)
    return np.stack([x, y], axis=-1) + 0.5


def from_crop(points: np.ndarray, crops: Crops) -> np.ndarray:
    """The inverse of `in_crop`."""
    x, y = points[..., 0] - 0.5, points[..., 1] - 0.5
    x = np.where(crops.flip[:, None], -x, x)
    cos, sin = np.cos(crops.angle)[:, None], np.sin(crops.angle)[:, None]
    offset = np.stack([cos * x - sin * y, sin * x + cos * y], axis=-1)
    return offset * crops.side[:, None, None] + crops.center[:, None]


def affines(crops: Crops, size: int, stored_side: np.ndarray, stored_size: int) -> np.ndarray:
    """Six numbers per crop (B, 6) that map its pixels to those of a stored crop around the same centre.

    Both count edges of pixels, 0 to `size` and 0 to `stored_size`, as Pillow does.
    """
    grow = crops.side / stored_side * (stored_size / size)
    cos, sin = np.cos(crops.angle) * grow, np.sin(crops.angle) * grow
    mirror = np.where(crops.flip, -1.0, 1.0)
    matrix = np.stack([cos * mirror, -sin, sin * mirror, cos], axis=-1).reshape(-1, 2, 2)
    shift = stored_size / 2 - matrix.sum(-1) * (size / 2)
    return np.concatenate([matrix, shift[..., None]], axis=-1).reshape(-1, 6)
