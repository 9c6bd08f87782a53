"""The parts of COCO's annotation files: masks as polygons and run lengths, records, compact JSON.

Legend: H, W picture, J joints.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np

from repose.foundations.files import write_text
from repose.skeletons import Skeleton

SIDE = {"l_": "left_", "r_": "right_"}
EDGE_STEPS = 12  # rows at which a polygon follows a mask's left and right edge


def save_json(path: str | Path, value: Any) -> None:
    """Write JSON on one line, as these sets are published."""
    write_text(path, json.dumps(value, separators=(",", ":"), allow_nan=False))


def mask_box(mask: np.ndarray) -> list[float] | None:
    """Box (x, y, width, height) of a mask (H, W), px; None when it is empty."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if not len(rows):
        return None
    x, y = int(columns[0]), int(rows[0])
    return [float(x), float(y), float(columns[-1] + 1 - x), float(rows[-1] + 1 - y)]


def outline(mask: np.ndarray) -> list[float]:
    """One polygon [x, y, x, y, …] down the left edge of a mask (H, W) and up its right edge."""
    rows = np.flatnonzero(mask.any(1))
    if len(rows) > EDGE_STEPS:
        rows = rows[np.linspace(0, len(rows) - 1, EDGE_STEPS).round().astype(int)]
    part = mask[rows]
    left, right = part.argmax(1), mask.shape[1] - part[:, ::-1].argmax(1)
    edges = [np.append(values, values[-1]) for values in (left, right, rows)]
    edges[2][-1] += 1  # a pixel has a height: the last row ends one lower
    xs, ys = np.concatenate([edges[0], edges[1][::-1]]), np.concatenate([edges[2], edges[2][::-1]])
    return np.stack([xs, ys], 1).astype(float).ravel().tolist()


def run_lengths(mask: np.ndarray) -> dict[str, Any]:
    """Uncompressed run lengths of a mask (H, W): columns first, zeros first, as for crowds."""
    flat = np.asarray(mask, np.int8).ravel(order="F")
    changes = np.flatnonzero(np.diff(flat)) + 1
    counts = np.diff(np.concatenate([[0], changes, [flat.size]]))
    counts = np.concatenate([[0], counts]) if flat[0] else counts
    return {"counts": counts.tolist(), "size": list(mask.shape)}


def flat_keypoints(joints_px: np.ndarray, labelled: np.ndarray, visible: np.ndarray) -> list[float]:
    """[x, y, v, …] of (J, 2) px: v 2 visible, 1 labelled but hidden, 0 (with zeros) not labelled."""
    flags = np.where(labelled, np.where(visible, 2, 1), 0)
    values = np.concatenate([np.where(labelled[:, None], np.round(joints_px, 2), 0.0), flags[:, None]], 1)
    return [int(value) if value == int(value) else float(value) for value in values.ravel()]


def long_name(joint: str) -> str:
    """The files' own word: `right_shoulder` for `r_shoulder`."""
    return SIDE.get(joint[:2], joint[:2]) + joint[2:]


def person_category(skeleton: Skeleton) -> dict[str, Any]:
    """COCO's `person`, its bones 1-based."""
    names = [long_name(joint) for joint in skeleton.joints]
    bones = (skeleton.bones + 1).tolist()
    return {"supercategory": "person", "id": 1, "name": "person", "keypoints": names, "skeleton": bones}
