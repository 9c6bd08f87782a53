"""From arrays in a published format's terms to a pose table.

Legend: N rows, J joints, M images.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from repose.skeletons import get_skeleton
from repose.skeletons.posetable import CODED, PoseTable, encode

Column = tuple[np.ndarray, tuple[str, ...]]  # codes and their words


def joint_box(joints2d: np.ndarray, labelled: np.ndarray) -> np.ndarray:
    """The tight boxes (N, 4: x y w h) of the labelled joints; zeros where a row has none."""
    boxes = np.zeros((len(joints2d), 4), np.float32)
    if not len(joints2d):
        return boxes
    if labelled.all():
        boxes[:, :2] = joints2d.min(axis=1)
        boxes[:, 2:] = joints2d.max(axis=1) - boxes[:, :2]
        return boxes
    mask = labelled[..., None]
    low = np.where(mask, joints2d, np.inf).min(axis=1)
    high = np.where(mask, joints2d, -np.inf).max(axis=1)
    some = labelled.any(axis=1)
    boxes[some, :2] = low[some]
    boxes[some, 2:] = (high - low)[some]
    return boxes


def inside_frame(joints2d: np.ndarray, image_size: np.ndarray) -> np.ndarray:
    """Which points (…, J, 2) lie within frames (…, 2: width, height)."""
    inside = (joints2d >= 0) & (joints2d < np.asarray(image_size)[..., None, :])
    return np.asarray(inside.all(axis=-1))


def same_word(word: str, rows: int) -> Column:
    """A coded column with the same word in every row."""
    return np.zeros(rows, np.int32), (word,)


def pose_table(
    dataset: str,
    split: str,
    skeleton: str,
    joints2d: np.ndarray,
    labelled: np.ndarray,
    image_size: np.ndarray,
    *,
    visible: np.ndarray | None = None,
    joints3d: np.ndarray | None = None,
    box: np.ndarray | None = None,
    frame: np.ndarray | None = None,
    columns: Mapping[str, Column | Sequence[str] | np.ndarray] | None = None,
    image: np.ndarray | None = None,
    image_names: Sequence[str] | None = None,
    image_sizes: np.ndarray | None = None,
    extra: Mapping[str, np.ndarray] | None = None,
    image_extra: Mapping[str, np.ndarray] | None = None,
    dropped: Mapping[str, int] | None = None,
    notes: Sequence[str] = (),
) -> PoseTable:
    """A table of a published split; what is not given follows from the joints or is left empty.

    `dropped` counts the rows that the reader left out, by reason; `notes` say what else it did.
    """
    rows = len(joints2d)
    joints2d = np.asarray(joints2d, np.float32)
    joints2d[~labelled] = 0
    coded = {name: same_word("", rows) for name in CODED}
    for name, column in (columns or {}).items():
        coded[name] = column if isinstance(column, tuple) else encode(np.asarray(column))
    meta: dict[str, Any] = {
        "dropped": {reason: int(count) for reason, count in (dropped or {}).items() if count},
        "notes": list(notes),
    }
    return PoseTable(
        dataset=dataset,
        split=split,
        skeleton=skeleton,
        joints=get_skeleton(skeleton).joints,
        joints2d=joints2d,
        labelled=labelled,
        visible=labelled if visible is None else visible & labelled,
        image_size=np.asarray(image_size, np.int32),
        box=joint_box(joints2d, labelled) if box is None else np.asarray(box, np.float32),
        frame=np.zeros(rows, np.int32) if frame is None else np.asarray(frame, np.int32),
        subject=coded["subject"][0],
        action=coded["action"][0],
        camera=coded["camera"][0],
        sequence=coded["sequence"][0],
        names={name: words for name, (_, words) in coded.items()},
        joints3d=None if joints3d is None else np.asarray(joints3d, np.float32),
        image=None if image is None else np.asarray(image, np.int32),
        image_names=None if image_names is None else np.asarray(image_names, dtype=str),
        image_sizes=None if image_sizes is None else np.asarray(image_sizes, np.int32),
        extra=dict(extra or {}),
        image_extra=dict(image_extra or {}),
        meta=meta,
    )
