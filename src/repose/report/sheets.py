"""Contact sheets of data sets: pictures with drawn poses, or rows of stick figures where there are none.

Legend: P people of one picture, J joints.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from repose.foundations.pictures import load_picture
from repose.foundations.rng import rng
from repose.report.drawing import INK, Cell, Sheet, draw_pose, draw_pose_3d, draw_wire, fitting_scale
from repose.skeletons import get_skeleton
from repose.skeletons.posetable import PoseTable

PICTURE, BESIDE, TITLE = 240, 150, 17  # px: edge of a picture, width of the 3D pose beside it, line of words
GAP = 6
SHEET_WIDTH = 1240
MARGIN = 1.35  # the cut-out's edge in terms of the people's extent
SIDE_VIEW = 80.0  # degrees
BLANK = 232  # grey where there is no picture
FRAMES, BESIDE_FRAMES, CLIP_S = 8, 2, 4.0  # of a stick-figure row: poses, of these also in 3D, seconds
RATE = 50  # frames/s of Human3.6M
FIGURE, FIGURE_HEIGHT = 116, 150  # px, a stick figure's cell


@dataclass(frozen=True)
class View:
    """One picture and the people in it."""

    picture: str | None  # path below the root
    size: tuple[int, int]
    skeleton: str
    joints2d: np.ndarray  # P, J, 2
    labelled: np.ndarray  # P, J
    visible: np.ndarray  # P, J
    joints3d: np.ndarray | None  # J, 3 of the first person
    words: str


def pick_views(table: PoseTable, count: int) -> list[View]:
    """Some pictures of a split, chosen at random from as many different actions or sequences as possible."""
    chance = rng(0, "sheet", table.dataset, table.split)
    rows = chance.permutation(len(table))
    rows = rows[table.labelled[rows].any(axis=1)]
    pictures = np.arange(len(table)) if table.image is None else table.image
    rows = rows[np.sort(np.unique(pictures[rows], return_index=True)[1])]  # one row per picture
    column = "action" if len(table.names["action"]) > 1 else "sequence"
    turn = occurrence(getattr(table, column)[rows])  # the first of each kind, then the second …
    chosen = rows[np.argsort(turn, kind="stable")[:count]]
    return [view_of(table, int(row)) for row in sorted(chosen)]


def occurrence(codes: np.ndarray) -> np.ndarray:
    """How many equal codes come before each one."""
    order = np.argsort(codes, kind="stable")
    starts = np.searchsorted(codes[order], codes[order])
    counts = np.empty(len(codes), np.int64)
    counts[order] = np.arange(len(codes)) - starts
    return counts


def view_of(table: PoseTable, row: int) -> View:
    """The picture of a row with everyone in it, that row's person first."""
    people = np.array([row])
    if table.image is not None:
        others = np.flatnonzero(table.image == table.image[row])
        people = np.concatenate([people, others[others != row]])
    width, height = (int(edge) for edge in table.image_size[row])
    named = table.image is not None and table.image_names is not None
    known = [spelt(column, str(table.words(column)[row])) for column in ("subject", "action")]
    return View(
        picture=str(table.image_names[table.image[row]]) if named else None,  # type: ignore[index]
        size=(width, height),
        skeleton=table.skeleton,
        joints2d=table.joints2d[people],
        labelled=table.labelled[people],
        visible=table.visible[people],
        joints3d=None if table.joints3d is None else table.joints3d[row],
        words=" · ".join([table.split, *(word for word in known if word)]),
    )


def spelt(column: str, word: str) -> str:
    """A word that explains itself, even where the set only has a number."""
    return f"{column} {word}" if word.isdigit() else word


def contact_sheet(path: Path, views: list[View], root: str | Path) -> None:
    """Pictures with 2D poses, each with its 3D pose seen from the side where there is one."""
    beside = any(view.joints3d is not None for view in views)
    width = PICTURE + (BESIDE if beside else 0) + GAP
    columns = max(1, min(len(views), SHEET_WIDTH // width))
    lines = -(-len(views) // columns)
    sheet = Sheet(columns * width, lines * (PICTURE + TITLE + GAP))
    for index, view in enumerate(views):
        x, y = (index % columns) * width, (index // columns) * (PICTURE + TITLE + GAP)
        sheet.text(x + 2, y + TITLE - 5, shortened(view.words, width // 6))
        put_picture(sheet, Cell(x, y + TITLE, PICTURE, PICTURE), view, root)
        if view.joints3d is not None:
            cell = Cell(x + PICTURE, y + TITLE, BESIDE, PICTURE)
            draw_pose_3d(sheet, cell, get_skeleton(view.skeleton), view.joints3d, SIDE_VIEW, view.labelled[0])
    sheet.save(path)


def shortened(words: str, most: int) -> str:
    """Words that fit a cell."""
    return words if len(words) <= most else words[: most - 1] + "…"


def put_picture(sheet: Sheet, cell: Cell, view: View, root: str | Path) -> None:
    """The people's part of a picture, enlarged, with everyone's pose on it."""
    left, top, edge = window(view)
    sheet.picture(cut_out(view, root, left, top, edge), int(cell.x), int(cell.y))
    scale = PICTURE / edge
    skeleton = get_skeleton(view.skeleton)
    for joints, labelled, visible in zip(view.joints2d, view.labelled, view.visible, strict=True):
        size = float(np.ptp(joints[labelled], axis=0).max()) * scale if labelled.any() else 0.0
        width = float(np.clip(size / 100, 0.9, 2.0))
        points = (joints - [left, top]) * scale + [cell.x, cell.y]
        draw_pose(sheet, cell, skeleton, points, labelled, visible, width)


def window(view: View) -> tuple[float, float, float]:
    """The square (left, top, edge) that shows everyone, within the picture as far as it goes."""
    known = view.joints2d[view.labelled]
    size = np.array(view.size, float)
    low, high = known.min(axis=0), known.max(axis=0)
    edge = min(max(float((high - low).max()) * MARGIN, size.max() / 3), float(size.max()))
    corner = (low + high - edge) / 2
    slack = size - edge  # negative where the picture is narrower than the square: then it is centred
    corner = np.where(slack >= 0, np.clip(corner, 0, np.maximum(slack, 0)), slack / 2)
    return float(corner[0]), float(corner[1]), edge


def cut_out(view: View, root: str | Path, left: float, top: float, edge: float) -> np.ndarray:
    """That square of the picture (PICTURE, PICTURE, 3); grey where there is none."""
    from PIL import Image

    if view.picture is None or not (Path(root) / view.picture).is_file():
        return np.full((PICTURE, PICTURE, 3), BLANK, np.uint8)
    image = Image.fromarray(load_picture(root, view.picture))
    shift = (edge / PICTURE, 0, left, 0, edge / PICTURE, top)
    if edge > 2 * PICTURE:  # shrink first, so that no pixel is skipped
        factor = PICTURE / edge
        image = image.resize([max(1, round(n * factor)) for n in image.size], Image.Resampling.BOX)
        shift = (1, 0, left * factor, 0, 1, top * factor)
    part = image.transform(
        (PICTURE, PICTURE), Image.Transform.AFFINE, shift, Image.Resampling.BICUBIC, fillcolor=(BLANK,) * 3
    )
    return np.asarray(part)


def clip_sheet(path: Path, table: PoseTable) -> None:
    """One row of stick figures per action, from one clip: true 2D in colour, detected 2D as thin lines."""
    actions = [name for name in table.names["action"] if (table.words("action") == name).any()]
    left = 92
    width = left + FRAMES * FIGURE + BESIDE_FRAMES * FIGURE
    sheet = Sheet(width, TITLE + len(actions) * FIGURE_HEIGHT)
    sheet.text(left, TITLE - 5, f"{table.split}: up to {CLIP_S:g} s of one clip per action")
    if table.joints3d is not None:
        sheet.text(left + FRAMES * FIGURE, TITLE - 5, "first and last from the side")
    for line, action in enumerate(actions):
        rows = clip_rows(table, action)
        top = TITLE + line * FIGURE_HEIGHT
        sheet.text(2, top + FIGURE_HEIGHT / 2, action)
        sheet.text(2, top + FIGURE_HEIGHT / 2 + 14, str(table.words("subject")[rows[0]]), 9)
        put_clip(sheet, table, rows, left, top)
    sheet.save(path)


def clip_rows(table: PoseTable, action: str) -> np.ndarray:
    """Evenly spaced rows from a part of one clip of an action, chosen at random."""
    chance = rng(0, "clip", table.dataset, action)
    rows = np.flatnonzero(table.words("action") == action)
    first = rows[chance.integers(len(rows))]
    same = [getattr(table, name) == getattr(table, name)[first] for name in ("sequence", "camera")]
    clip = np.flatnonzero(np.logical_and(*same))
    length = min(len(clip), round(CLIP_S * RATE))
    start = int(chance.integers(len(clip) - length + 1))
    return np.asarray(clip[start + np.linspace(0, length - 1, FRAMES).astype(int)])


def put_clip(sheet: Sheet, table: PoseTable, rows: np.ndarray, left: int, top: int) -> None:
    """One row of stick figures, all in one scale, each in the middle of its cell."""
    skeleton = get_skeleton(table.skeleton)
    cells = [Cell(left + i * FIGURE, top, FIGURE, FIGURE_HEIGHT) for i in range(FRAMES + BESIDE_FRAMES)]
    scale = min(fitting_scale(table.joints2d[row], cells[0], 1.0) for row in rows)
    detected = table.extra.get("joints2d_detected")
    for row, cell in zip(rows, cells, strict=False):
        joints, labelled = table.joints2d[row], table.labelled[row]
        middle = (joints.min(axis=0) + joints.max(axis=0)) / 2
        draw_pose(
            sheet, cell, skeleton, (joints - middle) * scale + cell.center, labelled, table.visible[row], 2.2
        )
        if detected is not None:
            draw_wire(sheet, cell, skeleton, (detected[row] - middle) * scale + cell.center, labelled, INK)
    if table.joints3d is not None:
        for row, cell in zip(rows[[0, -1]], cells[FRAMES:], strict=True):
            draw_pose_3d(sheet, cell, skeleton, table.joints3d[row], SIDE_VIEW, width=2.2)
