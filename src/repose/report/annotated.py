"""One picture with a predicted pose on it, and beside it the pose in 3D from two views.

Legend: J = MPII's 16 joints.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from repose.report.drawing import Cell, Sheet, draw_pose, draw_pose_3d
from repose.skeletons import get_skeleton

if TYPE_CHECKING:
    from PIL.Image import Image

LONGEST, BESIDE, TITLE = 480, 320, 20  # px: of the picture's longer edge, width of a view, line of words
VIEWS = {"from the front": 25.0, "from the side": 75.0}  # degrees beside the camera


def annotate(
    path: Path, picture: Image, joints2d_px: np.ndarray, found: np.ndarray, joints3d_mm: np.ndarray | None
) -> None:
    """Write a PNG of the picture with the joints (J, 2) that were found (J), and of the pose (J, 3) if any.

    The pose is seen from two sides.
    """
    skeleton = get_skeleton("mpii16")
    scale = LONGEST / max(picture.size)
    width, height = (max(1, round(edge * scale)) for edge in picture.size)
    views = {} if joints3d_mm is None else VIEWS
    tall = max(height, BESIDE) if views else height
    sheet = Sheet(width + BESIDE * len(views), tall + TITLE)
    sheet.picture(np.asarray(picture.resize((width, height), 1 if scale < 1 else 3)), 0, TITLE)
    points = (joints2d_px + 0.5) * scale + (0, TITLE)
    draw_pose(sheet, Cell(0, TITLE, width, height), skeleton, points, found, found, 3)
    for number, (words, azimuth) in enumerate(views.items()):
        assert joints3d_mm is not None
        cell = Cell(width + number * BESIDE, TITLE, BESIDE, tall)
        sheet.text(cell.x + BESIDE / 2, TITLE - 6, words, 12, ha="center")
        draw_pose_3d(sheet, cell, skeleton, joints3d_mm.astype(float), azimuth, most=1.0, width=3)
    sheet.save(path)
