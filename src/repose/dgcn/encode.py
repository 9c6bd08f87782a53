"""Labels of a whole batch as fields: confidences in every cell, vectors and scales where they are positive.

A joint marks the 4 × 4 cells around it, in which the nearest joint of its kind is the one pointed to. A limb
marks 3 × 3 cells at steps of a cell along it, in which the limb with the nearest end is the one pointed to.
Positive cells are those inside the picture; background counts where, besides, no ignored box is near.

Legend: B pictures, M people of a picture, J joints, L limbs, I ignored boxes, H W cells, N positive cells.
"""

import math

import numpy as np
from numba import njit

from repose.dgcn.fields import COMPILED, FieldShape, Maps, Targets

SIDE = 4  # cells around a joint
IGNORED_MARGIN = 2  # cells by which ignored boxes grow: published masks are eroded twice

kernel = njit(cache=True, **COMPILED)
part = njit(forceinline=True, **COMPILED)


def encode(
    joints: np.ndarray, labelled: np.ndarray, ignored: np.ndarray, valid: np.ndarray, shape: FieldShape
) -> Targets:
    """Targets of a batch.

    `joints` (B, M, J, 2) in px of the input, whose pixels' centres are whole numbers; `labelled` (B, M, J);
    `ignored` (B, I, 4) boxes x0, y0, x1, y1 of crowds and of people without labels, NaN where there is none;
    `valid` (B, 4), the box that lies inside the real picture.
    """
    size = shape.size
    points = np.ascontiguousarray(joints, np.float64) / shape.stride
    labelled = np.ascontiguousarray(labelled, bool)
    inside = np.ascontiguousarray(valid, np.float64) / shape.stride
    limbs = np.ascontiguousarray(shape.limbs, np.int64)
    most = SIDE**2 * int(labelled.sum()), limb_cells(points, labelled, limbs)
    parts = (
        marked(points, labelled, inside, ends, size, room)
        for ends, room in zip((np.arange(shape.joints)[:, None], limbs), most, strict=True)
    )
    (pif_c, pif_cell, pif_vec, pif_scale), (paf_c, paf_cell, paf_vec, paf_scale) = parts
    return Targets(
        counted_cells(ignored, valid, shape.stride, size),
        pif_c, pif_cell, pif_vec, pif_scale,
        paf_c, paf_cell, paf_vec.reshape(-1, 2, 2), paf_scale,
    )  # fmt: skip


def marked(
    points: np.ndarray, labelled: np.ndarray, inside: np.ndarray, ends: np.ndarray, size: int, most: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Confidences of joints or limbs by their `ends`; numbers, vectors and scales of their positive cells."""
    c = np.zeros((len(points), len(ends), size, size), np.uint8)
    most = min(most, c.size)
    room = (
        np.empty(most, np.int64),
        np.empty((most, 2 * ends.shape[1]), np.float32),
        np.empty(most, np.float32),
    )
    nearest, who = np.empty((size, size)), np.empty((size, size), np.int32)
    found = mark(points, labelled, person_scales(points, labelled), inside, ends, nearest, who, c, *room)
    return c, *(column[:found] for column in room)  # type: ignore[return-value]


def confidence_targets(
    joints: np.ndarray, labelled: np.ndarray, valid: np.ndarray, stride: int, size: int
) -> np.ndarray:
    """Joints' confidences (B, J, H, W uint8) alone, for supervision in the network's middle at its stride."""
    points = np.ascontiguousarray(joints, np.float64) / stride
    c = np.zeros((len(points), points.shape[2], size, size), np.uint8)
    boxes = np.ascontiguousarray(valid, np.float64) / stride
    mark_confidences(points, np.ascontiguousarray(labelled, bool), boxes, c)
    return c


def counted_cells(ignored: np.ndarray, valid: np.ndarray, stride: int, size: int) -> np.ndarray:
    """Cells (B, H, W uint8) whose background counts: inside the picture, two cells clear of ignored boxes."""
    counted = np.zeros((len(valid), size, size), np.uint8)
    boxes = (np.ascontiguousarray(box, np.float64) / stride for box in (ignored, valid))
    mark_counted(*boxes, counted)
    return counted


def person_scales(points: np.ndarray, labelled: np.ndarray) -> np.ndarray:
    """Instance scale (B, M): square root of the area of the labelled joints' box, in the points' unit."""
    known, some = labelled[..., None], labelled.any(-1, keepdims=True)
    low = np.where(known, points, np.inf).min(2, initial=np.inf)  # B, M, 2
    high = np.where(known, points, -np.inf).max(2, initial=-np.inf)
    return np.sqrt(np.subtract(high, low, where=some, out=np.zeros_like(low)).prod(-1))


def perfect_maps(targets: Targets, shape: FieldShape, sigmas: np.ndarray) -> list[Maps]:
    """Each picture's fields (numpy) as a network would say them that has learnt its targets by heart."""
    pictures, size, limbs = len(targets.pif_c), shape.size, len(shape.limbs)
    pif_vec = np.zeros((pictures, shape.joints, size, size, 2), np.float32)
    pif_vec.reshape(-1, 2)[targets.pif_cell] = targets.pif_vec
    pif_scale = np.zeros((pictures, shape.joints, size, size), np.float32)
    joint = targets.pif_cell // size**2 % shape.joints
    pif_scale.ravel()[targets.pif_cell] = targets.pif_scale * sigmas[joint]
    paf_vec = np.zeros((pictures, limbs, size, size, 2, 2), np.float32)
    paf_vec.reshape(-1, 2, 2)[targets.paf_cell] = targets.paf_vec
    arrays = {
        "pif_c": targets.pif_c.astype(np.float32),
        "pif_vec": np.ascontiguousarray(np.moveaxis(pif_vec, -1, 2)),
        "pif_logb": np.zeros_like(pif_scale),
        "pif_scale": pif_scale,
        "paf_c": targets.paf_c.astype(np.float32),
        "paf_vec": np.ascontiguousarray(np.moveaxis(paf_vec, (-2, -1), (2, 3))),
        "paf_logb": np.zeros((pictures, limbs, 2, size, size), np.float32),
    }
    return [{name: array[b] for name, array in arrays.items()} for b in range(pictures)]


def limb_cells(points: np.ndarray, labelled: np.ndarray, limbs: np.ndarray) -> int:
    """At most so many cells are marked by limbs: nine a step."""
    start, end = limbs.T
    known = labelled[:, :, start] & labelled[:, :, end]  # B, M, L
    span = (points[:, :, end] - points[:, :, start])[known]
    return int((9 * (np.ceil(np.hypot(*span.T)) + 2)).sum())


@part
def first_cell(low: float) -> int:
    """The first cell not before a box's edge."""
    return max(0, math.ceil(low))


@part
def end_cell(high: float, size: int) -> int:
    """One after the last cell not behind a box's edge."""
    return min(size, math.floor(high) + 1)


@part
def comes_first(points: np.ndarray, scale: np.ndarray, a: int, b: int, start: int, end: int) -> bool:
    """Whether person `a` comes before `b` where both are equally near: by place, so in no order of people."""
    for joint in (start, end):
        for axis in range(2):
            if points[a, joint, axis] != points[b, joint, axis]:
                return points[a, joint, axis] < points[b, joint, axis]
    return scale[a] < scale[b]


@part
def nearest_joints(points, labelled, scale, j, area, nearest, who):  # type: ignore[no-untyped-def]
    """Who has the nearest joint `j` in each cell of a plane; a joint's block begins at round(x − 1.5)."""
    top, bottom, left, right = area
    for m in range(len(points)):
        if not labelled[m, j]:
            continue
        x, y = points[m, j, 0], points[m, j, 1]
        x0, y0 = math.floor(x) - 1, math.floor(y) - 1
        for row in range(max(top, y0), min(bottom, y0 + SIDE)):
            for column in range(max(left, x0), min(right, x0 + SIDE)):
                d = (x - column) ** 2 + (y - row) ** 2
                claim(points, scale, j, j, d, m, row, column, nearest, who)


@part
def nearest_limbs(points, labelled, scale, start, end, area, nearest, who):  # type: ignore[no-untyped-def]
    """Whose limb has the nearest end in each cell of a plane.

    Its blocks lie at places t between m and 1 − m of the limb, m = min(0.4, 2 / length).
    """
    top, bottom, left, right = area
    for m in range(len(points)):
        if not (labelled[m, start] and labelled[m, end]):
            continue
        x1, y1, x2, y2 = points[m, start, 0], points[m, start, 1], points[m, end, 0], points[m, end, 1]
        length = math.hypot(x2 - x1, y2 - y1)
        steps = max(2, math.ceil(length))
        margin = min(0.4, 2 / length) if length > 0 else 0.4
        for step in range(steps):
            t = margin + step * (1 - 2 * margin) / (steps - 1)
            x0 = math.floor(x1 + t * (x2 - x1) + 0.5) - 1
            y0 = math.floor(y1 + t * (y2 - y1) + 0.5) - 1
            for row in range(max(top, y0), min(bottom, y0 + 3)):
                for column in range(max(left, x0), min(right, x0 + 3)):
                    to_start = (x1 - column) ** 2 + (y1 - row) ** 2
                    to_end = (x2 - column) ** 2 + (y2 - row) ** 2
                    claim(points, scale, start, end, min(to_start, to_end), m, row, column, nearest, who)


@part
def claim(points, scale, start, end, d, m, row, column, nearest, who):  # type: ignore[no-untyped-def]
    """Give the cell to person `m` where nobody is nearer than `d`."""
    if d < nearest[row, column] or (
        d == nearest[row, column] and comes_first(points, scale, m, who[row, column], start, end)
    ):
        nearest[row, column], who[row, column] = d, m


@kernel
def mark(points, labelled, scale, valid, ends, nearest, who, c, cell, vec, scales):  # type: ignore[no-untyped-def]
    """Confidences `c` of joints (`ends` K, 1) or limbs (K, 2), and the list of their positive cells.

    Returns the list's length. `nearest` and `who` are room for one plane.
    """
    pictures, planes, height, width = c.shape
    found = 0
    for b in range(pictures):
        top, bottom = first_cell(valid[b, 1]), end_cell(valid[b, 3], height)
        left, right = first_cell(valid[b, 0]), end_cell(valid[b, 2], width)
        area = (top, bottom, left, right)
        for plane in range(planes):
            start, end = ends[plane, 0], ends[plane, -1]
            nearest[:] = np.inf
            if ends.shape[1] == 1:
                nearest_joints(points[b], labelled[b], scale[b], start, area, nearest, who)
            else:
                nearest_limbs(points[b], labelled[b], scale[b], start, end, area, nearest, who)
            for row in range(top, bottom):
                for column in range(left, right):
                    if nearest[row, column] < np.inf:
                        m = who[row, column]
                        c[b, plane, row, column] = 1
                        cell[found] = ((b * planes + plane) * height + row) * width + column
                        for e in range(ends.shape[1]):
                            vec[found, 2 * e] = points[b, m, ends[plane, e], 0] - column
                            vec[found, 2 * e + 1] = points[b, m, ends[plane, e], 1] - row
                        scales[found] = scale[b, m]
                        found += 1
    return found


@kernel
def mark_confidences(points, labelled, valid, c):  # type: ignore[no-untyped-def]
    """Joints' confidences `c` alone."""
    pictures, people, joints, _ = points.shape
    height, width = c.shape[2:]
    for b in range(pictures):
        left, right = first_cell(valid[b, 0]), end_cell(valid[b, 2], width)
        top, bottom = first_cell(valid[b, 1]), end_cell(valid[b, 3], height)
        for m in range(people):
            for j in range(joints):
                if labelled[b, m, j]:
                    x0, y0 = math.floor(points[b, m, j, 0]) - 1, math.floor(points[b, m, j, 1]) - 1
                    for row in range(max(top, y0), min(bottom, y0 + SIDE)):
                        for column in range(max(left, x0), min(right, x0 + SIDE)):
                            c[b, j, row, column] = 1


@kernel
def mark_counted(ignored, valid, counted):  # type: ignore[no-untyped-def]
    """Cells whose background counts."""
    pictures, height, width = counted.shape
    for b in range(pictures):
        for row in range(first_cell(valid[b, 1]), end_cell(valid[b, 3], height)):
            for column in range(first_cell(valid[b, 0]), end_cell(valid[b, 2], width)):
                counted[b, row, column] = 1
        for box in ignored[b]:
            if math.isfinite(box[0] + box[1] + box[2] + box[3]):
                for row in range(
                    first_cell(box[1] - IGNORED_MARGIN), end_cell(box[3] + IGNORED_MARGIN, height)
                ):
                    for column in range(
                        first_cell(box[0] - IGNORED_MARGIN), end_cell(box[2] + IGNORED_MARGIN, width)
                    ):
                        counted[b, row, column] = 0
