"""One picture with predicted poses on it, and beside it the poses in 3D from two views each.

Legend: J joints.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from repose.report.drawing import RIM, Cell, Sheet, draw_pose, draw_pose_3d
from repose.skeletons import Skeleton, get_skeleton

if TYPE_CHECKING:
    from PIL.Image import Image

LONGEST, TITLE = 480, 20  # px: of the picture's longer edge, line of words
BESIDE = {"one": 320, "several": 160}  # px: width of a view
LINES = {"one": 3.0, "several": 1.4}  # px: width of a skeleton's lines
VIEWS = {"from the front": 25.0, "from the side": 75.0}  # degrees beside the camera


@dataclass(frozen=True)
class Drawn:
    """One person of the picture."""

    joints2d_px: np.ndarray  # J, 2; pixels' centres are whole numbers
    found: np.ndarray  # J bool: what is drawn on the picture
    joints3d_mm: np.ndarray | None = None  # J, 3
    score: float | None = None  # stands beside the person


def annotate(path: Path, picture: Image, skeleton: str, people: Sequence[Drawn]) -> None:
    """Write a PNG of the picture with everybody on it, and of their poses in 3D, if any, from two sides.

    Several people have thin lines, and numbers that tell them apart in 3D.
    """
    joints, how = get_skeleton(skeleton), "one" if len(people) == 1 else "several"
    scale = LONGEST / max(picture.size)
    width, height = (max(1, round(edge * scale)) for edge in picture.size)
    in_3d = [number for number, person in enumerate(people) if person.joints3d_mm is not None]
    rows = math.ceil(math.sqrt(len(in_3d)))
    columns = math.ceil(len(in_3d) / rows) if rows else 0
    side = BESIDE[how]
    sheet = Sheet(width + columns * len(VIEWS) * side, max(height + TITLE, rows * (side + TITLE)))
    sheet.picture(np.asarray(picture.resize((width, height), 1 if scale < 1 else 3)), 0, TITLE)
    cell = Cell(0, TITLE, width, height)
    for number, person in enumerate(people):
        draw_person(sheet, cell, joints, person, scale, LINES[how], label(number, person, len(in_3d) > 1))
    tall = sheet.height // rows if rows else 0
    for place, number in enumerate(in_3d):
        x, y = width + place // rows * len(VIEWS) * side, place % rows * tall
        of_whom = f"{number + 1} " if len(in_3d) > 1 else ""
        draw_views(sheet, Cell(x, y, side, tall), joints, people[number], LINES[how], of_whom)
    sheet.save(path)


def label(number: int, person: Drawn, numbered: bool) -> str:
    """What stands beside a person."""
    words = [f"{number + 1}"] if numbered else []
    return " · ".join(words if person.score is None else [*words, f"{person.score:.2f}"])


def draw_person(
    sheet: Sheet, cell: Cell, skeleton: Skeleton, person: Drawn, scale: float, width: float, words: str
) -> None:
    """The joints that were found, and words above them."""
    points = (person.joints2d_px + 0.5) * scale + (cell.x, cell.y)
    draw_pose(sheet, cell, skeleton, points, person.found, person.found, width)
    if words and person.found.any():
        low, high = points[person.found].min(0), points[person.found].max(0)
        x = np.clip((low[0] + high[0]) / 2, cell.x + 16, max(cell.x + 16, cell.x + cell.width - 16))
        y = np.clip(low[1] - 6, cell.y + 10, cell.y + cell.height)
        behind = {"facecolor": RIM, "edgecolor": "none", "alpha": 0.7, "pad": 0.8}
        sheet.text(float(x), float(y), words, 10, ha="center", bbox=behind)


def draw_views(
    sheet: Sheet, cell: Cell, skeleton: Skeleton, person: Drawn, width: float, of_whom: str
) -> None:
    """The pose in 3D, a view beside the other, the first in `cell`."""
    assert person.joints3d_mm is not None
    for number, (words, azimuth) in enumerate(VIEWS.items()):
        view = Cell(cell.x + number * cell.width, cell.y + TITLE, cell.width, cell.height - TITLE)
        sheet.text(view.x + view.width / 2, view.y - 6, of_whom + words, 12, ha="center")
        draw_pose_3d(sheet, view, skeleton, person.joints3d_mm.astype(float), azimuth, most=1.0, width=width)
