"""Poses lifted from 2D, as the pages on both lifting papers show them.

Legend: N rows of predictions, J joints.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from repose.foundations.errors import ReposeError
from repose.foundations.files import load_arrays
from repose.metrics import mpjpe
from repose.report.drawing import (
    Cell,
    Sheet,
    draw_pose,
    draw_pose_3d,
    fitting_scale,
)
from repose.skeletons import Skeleton, convert_table, get_skeleton, skeleton_ids
from repose.skeletons.posetable import PoseTable

LIFTED = "semgcn16"
FROM_FRONT, FROM_SIDE = 25.0, 75.0  # degrees beside the camera
EXAMPLES = ("Directions", "Eating", "Phoning", "SittingDown", "WalkDog", "Walking")


def examples_figure(
    path: Path,
    poses: Path,
    predicted_file: Path,
    column: str | None,
    actions: Sequence[str] = EXAMPLES,
) -> None:
    """2D input, predicted and true 3D pose of one frame of each action, two actions per line.

    `poses` is the test table, `predicted_file` a run's predictions for it; `column` names the extra column
    of 2D joints that was lifted, None the true joints.
    """
    table, predictions = PoseTable.load(poses), load_arrays(predicted_file)
    skeleton = skeleton_of(predictions["joints"])
    wanted = np.flatnonzero(np.isin(table.words("action")[predictions["sample"]], actions))
    table = convert_table(table.rows(predictions["sample"][wanted]), skeleton.id)
    predicted, truth = predictions["joints3d_mm"][wanted], table.joints3d
    assert truth is not None
    errors = mpjpe(predicted, truth, skeleton.index(skeleton.root))
    joints2d = table.joints2d if column is None else table.extra[column]
    edge, title, gap = 200, 18, 24
    rows = typical_rows(errors, table.words("action"), actions)
    sheet = Sheet(2 * 3 * edge + gap, -(-len(rows) // 2) * (edge + title))
    for index, row in enumerate(rows):
        x, y = (index % 2) * (3 * edge + gap), (index // 2) * (edge + title)
        cells = [Cell(x + i * edge, y + title, edge, edge) for i in range(3)]
        words = (f"{table.words('action')[row]}, 2D input", f"lifted: {errors[row]:.0f} mm", "ground truth")
        for cell, text in zip(cells, words, strict=True):
            sheet.text(cell.x + edge / 2, y + 13, text, 12, ha="center")
        put_2d(sheet, cells[0], skeleton, joints2d[row])
        draw_pose_3d(sheet, cells[1], skeleton, predicted[row], FROM_SIDE, most=0.13, width=3)
        draw_pose_3d(sheet, cells[2], skeleton, truth[row], FROM_SIDE, most=0.13, width=3)
    sheet.save(path)


def typical_rows(errors: np.ndarray, words: np.ndarray, actions: Sequence[str]) -> list[int]:
    """For each action that occurs, the row with the median error."""
    rows = []
    for action in actions:
        own = np.flatnonzero(words == action)
        if len(own):
            rows.append(int(own[np.argsort(errors[own], kind="stable")[len(own) // 2]]))
    return rows


def skeleton_of(joints: np.ndarray) -> Skeleton:
    """The skeleton with these joints in this order."""
    names = tuple(str(name) for name in joints)
    found = [get_skeleton(known) for known in skeleton_ids() if get_skeleton(known).joints == names]
    if not found:
        raise ReposeError(
            f"predictions: joints {', '.join(names)}, expected those of a known skeleton in its order"
        )
    return found[0]


def put_2d(sheet: Sheet, cell: Cell, skeleton: Skeleton, joints: np.ndarray) -> None:
    """A 2D pose in the middle of a cell."""
    scale = fitting_scale(joints, cell, 1.0)
    middle = (joints.min(axis=0) + joints.max(axis=0)) / 2
    every = np.ones(len(joints), bool)
    draw_pose(sheet, cell, skeleton, (joints - middle) * scale + cell.center, every, every, 3)
